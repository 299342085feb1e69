/**
 * Compares the keys of two records where they lie, in rows of one layout or of two. What fits a slot, strings and bytes
 * are compared without decoding; other kinds are decoded. This is the readable form of `generate-compare.ts`.
 */
import { writeKey } from "../keys/canonical.js";
import { KeyBytes } from "../keys/key-bytes.js";
import { compareTyped, hasCustomType, writeTypedKey } from "../keys/typed-values.js";
import { compareValues } from "../keys/values.js";
import type { Memory } from "../memory/index.js";
import { isShortDecimal } from "./decimal-cell.js";
import { readKeyField } from "./interpret-read.js";
import { isKeyNull, locate, NULL_PARENT, type RowKey } from "./row-key.js";
import { compareBytes, compareStrings } from "./string-cell.js";
import type { SlotContent } from "./struct-layout.js";

/** Compares two records, each given by its memory and slot: negative, 0 or positive. @public */
export type RowCompare = (memoryA: Memory, slotA: number, memoryB: Memory, slotB: number) => number;

/** Returns a comparison of records by `keysA` of the one and `keysB` of the other. */
export function interpretCompare(keysA: readonly RowKey[], keysB: readonly RowKey[]): RowCompare {
  return (a, slotA, b, slotB) => {
    for (let i = 0; i < keysA.length; i++) {
      const order = compareKey(keysA[i]!, keysB[i]!, a, slotA, b, slotB);
      if (order !== 0) return keysA[i]!.isDescending ? -order : order;
    }
    return 0;
  };
}

function compareKey(keyA: RowKey, keyB: RowKey, a: Memory, slotA: number, b: Memory, slotB: number): number {
  const baseA = locate(keyA, a, slotA);
  const baseB = locate(keyB, b, slotB);
  const comparison = comparisonOf(keyA, keyB);
  if (comparison === "decoded") return compareDecoded(keyA, keyB, a, baseA, b, baseB);
  const isNullA = isKeyNull(keyA, a, baseA);
  const isNullB = isKeyNull(keyB, b, baseB);
  if (isNullA || isNullB) return Number(isNullB) - Number(isNullA);
  const atA = baseA + keyA.struct.headerSlots + keyA.field.index;
  const atB = baseB + keyB.struct.headerSlots + keyB.field.index;
  switch (comparison) {
    case "word":
      return a.i32[atA * 2]! - b.i32[atB * 2]!;
    case "number":
      return compareValues(numberAt(keyA.field.content, a, atA), numberAt(keyB.field.content, b, atB));
    case "int64":
      return compareInt64(a, atA, b, atB);
    case "string":
      return compareStrings(a, atA * 2, baseA, b, atB * 2, baseB);
    case "bytes":
      return compareBytesCells(a, atA * 2, baseA, b, atB * 2, baseB);
  }
}

/** Is how two slots are compared: which numbers they hold, or that they have to be decoded. */
export type SlotComparison = "word" | "number" | "int64" | "string" | "bytes" | "decoded";

/** Tells how the fields of two keys are compared. */
export function comparisonOf(keyA: RowKey, keyB: RowKey): SlotComparison {
  // Only the decoded value tells whether a path that goes on inside it leads to a null, as an absent field is.
  if (keyA.rest !== undefined || keyB.rest !== undefined) return "decoded";
  // A null is never compared by its word.
  if (keyA.kind === "absent" || keyB.kind === "absent") return "word";
  const a = keyA.field.content;
  const b = keyB.field.content;
  if (isNumber(a) && isNumber(b)) return a.kind === "int32" && b.kind === "int32" ? "word" : "number";
  if (a.kind !== b.kind) return "decoded";
  switch (a.kind) {
    case "boolean":
      return "word";
    case "enum":
      return String(a.type) === String((b as typeof a).type) ? "word" : "decoded";
    case "timestamp":
      return "number";
    case "int64":
    case "string":
    case "bytes":
      return a.kind;
    case "decimal": {
      const { type } = b as typeof a;
      return isShortDecimal(a.type) && isShortDecimal(type) && a.type.scale === type.scale ? "int64" : "decoded";
    }
    default:
      return "decoded";
  }
}

function isNumber(content: SlotContent): boolean {
  return content.kind === "int32" || content.kind === "float64";
}

function numberAt(content: SlotContent, memory: Memory, at: number): number {
  return content.kind === "int32" ? memory.i32[at * 2]! : memory.f64[at]!;
}

/** Compares two integers of 64 bits by their halves, because reading a bigint allocates one. */
export function compareInt64(a: Memory, atA: number, b: Memory, atB: number): number {
  const high = a.i32[atA * 2 + 1]! - b.i32[atB * 2 + 1]!;
  return high !== 0 ? high : (a.i32[atA * 2]! >>> 0) - (b.i32[atB * 2]! >>> 0);
}

/** Compares two values of kind bytes; the words of their slots are at `wordA` and `wordB`. */
export function compareBytesCells(
  a: Memory,
  wordA: number,
  baseA: number,
  b: Memory,
  wordB: number,
  baseB: number,
): number {
  return compareBytes(
    a.u8,
    baseA * 8 + a.i32[wordA]!,
    a.i32[wordA + 1]!,
    b.u8,
    baseB * 8 + b.i32[wordB]!,
    b.i32[wordB + 1]!,
  );
}

/**
 * Compares two key fields by their decoded values, in the order of their type when both have the same, and by their canonical keys when one of
 * two types has custom ones: values of these look like records and equal none. A base of {@link NULL_PARENT} stands for a null; a path that goes on
 * inside a decoded value may lead to a null too.
 */
export function compareDecoded(keyA: RowKey, keyB: RowKey, a: Memory, baseA: number, b: Memory, baseB: number): number {
  const valueA = decodeKey(keyA, a, baseA);
  const valueB = decodeKey(keyB, b, baseB);
  const haveOneType =
    keyA.rest === undefined && keyB.rest === undefined && String(keyA.field.type) === String(keyB.field.type);
  if (haveOneType) return compareTyped(keyA.field.type, valueA, valueB);
  if (!isOfCustomType(keyA) && !isOfCustomType(keyB)) return compareValues(valueA, valueB);
  return compareValues(keyBytesOf(keyA, valueA), keyBytesOf(keyB, valueB));
}

function isOfCustomType({ rest, field }: RowKey): boolean {
  return rest === undefined && hasCustomType(field.type);
}

function keyBytesOf({ rest, field }: RowKey, value: unknown): Uint8Array {
  const out = new KeyBytes();
  if (rest === undefined) writeTypedKey(out, field.type, value);
  else writeKey(out, value);
  return out.take();
}

/** Reads the value of a key whose field stands in the struct at slot `base`; below {@link NULL_PARENT} it is null. */
export function decodeKey(key: RowKey, memory: Memory, base: number): unknown {
  return base === NULL_PARENT ? null : readKeyField(key, memory, base);
}
