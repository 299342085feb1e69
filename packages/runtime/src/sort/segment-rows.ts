import { type Memory, SORT_ENTRY_WORDS } from "@millrace/core";
import { ENTRY_SLOTS } from "../kernels/kernel-layouts.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import { ENTRY_PAGE_MASK, type EntrySegment } from "./entry-pages.js";
import { TAG_SLOTS, TAGGED } from "./sort-limits.js";
import { NOT_LARGE, type SortedEntries, type SortedRows } from "./sorted-rows.js";

/**
 * How many rows are looked at ahead. Rows in sorted order lie anywhere, so each would be waited for; independent loads of a number of them are waited
 * for together.
 */
const LOOK_AHEAD = 32;
const POINTER_WORD = 2;

/** Reads the rows of a sorted segment of a buffer in order. The buffer holds the pages. */
export class SegmentRows implements SortedRows, SortedEntries {
  readonly memory: Memory;
  slot = 0;
  layout: StreamLayout;
  largeBlock = NOT_LARGE;
  readonly #segment: EntrySegment;
  readonly #layouts: LayoutTable;
  readonly #isMixed: boolean;
  readonly #plainLayout: StreamLayout;
  /** The number of the next entry, and its first word. */
  #next = 0;
  #word = 0;
  /** What was read ahead: kept, so that no compiler leaves the reading out. */
  seen = 0;
  firstEntry = 0;
  endEntry = 0;

  /** @param plainLayout - the layout of rows without a tag; undefined when there are none */
  constructor(
    memory: Memory,
    segment: EntrySegment,
    plainLayout: StreamLayout | undefined,
    layouts: LayoutTable,
    isMixed: boolean,
  ) {
    this.memory = memory;
    this.#segment = segment;
    this.#layouts = layouts;
    this.#isMixed = isMixed;
    this.#plainLayout = plainLayout ?? layouts.at(0);
    this.layout = this.#plainLayout;
  }

  next(): boolean {
    const next = this.#next;
    if (next === this.#segment.numEntries) return false;
    if ((next & ENTRY_PAGE_MASK) === 0) this.#word = this.#segment.wordOf(next);
    else this.#word += SORT_ENTRY_WORDS;
    this.#next = next + 1;
    const { i32 } = this.memory;
    if ((next & (LOOK_AHEAD - 1)) === 0 && !this.#isMixed) this.#lookAhead(i32, next);
    const pointer = i32[this.#word + POINTER_WORD]!;
    if (this.#isMixed) this.#setTagged(pointer);
    else this.slot = pointer;
    return true;
  }

  #lookAhead(i32: Int32Array, from: number): void {
    const to = Math.min(from + LOOK_AHEAD, this.#segment.numEntries);
    let seen = 0;
    for (let word = this.#word + POINTER_WORD, i = from; i < to; i++, word += SORT_ENTRY_WORDS) {
      seen |= i32[i32[word]! * 2]!;
    }
    this.seen = seen;
  }

  #setTagged(pointer: number): void {
    this.slot = pointer & ~TAGGED;
    this.largeBlock = NOT_LARGE;
    if ((pointer & TAGGED) === 0) {
      this.layout = this.#plainLayout;
      return;
    }
    const tag = (this.slot - TAG_SLOTS) * 2;
    this.layout = this.#layouts.at(this.memory.i32[tag]!);
    this.largeBlock = this.memory.i32[tag + 1]!;
  }

  readPrefix(into: Uint32Array, at: number): void {
    const { i32 } = this.memory;
    into[at] = i32[this.#word + 1]!;
    into[at + 1] = i32[this.#word]!;
    into[at + 2] = i32[this.#word + 3]!;
  }

  /** Brings those of a page of entries; not when rows have tags. */
  bringEntries(): boolean {
    const next = this.#next;
    const { numEntries } = this.#segment;
    if (next === numEntries) return false;
    this.#next = Math.min(numEntries, (next | ENTRY_PAGE_MASK) + 1);
    this.firstEntry = this.#segment.wordOf(next) / 2;
    this.endEntry = this.firstEntry + (this.#next - next) * ENTRY_SLOTS;
    return true;
  }

  close(): void {
    this.seen = 0;
    this.#next = this.#segment.numEntries;
  }
}
