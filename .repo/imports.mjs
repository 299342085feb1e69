import ts from "typescript-6";

/**
 * Lists what a TypeScript or JavaScript file imports: static and dynamic imports, `require`, what `import.meta.resolve` and
 * `require.resolve` look up, re-exports and import types, each with its 1-based line, whether it is erased at run time, and
 * whether it is a star export.
 *
 * An `import` whose every name is marked `type` still runs the module under verbatimModuleSyntax, so only
 * `import type`, `export type` and `import("…")` in a type count as erased.
 */
export function importsOf(path, text) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found = [];
  const add = (node, literal, facts) => {
    if (literal === undefined || !ts.isStringLiteralLike(literal)) return;
    const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
    found.push({ specifier: literal.text, line, isErased: false, isStar: false, ...facts });
  };
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) {
      add(node, node.moduleSpecifier, { isErased: node.importClause?.isTypeOnly === true });
    } else if (ts.isExportDeclaration(node)) {
      const isStar = node.exportClause === undefined || ts.isNamespaceExport(node.exportClause);
      add(node, node.moduleSpecifier, { isErased: node.isTypeOnly, isStar });
    } else if (ts.isImportTypeNode(node)) {
      add(node, ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, { isErased: true });
    } else if (isImportCall(node)) {
      add(node, node.arguments[0], {});
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function isImportCall(node) {
  if (!ts.isCallExpression(node)) return false;
  if (node.expression.kind === ts.SyntaxKind.ImportKeyword) return true;
  return /^(require|require\.resolve|import\.meta\.resolve)$/.test(node.expression.getText());
}
