/**
 * Canonical key bytes of values as JavaScript has them. Generated code writes the same bytes straight from a row; this is
 * the form that is read to understand it. The format is drawn in `key-format.ts`.
 */
import { MillraceError } from "../errors/index.js";
import type { Decimal } from "../types/decimal.js";
import type { CustomType } from "../types/type-information.js";
import { KeyBytes } from "./key-bytes.js";
import {
  TAG_ARRAY,
  TAG_BIGINT,
  TAG_BIGINT_ABOVE,
  TAG_BIGINT_BELOW,
  TAG_BYTES,
  TAG_CUSTOM,
  TAG_DECIMAL_NEGATIVE,
  TAG_DECIMAL_POSITIVE,
  TAG_DECIMAL_ZERO,
  TAG_END,
  TAG_FALSE,
  TAG_FIELD,
  TAG_MAP,
  TAG_ROW,
  TAG_STRING,
  TAG_TRUE,
} from "./key-format.js";
import { valueKindOf } from "./value-kind.js";
import { sortedEntries } from "./values.js";

/**
 * Returns the canonical key bytes of a record value: equal for two values exactly when `equalValues` says so, and in
 * unsigned lexicographic order exactly as `compareValues` orders them. The bytes of several keys may be joined without a
 * separator. The caller owns the result. Throws RECORD_NOT_DATA for functions and symbols.
 * @public
 */
export function canonicalKeyBytes(value: unknown): Uint8Array<ArrayBuffer> {
  const out = new KeyBytes();
  writeKey(out, value);
  return out.take();
}

/** Appends the canonical key bytes of `value`. @internal */
export function writeKey(out: KeyBytes, value: unknown): void {
  switch (valueKindOf(value)) {
    case "null":
      out.null();
      break;
    case "boolean":
      out.byte(value === true ? TAG_TRUE : TAG_FALSE);
      break;
    case "number":
      out.number(value as number);
      break;
    case "bigint":
      writeBigintKey(out, value as bigint);
      break;
    case "decimal":
      writeDecimalKey(out, (value as Decimal).unscaled, (value as Decimal).scale);
      break;
    case "string":
      out.byte(TAG_STRING);
      out.text(value as string);
      break;
    case "timestamp":
      out.timestamp((value as Date).getTime());
      break;
    case "bytes":
      out.byte(TAG_BYTES);
      out.escaped(value as Uint8Array, 0, (value as Uint8Array).length);
      break;
    case "array":
      writeArrayKey(out, TAG_ARRAY, value as unknown[]);
      break;
    case "row":
      writeRowKey(out, value as Record<string, unknown>);
      break;
    case "map":
      writeArrayKey(out, TAG_MAP, sortedEntries(value as Map<unknown, unknown>));
      break;
  }
}

function writeArrayKey(out: KeyBytes, tag: number, elements: readonly unknown[]): void {
  out.byte(tag);
  for (let i = 0; i < elements.length; i++) writeKey(out, elements[i]);
  out.byte(TAG_END);
}

function writeRowKey(out: KeyBytes, row: Record<string, unknown>): void {
  out.byte(TAG_ROW);
  for (const name of Object.keys(row).sort()) {
    const value = row[name];
    if (value === undefined || value === null) continue;
    writeFieldName(out, name);
    writeKey(out, value);
  }
  out.byte(TAG_END);
}

/** Appends what stands before a field's value in the key of a row. @internal */
export function writeFieldName(out: KeyBytes, name: string): void {
  out.byte(TAG_FIELD);
  const from = out.length;
  out.text(name);
  out.flipFrom(from);
}

/** Appends the key of a bigint of any size. @internal */
export function writeBigintKey(out: KeyBytes, value: bigint): void {
  if (BigInt.asIntN(64, value) === value) {
    out.byte(TAG_BIGINT);
    out.int64(value);
    return;
  }
  out.byte(value < 0n ? TAG_BIGINT_BELOW : TAG_BIGINT_ABOVE);
  const from = out.length;
  const hex = (value < 0n ? -value : value).toString(16);
  const numBytes = (hex.length + 1) >> 1;
  const padded = hex.padStart(numBytes * 2, "0");
  out.uint32(numBytes);
  for (let i = 0; i < numBytes; i++) out.byte(Number.parseInt(padded.slice(i * 2, i * 2 + 2), 16));
  if (value < 0n) out.flipFrom(from);
}

/** Appends the key of the decimal `unscaled / 10^scale`; equal values give equal keys whatever their scale. @internal */
export function writeDecimalKey(out: KeyBytes, unscaled: bigint, scale: number): void {
  if (unscaled === 0n) {
    out.byte(TAG_DECIMAL_ZERO);
    return;
  }
  const all = (unscaled < 0n ? -unscaled : unscaled).toString();
  const digits = all.replace(/0+$/, "");
  out.byte(unscaled < 0n ? TAG_DECIMAL_NEGATIVE : TAG_DECIMAL_POSITIVE);
  const from = out.length;
  out.uint32((all.length - scale) ^ (1 << 31));
  out.text(digits);
  if (unscaled < 0n) out.flipFrom(from);
}

/** Appends the key of a value of a custom type; throws INVALID_KEY when the type has no key bytes. @internal */
export function writeCustomKey(out: KeyBytes, type: CustomType, value: unknown): void {
  const bytes = customKeyBytes(type, value);
  out.byte(TAG_CUSTOM);
  out.text(type.name);
  out.escaped(bytes, 0, bytes.length);
}

/** Returns the key bytes that a custom type gives to `value`; throws INVALID_KEY when it gives none. @internal */
export function customKeyBytes(type: CustomType, value: unknown): Uint8Array {
  if (type.serializer.keyBytes !== undefined) return type.serializer.keyBytes(value);
  throw new MillraceError({
    code: "INVALID_KEY",
    what: `The custom type ${JSON.stringify(type.name)} can't be a key`,
    expected: "a serializer with keyBytes, which gives equality and order to its values",
    fix: "Add keyBytes to the type's serializer, or use a key selector that returns a plain value.",
  });
}
