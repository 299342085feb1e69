import { canonicalKeyBytes, equalValues, type Memory, type TableHashSeed, tableHashOfBytes } from "@millrace/core";
import { KEY_FIELD_KINDS, KEY_FIELD_WORDS, MAX_KEY_UNITS } from "./kernel-layouts.js";

/** Is where the fields of a key are described. */
export interface KeyFields {
  readonly fields: number;
  readonly numFields: number;
}

/** Writes the table hashes of keys of rows; returns the first row whose strings are too long. */
export function keyHashes(
  memory: Memory,
  keyFields: KeyFields,
  pointers: number,
  from: number,
  numRows: number,
  seed: TableHashSeed,
  hashes: number,
): number {
  const { i32 } = memory;
  for (let i = from; i < numRows; i++) {
    const values = keyOf(memory, keyFields, i32[pointers * 2 + i]!);
    const numUnits = values.reduce<number>((sum, value) => sum + (typeof value === "string" ? value.length : 0), 0);
    if (numUnits > MAX_KEY_UNITS) return i;
    const bytes = values.flatMap((value) => [...canonicalKeyBytes(value)]);
    i32[hashes * 2 + i] = tableHashOfBytes(Uint8Array.from(bytes), bytes.length, seed);
  }
  return numRows;
}

/** Tells whether the keys of two rows are equal. */
export function areKeysEqual(memory: Memory, keyFields: KeyFields, a: number, b: number): boolean {
  return equalValues(keyOf(memory, keyFields, a), keyOf(memory, keyFields, b));
}

/** Returns the values of the fields of a key. */
function keyOf(memory: Memory, { fields, numFields }: KeyFields, row: number): unknown[] {
  const { i32 } = memory;
  return Array.from({ length: numFields }, (_, i) => {
    const field = fields * 2 + i * KEY_FIELD_WORDS;
    const isNull = (i32[row * 2 + i32[field + 2]!]! & i32[field + 3]!) !== 0;
    return isNull ? null : fieldOf(memory, i32[field]!, row, row + i32[field + 1]!);
  });
}

function fieldOf(memory: Memory, kind: number, row: number, slot: number): unknown {
  const { i32, f64, i64 } = memory;
  switch (kind) {
    case KEY_FIELD_KINDS.int32:
      return i32[slot * 2];
    case KEY_FIELD_KINDS.float64:
      return f64[slot];
    case KEY_FIELD_KINDS.int64:
      return i64[slot];
    case KEY_FIELD_KINDS.timestamp:
      return new Date(f64[slot]!);
    case KEY_FIELD_KINDS.boolean:
      return i32[slot * 2] === 1;
    default:
      return textOf(memory, row, slot);
  }
}

/** Reads a string: its offset from the row, and its length with the bit that says whether units take two bytes. */
function textOf({ i32, u8, u16 }: Memory, row: number, slot: number): string {
  const tag = i32[slot * 2 + 1]!;
  const from = row * 8 + i32[slot * 2]!;
  const isUtf16 = (tag & 1) !== 0;
  const units = isUtf16 ? u16.subarray(from / 2, from / 2 + (tag >> 2)) : u8.subarray(from, from + (tag >> 1));
  return Array.from(units, (unit) => String.fromCharCode(unit)).join("");
}
