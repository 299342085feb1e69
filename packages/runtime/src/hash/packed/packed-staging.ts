import type { Memory, MemorySegment } from "@millrace/core";
import type { PageBudget } from "../../memory/page-budget.js";
import { PAGE_HEADER_SLOTS } from "../../memory/page-slots.js";
import type { PackedScratch } from "./packed-scratch.js";

/** The most pages that wait for one table; more gain little, and pages that were never used cost more than others. */
const MAX_PAGES_PER_TABLE = 64;

/** For how many pages of tuples what they are written to is read ahead, with as many tuples for each table. */
const PAGES_READ_AHEAD = 2;

/** Is a run of tuples, one behind the other. */
export interface TupleRun {
  readonly slot: number;
  readonly numTuples: number;
}

/**
 * Lets tuples wait, by high bits of their hash, so that each table is given many at a time, which are those that it reads of memory then.
 * @internal
 */
export class PackedStaging {
  /** Why the last `add` stopped: for want of memory, or because as many tuples wait for a table as may. */
  hasNoMemory = false;
  /** The table of the tuple that it stopped at. */
  table = 0;
  readonly #budget: PageBudget;
  readonly #memory: Memory;
  readonly #scratch: PackedScratch;
  readonly #tupleSlots: number;
  readonly #shift: number;
  readonly #numReservedPages: number;
  readonly #pagesPerTable: number;
  /** By table: the pages that wait, and where in the first of them tuples begin. */
  readonly #pages: MemorySegment[][];
  readonly #begins: Int32Array;

  /**
   * @param bits - how many high bits of a hash are the number of its table
   * @param numReservedPages - how many pages of the budget it leaves to others
   * @param share - the part that it may take of what is free
   */
  constructor(
    budget: PageBudget,
    scratch: PackedScratch,
    tupleSlots: number,
    bits: number,
    numReservedPages: number,
    share: number,
  ) {
    const numTables = 1 << bits;
    this.#budget = budget;
    this.#memory = budget.memory;
    this.#scratch = scratch;
    this.#tupleSlots = tupleSlots;
    this.#shift = 32 - bits;
    this.#numReservedPages = numReservedPages;
    const perTable = Math.floor((budget.numFree * share) / numTables);
    this.#pagesPerTable = Math.min(MAX_PAGES_PER_TABLE, Math.max(1, perTable));
    this.#pages = Array.from({ length: numTables }, () => []);
    this.#begins = new Int32Array(numTables);
    this.#memory.i32.fill(0, this.#cursorOf(0), this.#cursorOf(numTables));
  }

  /** Takes tuples from number `from` on; returns the first that it did not take. */
  add(tuples: number, from: number, numTuples: number): number {
    const { kernels, cursors } = this.#scratch;
    const numTables = this.#pages.length;
    const mask = numTables - 1;
    if (from === 0 && numTuples > numTables) {
      const slotsPerTable = Math.ceil((numTuples * this.#tupleSlots) / numTables);
      kernels.readAhead(cursors, numTables, slotsPerTable * PAGES_READ_AHEAD);
    }
    for (let at = from; ; ) {
      at = kernels.scatterTuples(tuples, at, numTuples, this.#tupleSlots, this.#shift, mask, cursors);
      if (at === numTuples) return at;
      this.table = this.#memory.i32[(tuples + at * this.#tupleSlots) * 2]! >>> this.#shift;
      if (!this.#makeRoom(this.table)) return at;
    }
  }

  /** Returns the tuples that wait for a table, in order. */
  runsOf(table: number): readonly TupleRun[] {
    const end = this.#memory.i32[this.#cursorOf(table)]!;
    const pages = this.#pages[table]!;
    return pages.map((page, i) => {
      const slot = i === 0 ? this.#begins[table]! : page.firstSlot + PAGE_HEADER_SLOTS;
      const last = i === pages.length - 1 ? end : page.endSlot;
      return { slot, numTuples: Math.floor((last - slot) / this.#tupleSlots) };
    });
  }

  /** Gives back the pages that waited for a table. */
  release(table: number): void {
    for (const page of this.#pages[table]!.splice(0)) this.#budget.give(page);
    this.#memory.i32[this.#cursorOf(table)] = 0;
    this.#memory.i32[this.#cursorOf(table) + 1] = 0;
  }

  #cursorOf(table: number): number {
    return (this.#scratch.cursors + table) * 2;
  }

  #makeRoom(table: number): boolean {
    const pages = this.#pages[table]!;
    this.hasNoMemory = false;
    if (pages.length >= this.#pagesPerTable) return false;
    const page = this.#budget.numFree > this.#numReservedPages ? this.#budget.take() : undefined;
    if (page === undefined) {
      this.hasNoMemory = true;
      return false;
    }
    const begin = this.#beginOf(table, page, pages.length === 0);
    if (pages.length === 0) this.#begins[table] = begin;
    pages.push(page);
    this.#memory.i32[this.#cursorOf(table)] = begin;
    this.#memory.i32[this.#cursorOf(table) + 1] = page.endSlot;
    return true;
  }

  /**
   * Pages begin at multiples of their size, and caches have few places for lines that lie so. As tables get about as many tuples each, all would be written to the
   * same place of their page at one time, if the first page of each did not begin elsewhere.
   */
  #beginOf(table: number, page: MemorySegment, isFirst: boolean): number {
    const begin = page.firstSlot + PAGE_HEADER_SLOTS;
    if (!isFirst || this.#pagesPerTable === 1) return begin;
    const maxTuples = Math.floor((page.endSlot - begin) / this.#tupleSlots);
    return begin + Math.floor((maxTuples * table) / this.#pages.length) * this.#tupleSlots;
  }
}
