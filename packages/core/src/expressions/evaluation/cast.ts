/** Casts of expressions. A value that has no counterpart in the target is null, never an error; rule [O88]. */
import { Decimal } from "../../types/decimal.js";
import type { CastTarget } from "../expression-node.js";
import { invalidOperand } from "./operands.js";

const INTEGER = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const SPECIAL_NUMBERS: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);
const ISO_TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** Returns `value` as a value of the target, or null. Throws INVALID_EXPRESSION for lists, rows, maps and bytes. */
export function cast(value: unknown, target: CastTarget | undefined): unknown {
  const isScalar = typeof value !== "object" || value instanceof Date || value instanceof Decimal;
  if (!isScalar) throw invalidOperand("cast", value, "a boolean, number, bigint, decimal, string or timestamp");
  switch (target) {
    case "boolean":
      return toBoolean(value);
    case "int32":
      return toInt32(value);
    case "int64":
      return toInt64(value);
    case "float64":
      return toFloat64(value);
    case "string":
      return toText(value);
    case "timestamp":
      return toTimestamp(value);
    case undefined:
      throw invalidOperand("cast", value, "a target");
  }
}

function toBoolean(value: unknown): boolean | null {
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isNaN(value) ? null : value !== 0;
  if (typeof value === "bigint") return value !== 0n;
  if (value instanceof Decimal) return value.unscaled !== 0n;
  if (value === "true") return true;
  return value === "false" ? false : null;
}

function toInt32(value: unknown): number | null {
  const whole = toInteger(value);
  return whole !== null && BigInt.asIntN(32, whole) === whole ? Number(whole) : null;
}

function toInt64(value: unknown): bigint | null {
  const whole = toInteger(value);
  return whole !== null && BigInt.asIntN(64, whole) === whole ? whole : null;
}

/** Cuts toward zero. */
function toInteger(value: unknown): bigint | null {
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value === "number") return Number.isFinite(value) ? BigInt(Math.trunc(value)) : null;
  if (typeof value === "bigint") return value;
  if (value instanceof Decimal) return value.unscaled / 10n ** BigInt(value.scale);
  if (value instanceof Date) return toInteger(value.getTime());
  if (typeof value !== "string" || !INTEGER.test(value.trim())) return null;
  return BigInt(value.trim().replace(/^\+/, ""));
}

function toFloat64(value: unknown): number | null {
  if (typeof value === "number") return value;
  if (typeof value === "boolean" || typeof value === "bigint") return Number(value);
  if (value instanceof Decimal) return value.toNumber();
  if (value instanceof Date) return value.getTime();
  if (typeof value !== "string") return null;
  const text = value.trim();
  return SPECIAL_NUMBERS.get(text) ?? (NUMBER.test(text) ? Number(text) : null);
}

function toText(value: unknown): string | null {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  return Object.is(value, -0) ? "0" : String(value);
}

/** A time without a date's zone is not taken: its meaning would depend on where the job runs. */
function toTimestamp(value: unknown): Date | null {
  if (value instanceof Date) return new Date(value.getTime());
  if (typeof value === "number" || typeof value === "bigint") return validDate(Number(value));
  if (typeof value !== "string") return null;
  const text = value.trim();
  return ISO_TIME.test(text) && isDayOfCalendar(text) ? validDate(Date.parse(text)) : null;
}

/** `Date.parse` takes February 30 for March 1; the day that it understood tells. */
function isDayOfCalendar(isoTime: string): boolean {
  return new Date(isoTime.slice(0, 10)).getUTCDate() === Number(isoTime.slice(8, 10));
}

function validDate(millis: number): Date | null {
  const date = new Date(millis);
  return Number.isNaN(date.getTime()) ? null : date;
}
