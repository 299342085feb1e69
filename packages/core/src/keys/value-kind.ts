import { MillraceError } from "../errors/index.js";
import { Decimal } from "../types/decimal.js";

/** Names what a value of a record is. `undefined` is null. @public */
export type ValueKind =
  | "null"
  | "boolean"
  | "number"
  | "bigint"
  | "decimal"
  | "string"
  | "timestamp"
  | "bytes"
  | "array"
  | "row"
  | "map";

/**
 * The kinds in order: a value of an earlier kind sorts before every value of a later one. The tags of canonical key bytes
 * ascend with them, so the order never changes.
 */
const KINDS_IN_ORDER: readonly ValueKind[] = [
  "null",
  "boolean",
  "number",
  "bigint",
  "decimal",
  "string",
  "timestamp",
  "bytes",
  "array",
  "row",
  "map",
];

const RANKS: ReadonlyMap<ValueKind, number> = new Map(KINDS_IN_ORDER.map((kind, index) => [kind, index]));

/** Returns the position of `kind` in the order of the kinds; null is 0. @internal */
export function rankOfKind(kind: ValueKind): number {
  return RANKS.get(kind)!;
}

/**
 * Tells what `value` is. An object that is no date, bytes, decimal, map or array counts as a row of its own fields.
 * Throws RECORD_NOT_DATA for functions and symbols.
 * @internal
 */
export function valueKindOf(value: unknown): ValueKind {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
    case "bigint":
      return typeof value as ValueKind;
    case "undefined":
      return "null";
    case "object":
      return value === null ? "null" : objectKindOf(value);
    default:
      throw new MillraceError({
        code: "RECORD_NOT_DATA",
        what: `A ${typeof value} can't be compared`,
        expected: "data: null, booleans, numbers, strings, dates, bytes, decimals, arrays, maps and plain objects",
      });
  }
}

function objectKindOf(value: object): ValueKind {
  if (Array.isArray(value)) return "array";
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return "row";
  if (value instanceof Decimal) return "decimal";
  if (isDate(value)) return "timestamp";
  if (isMap(value)) return "map";
  if (isBytes(value)) return "bytes";
  return "row";
}

// `instanceof` misses objects of another realm, which test runners and vm contexts make; the brand survives them.
function brandOf(value: object): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}

/** Tells whether `value` is a Date, of this realm or another. @internal */
export function isDate(value: unknown): value is Date {
  return value instanceof Date || (typeof value === "object" && value !== null && brandOf(value) === "Date");
}

/** Tells whether `value` is a Map, of this realm or another. @internal */
export function isMap(value: unknown): value is Map<unknown, unknown> {
  return value instanceof Map || (typeof value === "object" && value !== null && brandOf(value) === "Map");
}

/** Tells whether `value` is a Uint8Array or a Buffer, of this realm or another. @internal */
export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || (ArrayBuffer.isView(value) && brandOf(value) === "Uint8Array");
}
