import { Memory } from "@millrace/core";
import { ENTRIES_PER_PAGE } from "../kernels/kernel-layouts.js";
import type { PageBudget } from "../memory/page-budget.js";
import { PAGE_SLOTS } from "../memory/page-slots.js";
import { tooFewPages } from "../memory/too-few-pages.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { Steps } from "../task/driver.js";
import { FixedLengthBuffer, fixedLengthForm } from "./fixed-length-buffer.js";
import type { SegmentGather } from "./gathered-rows.js";
import { SortBuffer, type SortRows } from "./sort-buffer.js";
import { MIN_SORT_PAGES } from "./sort-limits.js";
import type { SortedRows } from "./sorted-rows.js";

/** The most rows that are moved from one kind of buffer to the other on the heap, 100 KB or so; more are spilled. */
const MAX_MOVED_ROWS = 4096;

/**
 * Is the buffer of a sort: one for rows of fixed length as long as all rows have one layout that allows it, else one for rows of any kind. What it
 * holds goes over when a second layout comes, or is spilled first.
 */
export class ArrivalBuffer {
  readonly #budget: PageBudget;
  readonly #rows: SortRows;
  readonly #general: SortBuffer;
  /** The one that takes rows now; undefined before the first row. */
  #current: SortBuffer | FixedLengthBuffer | undefined;

  constructor(budget: PageBudget, rows: SortRows) {
    this.#budget = budget;
    this.#rows = rows;
    this.#general = new SortBuffer(budget, rows);
  }

  /** The number of rows in it. */
  get numRows(): number {
    return this.#current?.numRows ?? 0;
  }

  /** The layout of all rows, when `gather` returned something. */
  get layout(): StreamLayout | undefined {
    return this.#current?.layout;
  }

  /** Whether rows of several layouts, or large ones, are in it. */
  get isMixed(): boolean {
    return this.#current?.isMixed ?? false;
  }

  /** Copies a row into the buffer; false when there is no room. */
  append(memory: Memory, slot: number, layout: StreamLayout): boolean {
    return this.#bufferFor(layout).append(memory, slot, layout);
  }

  /** Copies rows that lie one behind the other; returns the slot of the first for which there is no room, or `endSlot`. */
  appendRows(memory: Memory, slot: number, endSlot: number, layout: StreamLayout): number {
    return this.#bufferFor(layout).appendRows(memory, slot, endSlot, layout);
  }

  #bufferFor(layout: StreamLayout): SortBuffer | FixedLengthBuffer {
    const current = this.#current;
    if (current === undefined) {
      const form = fixedLengthForm(layout, this.#rows.keys.order);
      if (form !== undefined) this.#rows.keys.admit(layout);
      this.#current = form === undefined ? this.#general : new FixedLengthBuffer(this.#budget, layout, form);
    } else if (current instanceof FixedLengthBuffer && (current.layout !== layout || this.#rows.keys.numLayouts > 1)) {
      // A combiner may have brought another layout too; then the buffer is empty.
      if (current.numRows === 0) this.#current = this.#general;
      else if (this.#canMove(current)) this.#moveRows(current);
    }
    return this.#current!;
  }

  #canMove({ numRows, rowSlots }: FixedLengthBuffer): boolean {
    const rowPages = Math.ceil((numRows * rowSlots) / (PAGE_SLOTS - rowSlots));
    const entryPages = Math.ceil(numRows / ENTRIES_PER_PAGE);
    return numRows <= MAX_MOVED_ROWS && rowPages + 2 * entryPages + MIN_SORT_PAGES <= this.#budget.numPages;
  }

  #moveRows(from: FixedLengthBuffer): void {
    const { numRows, rowSlots, layout } = from;
    const moved = new Memory(new ArrayBuffer(numRows * rowSlots * 8));
    let at = 0;
    for (const rows of from.sorted()) {
      for (; rows.next(); at += rowSlots) moved.i32.set(rows.memory.i32, at * 2);
    }
    from.clear();
    this.#current = this.#general;
    if (this.#general.appendRows(moved, 0, at, layout) < at) throw tooFewPages(this.#budget, MIN_SORT_PAGES, "sort");
  }

  /** Sorts what is in it, a piece at a time. Nothing may be appended before `clear`. */
  *sort(): Steps {
    if (this.#current !== undefined) yield* this.#current.sort();
  }

  /** Returns what copies all sorted rows, when they lie in one segment and none has a tag. */
  gather(): SegmentGather | undefined {
    return this.#current?.gather();
  }

  /** Returns the sorted rows, one stream for each segment, the one that arrived first before. */
  sorted(): SortedRows[] {
    return this.#current?.sorted() ?? [];
  }

  /** Drops all rows and gives all pages back. */
  clear(): void {
    this.#current?.clear();
  }
}
