import { Memory, type MemorySegment, type TableHashSeed } from "@millrace/core";
import { PAGE_HEADER_SLOTS, PAGE_SLOTS } from "../memory/page-slots.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import { entriesEnd, entrySlots, HASH_WORD, IS_LARGE, LINK_WORD } from "./entry.js";
import type { HashKeys, LayoutHashKeys } from "./hash-keys.js";
import type { HashScratch } from "./hash-scratch.js";
import type { RowTest } from "./null-keys.js";

const NO_MEMORY = new Memory(new ArrayBuffer(0));
const ENTRY_PREFIX_SLOTS = 1;

/** Is the rows of a page with the hashes of their keys: what tables of groups take in at once. @internal */
export class RowBatch {
  /** Where the rows lie: not where they were read when kernels need them elsewhere. */
  memory: Memory = NO_MEMORY;
  numRows = 0;
  /** Where the rows are, and the hashes of their keys, by row. */
  readonly slots: Int32Array;
  readonly hashes: Int32Array;
  /** What kernels need; undefined without them. */
  readonly scratch: HashScratch | undefined;
  /** The slots at which `slots` and `hashes` lie for kernels. */
  readonly slotsAt: number;
  readonly hashesAt: number;

  /** @param index - which of the lists of `scratch` it uses */
  constructor(scratch: HashScratch | undefined, index: 0 | 1) {
    this.scratch = scratch;
    this.slotsAt = scratch?.lists[index] ?? 0;
    this.hashesAt = this.slotsAt + (scratch?.hashesAfter ?? 0);
    this.slots = scratch?.words(this.slotsAt, PAGE_SLOTS) ?? new Int32Array(PAGE_SLOTS);
    this.hashes = scratch?.words(this.hashesAt, PAGE_SLOTS) ?? new Int32Array(PAGE_SLOTS);
  }

  /** Whether kernels reach the rows. */
  get isNear(): boolean {
    return this.memory === this.scratch?.kernels.memory;
  }

  /** Reads the rows from `slot` to before `endSlot`. */
  read(memory: Memory, slot: number, endSlot: number, layout: StreamLayout, keys: HashKeys, seed: TableHashSeed): void {
    const layoutKeys = keys.of(layout);
    const { scratch } = this;
    if (scratch !== undefined && this.#canHash(layoutKeys) && endSlot - slot <= PAGE_SLOTS) {
      const { kernels } = scratch;
      const begin = memory.buffer === kernels.memory.buffer ? slot : this.#copy(scratch, memory, slot, endSlot);
      this.memory = kernels.memory;
      this.numRows = kernels.listRows(begin, begin + endSlot - slot, this.slotsAt, PAGE_SLOTS);
      this.#hashByKernel(scratch, layoutKeys, seed);
      return;
    }
    const { hash } = layoutKeys;
    const { slots, hashes } = this;
    const { i32 } = memory;
    let numRows = 0;
    while (slot < endSlot) {
      slots[numRows] = slot;
      hashes[numRows++] = hash(memory, slot, seed);
      slot += i32[slot * 2]! >>> 3;
    }
    this.memory = memory;
    this.numRows = numRows;
  }

  #canHash({ column, columns }: LayoutHashKeys): boolean {
    return column !== undefined || (columns !== undefined && this.scratch?.keyRoom !== undefined);
  }

  /** Writes the hashes of the rows that are listed. */
  #hashByKernel({ kernels, fields, keyRoom }: HashScratch, keys: LayoutHashKeys, seed: TableHashSeed): void {
    const { slotsAt, hashesAt, numRows } = this;
    const { column, columns, hash } = keys;
    if (column !== undefined) {
      kernels.tableHashes(column, slotsAt, numRows, seed.low, seed.high, hashesAt);
      return;
    }
    const numFields = columns!.length;
    this.scratch!.useFields(columns!);
    for (let row = 0; ; row++) {
      row = kernels.keyHashes(fields, numFields, slotsAt, row, numRows, seed.low, seed.high, keyRoom!, hashesAt);
      if (row === numRows) return;
      // The key has too many bytes for the kernel.
      this.hashes[row] = hash(this.memory, this.slots[row]!, seed);
    }
  }

  /** Reads where the rows from `slot` to before `endSlot` are, without hashes. */
  list(memory: Memory, slot: number, endSlot: number): void {
    let numRows = 0;
    for (let at = slot; at < endSlot; at += memory.i32[at * 2]! >>> 3) this.slots[numRows++] = at;
    this.memory = memory;
    this.numRows = numRows;
  }

  #copy({ rows }: HashScratch, memory: Memory, slot: number, endSlot: number): number {
    this.scratch!.kernels.memory.f64.set(memory.f64.subarray(slot, endSlot), rows.firstSlot);
    return rows.firstSlot;
  }

  /** Reads the rows of a page of spilled entries that are not large. */
  readEntries(page: MemorySegment, layout: StreamLayout, keys: HashKeys, seed: TableHashSeed): void {
    const { memory } = page;
    const { slots, scratch } = this;
    const end = entriesEnd(memory, page.firstSlot);
    let numRows = 0;
    for (let pointer = page.firstSlot + PAGE_HEADER_SLOTS; pointer < end; ) {
      if ((memory.i32[pointer * 2 + LINK_WORD]! & IS_LARGE) === 0) slots[numRows++] = pointer + ENTRY_PREFIX_SLOTS;
      pointer += entrySlots(memory, pointer, ENTRY_PREFIX_SLOTS);
    }
    this.memory = memory;
    this.numRows = numRows;
    const layoutKeys = keys.of(layout);
    if (scratch !== undefined && this.isNear && this.#canHash(layoutKeys)) {
      this.#hashByKernel(scratch, layoutKeys, seed);
      return;
    }
    for (let row = 0; row < numRows; row++) this.hashes[row] = layoutKeys.hash(memory, slots[row]!, seed);
  }

  /** Reads the rows of a page of entries, none of them large, with the hashes in them. */
  readHashed(page: MemorySegment): void {
    const { memory, firstSlot } = page;
    const end = entriesEnd(memory, firstSlot);
    this.memory = memory;
    if (this.isNear) {
      const { kernels } = this.scratch!;
      this.numRows = kernels.listEntries(firstSlot + PAGE_HEADER_SLOTS, end, this.slotsAt, this.hashesAt);
      return;
    }
    const { slots, hashes } = this;
    const { i32 } = memory;
    let numRows = 0;
    for (let pointer = firstSlot + PAGE_HEADER_SLOTS; pointer < end; ) {
      slots[numRows] = pointer + ENTRY_PREFIX_SLOTS;
      hashes[numRows++] = i32[pointer * 2 + HASH_WORD]!;
      pointer += ENTRY_PREFIX_SLOTS + (i32[(pointer + ENTRY_PREFIX_SLOTS) * 2]! >>> 3);
    }
    this.numRows = numRows;
  }

  /** Writes `mark` to `marks`, by row, where a test says so. */
  markWhere(test: RowTest, marks: Int32Array, mark: number): void {
    const { memory, slots } = this;
    for (let row = 0; row < this.numRows; row++) if (test(memory, slots[row]!)) marks[row] = mark;
  }

  /** Makes this batch one row of another, which lies in the same place. */
  pick(other: RowBatch, from: number, to: number): void {
    this.memory = other.memory;
    this.numRows = to - from;
    this.slots.set(other.slots.subarray(from, to));
    this.hashes.set(other.hashes.subarray(from, to));
  }
}
