/**
 * The pages of entries of a sort buffer, in segments. A segment is what is sorted at once: a list of pages full of entries (see core's
 * `SortEntries`), numbered through, and as many other pages that all segments share, which the sort needs as its second place.
 *
 * The sort finds pages by tables in memory. Up to 2304 pages have theirs in the *control page*, behind the scratch of the
 * sorter; larger segments take a page for each table. So a segment ends at 8192 pages, 16.8 M entries.
 */
import { type MemorySegment, PAGE_SIZE_BYTES, SORT_ENTRY_WORDS } from "@millrace/core";
import { EntrySorter, SORTER_SCRATCH_SLOTS } from "../kernels/entry-sorter.js";
import { ENTRIES_PER_PAGE, ENTRY_SLOTS } from "../kernels/kernel-layouts.js";
import { kernelsFor } from "../kernels/kernels-for.js";
import type { PageBudget } from "../memory/page-budget.js";
import { PAGE_SLOTS } from "../memory/page-slots.js";
import type { Steps } from "../task/driver.js";

/** A shift and a mask in place of a division by {@link ENTRIES_PER_PAGE}. */
export const ENTRY_PAGE_SHIFT = Math.log2(ENTRIES_PER_PAGE);
export const ENTRY_PAGE_MASK = ENTRIES_PER_PAGE - 1;

const PAGE_WORDS = PAGE_SIZE_BYTES / 4;
const WORDS_PER_SLOT = 2;
/** How many pages a segment has at most whose tables are in the control page. */
const MAX_CONTROL_PAGES = ((PAGE_SLOTS - SORTER_SCRATCH_SLOTS) * WORDS_PER_SLOT) >> 1;
const MAX_SEGMENT_PAGES = PAGE_WORDS;

/** Is a number of entries that are sorted together. */
export class EntrySegment {
  /** The first slots of its pages. */
  pageSlots = new Int32Array(16);
  readonly pages: MemorySegment[] = [];
  numEntries = 0;

  add(page: MemorySegment): void {
    if (this.pages.length === this.pageSlots.length) {
      const grown = new Int32Array(this.pageSlots.length * 2);
      grown.set(this.pageSlots);
      this.pageSlots = grown;
    }
    this.pageSlots[this.pages.length] = page.firstSlot;
    this.pages.push(page);
  }

  /** Returns the index of the first word of an entry in the memory's words. */
  wordOf(entry: number): number {
    return (this.pageSlots[entry >>> ENTRY_PAGE_SHIFT]! + (entry & ENTRY_PAGE_MASK) * ENTRY_SLOTS) * WORDS_PER_SLOT;
  }
}

/** Orders entries of equal prefixes: of a segment, with the slots of as many other pages, and the slot of the table of its pages. */
export type OrderTies = (segment: EntrySegment, others: Int32Array, table: number) => Steps;

/** Holds entries and sorts them by their prefixes. */
export class EntryPages {
  readonly segments: EntrySegment[] = [];
  /** Where the next entry goes, as an index of the memory's words, and where its page ends. Equal when there is no room. */
  at = 0;
  limit = 0;
  readonly #budget: PageBudget;
  readonly #numKeyBits: 64 | 96;
  readonly #others: MemorySegment[] = [];
  #control: MemorySegment | undefined;
  #tables: MemorySegment[] = [];
  #sorter: EntrySorter | undefined;

  /** @param numKeyBits - how many bits of the entries are their prefix; the rest may be anything */
  constructor(budget: PageBudget, numKeyBits: 64 | 96 = 96) {
    this.#budget = budget;
    this.#numKeyBits = numKeyBits;
  }

  get numEntries(): number {
    return this.segments.reduce((sum, segment) => sum + segment.numEntries, 0);
  }

  /** Makes room for one entry at least; false when there are too few pages. */
  reserve(): boolean {
    if (this.at < this.limit) return true;
    const last = this.segments.at(-1);
    const isNew = last === undefined || last.pages.length === MAX_SEGMENT_PAGES;
    const numPages = isNew ? 1 : last.pages.length + 1;
    if (!this.#reserveToSort(numPages)) return false;
    const page = this.#budget.take();
    if (page === undefined) return false;
    const segment = isNew ? new EntrySegment() : last;
    if (isNew) this.segments.push(segment);
    segment.add(page);
    this.at = page.firstSlot * WORDS_PER_SLOT;
    this.limit = page.endSlot * WORDS_PER_SLOT;
    return true;
  }

  /** Counts entries that were written from `at` on. */
  advance(numEntries: number): void {
    this.segments.at(-1)!.numEntries += numEntries;
    this.at += numEntries * SORT_ENTRY_WORDS;
  }

  /** Takes what the sort of a segment of `numPages` pages needs beside it. */
  #reserveToSort(numPages: number): boolean {
    this.#control ??= this.#budget.take();
    if (this.#control === undefined) return false;
    const numTables = numPages > MAX_CONTROL_PAGES ? 2 : 0;
    return this.#take(this.#tables, numTables) && this.#take(this.#others, numPages);
  }

  #take(pages: MemorySegment[], count: number): boolean {
    while (pages.length < count) {
      const page = this.#budget.take();
      if (page === undefined) return false;
      pages.push(page);
    }
    return true;
  }

  /**
   * Sorts each segment by the prefixes, stably; then `orderTies`, if there is one, is called for each. Gives back all pages but those
   * of the segments.
   */
  *sort(orderTies?: OrderTies): Steps {
    const others = Int32Array.from(this.#others, (page) => page.firstSlot);
    for (const segment of this.segments) {
      const [pages, buffer] = this.#writeTables(segment, others);
      const control = this.#control!;
      this.#sorter ??= new EntrySorter(kernelsFor(control.memory), control.firstSlot);
      for (const _ of this.#sorter.steps(pages, buffer, 0, segment.numEntries, this.#numKeyBits)) yield "turn";
      if (orderTies !== undefined) yield* orderTies(segment, others, pages);
    }
    this.#giveHelpers();
  }

  /** Writes both tables and returns their slots. */
  #writeTables(segment: EntrySegment, others: Int32Array): readonly [number, number] {
    const control = this.#control!;
    const { i32 } = control.memory;
    const count = segment.pages.length;
    const inControl = control.firstSlot + SORTER_SCRATCH_SLOTS;
    const pages = this.#tables[0]?.firstSlot ?? inControl;
    const buffer = this.#tables[1]?.firstSlot ?? inControl + MAX_CONTROL_PAGES / WORDS_PER_SLOT;
    i32.set(segment.pageSlots.subarray(0, count), pages * WORDS_PER_SLOT);
    i32.set(others.subarray(0, count), buffer * WORDS_PER_SLOT);
    return [pages, buffer];
  }

  #giveHelpers(): void {
    for (const page of [...this.#others, ...this.#tables]) this.#budget.give(page);
    if (this.#control !== undefined) this.#budget.give(this.#control);
    this.#others.length = 0;
    this.#tables = [];
    this.#control = undefined;
    this.#sorter = undefined;
  }

  /** Drops all entries and gives all pages back. */
  clear(): void {
    for (const segment of this.segments) for (const page of segment.pages) this.#budget.give(page);
    this.segments.length = 0;
    this.at = this.limit = 0;
    this.#giveHelpers();
  }
}
