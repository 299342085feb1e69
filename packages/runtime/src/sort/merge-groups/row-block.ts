import type { Memory, MemorySegment } from "@millrace/core";
import type { PageBudget } from "../../memory/page-budget.js";
import { copyRow } from "../../rows/copy-row.js";
import type { RowCursor } from "../../rows/row-cursor.js";
import type { LayoutTable, StreamLayout } from "../../rows/stream-layout.js";
import type { LargeRows } from "../large-rows.js";
import { MAX_ROW_SLOTS, TAG_SLOTS } from "../sort-limits.js";
import { NOT_LARGE } from "../sorted-rows.js";

/**
 * Keeps rows in the pages of a budget, to be read any number of times, in the order in which they came. In front of each row stands a tag, as
 * in runs, so that rows of any layouts lie together; large rows are on disk.
 */
export class RowBlock implements RowCursor {
  memory: Memory;
  slot = 0;
  layout: StreamLayout;
  readonly #budget: PageBudget;
  readonly #layouts: LayoutTable;
  readonly #large: LargeRows;
  readonly #pages: MemorySegment[] = [];
  /** Where the rows of each page end. */
  readonly #ends: number[] = [];
  /** The page that is written, or -1; where the next row goes. */
  #written = -1;
  #end = 0;
  /** The page that is read; where the next row lies. */
  #read = 0;
  #next = 0;

  constructor(budget: PageBudget, layouts: LayoutTable, large: LargeRows) {
    this.#budget = budget;
    this.#layouts = layouts;
    this.#large = large;
    this.memory = budget.memory;
    this.layout = layouts.at(0);
  }

  /** Whether no row is in it. */
  get isEmpty(): boolean {
    return this.#written < 0;
  }

  /** Copies a row; false when there is no room. */
  append(memory: Memory, slot: number, layout: StreamLayout): boolean {
    const numSlots = memory.i32[slot * 2]! >> 3;
    const isLarge = numSlots > MAX_ROW_SLOTS;
    const keptSlots = isLarge ? 0 : numSlots;
    const page = this.#pages[this.#written];
    if ((page === undefined || this.#end + TAG_SLOTS + keptSlots > page.endSlot) && !this.#turnPage()) return false;
    const { i32 } = this.#budget.memory;
    const tag = this.#end * 2;
    i32[tag] = layout.index;
    i32[tag + 1] = isLarge ? this.#large.put(memory, slot) : NOT_LARGE;
    copyRow(memory, slot, this.#budget.memory, this.#end + TAG_SLOTS, keptSlots);
    this.#end += TAG_SLOTS + keptSlots;
    this.#ends[this.#written] = this.#end;
    return true;
  }

  #turnPage(): boolean {
    if (this.#written + 1 === this.#pages.length) {
      const page = this.#budget.take();
      if (page === undefined) return false;
      this.#pages.push(page);
    }
    this.#written++;
    this.#end = this.#pages[this.#written]!.firstSlot;
    this.#ends[this.#written] = this.#end;
    return true;
  }

  /** Goes back in front of the first row. */
  reset(): void {
    this.#read = 0;
    this.#next = this.#written < 0 ? 0 : this.#pages[0]!.firstSlot;
  }

  next(): boolean {
    if (this.#written < 0) return false;
    while (this.#next === this.#ends[this.#read]) {
      if (this.#read === this.#written) return false;
      this.#next = this.#pages[++this.#read]!.firstSlot;
    }
    const { memory } = this.#budget;
    const tag = this.#next * 2;
    const largeBlock = memory.i32[tag + 1]!;
    this.layout = this.#layouts.at(memory.i32[tag]!);
    if (largeBlock === NOT_LARGE) {
      this.memory = memory;
      this.slot = this.#next + TAG_SLOTS;
      this.#next = this.slot + (memory.i32[this.slot * 2]! >> 3);
    } else {
      this.memory = this.#large.load(largeBlock);
      this.slot = 0;
      this.#next += TAG_SLOTS;
    }
    return true;
  }

  /** Drops all rows; the pages stay, for the next ones. */
  clear(): void {
    this.#written = -1;
    this.#ends.length = 0;
  }
}
