/** Reads records by walking their layout: the readable form, and the stand-in, of what `generate-read.ts` makes. */
import { fieldValue } from "../keys/field-path.js";
import type { Memory } from "../memory/index.js";
import { Decimal } from "../types/decimal.js";
import { setField } from "../types/set-field.js";
import { readAnyCell } from "./any-cell.js";
import { readBytes, viewBytes } from "./bytes-cell.js";
import { isShortDecimal, readLongDecimal } from "./decimal-cell.js";
import { ABSENT_MARK, ARRAY_LENGTH_WORD, ARRAY_NULLS_WORD, arrayHeaderSlots, NULLS_WORD } from "./row-format.js";
import { locate, NULL_PARENT, type RowKey } from "./row-key.js";
import { readString } from "./string-cell.js";
import type { Slot, StructField, StructLayout } from "./struct-layout.js";

/** Reads the struct at slot `base` of `memory`; the result shares nothing with it. @public */
export type RecordReader<T = unknown> = (memory: Memory, base: number) => T;

/** Returns a reader of records of `struct`. */
export function interpretReader(struct: StructLayout): RecordReader {
  return (memory, base) => readStruct(struct, memory, base);
}

/** Returns a reader of one field; an absent field reads as `undefined`, one below a null as null. */
export function interpretFieldReader(key: RowKey): RecordReader {
  return (memory, slot) => {
    const base = locate(key, memory, slot);
    return base === NULL_PARENT ? null : readKeyField(key, memory, base);
  };
}

/** Reads the field of a key in the struct at slot `base` in which it stands. */
export function readKeyField(key: RowKey, memory: Memory, base: number): unknown {
  if (key.kind === "record") return readStruct(key.struct, memory, base);
  const value = readField(key.struct, key.field, memory, base);
  return key.rest === undefined ? value : fieldValue(value, key.rest);
}

function readStruct(struct: StructLayout, memory: Memory, base: number): unknown {
  if (struct.shape === "value") return readField(struct, struct.fields[0]!, memory, base);
  if (struct.shape === "tuple") return struct.fields.map((field) => readField(struct, field, memory, base));
  const row = {};
  readFieldsInto(row, struct, memory, base);
  return row;
}

function readFieldsInto(row: object, struct: StructLayout, memory: Memory, base: number): void {
  for (const field of struct.fields) {
    const value = readField(struct, field, memory, base);
    if (value !== undefined) setField(row, field.name, value);
  }
}

function readField(struct: StructLayout, field: StructField, memory: Memory, base: number): unknown {
  return readSlot(field, memory, base + struct.headerSlots + field.index, base * 2 + NULLS_WORD, field.index, base);
}

function readSlot(slot: Slot, memory: Memory, at: number, nullBits: number, index: number, base: number): unknown {
  if (slot.isNullable || slot.isOptional) {
    const isNull = (memory.i32[nullBits + (index >> 5)]! & (1 << (index & 31))) !== 0;
    if (isNull) return !slot.isNullable || memory.i32[at * 2] === ABSENT_MARK ? undefined : null;
  }
  return readContent(slot, memory, at, base);
}

function readContent(slot: Slot, memory: Memory, at: number, base: number): unknown {
  const { content } = slot;
  const word = at * 2;
  const below = base + (memory.i32[word]! >> 3);
  switch (content.kind) {
    case "boolean":
      return memory.i32[word] === 1;
    case "int32":
      return memory.i32[word]!;
    case "float64":
      return memory.f64[at]!;
    case "int64":
      return memory.i64[at]!;
    case "timestamp":
      return new Date(memory.f64[at]!);
    case "enum":
      return content.type.values[memory.i32[word]!];
    case "decimal": {
      const { scale } = content.type;
      if (isShortDecimal(content.type)) return new Decimal(memory.i64[at]!, scale);
      return readLongDecimal(memory, word, base, scale);
    }
    case "string":
      return readString(memory, word, base);
    case "bytes":
      return readBytes(memory, word, base);
    case "custom":
      return content.type.serializer.deserialize(viewBytes(memory, word, base));
    case "any":
      return readAnyCell(memory, word, base);
    case "struct":
      return readStruct(content.struct, memory, below);
    case "variant": {
      const position = memory.i32[word + 1]!;
      const row = {};
      setField(row, content.type.tag, content.type.cases[position]!.name);
      readFieldsInto(row, content.cases[position]!, memory, below);
      return row;
    }
    case "array":
      return readArray(content.element, memory, below);
    case "map": {
      const keys = readArray(content.keys, memory, below + (memory.i32[below * 2 + 2]! >> 3));
      const values = readArray(content.values, memory, below + (memory.i32[below * 2 + 4]! >> 3));
      return new Map(keys.map((key, i) => [key, values[i]]));
    }
  }
}

function readArray(element: Slot, memory: Memory, base: number): unknown[] {
  const length = memory.i32[base * 2 + ARRAY_LENGTH_WORD]!;
  const first = base + arrayHeaderSlots(length, element.isNullable || element.isOptional);
  const nullBits = base * 2 + ARRAY_NULLS_WORD;
  return Array.from({ length }, (_, index) => readSlot(element, memory, first + index, nullBits, index, base));
}
