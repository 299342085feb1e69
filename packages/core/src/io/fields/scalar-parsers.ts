/**
 * Parsers of numbers and booleans that read bytes directly. Each has a path for the plain case, which is one loop, and a
 * slow one that trims blanks, knows the rest of the grammar and explains what is wrong. ASCII, UTF-8 and latin1 agree on all
 * bytes that a number can have, so these parsers serve all three.
 */
import { FieldProblem, shown } from "./field-problem.js";

/** Reads the value of the field bytes [start, end); throws a {@link FieldProblem}. @internal */
export type FieldParser<T> = (bytes: Uint8Array, start: number, end: number) => T;

const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;

const INT32_EXPECTED = "an integer from -2147483648 to 2147483647";
const INT64_EXPECTED = "an integer from -9223372036854775808 to 9223372036854775807";
const FLOAT64_EXPECTED = "a number such as 12, -0.5 or 1.2e-3, or NaN, Infinity, -Infinity";
const BOOLEAN_EXPECTED = "true, false, 1 or 0";

/** Up to this many digits every integer is a number below 2^53, and quotients by powers of ten up to 22 are rounded right. */
const MAX_EXACT_DIGITS = 15;
const POWERS_OF_TEN = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

const INTEGER = /^[+-]?\d+$/;
const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Reads a 32-bit integer. @internal */
export function parseInt32(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start];
  let at = first === MINUS || first === PLUS ? start + 1 : start;
  if (at >= end || end - at > 9) return parseInt32Slowly(bytes, start, end);
  let value = 0;
  for (; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit >>> 0 > 9) return parseInt32Slowly(bytes, start, end);
    value = value * 10 + digit;
  }
  return first === MINUS ? 0 - value : value;
}

function parseInt32Slowly(bytes: Uint8Array, start: number, end: number): number {
  const text = asciiTrimmed(bytes, start, end);
  if (!INTEGER.test(text)) throw problemOf(text, "int32", INT32_EXPECTED);
  const value = Number(text);
  if (value < -0x8000_0000 || value > 0x7fff_ffff) throw outOfRange(text, "int32", INT32_EXPECTED);
  return value + 0;
}

/** Reads a 64-bit integer. @internal */
export function parseInt64(bytes: Uint8Array, start: number, end: number): bigint {
  const first = bytes[start];
  let at = first === MINUS || first === PLUS ? start + 1 : start;
  if (at >= end || end - at > MAX_EXACT_DIGITS) return parseInt64Slowly(bytes, start, end);
  let value = 0;
  for (; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit >>> 0 > 9) return parseInt64Slowly(bytes, start, end);
    value = value * 10 + digit;
  }
  return BigInt(first === MINUS ? -value : value);
}

function parseInt64Slowly(bytes: Uint8Array, start: number, end: number): bigint {
  const text = asciiTrimmed(bytes, start, end);
  if (!INTEGER.test(text)) throw problemOf(text, "int64", INT64_EXPECTED);
  const value = BigInt(text.startsWith("+") ? text.slice(1) : text);
  if (value !== BigInt.asIntN(64, value)) throw outOfRange(text, "int64", INT64_EXPECTED);
  return value;
}

/** Reads a number. Exactly rounded, as `Number(text)` does. @internal */
export function parseFloat64(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start];
  let at = first === MINUS || first === PLUS ? start + 1 : start;
  let mantissa = 0;
  let pointAt = -1;
  const digitsStart = at;
  for (; at < end; at++) {
    const code = bytes[at]!;
    const digit = code - ZERO;
    if (digit >>> 0 <= 9) mantissa = mantissa * 10 + digit;
    else if (code === POINT && pointAt < 0) pointAt = at;
    else return parseFloat64Slowly(bytes, start, end);
  }
  const numDigits = end - digitsStart - (pointAt < 0 ? 0 : 1);
  if (numDigits <= 0 || numDigits > MAX_EXACT_DIGITS) return parseFloat64Slowly(bytes, start, end);
  // Both are exact, so that the one division rounds as it must (the fast path of Clinger's algorithm).
  const value = pointAt < 0 ? mantissa : mantissa / POWERS_OF_TEN[end - pointAt - 1]!;
  return first === MINUS ? -value : value;
}

function parseFloat64Slowly(bytes: Uint8Array, start: number, end: number): number {
  const text = asciiTrimmed(bytes, start, end);
  if (FLOAT.test(text)) return Number(text);
  switch (text.toLowerCase()) {
    case "nan":
      return Number.NaN;
    case "infinity":
    case "+infinity":
    case "inf":
    case "+inf":
      return Number.POSITIVE_INFINITY;
    case "-infinity":
    case "-inf":
      return Number.NEGATIVE_INFINITY;
    default:
      throw problemOf(text, "float64", FLOAT64_EXPECTED);
  }
}

/** Reads a boolean: true, false, 1 or 0, whatever the case. @internal */
export function parseBoolean(bytes: Uint8Array, start: number, end: number): boolean {
  const text = asciiTrimmed(bytes, start, end);
  switch (text.toLowerCase()) {
    case "true":
    case "1":
      return true;
    case "false":
    case "0":
      return false;
    default:
      throw problemOf(text, "boolean", BOOLEAN_EXPECTED);
  }
}

/** Returns the bytes as text without blanks and tabs around it; what is not ASCII is shown as one character a byte. @internal */
export function asciiTrimmed(bytes: Uint8Array, start: number, end: number): string {
  while (start < end && (bytes[start] === 0x20 || bytes[start] === 0x09)) start++;
  while (end > start && (bytes[end - 1] === 0x20 || bytes[end - 1] === 0x09)) end--;
  let text = "";
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

function problemOf(text: string, kind: string, expected: string): FieldProblem {
  if (text === "") return new FieldProblem(`The field is empty, which is no ${kind}`, expected);
  if (text === "-" || text === "+") return new FieldProblem(`A sign without digits is no ${kind}`, expected);
  return new FieldProblem(`${shown(text)} is no ${kind}`, expected);
}

function outOfRange(text: string, kind: string, expected: string): FieldProblem {
  return new FieldProblem(`${shown(text)} is out of the range of ${kind}`, expected);
}
