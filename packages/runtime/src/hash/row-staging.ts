import type { Memory, MemorySegment } from "@millrace/core";
import type { PageBudget } from "../memory/page-budget.js";
import { PAGE_HEADER_SLOTS } from "../memory/page-slots.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import { endEntryPage, HASH_WORD, LINK_WORD, MAX_ENTRY_SLOTS, startEntryPage } from "./entry.js";

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
  /** By table: the pages that wait, the end of the rows in the last one, its end, and the number of the rows' layout. */
  readonly #pages: MemorySegment[][];
  readonly #ends: Int32Array;
  readonly #limits: Int32Array;
  readonly #layouts: Int32Array;

  /**
   * @param numReservedPages - how many pages of the budget it leaves to others
   * @param share - the part that it may take of what is free
   */
  constructor(budget: PageBudget, bits: number, numReservedPages: number, share: number) {
    const numTables = 1 << bits;
    this.#budget = budget;
    this.#memory = budget.memory;
    this.#shift = 31 - bits;
    this.#numReservedPages = numReservedPages;
    const perTable = Math.floor((budget.numFree * share) / numTables);
    this.#pagesPerTable = Math.min(MAX_PAGES_PER_TABLE, Math.max(1, perTable));
    this.#pages = Array.from({ length: numTables }, () => []);
    this.#ends = new Int32Array(numTables);
    this.#limits = new Int32Array(numTables);
    this.#layouts = new Int32Array(numTables).fill(-1);
  }

  /** Takes rows number `begin` to `end`; returns the first that it did not take, `stop` says why. */
  add(memory: Memory, layout: StreamLayout, slots: Int32Array, hashes: Int32Array, begin: number, end: number): number {
    const source = memory.i32;
    const target = this.#memory.i32;
    const ends = this.#ends;
    const limits = this.#limits;
    const layouts = this.#layouts;
    const shift = this.#shift;
    const { index } = layout;
    for (let row = begin; row < end; row++) {
      const slot = slots[row]!;
      const hash = hashes[row]!;
      const numSlots = source[slot * 2]! >>> 3;
      const table = (hash >>> 1) >>> shift;
      if (layouts[table] !== index || ends[table]! + numSlots >= limits[table]!) {
        if (!this.#makeRoom(table, layout, numSlots)) return row;
      }
      const pointer = ends[table]!;
      target[pointer * 2 + LINK_WORD] = 0;
      target[pointer * 2 + HASH_WORD] = hash;
      let from = slot * 2;
      const next = pointer + 1 + numSlots;
      for (let to = (pointer + 1) * 2; to < next * 2; to++) target[to] = source[from++]!;
      ends[table] = next;
    }
    return end;
  }

  /** Returns the pages that wait for a table, complete. */
  pagesOf(table: number): readonly MemorySegment[] {
    this.#completePage(table);
    return this.#pages[table]!;
  }

  /** Gives back the pages that waited for a table. */
  release(table: number): void {
    for (const page of this.#pages[table]!.splice(0)) this.#budget.give(page);
    this.#ends[table] = 0;
    this.#limits[table] = 0;
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
    this.#ends[table] = page.firstSlot + PAGE_HEADER_SLOTS;
    this.#limits[table] = page.endSlot;
    return true;
  }

  #completePage(table: number): void {
    const page = this.#pages[table]!.at(-1);
    if (page !== undefined) endEntryPage(this.#memory, page.firstSlot, this.#ends[table]!, 0);
  }
}
