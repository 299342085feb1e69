import { MillraceError } from "../../errors/index.js";
import { type AnyType, Decimal } from "../../types/index.js";
import type { TextCoding } from "../text-decoding.js";
import { FieldProblem, shown } from "./field-problem.js";
import {
  asciiTrimmed,
  type FieldParser,
  parseBoolean,
  parseFloat64,
  parseInt32,
  parseInt64,
} from "./scalar-parsers.js";

const TIMESTAMP =
  /^([+-]?\d{4,6})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(?:Z|UTC|([+-])(\d{2}):?(\d{2}))?$/i;
const TIMESTAMP_EXPECTED = "a date or time such as 2024-02-29 or 2024-02-29T12:30:00.5Z";

/** Types that a field of text can have without being JSON. @internal */
export function isFieldType(type: AnyType): boolean {
  switch (type.kind) {
    case "array":
    case "map":
    case "row":
    case "tuple":
    case "variant":
      return false;
    case "nullable":
    case "optional":
      return isFieldType(type.inner);
    default:
      return true;
  }
}

/**
 * Returns the parser of a scalar type; undefined for types that are not one field of text. Nullable and optional types get
 * the parser of what they wrap: what stands for null is for the caller to say.
 * @internal
 */
export function fieldParser(type: AnyType, coding: TextCoding): FieldParser<unknown> | undefined {
  switch (type.kind) {
    case "boolean":
      return parseBoolean;
    case "int32":
      return parseInt32;
    case "int64":
      return parseInt64;
    case "float64":
      return parseFloat64;
    case "string":
    case "any":
      return coding.decode;
    case "timestamp":
      return parseTimestamp;
    case "decimal":
      return decimalParser(type.precision, type.scale);
    case "enum":
      return enumParser(type.values, coding);
    case "bytes":
      return parseBase64;
    case "custom":
      return (bytes, start, end) => type.serializer.deserialize(parseBase64(bytes, start, end));
    case "nullable":
    case "optional":
      return fieldParser(type.inner, coding);
    default:
      return undefined;
  }
}

/**
 * Reads a date, or a date and time, of ISO 8601. A blank may stand for the `T`. Without a zone it is UTC, so that a file means the
 * same on every machine. Fractions beyond milliseconds are cut off.
 * @internal
 */
export function parseTimestamp(bytes: Uint8Array, start: number, end: number): Date {
  const text = asciiTrimmed(bytes, start, end);
  // What an invalid Date turns into when it is written.
  if (text === "Invalid Date") return new Date(Number.NaN);
  const match = TIMESTAMP.exec(text);
  if (match === null) throw new FieldProblem(`${shown(text)} is no timestamp`, TIMESTAMP_EXPECTED);
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", sign, zoneHour, zoneMinute] = match;
  const fields = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const time = new Date(0);
  time.setUTCFullYear(fields[0], fields[1] - 1, fields[2]);
  const isDate = time.getUTCMonth() === fields[1] - 1 && time.getUTCDate() === fields[2];
  if (!isDate || fields[3] > 23 || fields[4] > 59 || fields[5] > 59) {
    throw new FieldProblem(`${shown(text)} names a moment that does not exist`, TIMESTAMP_EXPECTED);
  }
  time.setUTCHours(fields[3], fields[4], fields[5], Number(fraction.padEnd(3, "0").slice(0, 3)));
  if (sign === undefined) return time;
  const zoneMs = (Number(zoneHour) * 60 + Number(zoneMinute)) * 60_000;
  return new Date(time.getTime() + (sign === "-" ? zoneMs : -zoneMs));
}

function decimalParser(precision: number, scale: number): FieldParser<Decimal> {
  const expected = `a decimal of at most ${precision} digits, ${scale} of them after the point`;
  return (bytes, start, end) => {
    const text = asciiTrimmed(bytes, start, end);
    let value: Decimal;
    try {
      value = Decimal.of(text).withScale(scale);
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error;
      throw new FieldProblem(`${shown(text)} is no decimal(${precision}, ${scale})`, expected);
    }
    const digits = value.unscaled < 0n ? -value.unscaled : value.unscaled;
    if (digits.toString().length > precision) {
      throw new FieldProblem(`${shown(text)} is out of the range of decimal(${precision}, ${scale})`, expected);
    }
    return value;
  };
}

function enumParser(values: readonly string[], coding: TextCoding): FieldParser<string> {
  // The declared strings themselves are returned, so that equal values are one string.
  const known = new Map(values.map((value) => [value, value]));
  return (bytes, start, end) => {
    const text = coding.decode(bytes, start, end);
    const value = known.get(text) ?? known.get(text.trim());
    if (value !== undefined) return value;
    throw new FieldProblem(`${shown(text)} is none of the values of the enum`, values.map(shown).join(", "));
  };
}

/** Reads bytes written as base64. @internal */
export function parseBase64(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const text = asciiTrimmed(bytes, start, end);
  const decoded = decodeBase64(text);
  if (decoded === undefined) throw new FieldProblem(`${shown(text)} is no base64`, "bytes in base64, such as SGVsbG8=");
  return decoded;
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_VALUES = new Map([...BASE64].map((character, value) => [character, value]));

/** Decodes base64 (RFC 4648) with its padding; undefined when the text is none. @internal */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let bits = 0;
  let numBits = 0;
  let at = 0;
  for (let i = 0; i < text.length - padding; i++) {
    const value = BASE64_VALUES.get(text[i]!);
    if (value === undefined) return undefined;
    bits = ((bits << 6) | value) & 0xffff;
    numBits += 6;
    if (numBits < 8) continue;
    numBits -= 8;
    bytes[at++] = bits >>> numBits;
  }
  return bytes;
}

/** Encodes bytes in base64 (RFC 4648) with padding. @internal */
export function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const bits = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const left = bytes.length - i;
    text += BASE64[bits >>> 18]! + BASE64[(bits >>> 12) & 63]!;
    text += left > 1 ? BASE64[(bits >>> 6) & 63]! : "=";
    text += left > 2 ? BASE64[bits & 63]! : "=";
  }
  return text;
}
