import type { Memory } from "@millrace/core";
import { PAGE_SLOTS } from "../../memory/page-slots.js";
import { copyRow } from "../../rows/copy-row.js";
import type { PageCursor } from "../../rows/row-cursor.js";
import { ColumnValues } from "../aggregates/column.js";
import type { PackedColumn, PackedFormat } from "./packed-format.js";
import { MAX_LISTED_ROWS, type PackedScratch } from "./packed-scratch.js";

/**
 * Makes tuples of the rows of a page, a page of tuples at a time. The rows are copied next to the kernels first, even from the same memory: a copy is
 * read ahead, which a walk from row to row is not.
 * @internal
 */
export class PackedBatch {
  readonly #scratch: PackedScratch;
  readonly #memory: Memory;
  readonly #format: PackedFormat;
  readonly #maxTuples: number;
  /** The columns of the rows, and those of them that code reads. */
  #columns: readonly PackedColumn[] = [];
  #read: readonly PackedColumn[] = [];
  /** By slot: what code read of the rows that are listed. */
  readonly #values: (ColumnValues | undefined)[] = [];
  readonly #sources = new Int32Array(MAX_LISTED_ROWS);
  /** The rows that were not listed yet. */
  #source: Memory;
  #slot = 0;
  #endSlot = 0;
  /** The rows that are listed, and how many of them became tuples. */
  #numRows = 0;
  #numPacked = 0;
  /** The size of rows, all alike, of which the list has the pointers already; 0 for none. */
  #listedSlots = 0;
  #numListed = 0;

  constructor(scratch: PackedScratch, memory: Memory, format: PackedFormat) {
    this.#scratch = scratch;
    this.#memory = memory;
    this.#source = memory;
    this.#format = format;
    this.#maxTuples = Math.floor(PAGE_SLOTS / format.tupleSlots);
  }

  /** Begins with the page that a cursor is at; false when its rows can't be packed. */
  open({ memory, slot, endSlot, numRows, layout }: PageCursor): boolean {
    const columns = this.#format.columnsOf(layout);
    if (columns === false) return false;
    if (columns !== this.#columns) this.#useColumns(columns);
    this.#source = memory;
    this.#slot = slot;
    this.#endSlot = endSlot;
    this.#numRows = this.#numPacked = 0;
    if (endSlot - slot > PAGE_SLOTS) return this.#canRead();
    this.#copyPage(numRows, this.#format.fixedSlotsOf(layout));
    return this.#fill();
  }

  /** Makes the next tuples, no more than a page has room for; returns how many, 0 when all rows were taken. */
  next(): number {
    if (this.#numPacked === this.#numRows && !this.#copyRow()) return 0;
    const { kernels, tuples, pointers, seeds } = this.#scratch;
    const from = this.#numPacked;
    const count = Math.min(this.#numRows - from, this.#maxTuples);
    const to = tuples.firstSlot;
    this.#numPacked += count;
    const { tupleSlots, numKeys, floats, keyNullMask } = this.#format;
    for (const column of this.#columns) {
      if (column.field !== undefined) kernels.packField(column.field, pointers, from, count, to, tupleSlots);
      else this.#write(column, from, count, to);
    }
    kernels.hashTuples(to, count, tupleSlots, numKeys, floats, keyNullMask, seeds);
    return count;
  }

  #useColumns(columns: readonly PackedColumn[]): void {
    this.#columns = columns;
    this.#read = columns.filter(({ field }) => field === undefined);
  }

  /** Copies and lists a whole page. */
  #copyPage(numRows: number, fixedSlots: number): void {
    const { kernels, rows, pointers } = this.#scratch;
    const numSlots = this.#endSlot - this.#slot;
    this.#memory.f64.set(this.#source.f64.subarray(this.#slot, this.#endSlot), rows.firstSlot);
    // No row is smaller than its fixed slots, so here all are of that size.
    if (numSlots === numRows * fixedSlots) this.#listAlike(fixedSlots, numRows);
    else {
      this.#numRows = kernels.listRows(rows.firstSlot, rows.firstSlot + numSlots, pointers, MAX_LISTED_ROWS);
      this.#listedSlots = 0;
    }
    if (this.#read.length > 0) {
      const { i32 } = this.#memory;
      const shift = this.#slot - rows.firstSlot;
      for (let i = 0; i < this.#numRows; i++) this.#sources[i] = i32[pointers * 2 + i]! + shift;
    }
    this.#slot = this.#endSlot;
  }

  /** Lists rows of one size: mostly as the last page did. */
  #listAlike(rowSlots: number, numRows: number): void {
    const { rows, pointers } = this.#scratch;
    this.#numRows = numRows;
    if (this.#listedSlots !== rowSlots) this.#numListed = 0;
    const { i32 } = this.#memory;
    for (let i = this.#numListed; i < numRows; i++) i32[pointers * 2 + i] = rows.firstSlot + i * rowSlots;
    this.#listedSlots = rowSlots;
    this.#numListed = Math.max(this.#numListed, numRows);
  }

  /** Copies the next row of rows that are more than a page; kernels need the begin of it only. */
  #copyRow(): boolean {
    if (this.#slot === this.#endSlot) return false;
    const { rows, pointers } = this.#scratch;
    const numSlots = this.#source.i32[this.#slot * 2]! >>> 3;
    copyRow(this.#source, this.#slot, this.#memory, rows.firstSlot, Math.min(numSlots, PAGE_SLOTS));
    this.#memory.i32[pointers * 2] = rows.firstSlot;
    this.#listedSlots = 0;
    this.#sources[0] = this.#slot;
    this.#slot += numSlots;
    this.#numRows = 1;
    this.#numPacked = 0;
    this.#fill();
    return true;
  }

  /** Whether all columns that code reads have values of their family in rows that are more than a page. */
  #canRead(): boolean {
    const begin = this.#slot;
    let isFit = true;
    while (isFit && this.#slot < this.#endSlot) {
      this.#sources[0] = this.#slot;
      this.#slot += this.#source.i32[this.#slot * 2]! >>> 3;
      this.#numRows = 1;
      isFit = this.#fill();
    }
    this.#slot = begin;
    this.#numRows = 0;
    return isFit;
  }

  #fill(): boolean {
    return this.#read.every(({ slot, column }) => {
      this.#values[slot] ??= new ColumnValues();
      return column.fill(this.#source, this.#sources, this.#numRows, this.#values[slot]);
    });
  }

  /** Writes what code read into tuples. */
  #write({ slot, column }: PackedColumn, from: number, count: number, tuples: number): void {
    const { isNull, numbers, low, high } = this.#values[slot]!;
    const { i32, f64 } = this.#memory;
    const { tupleSlots } = this.#format;
    const isInt64 = column.family.kind === "int64";
    for (let i = 0; i < count; i++) {
      const tuple = tuples + i * tupleSlots;
      const row = from + i;
      const nulls = slot === 1 ? 0 : i32[tuple * 2 + 1]!;
      i32[tuple * 2 + 1] = isNull[row] === 0 ? nulls : nulls | (1 << (slot - 1));
      if (isNull[row] !== 0) f64[tuple + slot] = 0;
      else if (isInt64) {
        i32[(tuple + slot) * 2] = low[row]!;
        i32[(tuple + slot) * 2 + 1] = high[row]!;
      } else f64[tuple + slot] = Number.isNaN(numbers[row]) ? Number.NaN : numbers[row]!;
    }
  }
}
