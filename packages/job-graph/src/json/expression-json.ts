/**
 * Expressions as JSON. Constants that JSON has no form for are objects with one field: `{ "int64": "1" }`, `{ "timestamp": 0 }` (null
 * for a date that does not exist), `{ "float64": "NaN" }` (also Infinity, -Infinity and -0).
 */
import type { CastTarget, ExpressionFunctionName, ExpressionNode, LiteralValue } from "@millrace/core";
import { entriesOf, list, malformed, object, oneOf, optional, type Reader, text } from "./readers.js";

/** How deep an expression may nest: deeper than programs write, and shallow enough for a stack. */
const MAX_DEPTH = 500;

const CAST_TARGETS = ["boolean", "int32", "int64", "float64", "string", "timestamp"] satisfies CastTarget[];

/** A table, so that the compiler tells when a function is missing. */
const FUNCTION_NAMES = Object.keys({
  eq: 0,
  ne: 0,
  lt: 0,
  le: 0,
  gt: 0,
  ge: 0,
  and: 0,
  or: 0,
  not: 0,
  add: 0,
  subtract: 0,
  multiply: 0,
  divide: 0,
  modulo: 0,
  negate: 0,
  abs: 0,
  floor: 0,
  ceil: 0,
  round: 0,
  contains: 0,
  startsWith: 0,
  endsWith: 0,
  lower: 0,
  upper: 0,
  trim: 0,
  length: 0,
  concat: 0,
  substring: 0,
  split: 0,
  isNull: 0,
  isNotNull: 0,
  coalesce: 0,
  in: 0,
  if: 0,
  cast: 0,
} satisfies Record<ExpressionFunctionName, 0>) as ExpressionFunctionName[];

/** Reads an expression. */
export const expression: Reader<ExpressionNode> = (value, path) => expressionAt(value, path, 0);

function expressionAt(value: unknown, path: string, depth: number): ExpressionNode {
  if (depth > MAX_DEPTH) throw malformed(null, path, `an expression nested at most ${MAX_DEPTH} levels deep`);
  const inner: Reader<ExpressionNode> = (each, at) => expressionAt(each, at, depth + 1);
  const op = oneOf("column", "literal", "parameter", "call");
  switch (op(entriesOf(value, path).get("op"), `${path}.op`)) {
    case "column":
      return object({ op: oneOf("column"), path: text })(value, path);
    case "literal":
      return object({ op: oneOf("literal"), value: literal })(value, path);
    case "parameter":
      return object({ op: oneOf("parameter"), name: text, value: literal })(value, path);
    case "call": {
      const { target, ...call } = object({
        op: oneOf("call"),
        name: oneOf(...FUNCTION_NAMES),
        args: list(inner),
        target: optional(oneOf(...CAST_TARGETS)),
      })(value, path);
      return target === undefined ? call : { ...call, target };
    }
  }
}

/** Reads a constant. */
export const literal: Reader<LiteralValue> = (value, path) => {
  if (value === null || typeof value === "string" || typeof value === "boolean" || typeof value === "number") {
    return value;
  }
  const [[kind, written] = ["", undefined], ...others] = [...entriesOf(value, path)];
  const read = others.length === 0 ? special(kind, written) : undefined;
  if (read === undefined) throw malformed(value, path, "a constant");
  return read;
};

function special(kind: string, written: unknown): LiteralValue | undefined {
  if (kind === "int64" && typeof written === "string" && /^-?\d{1,10000}$/.test(written)) return BigInt(written);
  if (kind === "timestamp" && (written === null || typeof written === "number")) return new Date(written ?? Number.NaN);
  if (kind === "float64" && ["NaN", "Infinity", "-Infinity", "-0"].includes(String(written))) return Number(written);
  return undefined;
}

/** Returns the JSON form of a constant. */
export function literalToJson(value: bigint | number | Date): unknown {
  if (typeof value === "bigint") return { int64: String(value) };
  if (value instanceof Date) return { timestamp: Number.isNaN(value.getTime()) ? null : value.getTime() };
  if (Number.isFinite(value) && !Object.is(value, -0)) return value;
  return { float64: Object.is(value, -0) ? "-0" : String(value) };
}
