import { type AnyType, type ExpressionNode, type Memory, parseFieldPath, type RowCodeOptions } from "@millrace/core";
import type { ValuePosition } from "@millrace/job-graph";
import { expressionOverRecords, expressionOverRows, type RowExpression } from "../../expressions/index.js";
import { PAGE_SLOTS } from "../../memory/page-slots.js";
import { pathInRow } from "../../rows/record-reader.js";
import type { StreamLayout } from "../../rows/stream-layout.js";

/**
 * Says what the values of a column are to aggregates that keep them in slots. Numbers of any width are one family, since they are added as
 * numbers; values of an enum are positions. `null` is a column in which nothing but nulls was seen.
 */
export type ColumnFamily =
  | { readonly kind: "number" | "int64" | "timestamp" | "boolean" | "null" | "presence" }
  | { readonly kind: "enum"; readonly values: readonly string[] };

/** Tells whether values of two columns can be kept in one slot. */
export function areOneFamily(a: ColumnFamily, b: ColumnFamily): boolean {
  if (a.kind !== "enum" || b.kind !== "enum") return a.kind === b.kind;
  return a.values.length === b.values.length && a.values.every((value, i) => value === b.values[i]);
}

/** Holds the values of a column for a batch of rows, by row. */
export class ColumnValues {
  /** 1 for nulls. */
  readonly isNull = new Uint8Array(PAGE_SLOTS);
  /** The values, but for those of `int64`. */
  readonly numbers = new Float64Array(PAGE_SLOTS);
  /** The halves of the values of `int64`. */
  readonly low = new Int32Array(PAGE_SLOTS);
  readonly high = new Int32Array(PAGE_SLOTS);
}

/** Reads a column of rows of one layout. */
export interface Column {
  readonly family: ColumnFamily;
  /** Where the column lies when it is a field of the row itself, for kernels. */
  readonly place?: FieldPlace | undefined;
  /** The type of the field, without null. */
  readonly type?: AnyType | undefined;
  /** Reads the column of rows at `slots`; false when a value is not of the family. */
  fill(memory: Memory, slots: Int32Array, numRows: number, values: ColumnValues): boolean;
}

/**
 * Returns what reads an argument of an aggregate; undefined when its values are of a kind that is not kept in slots. With `presence`, only whether
 * they are null is asked for.
 */
export function columnOf(
  argument: string | ExpressionNode,
  value: ValuePosition,
  layout: StreamLayout,
  presence: boolean,
  options: RowCodeOptions = {},
): Column | undefined {
  if (typeof argument !== "string") {
    const read = rowExpressionOf(argument, value, layout, options);
    return presence ? new ExpressionPresence(read) : new ExpressionColumn(read);
  }
  const place = placeOf(layout.layout.type as AnyType, parseFieldPath(pathInRow(argument, value)).segments);
  if (place === undefined) return undefined;
  if (place === "absent") return new NullColumn();
  if (presence) return new FieldColumn(place, { kind: "presence" });
  const family = familyOf(place.type);
  return family === undefined ? undefined : new FieldColumn(place, family);
}

/** Returns what computes an expression over the record at `value` of rows. */
export function rowExpressionOf(
  expression: ExpressionNode,
  value: ValuePosition,
  layout: StreamLayout,
  options: RowCodeOptions = {},
): RowExpression {
  if (value === undefined) return expressionOverRows(expression, layout.layout, options);
  const read = layout.serializer.fieldReader(value);
  const evaluate = expressionOverRecords(expression, options);
  return (memory, slot) => evaluate(read(memory, slot));
}

function familyOf(type: AnyType): ColumnFamily | undefined {
  switch (type.kind) {
    case "int32":
    case "float64":
      return { kind: "number" };
    case "int64":
    case "timestamp":
    case "boolean":
      return { kind: type.kind };
    case "enum":
      // Fields of which only nulls were seen have the enum without values.
      return type.values.length === 0 ? { kind: "null" } : { kind: "enum", values: type.values };
    default:
      return undefined;
  }
}

/** Is the place of a field in rows: through structs, each found by the word with its offset, to a slot. */
export interface FieldPlace {
  readonly parents: readonly { readonly word: number; readonly nullWord: number; readonly nullMask: number }[];
  readonly type: AnyType;
  /** The slot of the field, counted from the begin of its struct. */
  readonly slot: number;
  readonly nullWord: number;
  readonly nullMask: number;
}

const WORD_BITS = 32;

/** Finds a field; `absent` when a row on the way lacks it, undefined when it is not in a slot of its own. */
export function placeOf(record: AnyType, path: readonly string[]): FieldPlace | "absent" | undefined {
  const parents: { word: number; nullWord: number; nullMask: number }[] = [];
  let struct = record;
  for (let depth = 0; ; depth++) {
    const fields = fieldsOf(struct);
    if (fields === undefined) return undefined;
    const isValue = struct.kind !== "row" && struct.kind !== "tuple";
    if (isValue !== (path.length === 0)) return undefined;
    const index = isValue ? 0 : fields.findIndex(({ name }) => name === path[depth]);
    if (index < 0) return "absent";
    const type = withoutNull(fields[index]!.type);
    const slot = headerSlotsOf(fields.length) + index;
    const nullWord = 1 + (index >> 5);
    const nullMask = 1 << (index & (WORD_BITS - 1));
    if (isValue || depth === path.length - 1) return { parents, type, slot, nullWord, nullMask };
    if (type.kind !== "row" && type.kind !== "tuple") return undefined;
    parents.push({ word: slot * 2, nullWord, nullMask });
    struct = type;
  }
}

/** Returns how many slots of a struct with so many fields its size and its null bits take. */
export function headerSlotsOf(numFields: number): number {
  return (2 + ((numFields + WORD_BITS - 1) >> 5)) >> 1;
}

/** Returns how many slots records of a type have before their variable part. */
export function fixedSlotsOf(record: AnyType): number {
  const numFields = fieldsOf(record)?.length ?? 1;
  return headerSlotsOf(numFields) + numFields;
}

function fieldsOf(type: AnyType): readonly { readonly name: string; readonly type: AnyType }[] | undefined {
  if (type.kind === "row") return type.fields;
  if (type.kind === "tuple") return type.elements.map((element, i) => ({ name: String(i), type: element }));
  return [{ name: "", type }];
}

function withoutNull(type: AnyType): AnyType {
  return type.kind === "nullable" || type.kind === "optional" ? withoutNull(type.inner) : type;
}

/** Reads fields where they lie. A field without nulls has a null bit all the same, which is never set. */
class FieldColumn implements Column {
  readonly family: ColumnFamily;
  readonly place: FieldPlace | undefined;
  readonly type: AnyType;
  readonly #place: FieldPlace;
  readonly #bases = new Int32Array(PAGE_SLOTS);

  constructor(place: FieldPlace, family: ColumnFamily) {
    this.#place = place;
    this.family = family;
    this.type = place.type;
    this.place = place.parents.length === 0 ? place : undefined;
  }

  fill(memory: Memory, slots: Int32Array, numRows: number, values: ColumnValues): boolean {
    const { i32 } = memory;
    const { slot, nullWord, nullMask, parents } = this.#place;
    const bases = parents.length === 0 ? slots : this.#locate(i32, slots, numRows);
    const { isNull } = values;
    for (let i = 0; i < numRows; i++) {
      const base = bases[i]!;
      isNull[i] = base < 0 || (i32[base * 2 + nullWord]! & nullMask) !== 0 ? 1 : 0;
    }
    this.#read(memory, bases, slot, numRows, values);
    return true;
  }

  /** Returns where the structs with the field begin; below 0 where there is none. */
  #locate(i32: Int32Array, slots: Int32Array, numRows: number): Int32Array {
    const bases = this.#bases;
    for (let i = 0; i < numRows; i++) {
      let base = slots[i]!;
      for (const { word, nullWord, nullMask } of this.#place.parents) {
        if (base < 0) break;
        base = (i32[base * 2 + nullWord]! & nullMask) === 0 ? base + (i32[base * 2 + word]! >> 3) : -1;
      }
      bases[i] = base;
    }
    return bases;
  }

  #read({ i32, f64 }: Memory, bases: Int32Array, slot: number, numRows: number, values: ColumnValues): void {
    const { numbers, low, high } = values;
    // What is read for a null is rubbish from somewhere in the memory, and never looked at.
    switch (this.family.kind) {
      case "number":
        if (this.#place.type.kind === "float64") {
          for (let i = 0; i < numRows; i++) numbers[i] = f64[bases[i]! + slot]!;
        } else {
          for (let i = 0; i < numRows; i++) numbers[i] = i32[(bases[i]! + slot) * 2]!;
        }
        break;
      case "timestamp":
        for (let i = 0; i < numRows; i++) numbers[i] = f64[bases[i]! + slot]!;
        break;
      case "boolean":
      case "enum":
        for (let i = 0; i < numRows; i++) numbers[i] = i32[(bases[i]! + slot) * 2]!;
        break;
      case "int64":
        for (let i = 0; i < numRows; i++) {
          low[i] = i32[(bases[i]! + slot) * 2]!;
          high[i] = i32[(bases[i]! + slot) * 2 + 1]!;
        }
        break;
      case "null":
      case "presence":
        break;
    }
  }
}

/** Reads a field that a layout lacks. */
class NullColumn implements Column {
  readonly family: ColumnFamily = { kind: "null" };

  fill(_memory: Memory, _slots: Int32Array, numRows: number, { isNull }: ColumnValues): boolean {
    isNull.fill(1, 0, numRows);
    return true;
  }
}

/** Computes numbers. */
class ExpressionColumn implements Column {
  readonly family: ColumnFamily = { kind: "number" };
  readonly #read: RowExpression;

  constructor(read: RowExpression) {
    this.#read = read;
  }

  fill(memory: Memory, slots: Int32Array, numRows: number, { isNull, numbers }: ColumnValues): boolean {
    const read = this.#read;
    for (let i = 0; i < numRows; i++) {
      const value = read(memory, slots[i]!);
      if (typeof value === "number") {
        numbers[i] = value;
        isNull[i] = 0;
      } else {
        if (value !== null && value !== undefined) return false;
        isNull[i] = 1;
      }
    }
    return true;
  }
}

/** Tells whether what an expression gives is null. */
class ExpressionPresence implements Column {
  readonly family: ColumnFamily = { kind: "presence" };
  readonly #read: RowExpression;

  constructor(read: RowExpression) {
    this.#read = read;
  }

  fill(memory: Memory, slots: Int32Array, numRows: number, { isNull }: ColumnValues): boolean {
    for (let i = 0; i < numRows; i++) isNull[i] = (this.#read(memory, slots[i]!) ?? null) === null ? 1 : 0;
    return true;
  }
}
