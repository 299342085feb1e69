/**
 * Tells whether a variable has been initialized, where the engine does not: Node.js 20 shows a variable above whose declaration the program
 * has not come yet as one that holds `undefined`.
 *
 *   1. Parameters, variables of `catch` and `var` are initialized when anything can see them.
 *   2. A function that stands behind a declaration was made after it, unless it is hoisted to the top of the same list of statements.
 *   3. Statements run in order: when a later declaration of the same list has a value, an earlier one has run.
 *
 * What none of these shows is not known, and must not be taken for `undefined`.
 */
import type { InspectedScope } from "@millrace/core";
import type { FunctionSite } from "../script-source.js";
import { type AnyNode, partsOf } from "../syntax.js";

/** Where a name is declared. */
interface Declaration {
  readonly end: number;
  /** The list of statements that it is one of; empty for the head of a loop, behind which everything runs later. */
  readonly statements: readonly AnyNode[];
  /** False where the place tells nothing: imports, which another module initializes, and cases of a switch, which are jumped over. */
  readonly isInOrder: boolean;
}

/**
 * Tells whether a variable that reads as `undefined` holds it.
 *
 * @param scope - the scope that has the variable, with everything else that it declares
 */
export function isSurelyInitialized(
  name: string,
  site: FunctionSite,
  program: AnyNode,
  scope: InspectedScope,
): boolean {
  const declaration = declarationOf(name, site, program);
  if (declaration === undefined) return true;
  const { statements, end, isInOrder } = declaration;
  if (!isInOrder) return false;
  if (statements.length === 0) return end <= site.start;
  const around = statements.find((each) => each.start <= site.start && site.node.end <= each.end);
  if (around !== undefined && !isHoisted(around) && end <= site.start) return true;
  const later = statements.filter((each) => each.start >= end).flatMap(lexicalNames);
  if (later.length === 0) return false;
  for (const { value } of scope.read(later).values()) if (value !== undefined) return true;
  return false;
}

/** Finds the innermost declaration around a function that can be seen before it has run. */
function declarationOf(name: string, site: FunctionSite, program: AnyNode): Declaration | undefined {
  let found: Declaration | undefined;
  let current: AnyNode | undefined = program;
  while (current !== undefined && current !== site.node) {
    found = declarationInside(name, current) ?? found;
    current = partsOf(current).find((part) => part.start <= site.start && site.node.end <= part.end);
  }
  return found;
}

function declarationInside(name: string, node: AnyNode): Declaration | undefined {
  const statements = statementsOf(node);
  for (const statement of statements) {
    if (isImportOf(name, statement)) return { end: statement.end, statements: [], isInOrder: false };
    const end = endOfDeclaration(name, statement);
    if (end === undefined) continue;
    const isList = "body" in node && node.body === statements;
    return { end, statements: isList ? statements : [], isInOrder: node.type !== "SwitchStatement" };
  }
  return undefined;
}

function statementsOf(node: AnyNode): readonly AnyNode[] {
  switch (node.type) {
    case "Program":
    case "BlockStatement":
    case "StaticBlock":
      return node.body;
    case "SwitchStatement":
      return node.cases.flatMap((each) => each.consequent);
    default:
      return partsOf(node).filter(({ type }) => type === "VariableDeclaration");
  }
}

/** Gives where the declaration of a name ends in a statement; undefined when it declares none that could be seen too early. */
function endOfDeclaration(name: string, statement: AnyNode): number | undefined {
  const declaration = declarationIn(statement);
  if (declaration.type === "ClassDeclaration") return declaration.id?.name === name ? declaration.end : undefined;
  if (declaration.type !== "VariableDeclaration" || declaration.kind === "var") return undefined;
  return declaration.declarations.find(({ id }) => namesIn(id).includes(name))?.end;
}

function lexicalNames(statement: AnyNode): string[] {
  const declaration = declarationIn(statement);
  if (declaration.type === "ClassDeclaration") return declaration.id ? [declaration.id.name] : [];
  if (declaration.type !== "VariableDeclaration" || declaration.kind === "var") return [];
  return declaration.declarations.flatMap(({ id }) => namesIn(id));
}

function declarationIn(statement: AnyNode): AnyNode {
  const isExport = statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration";
  return isExport && statement.declaration ? statement.declaration : statement;
}

function isImportOf(name: string, statement: AnyNode): boolean {
  return statement.type === "ImportDeclaration" && statement.specifiers.some(({ local }) => local.name === name);
}

/** Function declarations are made before the first statement of their list runs. */
function isHoisted(statement: AnyNode): boolean {
  return declarationIn(statement).type === "FunctionDeclaration";
}

/** Lists the names that a pattern binds. */
function namesIn(pattern: AnyNode): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((each) => namesIn(each.type === "Property" ? each.value : each.argument));
    case "ArrayPattern":
      return pattern.elements.flatMap((each) => (each === null ? [] : namesIn(each)));
    case "AssignmentPattern":
      return namesIn(pattern.left);
    case "RestElement":
      return namesIn(pattern.argument);
    default:
      return [];
  }
}
