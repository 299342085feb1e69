/**
 * Writes records by walking their layout: the readable form of what `generate-write.ts` turns into code, and its stand-in
 * where code may not be generated. `row-format.ts` draws the bytes.
 */
import { isBytes, isDate, isMap } from "../keys/value-kind.js";
import { DOES_NOT_FIT, type Memory, type RecordWriter } from "../memory/index.js";
import { fitDecimal, ownValue } from "../records/conform-record.js";
import { Decimal } from "../types/decimal.js";
import { writeAny } from "./any-cell.js";
import { writeBytes } from "./bytes-cell.js";
import { isShortDecimal, writeLongDecimal } from "./decimal-cell.js";
import { mismatch } from "./plain-row.js";
import {
  ABSENT_MARK,
  ARRAY_LENGTH_WORD,
  ARRAY_NULLS_WORD,
  arrayHeaderSlots,
  NULLS_WORD,
  SIZE_WORD,
} from "./row-format.js";
import { writeString } from "./string-cell.js";
import type { Slot, StructLayout } from "./struct-layout.js";

/**
 * Returns a writer of records of `struct`, which throws what `errorOf` makes of the error for other records. One that
 * `isExact` also refuses what the type would lose: fields that it does not name, fields that are absent where it has null,
 * prototypes, and a -0 as int32.
 */
export function interpretWriter(
  struct: StructLayout,
  errorOf: (error: unknown, record: unknown) => unknown,
  isExact = false,
): RecordWriter {
  return (record, memory, slot, limit) => {
    try {
      if (isExact && !losesNothing(record, { ...struct, content: { kind: "struct", struct } })) mismatch();
      return writeStruct(struct, record, memory, slot, limit);
    } catch (error) {
      throw errorOf(error, record);
    }
  };
}

/** Tells whether a record that fits `slot` is all in it: a question apart here, part of the writer in generated code. */
function losesNothing(value: unknown, slot: Pick<Slot, "content">): boolean {
  const { content } = slot;
  if (value === null || value === undefined) return true;
  switch (content.kind) {
    case "int32":
      return !Object.is(value, -0);
    case "struct":
      return fieldsLoseNothing(value, content.struct);
    case "array":
      return !Array.isArray(value) || value.every((element) => losesNothing(element, content.element));
    case "map":
      return (
        !isMap(value) ||
        [...value].every(([key, item]) => losesNothing(key, content.keys) && losesNothing(item, content.values))
      );
    default:
      return true;
  }
}

function fieldsLoseNothing(value: unknown, struct: StructLayout): boolean {
  if (struct.shape === "value") return losesNothing(value, struct.fields[0]!);
  if (struct.shape === "tuple") {
    return !Array.isArray(value) || struct.fields.every((field) => losesNothing(value[field.index], field));
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  const names = new Set(struct.fields.map((field) => field.name));
  return (
    Object.entries(value as object).every(([name, item]) => names.has(name) || item === undefined) &&
    struct.fields.every((field) => {
      const item = ownValue(value as object, field.name);
      return item === undefined ? field.isOptional : losesNothing(item, field);
    })
  );
}

function writeStruct(struct: StructLayout, value: unknown, memory: Memory, base: number, limit: number): number {
  let end = base + struct.fixedSlots;
  if (end > limit) return DOES_NOT_FIT;
  const values = fieldValues(struct, value);
  clearWords(memory, base, base + struct.headerSlots);
  for (const field of struct.fields) {
    const at = base + struct.headerSlots + field.index;
    const nullBits = base * 2 + NULLS_WORD;
    end = writeSlot(field, values[field.index], memory, { at, nullBits, index: field.index, base }, end, limit);
    if (end === DOES_NOT_FIT) return DOES_NOT_FIT;
  }
  memory.i32[base * 2 + SIZE_WORD] = (end - base) * 8;
  return end;
}

function fieldValues(struct: StructLayout, value: unknown): readonly unknown[] {
  if (struct.shape === "value") return [value];
  if (struct.shape === "tuple") {
    return Array.isArray(value) && value.length === struct.fields.length ? value : mismatch();
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return mismatch();
  return struct.fields.map((field) => ownValue(value, field.name));
}

function clearWords(memory: Memory, fromSlot: number, toSlot: number): void {
  memory.i32.fill(0, fromSlot * 2, toSlot * 2);
}

/** Says where a slot is: its place, the first word of the null bits and its bit in them, and the struct it counts from. */
interface SlotPlace {
  readonly at: number;
  readonly nullBits: number;
  readonly index: number;
  readonly base: number;
}

function writeSlot(slot: Slot, value: unknown, memory: Memory, place: SlotPlace, end: number, limit: number): number {
  const { i32 } = memory;
  const word = place.at * 2;
  i32[word] = 0;
  i32[word + 1] = 0;
  const isNull = slot.isNullable && (value === null || value === undefined);
  const isAbsent = slot.isOptional && value === undefined;
  if (isNull || isAbsent) {
    i32[place.nullBits + (place.index >> 5)]! |= 1 << (place.index & 31);
    if (slot.isNullable && isAbsent) i32[word] = ABSENT_MARK;
    return end;
  }
  return writeContent(slot, value, memory, place, end, limit);
}

function writeContent(
  slot: Slot,
  value: unknown,
  memory: Memory,
  place: SlotPlace,
  end: number,
  limit: number,
): number {
  const { content } = slot;
  const { at, base } = place;
  const word = at * 2;
  switch (content.kind) {
    case "boolean":
      memory.i32[word] = typeof value === "boolean" ? Number(value) : mismatch();
      return end;
    case "int32":
      memory.i32[word] = typeof value === "number" && (value | 0) === value ? value : mismatch();
      return end;
    case "float64":
      memory.f64[at] = typeof value === "number" ? value : mismatch();
      return end;
    case "int64":
      memory.i64[at] = typeof value === "bigint" && BigInt.asIntN(64, value) === value ? value : mismatch();
      return end;
    case "timestamp":
      memory.f64[at] = isDate(value) ? value.getTime() : mismatch();
      return end;
    case "enum": {
      const position = content.type.values.indexOf(value as string);
      memory.i32[word] = position >= 0 ? position : mismatch();
      return end;
    }
    case "decimal": {
      const { precision, scale } = content.type;
      const { unscaled } = (value instanceof Decimal ? fitDecimal(value, precision, scale) : undefined) ?? mismatch();
      if (!isShortDecimal(content.type)) return writeLongDecimal(memory, word, base, unscaled, end, limit);
      memory.i64[at] = unscaled;
      return end;
    }
    case "string":
      return writeString(memory, word, base, typeof value === "string" ? value : mismatch(), end, limit);
    case "bytes":
      return isBytes(value) ? writeBytes(memory, word, base, value, value.length, end, limit) : mismatch();
    case "custom": {
      const { serializer } = content.type;
      const bytes = serializer.isInstance(value) ? serializer.serialize(value) : mismatch();
      return writeBytes(memory, word, base, bytes, bytes.length, end, limit);
    }
    case "any":
      return writeAny(memory, word, base, value, end, limit);
    case "struct":
      memory.i32[word] = (end - base) * 8;
      return writeStruct(content.struct, value, memory, end, limit);
    case "variant": {
      const tag = typeof value === "object" && value !== null ? ownValue(value, content.type.tag) : mismatch();
      const position = content.type.cases.findIndex((c) => c.name === tag);
      memory.i32[word] = (end - base) * 8;
      memory.i32[word + 1] = position;
      return writeStruct(content.cases[position] ?? mismatch(), value, memory, end, limit);
    }
    case "array":
      memory.i32[word] = (end - base) * 8;
      return writeArray(content.element, Array.isArray(value) ? value : mismatch(), memory, end, limit);
    case "map":
      memory.i32[word] = (end - base) * 8;
      return writeMap(content.keys, content.values, isMap(value) ? value : mismatch(), memory, end, limit);
  }
}

function writeArray(element: Slot, values: readonly unknown[], memory: Memory, base: number, limit: number): number {
  const { length } = values;
  const first = base + arrayHeaderSlots(length, element.isNullable || element.isOptional);
  let end = first + length;
  if (end > limit) return DOES_NOT_FIT;
  clearWords(memory, base, first);
  const nullBits = base * 2 + ARRAY_NULLS_WORD;
  for (let index = 0; index < length; index++) {
    end = writeSlot(element, values[index], memory, { at: first + index, nullBits, index, base }, end, limit);
    if (end === DOES_NOT_FIT) return DOES_NOT_FIT;
  }
  memory.i32[base * 2 + SIZE_WORD] = (end - base) * 8;
  memory.i32[base * 2 + ARRAY_LENGTH_WORD] = length;
  return end;
}

/** The slots of a map's struct: size and null bits, the keys, the values. */
export const MAP_SLOTS = 3;

function writeMap(
  keys: Slot,
  values: Slot,
  map: Map<unknown, unknown>,
  memory: Memory,
  base: number,
  limit: number,
): number {
  const { i32 } = memory;
  const keysAt = base + MAP_SLOTS;
  if (keysAt > limit) return DOES_NOT_FIT;
  const valuesAt = writeArray(keys, [...map.keys()], memory, keysAt, limit);
  if (valuesAt === DOES_NOT_FIT) return DOES_NOT_FIT;
  const end = writeArray(values, [...map.values()], memory, valuesAt, limit);
  if (end === DOES_NOT_FIT) return DOES_NOT_FIT;
  clearWords(memory, base, keysAt);
  i32[base * 2 + SIZE_WORD] = (end - base) * 8;
  i32[base * 2 + 2] = (keysAt - base) * 8;
  i32[base * 2 + 4] = (valuesAt - base) * 8;
  return end;
}
