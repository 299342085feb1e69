import type { Memory, MemorySegment } from "@millrace/core";
import type { Kernels } from "../kernels/kernels.js";
import type { PageBudget } from "../memory/page-budget.js";
import { PAGE_HEADER_SLOTS } from "../memory/page-slots.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import { endEntryPage, HASH_WORD, LINK_WORD, MAX_ENTRY_SLOTS, startEntryPage } from "./entry.js";
import type { HashScratch } from "./hash-scratch.js";
import type { RowBatch } from "./row-batch.js";

/** The most pages that wait for one table; more gain nothing. */
const MAX_PAGES_PER_TABLE = 64;

/** Is why a row was not taken: there are enough rows for a table, there is no memory for more, or the row is too large to wait. */
export type StagingStop = { readonly kind: "full" | "large"; readonly table: number } | { readonly kind: "memory" };

/**
 * Lets rows wait, by high bits of their hash, so that each table is given many at a time. It is one loop over typed arrays, because it is all
 * that is done to a row before its turn comes.
 * @internal
 */
export class RowStaging {
  /** Why the last `add` stopped. */
  stop: StagingStop = { kind: "memory" };
  readonly #budget: PageBudget;
  readonly #memory: Memory;
  readonly #shift: number;
  readonly #numReservedPages: number;
  readonly #pagesPerTable: number;
  readonly #kernels: Kernels | undefined;
  /** By table: the pages that wait, and the number of the rows' layout. */
  readonly #pages: MemorySegment[][];
  readonly #layouts: Int32Array;
  /** By table two words: the end of the rows in its last page, and the end of that page. */
  readonly #cursors: Int32Array;
  readonly #cursorsAt: number;
  /** The layout of the rows that were taken last; pages with rows of others have no room. */
  #layout: StreamLayout | undefined;

  /**
   * @param numReservedPages - how many pages of the budget it leaves to others
   * @param share - the part that it may take of what is free
   * @param scratch - where kernels have cursors
   */
  constructor(budget: PageBudget, bits: number, numReservedPages: number, share: number, scratch?: HashScratch) {
    const numTables = 1 << bits;
    this.#budget = budget;
    this.#memory = budget.memory;
    this.#shift = 31 - bits;
    this.#numReservedPages = numReservedPages;
    const perTable = Math.floor((budget.numFree * share) / numTables);
    this.#pagesPerTable = Math.min(MAX_PAGES_PER_TABLE, Math.max(1, perTable));
    this.#pages = Array.from({ length: numTables }, () => []);
    this.#kernels = scratch?.kernels;
    this.#cursorsAt = scratch?.cursors ?? 0;
    this.#cursors = scratch?.words(scratch.cursors, numTables * 2) ?? new Int32Array(numTables * 2);
    this.#cursors.fill(0);
    this.#layouts = new Int32Array(numTables).fill(-1);
  }

  /** Takes the rows of a batch from number `begin` on; returns the first that it did not take, `stop` says why. */
  add(batch: RowBatch, layout: StreamLayout, begin: number): number {
    if (layout !== this.#layout) this.#useLayout(layout);
    const { numRows } = batch;
    for (let row = begin; ; ) {
      row = this.#kernels !== undefined && batch.isNear ? this.#addByKernel(batch, row) : this.#addAll(batch, row);
      if (row === numRows) return row;
      const table = (batch.hashes[row]! >>> 1) >>> this.#shift;
      const numSlots = batch.memory.i32[batch.slots[row]! * 2]! >>> 3;
      if (!this.#makeRoom(table, layout, numSlots)) return row;
    }
  }

  #addByKernel({ slotsAt, hashesAt, numRows }: RowBatch, begin: number): number {
    const mask = this.#pages.length - 1;
    return this.#kernels!.partitionEntries(slotsAt, hashesAt, begin, numRows, this.#shift + 1, mask, this.#cursorsAt);
  }

  #addAll({ memory, slots, hashes, numRows }: RowBatch, begin: number): number {
    const source = memory.i32;
    const target = this.#memory.i32;
    const cursors = this.#cursors;
    const shift = this.#shift;
    for (let row = begin; row < numRows; row++) {
      const slot = slots[row]!;
      const hash = hashes[row]!;
      const numSlots = source[slot * 2]! >>> 3;
      const cursor = ((hash >>> 1) >>> shift) * 2;
      const pointer = cursors[cursor]!;
      const next = pointer + 1 + numSlots;
      if (next > cursors[cursor + 1]!) return row;
      target[pointer * 2 + LINK_WORD] = 0;
      target[pointer * 2 + HASH_WORD] = hash;
      let from = slot * 2;
      for (let to = (pointer + 1) * 2; to < next * 2; to++) target[to] = source[from++]!;
      cursors[cursor] = next;
    }
    return numRows;
  }

  /** Lets pages with rows of other layouts have no room. */
  #useLayout(layout: StreamLayout): void {
    this.#layout = layout;
    const cursors = this.#cursors;
    for (let table = 0; table < this.#pages.length; table++) {
      const page = this.#pages[table]!.at(-1);
      const isOfLayout = page !== undefined && this.#layouts[table] === layout.index;
      cursors[table * 2 + 1] = isOfLayout ? page.endSlot : cursors[table * 2]!;
    }
  }

  /** Returns the pages that wait for a table, complete. */
  pagesOf(table: number): readonly MemorySegment[] {
    this.#completePage(table);
    return this.#pages[table]!;
  }

  /** Gives back the pages that waited for a table. */
  release(table: number): void {
    const pages = this.#pages[table]!;
    for (const page of pages) this.#budget.give(page);
    pages.length = 0;
    this.#cursors[table * 2] = 0;
    this.#cursors[table * 2 + 1] = 0;
    this.#layouts[table] = -1;
  }

  #makeRoom(table: number, layout: StreamLayout, numSlots: number): boolean {
    if (numSlots + 1 > MAX_ENTRY_SLOTS) {
      this.stop = { kind: "large", table };
      return false;
    }
    const pages = this.#pages[table]!;
    const hasOtherLayout = pages.length > 0 && this.#layouts[table] !== layout.index;
    if (hasOtherLayout || pages.length >= this.#pagesPerTable) {
      this.stop = { kind: "full", table };
      return false;
    }
    const page = this.#budget.numFree > this.#numReservedPages ? this.#budget.take() : undefined;
    if (page === undefined) {
      this.stop = { kind: "memory" };
      return false;
    }
    this.#completePage(table);
    startEntryPage(page, layout);
    pages.push(page);
    this.#layouts[table] = layout.index;
    this.#cursors[table * 2] = page.firstSlot + PAGE_HEADER_SLOTS;
    this.#cursors[table * 2 + 1] = page.endSlot;
    return true;
  }

  #completePage(table: number): void {
    const page = this.#pages[table]!.at(-1);
    if (page !== undefined) endEntryPage(this.#memory, page.firstSlot, this.#cursors[table * 2]!, 0);
  }
}
