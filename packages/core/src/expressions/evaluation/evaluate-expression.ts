/**
 * Evaluates an expression over one record: the meaning of every function, rules [O80] to [O89] of the common API's SPEC.md.
 *
 * Null is the absence of a value: a function of a null is null, unless its rule says otherwise (`and`, `or`, `isNull`,
 * `isNotNull`, `coalesce`, `in`, `if`). A value of a kind that a function cannot take is INVALID_EXPRESSION; everything else
 * has a result, so that it makes no difference in what order the parts of an expression are evaluated.
 */
import { fieldValue, parseFieldPath } from "../../keys/index.js";
import type { CallNode, ExpressionNode } from "../expression-node.js";
import { absolute, add, divide, modulo, multiply, negate, rounded, subtract } from "./arithmetic.js";
import { cast } from "./cast.js";
import { asBoolean, compareOperands, invalidOperand } from "./operands.js";
import { concat, contains, endsWith, length, split, startsWith, substring, textOf } from "./text.js";

/** Returns the value of `node` for `record`; null when there is none. Throws INVALID_EXPRESSION. @beta */
export function evaluateExpression(node: ExpressionNode, record: unknown): unknown {
  switch (node.op) {
    case "column":
      return fieldValue(record, parseFieldPath(node.path));
    case "literal":
    case "parameter":
      return node.value;
    case "call":
      return evaluateCall(node, record);
  }
}

function evaluateCall(node: CallNode, record: unknown): unknown {
  switch (node.name) {
    case "and":
      return all(node, record);
    case "or":
      return any(node, record);
    case "isNull":
      return argument(node, 0, record) === null;
    case "isNotNull":
      return argument(node, 0, record) !== null;
    case "coalesce":
      return node.args.map((arg) => evaluateExpression(arg, record)).find((value) => value !== null) ?? null;
    case "in":
      return isIn(node, record);
    case "if":
      return asBoolean(argument(node, 0, record), "if") === true
        ? argument(node, 1, record)
        : argument(node, 2, record);
    default:
      return applyStrict(
        node,
        node.args.map((arg) => evaluateExpression(arg, record)),
      );
  }
}

function argument(node: CallNode, index: number, record: unknown): unknown {
  const arg = node.args[index];
  return arg === undefined ? null : evaluateExpression(arg, record);
}

/** Returns the value of a function that is null when any argument is. Throws INVALID_EXPRESSION. @internal */
export function applyStrict(node: CallNode, args: readonly unknown[]): unknown {
  if (args.includes(null)) return null;
  const [a, b] = args;
  switch (node.name) {
    case "eq":
      return compareOperands(a, b, node.name) === 0;
    case "ne":
      return compareOperands(a, b, node.name) !== 0;
    case "lt":
      return compareOperands(a, b, node.name) < 0;
    case "le":
      return compareOperands(a, b, node.name) <= 0;
    case "gt":
      return compareOperands(a, b, node.name) > 0;
    case "ge":
      return compareOperands(a, b, node.name) >= 0;
    case "not":
      return asBoolean(a, "not") === false;
    case "add":
      return add(a, b);
    case "subtract":
      return subtract(a, b);
    case "multiply":
      return multiply(a, b);
    case "divide":
      return divide(a, b);
    case "modulo":
      return modulo(a, b);
    case "negate":
      return negate(a);
    case "abs":
      return absolute(a);
    case "floor":
      return rounded(a, "floor");
    case "ceil":
      return rounded(a, "ceil");
    case "round":
      return rounded(a, "round");
    case "contains":
      return contains(a, b);
    case "startsWith":
      return startsWith(a, b);
    case "endsWith":
      return endsWith(a, b);
    case "lower":
      return textOf(a, "lower").toLowerCase();
    case "upper":
      return textOf(a, "upper").toUpperCase();
    case "trim":
      return textOf(a, "trim").trim();
    case "length":
      return length(a);
    case "concat":
      return concat(args);
    case "substring":
      return substring(args);
    case "split":
      return split(a, b);
    case "cast":
      return cast(a, node.target);
    default:
      throw invalidOperand(node.name, a, "a function that expressions have");
  }
}

/** False when any argument is false, else null when any is null, else true. */
function all(node: CallNode, record: unknown): boolean | null {
  const values = node.args.map((arg) => asBoolean(evaluateExpression(arg, record), "and"));
  return values.includes(false) ? false : values.includes(null) ? null : true;
}

/** True when any argument is true, else null when any is null, else false. */
function any(node: CallNode, record: unknown): boolean | null {
  const values = node.args.map((arg) => asBoolean(evaluateExpression(arg, record), "or"));
  return values.includes(true) ? true : values.includes(null) ? null : false;
}

/** True when an option equals the value, else null when the value or an option is null, else false. */
function isIn(node: CallNode, record: unknown): boolean | null {
  const [value, ...options] = node.args.map((arg) => evaluateExpression(arg, record));
  if (value === null) return null;
  if (options.some((option) => option !== null && compareOperands(value, option, "in") === 0)) return true;
  return options.includes(null) ? null : false;
}
