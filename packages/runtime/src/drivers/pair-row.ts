/**
 * Puts the rows of two records into one row, the tuple of both, without reading them as objects. A row or tuple lies inside of another row
 * as it lies alone, so this is three copies:
 *
 *     slot 0   size, null bits        slot 1   offset of the left record        slot 2   offset of the right record
 *     slot 3   the left record, then the right record
 *
 * A side that is missing has its null bit set and no bytes.
 */
import { type AnyType, Memory, RowLayout, SLOT_SIZE_BYTES, types } from "@millrace/core";
import type { ValuePosition } from "@millrace/job-graph";
import { copyRow } from "../rows/copy-row.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";

const FIRST_OFFSET_WORD = 2;
const SECOND_OFFSET_WORD = 4;
const HEADER_SLOTS = 3;
const LEFT_IS_NULL = 1;
const RIGHT_IS_NULL = 2;
const INITIAL_SLOTS = 8192;
/** The most fields of a struct whose null bits share the slot of its size. */
const NULL_BITS_IN_FIRST_SLOT = 32;
const NO_SIDE = -1;

/** Writes tuples of two records into a memory of its own, from slot 0. */
export class PairRow {
  /** Holds the pair after `pair`, `left` or `right`, until the next call. */
  memory = new Memory(new ArrayBuffer(INITIAL_SLOTS * SLOT_SIZE_BYTES));
  readonly #layouts: LayoutTable;
  readonly #left: PairSide;
  readonly #right: PairSide;
  /** The layouts of pairs, by those of the left and the right side, counted from -1. */
  readonly #pairs: (StreamLayout | undefined)[][] = [];

  constructor(layouts: LayoutTable, leftValue: ValuePosition, rightValue: ValuePosition) {
    this.#layouts = layouts;
    this.#left = new PairSide(leftValue);
    this.#right = new PairSide(rightValue);
  }

  /** Tells whether records of this layout on the left side can be copied as they lie. */
  takesLeft(layout: StreamLayout): boolean {
    return this.#left.wordOf(layout) !== undefined;
  }

  /** Tells whether records of this layout on the right side can be copied as they lie. */
  takesRight(layout: StreamLayout): boolean {
    return this.#right.wordOf(layout) !== undefined;
  }

  /** Returns the word of left rows of a layout that it takes that has the offset of the record; 0 when the row is the record. */
  leftWordOf(layout: StreamLayout): number {
    return this.#left.wordOf(layout)!;
  }

  /** Returns the same of right rows. */
  rightWordOf(layout: StreamLayout): number {
    return this.#right.wordOf(layout)!;
  }

  /** Returns the layout of pairs of rows of two layouts. */
  layoutOf(left: StreamLayout, right: StreamLayout): StreamLayout {
    return this.#pairs[left.index + 1]?.[right.index + 1] ?? this.#addPair(left, right);
  }

  /** Writes a pair and returns its layout. */
  pair(
    left: Memory,
    leftSlot: number,
    leftLayout: StreamLayout,
    right: Memory,
    rightSlot: number,
    rightLayout: StreamLayout,
  ): StreamLayout {
    const leftBase = this.#left.base(left, leftSlot, leftLayout);
    const rightBase = this.#right.base(right, rightSlot, rightLayout);
    const leftSlots = left.i32[leftBase * 2]! >>> 3;
    const rightSlots = right.i32[rightBase * 2]! >>> 3;
    this.#begin(leftSlots, rightSlots, 0);
    copyRow(left, leftBase, this.memory, HEADER_SLOTS, leftSlots);
    copyRow(right, rightBase, this.memory, HEADER_SLOTS + leftSlots, rightSlots);
    return this.layoutOf(leftLayout, rightLayout);
  }

  /** Writes a pair of a left record and null, and returns its layout. */
  left(memory: Memory, slot: number, layout: StreamLayout): StreamLayout {
    const base = this.#left.base(memory, slot, layout);
    const numSlots = memory.i32[base * 2]! >>> 3;
    this.#begin(numSlots, 0, RIGHT_IS_NULL);
    copyRow(memory, base, this.memory, HEADER_SLOTS, numSlots);
    return this.#pairs[layout.index + 1]?.[NO_SIDE + 1] ?? this.#addPair(layout, undefined);
  }

  /** Writes a pair of null and a right record, and returns its layout. */
  right(memory: Memory, slot: number, layout: StreamLayout): StreamLayout {
    const base = this.#right.base(memory, slot, layout);
    const numSlots = memory.i32[base * 2]! >>> 3;
    this.#begin(0, numSlots, LEFT_IS_NULL);
    copyRow(memory, base, this.memory, HEADER_SLOTS, numSlots);
    return this.#pairs[NO_SIDE + 1]?.[layout.index + 1] ?? this.#addPair(undefined, layout);
  }

  #begin(leftSlots: number, rightSlots: number, nulls: number): void {
    const numSlots = HEADER_SLOTS + leftSlots + rightSlots;
    if (numSlots > this.memory.numSlots) this.memory = new Memory(new ArrayBuffer(numSlots * 2 * SLOT_SIZE_BYTES));
    const { i32 } = this.memory;
    i32[0] = numSlots * SLOT_SIZE_BYTES;
    i32[1] = nulls;
    i32[FIRST_OFFSET_WORD] = (nulls & LEFT_IS_NULL) !== 0 ? 0 : HEADER_SLOTS * SLOT_SIZE_BYTES;
    i32[FIRST_OFFSET_WORD + 1] = 0;
    i32[SECOND_OFFSET_WORD] = (nulls & RIGHT_IS_NULL) !== 0 ? 0 : (HEADER_SLOTS + leftSlots) * SLOT_SIZE_BYTES;
    i32[SECOND_OFFSET_WORD + 1] = 0;
  }

  #addPair(left: StreamLayout | undefined, right: StreamLayout | undefined): StreamLayout {
    // What is always null has the type that says least.
    const leftType = left === undefined ? types.any : this.#left.typeOf(left);
    const rightType = right === undefined ? types.any : this.#right.typeOf(right);
    const layout = this.#layouts.add(RowLayout.of(types.tuple(leftType, rightType)) as RowLayout);
    const leftIndex = (left?.index ?? NO_SIDE) + 1;
    const row = this.#pairs[leftIndex] ?? [];
    row[(right?.index ?? NO_SIDE) + 1] = layout;
    this.#pairs[leftIndex] = row;
    return layout;
  }
}

/** Finds the records of one side in their rows. */
export class PairSide {
  readonly #value: ValuePosition;
  /** By layout: the word of the row that holds the record's offset, 0 when the row is the record, -1 when it is no struct. */
  readonly #words: number[] = [];

  constructor(value: ValuePosition) {
    this.#value = value;
  }

  /** Returns the word of rows of a layout that has the offset of the record; 0 when the row is the record, undefined when the record is no struct. */
  wordOf(layout: StreamLayout): number | undefined {
    const word = this.#words[layout.index] ?? this.#add(layout);
    return word < 0 ? undefined : word;
  }

  /** Returns the slot of the record of a row. */
  base(memory: Memory, slot: number, layout: StreamLayout): number {
    const word = this.#words[layout.index]!;
    return word === 0 ? slot : slot + (memory.i32[slot * 2 + word]! >> 3);
  }

  /** Returns the type of the records of rows of a layout. */
  typeOf(layout: StreamLayout): AnyType {
    const type = layout.layout.type as AnyType;
    return this.#value === undefined || type.kind !== "tuple" ? type : type.elements[this.#value]!;
  }

  #add(layout: StreamLayout): number {
    const word = wordOfRecord(layout.layout.type as AnyType, this.#value);
    this.#words[layout.index] = word;
    return word;
  }
}

function wordOfRecord(type: AnyType, value: ValuePosition): number {
  if (value === undefined) return isStruct(type) ? 0 : -1;
  const record = type.kind === "tuple" ? type.elements[value] : undefined;
  if (record === undefined || !isStruct(record) || type.kind !== "tuple") return -1;
  if (type.elements.length > NULL_BITS_IN_FIRST_SLOT) return -1;
  return (1 + value) * 2;
}

function isStruct(type: AnyType): boolean {
  return type.kind === "row" || type.kind === "tuple";
}
