import type { CallNode, ExpressionNode, LiteralValue } from "./expression-node.js";

/** Functions that are written between their operands, with how tightly they bind: more binds tighter. */
const INFIX: ReadonlyMap<CallNode["name"], readonly [symbol: string, strength: number]> = new Map([
  ["or", ["or", 1]],
  ["and", ["and", 2]],
  ["eq", ["=", 4]],
  ["ne", ["<>", 4]],
  ["lt", ["<", 4]],
  ["le", ["<=", 4]],
  ["gt", [">", 4]],
  ["ge", [">=", 4]],
  ["add", ["+", 5]],
  ["subtract", ["-", 5]],
  ["multiply", ["*", 6]],
  ["divide", ["/", 6]],
  ["modulo", ["%", 6]],
]);
const NOT_STRENGTH = 3;
const COMPARISON_STRENGTH = 4;
const UNARY_STRENGTH = 7;
const PRIMARY_STRENGTH = 8;

/** Infix functions of which `a op (b op c)` is the same as `a op b op c`. */
const ASSOCIATIVE: ReadonlySet<string> = new Set(["and", "or"]);

/**
 * Returns an expression as people write it, such as `amount > 10 and lower(name) = "x"`. A parameter shows as `:name`, never
 * its value.
 * @public
 */
export function expressionText(node: ExpressionNode): string {
  return textOf(node, 0);
}

function textOf(node: ExpressionNode, around: number): string {
  const [text, strength] = node.op === "call" ? callText(node) : [leafText(node), PRIMARY_STRENGTH];
  return strength < around ? `(${text})` : text;
}

function leafText(node: Exclude<ExpressionNode, CallNode>): string {
  switch (node.op) {
    case "column":
      return fieldText(node.path);
    case "parameter":
      return `:${node.name}`;
    case "literal":
      return literalText(node.value);
  }
}

/** Returns a field path as it shows in plans; one that does not look like a name is put in backquotes. @internal */
export function fieldText(path: string): string {
  return /^[\p{L}\p{N}_$.*]+$/u.test(path) ? path : `\`${path}\``;
}

function literalText(value: LiteralValue): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? "timestamp NaN" : `timestamp ${value.toISOString()}`;
  return Object.is(value, -0) ? "-0" : String(value);
}

function callText(node: CallNode): [text: string, strength: number] {
  const { name, args, target } = node;
  const infix = INFIX.get(name);
  if (infix !== undefined && args.length >= 2) return [infixText(node, ...infix), infix[1]];
  const first = args[0] ?? { op: "literal", value: null };
  switch (name) {
    case "not":
      return [`not ${textOf(first, NOT_STRENGTH)}`, NOT_STRENGTH];
    case "negate":
      return [`-${textOf(first, UNARY_STRENGTH + 1)}`, UNARY_STRENGTH];
    case "isNull":
      return [`${textOf(first, COMPARISON_STRENGTH + 1)} is null`, COMPARISON_STRENGTH];
    case "isNotNull":
      return [`${textOf(first, COMPARISON_STRENGTH + 1)} is not null`, COMPARISON_STRENGTH];
    case "in":
      return [`${textOf(first, COMPARISON_STRENGTH + 1)} in (${listText(args.slice(1))})`, COMPARISON_STRENGTH];
    case "cast":
      return [`cast(${textOf(first, 0)} as ${target})`, PRIMARY_STRENGTH];
    default:
      return [`${name}(${listText(args)})`, PRIMARY_STRENGTH];
  }
}

function infixText({ name, args }: CallNode, symbol: string, strength: number): string {
  const inner = ASSOCIATIVE.has(name) ? strength : strength + 1;
  return args
    .map((arg, index) => textOf(arg, index === 0 && strength !== COMPARISON_STRENGTH ? strength : inner))
    .join(` ${symbol} `);
}

function listText(args: readonly ExpressionNode[]): string {
  return args.map((arg) => textOf(arg, 0)).join(", ");
}
