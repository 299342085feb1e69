import type { KeyPart, Keys, Operator, Order, Ordering, Partitioner } from "@millrace/common-api";
import { type Expression, type FieldPath, isExpression, parseFieldPath, resolveField } from "@millrace/core";
import { expressionOf } from "../expressions/expression-of.js";
import { userFunction } from "../functions/user-functions.js";
import { describe, type OperatorCall } from "../operators/operator-call.js";
import { declaredTypeOf } from "./declared-type.js";

const WHOLE_RECORD: KeyPart = { kind: "field", path: "*" };

/** An arrow function that returns its only parameter. */
const IDENTITY = /^\(?\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*\)?\s*=>\s*\1$/u;

const ORDERS: ReadonlySet<unknown> = new Set(["ascending", "descending"]);

/**
 * Reads the parts of a key as users give them. Equal field paths count once, wherever they stand (B081). Throws INVALID_KEY,
 * or UNKNOWN_FIELD when the type of the records was declared and has no such field.
 * @internal
 */
export function keysOf(given: readonly unknown[], input: Operator, call: OperatorCall): Keys {
  if (given.length === 0) {
    throw call.error({
      code: "INVALID_KEY",
      what: "The key is empty",
      expected: "at least one field or key selector",
      fix: 'Name a field, such as "id", a position of a tuple, such as 0, or write a key selector: (record) => record.id.',
    });
  }
  const parts: KeyPart[] = [];
  const seen = new Set<string>();
  for (const part of given) {
    const key = keyPartOf(part, input, call);
    if (key.kind === "field") {
      if (seen.has(key.path)) continue;
      seen.add(key.path);
    }
    parts.push(key);
  }
  return parts;
}

/** Reads one part of a key. @internal */
export function keyPartOf(given: unknown, input: Operator, call: OperatorCall): KeyPart {
  if (typeof given === "string" || typeof given === "number") {
    return { kind: "field", path: fieldOf(given, input, call).text };
  }
  if (typeof given === "function") {
    return { kind: "selector", function: userFunction(given, { method: "getKey", result: "record" }, call) };
  }
  if (isExpression(given)) return expressionKey(given, input, call);
  throw call.error({
    code: "INVALID_KEY",
    what: `A part of the key is ${describe(given)}`,
    expected: "a field path, a position, a key selector or an expression",
  });
}

// A column under its own name is a field; only then do engines see that two keys are the same.
function expressionKey(given: Expression<unknown, unknown>, input: Operator, call: OperatorCall): KeyPart {
  const expression = expressionOf(given, input, call);
  if (expression.op === "column" && given.alias === undefined) return { kind: "field", path: expression.path };
  return { kind: "expression", expression, name: given.alias };
}

/** Reads a field path and holds it against the declared type of the records. @internal */
export function fieldOf(given: unknown, input: Operator, call: OperatorCall): FieldPath {
  if (typeof given !== "string" && typeof given !== "number") {
    throw call.error({
      code: "INVALID_KEY",
      what: `A field is ${describe(given)}`,
      expected: "a field path or a position",
    });
  }
  return call.check(() => {
    const path = parseFieldPath(given);
    const type = declaredTypeOf(input);
    if (type !== undefined) resolveField(type, path);
    return path;
  });
}

/** Reads fields, such as those of a projection; throws INVALID_ARGUMENT for none. @internal */
export function fieldsOf(given: readonly unknown[], input: Operator, call: OperatorCall): readonly FieldPath[] {
  if (given.length > 0) return given.map((field) => fieldOf(field, input, call));
  throw call.error({
    code: "INVALID_ARGUMENT",
    what: "No field is named",
    expected: "at least one field path or position",
  });
}

/** Reads an order. @internal */
export function orderOf(given: unknown, call: OperatorCall): Order {
  if (ORDERS.has(given)) return given as Order;
  throw call.error({
    code: "INVALID_ARGUMENT",
    what: `The order is ${describe(given)}`,
    expected: '"ascending" or "descending"',
  });
}

/** Reads a key part and an order. @internal */
export function orderingOf(key: unknown, order: unknown, input: Operator, call: OperatorCall): Ordering {
  return [{ key: isIdentity(key) ? WHOLE_RECORD : keyPartOf(key, input, call), order: orderOf(order, call) }];
}

/**
 * Tells whether a selector is written as one that returns its record. Its order is that of whole records, which no key in front of each
 * record is needed for; `sortPartition((line) => line)` is how lines of text are sorted.
 */
function isIdentity(key: unknown): boolean {
  return typeof key === "function" && IDENTITY.test(Function.prototype.toString.call(key));
}

/** Checks a partitioner and that the key has the one part that it takes (B042, B053, B077). @internal */
export function partitionerOf(given: unknown, keys: Keys, call: OperatorCall): Partitioner<unknown> {
  if (typeof given !== "function") {
    throw call.error({
      code: "INVALID_FUNCTION",
      what: `The partitioner is ${describe(given)}`,
      expected: "a function (key, numPartitions) => index",
    });
  }
  if (keys.length === 1) return given as Partitioner<unknown>;
  throw call.error({
    code: "INVALID_KEY",
    what: `A custom partitioner is used with a key of ${keys.length} parts`,
    expected: "a key of one part",
    fix: "Use a key selector that returns what the partitioner needs: (record) => [record.a, record.b].",
  });
}
