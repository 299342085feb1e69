/**
 * Finds the home object of a method of an object literal, which is where `super` starts from. The engine does not show it, and objects
 * share methods: `{ ...base }` has those of `base`, at home there. It is certain where the literal is all that its variable ever holds
 * and the method sees that variable.
 */
import { type AnyNode, isFunctionNode, partsOf } from "../syntax.js";
import { readScopes } from "./captured-variables.js";
import type { FunctionSource } from "./function-sources.js";

/** Gives the home object of a method; undefined when it is not certain. */
export function homeOf(method: object, { inspected, known, site }: FunctionSource): object | undefined {
  const around = nodesAround(site.node, known.parsed!.program);
  const name = variableOf(around);
  if (name === undefined || !isBoundOnce(name, around)) return undefined;
  const home = readScopes(inspected.scopes, [name]).get(name);
  if (typeof home !== "object" || home === null) return undefined;
  const descriptors = Object.values(Object.getOwnPropertyDescriptors(home));
  return descriptors.some(({ value, get, set }) => value === method || get === method || set === method)
    ? home
    : undefined;
}

/** Lists the nodes around a node, from the whole script to the innermost. */
export function nodesAround(node: AnyNode, program: AnyNode): AnyNode[] {
  const around: AnyNode[] = [];
  let current: AnyNode | undefined = program;
  while (current !== undefined && current !== node) {
    around.push(current);
    current = partsOf(current).find((part) => part.start <= node.start && node.end <= part.end);
  }
  return around;
}

/** Gives the variable that is declared with the literal around a method. */
function variableOf(around: readonly AnyNode[]): string | undefined {
  const [declarator, literal] = around.slice(-2);
  if (declarator?.type !== "VariableDeclarator" || literal?.type !== "ObjectExpression") return undefined;
  return declarator.init === literal && declarator.id.type === "Identifier" ? declarator.id.name : undefined;
}

/**
 * Tells whether a name means one variable, which holds one value: it is bound once in the innermost function around it, inner functions
 * included, and not at all in those further out. One that the engine has optimized away would else be mistaken for an outer one.
 */
function isBoundOnce(name: string, around: readonly AnyNode[]): boolean {
  const innermost = around.findLastIndex((node) => isFunctionNode(node) || node.type === "Program");
  if (numBindings(name, around[innermost]!, true) !== 1) return false;
  return around.slice(0, innermost).every((node) => numBindings(name, node, false) === 0);
}

/** Counts what binds or assigns a name in a node: in a function around it, and `isDeep` in inner ones too. */
export function numBindings(name: string, node: AnyNode, isDeep: boolean): number {
  let count = bindingsIn(node).reduce((sum, target) => sum + countName(name, target), 0);
  for (const part of partsOf(node)) {
    if (isDeep || !isFunctionNode(part)) count += numBindings(name, part, isDeep);
    else if (part.type === "FunctionDeclaration" && part.id?.name === name) count++;
  }
  return count;
}

/** Lists what a node declares or assigns: names, patterns and what stands in them. */
function bindingsIn(node: AnyNode): readonly AnyNode[] {
  switch (node.type) {
    case "VariableDeclarator":
      return [node.id];
    case "AssignmentExpression":
    case "ForInStatement":
    case "ForOfStatement":
      return node.left.type === "VariableDeclaration" ? [] : [node.left];
    case "UpdateExpression":
      return [node.argument];
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      return [...(node.id ? [node.id] : []), ...node.params];
    case "ClassDeclaration":
    case "ClassExpression":
      return node.id ? [node.id] : [];
    case "CatchClause":
      return node.param ? [node.param] : [];
    case "ImportSpecifier":
    case "ImportDefaultSpecifier":
    case "ImportNamespaceSpecifier":
      return [node.local];
    default:
      return [];
  }
}

function countName(name: string, node: AnyNode): number {
  if (node.type === "Identifier") return node.name === name ? 1 : 0;
  if (node.type === "MemberExpression") return 0;
  return partsOf(node).reduce((sum, part) => sum + countName(name, part), 0);
}
