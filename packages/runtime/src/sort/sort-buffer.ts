/**
 * Rows in memory that are sorted by moving entries: pages of rows in order of arrival, and pages of entries that point to them.
 *
 * As long as all rows have one layout, rows lie as they came, and pages of them are copied as a whole. From the first row of another
 * layout, or that is too large for a page, on the buffer is *mixed*: each row has a slot in front of it,
 *
 *     word 0   the index of the layout
 *          1   NOT_LARGE, or the block of a large row: then there is no row here
 *
 * and the pointer in its entry has the bit {@link TAGGED}.
 */
import { type Memory, type MemorySegment, type RowCompare, SORT_ENTRY_WORDS } from "@millrace/core";
import { kernelsFor } from "../kernels/kernels-for.js";
import type { PageBudget } from "../memory/page-budget.js";
import { copyRow } from "../rows/copy-row.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { Steps } from "../task/driver.js";
import { EntryPages, type EntrySegment } from "./entry-pages.js";
import { SegmentGather } from "./gathered-rows.js";
import type { LargeRows } from "./large-rows.js";
import { orderTies } from "./order-ties.js";
import { SegmentRows } from "./segment-rows.js";
import type { SortKeys } from "./sort-keys.js";
import { MAX_ROW_SLOTS, TAG_SLOTS, TAGGED } from "./sort-limits.js";
import { NOT_LARGE, type SortedRows } from "./sorted-rows.js";

/** What the rows of one sort share. @internal */
export interface SortRows {
  readonly keys: SortKeys;
  readonly layouts: LayoutTable;
  readonly large: LargeRows;
}

/** Takes rows until its pages are full, and sorts them. @internal */
export class SortBuffer {
  readonly #budget: PageBudget;
  readonly #memory: Memory;
  readonly #rows: SortRows;
  readonly #entries: EntryPages;
  readonly #pages: MemorySegment[] = [];
  /** Where the next row goes, and where its page ends. */
  #slot = 0;
  #limit = 0;
  /** The layout of rows without a tag; undefined before the first. */
  #layout: StreamLayout | undefined;
  #isMixed = false;

  constructor(budget: PageBudget, rows: SortRows) {
    this.#budget = budget;
    this.#memory = budget.memory;
    this.#rows = rows;
    this.#entries = new EntryPages(budget);
  }

  /** The number of rows in it. */
  get numRows(): number {
    return this.#entries.numEntries;
  }

  /** Whether rows of several layouts, or large ones, are in it. */
  get isMixed(): boolean {
    return this.#isMixed;
  }

  /** The layout of all rows; of no meaning when it is mixed. */
  get layout(): StreamLayout | undefined {
    return this.#layout;
  }

  /** Copies a row into the buffer; false when there is no room. */
  append(memory: Memory, slot: number, layout: StreamLayout): boolean {
    const numSlots = memory.i32[slot * 2]! >> 3;
    if (layout !== this.#layout || this.#isMixed || numSlots > MAX_ROW_SLOTS) {
      if (!this.#admit(layout, numSlots)) return this.#appendTagged(memory, slot, layout, numSlots);
    }
    if (!this.#entries.reserve() || !this.#reserveSlots(numSlots)) return false;
    const to = this.#slot;
    copyRow(memory, slot, this.#memory, to, numSlots);
    this.#slot = to + numSlots;
    this.#writeEntry(this.#memory, to, layout, to);
    return true;
  }

  /**
   * Copies the rows that lie one behind the other from `slot` to `endSlot`; returns the slot of the first for which there is no room,
   * or `endSlot`.
   */
  appendRows(memory: Memory, slot: number, endSlot: number, layout: StreamLayout): number {
    while (slot < endSlot) {
      const numSlots = memory.i32[slot * 2]! >> 3;
      const isPlain = layout === this.#layout && !this.#isMixed && numSlots <= MAX_ROW_SLOTS;
      if (isPlain) {
        if (!this.#entries.reserve() || !this.#reserveSlots(numSlots)) return slot;
        slot += this.#copyRows(memory, slot, endSlot, layout);
      } else {
        if (!this.append(memory, slot, layout)) return slot;
        slot += numSlots;
      }
    }
    return slot;
  }

  /** Copies as many rows as the current pages have room for, one at least; returns how many slots they take. */
  #copyRows(memory: Memory, slot: number, endSlot: number, layout: StreamLayout): number {
    const entries = this.#entries;
    const { i32 } = this.#memory;
    const from = this.#slot;
    const limit = from + Math.min(endSlot - slot, this.#limit - from);
    copyRow(memory, slot, this.#memory, from, limit - from);
    const count = this.#rows.keys.writer(layout)(this.#memory, from, limit, i32, entries.at, entries.limit);
    const last = i32[entries.at + (count - 1) * SORT_ENTRY_WORDS + POINTER_WORD]!;
    entries.advance(count);
    this.#slot = last + (i32[last * 2]! >> 3);
    return this.#slot - from;
  }

  /** Looks at what is no plain row of the layout so far; returns whether it can be kept without a tag all the same. */
  #admit(layout: StreamLayout, numSlots: number): boolean {
    if (this.#rows.keys.admit(layout)) this.#rewritePrefixes();
    if (numSlots <= MAX_ROW_SLOTS && !this.#isMixed) {
      this.#layout ??= layout;
      if (this.#layout === layout) return true;
    }
    this.#isMixed = true;
    return false;
  }

  #appendTagged(memory: Memory, slot: number, layout: StreamLayout, numSlots: number): boolean {
    const isLarge = numSlots > MAX_ROW_SLOTS;
    const keptSlots = isLarge ? 0 : numSlots;
    if (!this.#entries.reserve() || !this.#reserveSlots(TAG_SLOTS + keptSlots)) return false;
    const to = this.#slot + TAG_SLOTS;
    const tag = this.#slot * 2;
    this.#memory.i32[tag] = layout.index;
    this.#memory.i32[tag + 1] = isLarge ? this.#rows.large.put(memory, slot) : NOT_LARGE;
    copyRow(memory, slot, this.#memory, to, keptSlots);
    this.#slot = to + keptSlots;
    if (isLarge) this.#writeEntry(memory, slot, layout, to | TAGGED);
    else this.#writeEntry(this.#memory, to, layout, to | TAGGED);
    return true;
  }

  /** Writes the entry of one row, and `pointer` as its pointer. */
  #writeEntry(memory: Memory, slot: number, layout: StreamLayout, pointer: number): void {
    const { at, limit } = this.#entries;
    const { i32 } = this.#memory;
    this.#rows.keys.writer(layout)(memory, slot, slot + (memory.i32[slot * 2]! >> 3), i32, at, limit);
    i32[at + POINTER_WORD] = pointer;
    this.#entries.advance(1);
  }

  #reserveSlots(numSlots: number): boolean {
    if (this.#slot + numSlots <= this.#limit) return true;
    const page = this.#budget.take();
    if (page === undefined) return false;
    this.#pages.push(page);
    this.#slot = page.firstSlot;
    this.#limit = page.endSlot;
    return true;
  }

  /** Makes all prefixes anew, after a layout came with which the old ones cannot be compared. */
  #rewritePrefixes(): void {
    const { i32 } = this.#memory;
    const entry = new Int32Array(SORT_ENTRY_WORDS);
    for (const segment of this.#entries.segments) {
      const rows = this.#cursorOf(segment);
      for (let i = 0; rows.next(); i++) {
        const isLarge = rows.largeBlock !== NOT_LARGE;
        const memory = isLarge ? this.#rows.large.load(rows.largeBlock) : rows.memory;
        const slot = isLarge ? 0 : rows.slot;
        this.#rows.keys.writer(rows.layout)(memory, slot, slot + (memory.i32[slot * 2]! >> 3), entry, 0, entry.length);
        const word = segment.wordOf(i);
        i32[word] = entry[0]!;
        i32[word + 1] = entry[1]!;
        i32[word + 3] = entry[3]!;
      }
    }
  }

  /** Sorts what is in it, a piece at a time. Nothing may be appended before `clear`. */
  sort(): Steps {
    if (this.#rows.keys.isPrefixComplete) return this.#entries.sort();
    const kernels = kernelsFor(this.#memory);
    const compare = this.#comparePointers();
    return this.#entries.sort((segment, others, table) => orderTies(kernels, segment, others, table, compare));
  }

  #comparePointers(): (a: number, b: number) => number {
    const memory = this.#memory;
    const { keys } = this.#rows;
    if (!this.#isMixed) {
      if (this.#layout === undefined) return () => 0;
      const compare = keys.comparator(this.#layout, this.#layout);
      return (a, b) => compare(memory, a, memory, b);
    }
    const comparators = new Map<number, RowCompare>();
    return (a, b) => {
      const [memoryA, slotA, layoutA] = this.#rowOf(a);
      const [memoryB, slotB, layoutB] = this.#rowOf(b);
      const pair = layoutA.index * MAX_LAYOUTS + layoutB.index;
      let compare = comparators.get(pair);
      if (compare === undefined) {
        compare = keys.comparator(layoutA, layoutB);
        comparators.set(pair, compare);
      }
      return compare(memoryA, slotA, memoryB, slotB);
    };
  }

  #rowOf(pointer: number): readonly [Memory, number, StreamLayout] {
    if ((pointer & TAGGED) === 0) return [this.#memory, pointer, this.#layout!];
    const slot = pointer & ~TAGGED;
    const { i32 } = this.#memory;
    const layout = this.#rows.layouts.at(i32[(slot - TAG_SLOTS) * 2]!);
    const block = i32[(slot - TAG_SLOTS) * 2 + 1]!;
    return block === NOT_LARGE ? [this.#memory, slot, layout] : [this.#rows.large.load(block), 0, layout];
  }

  /** Returns what copies all sorted rows, when they lie in one segment and none has a tag. */
  gather(): SegmentGather | undefined {
    const { segments } = this.#entries;
    const [segment] = segments;
    if (segment === undefined || segments.length > 1 || this.#isMixed) return undefined;
    return new SegmentGather(segment, this.#layout!, kernelsFor(this.#memory));
  }

  /** Returns the sorted rows, one stream for each segment, the one that arrived first before. */
  sorted(): SortedRows[] {
    return this.#entries.segments.map((segment) => this.#cursorOf(segment));
  }

  #cursorOf(segment: EntrySegment): SortedRows {
    return new SegmentRows(this.#memory, segment, this.#layout, this.#rows.layouts, this.#isMixed);
  }

  /** Drops all rows and gives all pages back. */
  clear(): void {
    this.#entries.clear();
    for (const page of this.#pages) this.#budget.give(page);
    this.#pages.length = 0;
    this.#slot = this.#limit = 0;
    this.#layout = undefined;
    this.#isMixed = false;
  }
}

const POINTER_WORD = 2;
/** More layouts than a slot ever meets; only the key of a cache. */
const MAX_LAYOUTS = 1 << 20;
