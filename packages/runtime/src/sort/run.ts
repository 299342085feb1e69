/**
 * Runs: sorted rows in a spill file. The pages of a run have rows of one layout, as pages have everywhere, until the first row of another
 * layout or that is too large for a page; from the next page on they are *tagged*: in front of each row stands a slot with the index of its
 * layout and, for a large row, its block in the file of large rows, in place of the row itself.
 */
import {
  type Memory,
  type MemorySegment,
  PAGE_KIND_DATA,
  PAGE_NUM_RECORDS_OFFSET,
  PAGE_USED_BYTES_OFFSET,
  SORT_ENTRY_WORDS,
  startPage,
} from "@millrace/core";
import { PAGE_HEADER_SLOTS } from "../memory/page-slots.js";
import { copyRow } from "../rows/copy-row.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { SpillFile } from "../spill/spill-space.js";
import type { RowGather } from "./gathered-rows.js";
import { TAG_SLOTS } from "./sort-limits.js";
import { NOT_LARGE, type PrefixReader, type SortedEntries, type SortedRows } from "./sorted-rows.js";

/** Is a run that was written. */
export interface Run {
  readonly file: SpillFile;
  /** The layout of the rows before the first block with tags; undefined when there are none. */
  readonly layout: StreamLayout | undefined;
  /** The first block whose rows have tags. */
  readonly firstTaggedBlock: number;
  /** Whether there are such rows. */
  readonly hasTags: boolean;
}

/** How many entries are made together when a run is read. */
const ENTRIES_AHEAD = 32;

const ENTRY_SLOTS = SORT_ENTRY_WORDS / 2;
const POINTER_WORD = 2;

const NO_LAYOUT = { low: 0, high: 0 };

/** Writes a run through one page. */
export class RunWriter {
  readonly #file: SpillFile;
  readonly #page: MemorySegment;
  #layout: StreamLayout | undefined;
  #firstTaggedBlock = Number.POSITIVE_INFINITY;
  #slot = 0;
  #numPageRows = 0;

  constructor(file: SpillFile, page: MemorySegment) {
    this.#file = file;
    this.#page = page;
  }

  /** Appends a row that fits into a page, or a large one by its block. Returns whether a page was written to do so. */
  append(memory: Memory, slot: number, layout: StreamLayout, largeBlock: number): boolean {
    const isTagged = this.#firstTaggedBlock <= this.#file.numBlocks;
    if (!isTagged && (layout !== this.#layout || largeBlock !== NOT_LARGE))
      return this.#begin(memory, slot, layout, largeBlock);
    const page = this.#page;
    const rowSlots = largeBlock === NOT_LARGE ? memory.i32[slot * 2]! >> 3 : 0;
    const numSlots = isTagged ? rowSlots + TAG_SLOTS : rowSlots;
    const isFull = this.#slot + numSlots > page.endSlot;
    if (isFull) this.#writePage();
    let to = this.#slot;
    this.#slot = to + numSlots;
    if (isTagged) {
      page.memory.i32[to * 2] = layout.index;
      page.memory.i32[to * 2 + 1] = largeBlock;
      to += TAG_SLOTS;
    }
    copyRow(memory, slot, page.memory, to, rowSlots);
    this.#numPageRows++;
    return isFull;
  }

  /** Writes a page of rows of one layout, if there are any left, copied to where they belong at once; the run has no other rows. */
  writeGathered(gather: RowGather): void {
    this.#layout = gather.layout;
    this.#startPage();
    this.#slot = gather.copy(this.#slot, this.#page.endSlot);
    this.#numPageRows = gather.numRows;
    if (gather.numRows > 0) this.#writePage();
  }

  /** Begins the run with the row, or goes on with tags. */
  #begin(memory: Memory, slot: number, layout: StreamLayout, largeBlock: number): boolean {
    if (this.#layout === undefined && largeBlock === NOT_LARGE) this.#layout = layout;
    else {
      if (this.#numPageRows > 0) this.#writePage();
      this.#firstTaggedBlock = this.#file.numBlocks;
    }
    this.#startPage();
    return this.append(memory, slot, layout, largeBlock);
  }

  #startPage(): void {
    const isTagged = this.#firstTaggedBlock <= this.#file.numBlocks;
    const layoutId = isTagged ? NO_LAYOUT : this.#layout!.layout.idWords;
    startPage(this.#page, PAGE_KIND_DATA, layoutId, false);
    this.#slot = this.#page.firstSlot + PAGE_HEADER_SLOTS;
    this.#numPageRows = 0;
  }

  #writePage(): void {
    const page = this.#page;
    page.putInt32(PAGE_USED_BYTES_OFFSET, (this.#slot - page.firstSlot) * 8);
    page.putInt32(PAGE_NUM_RECORDS_OFFSET, this.#numPageRows);
    this.#file.writePage(page);
    this.#startPage();
  }

  /** Writes the last page. The page that was given may be used for something else. */
  finish(): Run {
    if (this.#numPageRows > 0) this.#writePage();
    const hasTags = this.#firstTaggedBlock < this.#file.numBlocks;
    return { file: this.#file, layout: this.#layout, firstTaggedBlock: this.#firstTaggedBlock, hasTags };
  }
}

/** Reads a run in order, a page at a time. At the end, however it comes, it calls `letGo`, once. */
export class RunRows implements SortedRows, SortedEntries {
  readonly memory: Memory;
  slot = 0;
  layout: StreamLayout;
  largeBlock = NOT_LARGE;
  readonly #run: Run;
  readonly #layouts: LayoutTable;
  readonly #prefixes: PrefixReader | undefined;
  readonly #loadLarge: (block: number) => Memory;
  readonly #letGo: () => void;
  #page: MemorySegment | undefined;
  #block = 0;
  #isTagged = false;
  #next = 0;
  #limit = 0;
  /** Entries of rows ahead, made together; the number of the next one, and of all. A reader of prefixes reads that of every row. */
  readonly #entries = new Int32Array(ENTRIES_AHEAD * SORT_ENTRY_WORDS);
  #entry = 0;
  #numEntries = 0;

  firstEntry = 0;
  endEntry = 0;

  /** @param prefixes - makes the prefixes; needed by `readPrefix` and `bringEntries` alone */
  constructor(
    run: Run,
    page: MemorySegment,
    layouts: LayoutTable,
    prefixes: PrefixReader | undefined,
    loadLarge: (block: number) => Memory,
    letGo: () => void,
  ) {
    this.#run = run;
    this.#page = page;
    this.#layouts = layouts;
    this.#prefixes = prefixes;
    this.#loadLarge = loadLarge;
    this.#letGo = letGo;
    this.memory = page.memory;
    this.layout = run.layout ?? layouts.at(0);
  }

  next(): boolean {
    if (this.#next === this.#limit && !this.#readPage()) return false;
    const { i32 } = this.memory;
    if (!this.#isTagged) {
      this.slot = this.#next;
    } else {
      const tag = this.#next * 2;
      this.layout = this.#layouts.at(i32[tag]!);
      this.largeBlock = i32[tag + 1]!;
      this.slot = this.#next + TAG_SLOTS;
      if (this.largeBlock !== NOT_LARGE) {
        this.#next = this.slot;
        return true;
      }
    }
    this.#next = this.slot + (i32[this.slot * 2]! >> 3);
    return true;
  }

  #readPage(): boolean {
    const page = this.#page;
    if (page === undefined || this.#block === this.#run.file.numBlocks) {
      this.close();
      return false;
    }
    this.#entry = this.#numEntries = 0;
    this.#isTagged = this.#block >= this.#run.firstTaggedBlock;
    const usedBytes = this.#run.file.readPage(this.#block++, page);
    this.#next = page.firstSlot + PAGE_HEADER_SLOTS;
    this.#limit = page.firstSlot + usedBytes / 8;
    return this.#next < this.#limit || this.#readPage();
  }

  readPrefix(into: Uint32Array, at: number): void {
    if (this.#isTagged) {
      this.#readTaggedPrefix(into, at);
      return;
    }
    if (this.#entry === this.#numEntries) {
      this.#numEntries = this.#prefixes!.readMany(this.memory, this.slot, this.#limit, this.layout, this.#entries);
      this.#entry = 0;
    }
    const word = this.#entry++ * SORT_ENTRY_WORDS;
    into[at] = this.#entries[word + 1]!;
    into[at + 1] = this.#entries[word]!;
    into[at + 2] = this.#entries[word + 3]!;
  }

  /** Not when rows have tags. */
  bringEntries(slot: number, limit: number): boolean {
    if (this.#next === this.#limit && !this.#readPage()) return false;
    const { i32 } = this.memory;
    const { layout } = this;
    const count = this.#prefixes!.readMany(this.memory, this.#next, this.#limit, layout, i32, slot * 2, limit * 2);
    this.firstEntry = slot;
    this.endEntry = slot + count * ENTRY_SLOTS;
    const last = i32[this.endEntry * 2 - SORT_ENTRY_WORDS + POINTER_WORD]!;
    this.#next = last + (i32[last * 2]! >> 3);
    return true;
  }

  #readTaggedPrefix(into: Uint32Array, at: number): void {
    const isLarge = this.largeBlock !== NOT_LARGE;
    const memory = isLarge ? this.#loadLarge(this.largeBlock) : this.memory;
    this.#prefixes!.read(memory, isLarge ? 0 : this.slot, this.layout, into, at);
  }

  close(): void {
    if (this.#page === undefined) return;
    this.#page = undefined;
    this.#next = this.#limit = 0;
    this.#letGo();
  }
}
