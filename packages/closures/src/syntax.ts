/** The few facts about acorn's syntax tree that every part of the analysis shares. */
import type * as acorn from "acorn";

/** Any node of the tree. */
export type AnyNode = acorn.AnyNode;

/** A function of any spelling; a method is the function expression that it holds. */
export type FunctionNode =
  | acorn.FunctionDeclaration
  | acorn.AnonymousFunctionDeclaration
  | acorn.FunctionExpression
  | acorn.ArrowFunctionExpression;

/** A class of any spelling. */
export type ClassNode = acorn.ClassDeclaration | acorn.AnonymousClassDeclaration | acorn.ClassExpression;

/** A statement or, at the top of a module, an import or export. */
export type StatementNode = acorn.Statement | acorn.ModuleDeclaration;

export function isFunctionNode(node: AnyNode): node is FunctionNode {
  return (
    node.type === "FunctionExpression" || node.type === "FunctionDeclaration" || node.type === "ArrowFunctionExpression"
  );
}

export function isClassNode(node: AnyNode): node is ClassNode {
  return node.type === "ClassExpression" || node.type === "ClassDeclaration";
}

/** Says whether the body of a function starts with a `"use strict"` directive. */
export function hasUseStrict(node: FunctionNode): boolean {
  return node.body.type === "BlockStatement" && startsWithUseStrict(node.body.body);
}

/** Says whether a statement list starts with directives of which one is `"use strict"`. */
export function startsWithUseStrict(statements: readonly AnyNode[]): boolean {
  for (const statement of statements) {
    if (statement.type !== "ExpressionStatement" || statement.directive === undefined) return false;
    if (statement.directive === "use strict") return true;
  }
  return false;
}

/** Gives the name of a key that is not computed: `a`, `"a b"`, `1`, `#p`. */
export function literalKey(key: AnyNode): string | undefined {
  if (key.type === "Identifier") return key.name;
  if (key.type === "PrivateIdentifier") return `#${key.name}`;
  if (key.type === "Literal") return typeof key.value === "bigint" ? key.value.toString() : String(key.value);
  return undefined;
}

/** Gives the property name of a computed key when the text fixes it: `["a"]`, `[0]`, and a template without holes. */
export function constantKey(key: AnyNode): string | undefined {
  if (key.type === "Literal" && (typeof key.value === "string" || typeof key.value === "number")) {
    return String(key.value);
  }
  if (key.type === "TemplateLiteral" && key.expressions.length === 0) return key.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}

/** Gives the property that a member expression names, when the text fixes it. */
export function staticProperty(node: acorn.MemberExpression): string | undefined {
  if (node.computed) return constantKey(node.property);
  return node.property.type === "Identifier" ? node.property.name : undefined;
}

/** Lists the keys that an object pattern takes, or undefined when a rest element or a computed key hides some. */
export function staticKeys(pattern: acorn.ObjectPattern): string[] | undefined {
  const keys: string[] = [];
  for (const property of pattern.properties) {
    if (property.type === "RestElement") return undefined;
    const key = property.computed ? constantKey(property.key) : literalKey(property.key);
    if (key === undefined) return undefined;
    keys.push(key);
  }
  return keys;
}

/** Lists the nodes directly inside a node, whatever they are. */
export function partsOf(node: AnyNode): AnyNode[] {
  const parts: AnyNode[] = [];
  for (const key in node) {
    const child = node[key as keyof typeof node] as unknown;
    if (Array.isArray(child)) parts.push(...child.filter(isNode));
    else if (isNode(child)) parts.push(child);
  }
  return parts;
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
