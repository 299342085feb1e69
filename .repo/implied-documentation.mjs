import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript-6";
import { filesUnder } from "./workspace.mjs";

/**
 * Copies declarations, giving a comment to each member that has none and needs none:
 *
 * - a class member that implements or overrides a documented one; editors show that documentation by themselves, and
 *   copies of it in the sources would be noise;
 * - a property whose type is one literal, such as the `kind` of a union's member.
 *
 * api-extractor would call both undocumented. The comment goes in front of the member on the same line, so that lines,
 * and with them the declaration maps, still hold.
 */
export function copyWithImpliedDocumentation(from, to) {
  rmSync(to, { recursive: true, force: true });
  const paths = filesUnder(from);
  const declarations = paths.filter((path) => path.endsWith(".d.ts"));
  const program = ts.createProgram(
    declarations.map((path) => join(from, path)),
    // Only our own symbols matter, so the libraries are not loaded.
    { noLib: true, types: [], module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  );
  const checker = program.getTypeChecker();
  for (const path of paths.filter((candidate) => /\.d\.ts(\.map)?$/.test(candidate))) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    if (path.endsWith(".map")) copyFileSync(join(from, path), join(to, path));
    else writeFileSync(join(to, path), documented(join(from, path), program.getSourceFile(join(from, path)), checker));
  }
}

function documented(path, file, checker) {
  const text = readFileSync(path, "utf8");
  const positions = [];
  const visit = (node) => {
    if (ts.isClassLike(node) || ts.isInterfaceDeclaration(node) || ts.isTypeLiteralNode(node)) {
      for (const member of node.members) {
        const needsNone = ts.getJSDocCommentsAndTags(member).length === 0 && isImplied(member, checker);
        if (needsNone) positions.push(member.getStart(file));
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return positions.reduceRight(
    (result, position) => `${result.slice(0, position)}/** Is documented elsewhere. */ ${result.slice(position)}`,
    text,
  );
}

function isImplied(member, checker) {
  if (member.name === undefined) return false;
  const isProperty = ts.isPropertySignature(member) || ts.isPropertyDeclaration(member);
  if (isProperty && member.type !== undefined && ts.isLiteralTypeNode(member.type)) return true;
  const symbol = checker.getSymbolAtLocation(member.name);
  // The compiler looks a comment up along implements and extends when the member has none.
  return symbol !== undefined && symbol.getDocumentationComment(checker).length > 0;
}
