import { type Memory, type MemorySegment, PAGE_FIRST_RECORD_OFFSET, SLOT_SIZE_BYTES } from "@millrace/core";
import type { PageSupply } from "../memory/page-budget.js";
import { PAGE_HEADER_SLOTS } from "../memory/page-slots.js";
import { pageRefused } from "../memory/take-page.js";
import { copyRow } from "../rows/copy-row.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { Steps } from "../task/driver.js";
import { PAGES_IN_A_STEP } from "../task/work.js";
import {
  endEntryPage,
  entriesEnd,
  entrySlots,
  HASH_WORD,
  IS_DEAD,
  IS_LARGE,
  LARGE_ROW_SLOTS,
  LINK_WORD,
  MAX_ENTRY_SLOTS,
  startEntryPage,
} from "./entry.js";
import type { EntryFile } from "./spilled-entries.js";

/** Is a page that entries are being appended to. */
interface OpenPage {
  page: MemorySegment;
  readonly layout: StreamLayout;
  slot: number;
  numEntries: number;
}

/**
 * Appends entries to pages of a budget: the rows of one partition of a hash table. Rows of different layouts go to different pages. Once it
 * was spilled, it has one page, which is written to a file whenever it is full.
 * @internal
 */
export class EntryWriter {
  /** All pages that are held, the open ones too. */
  readonly pages: MemorySegment[] = [];
  /** The blocks written so far. */
  readonly blocks: number[] = [];
  /** How many entries were appended, spilled ones too. */
  numEntries = 0;
  /** How many pages of the budget it leaves to others. */
  numReservedPages = 0;
  /** Whether it takes its first page all the same. */
  takesFirstPage = true;
  /** Whether its pages were written to the file. */
  isSpilled = false;
  readonly #budget: PageSupply;
  readonly #file: EntryFile;
  readonly #prefixSlots: number;
  readonly #memory: Memory;
  /** The layout of the page that is written to, and where in it the next entry goes; kept here for the fast path. */
  #layout: StreamLayout | undefined;
  #slot = 0;
  #limit = 0;
  #open: OpenPage | undefined;
  /** Pages of other layouts that have room. */
  readonly #others = new Map<StreamLayout, OpenPage>();

  constructor(budget: PageSupply, file: EntryFile, prefixSlots: number) {
    this.#budget = budget;
    this.#memory = budget.memory;
    this.#file = file;
    this.#prefixSlots = prefixSlots;
  }

  /**
   * Appends an entry with the row at `slot` of `memory`, and returns its pointer, or 0 when there is no page for it. The slots between hash
   * and row are 0. In a spilled partition the pointer means nothing.
   */
  append(memory: Memory, slot: number, layout: StreamLayout, hash: number, flags: number): number {
    const rowSlots = memory.i32[slot * 2]! >>> 3;
    const numSlots = this.#prefixSlots + rowSlots;
    if (numSlots > MAX_ENTRY_SLOTS) return this.#appendLarge(memory, slot, layout, hash, flags);
    if ((layout !== this.#layout || this.#slot + numSlots > this.#limit) && !this.#makeRoom(layout, numSlots)) return 0;
    const pointer = this.#begin(numSlots, hash, flags);
    copyRow(memory, slot, this.#memory, pointer + this.#prefixSlots, rowSlots);
    return pointer;
  }

  /** As `append`, to entries that are spilled: their page is theirs by the arithmetic of the caller, or free. */
  appendSpilled(memory: Memory, slot: number, layout: StreamLayout, hash: number, flags: number): void {
    if (this.append(memory, slot, layout, hash, flags) === 0) throw pageRefused(this.#budget);
  }

  /** Appends an entry of another page as it is, a large one with the block that it stands for; returns false when there is no page for it. */
  appendEntry(pointer: number, numSlots: number, layout: StreamLayout): boolean {
    if ((layout !== this.#layout || this.#slot + numSlots > this.#limit) && !this.#makeRoom(layout, numSlots)) {
      return false;
    }
    const memory = this.#memory;
    const { i32 } = memory;
    const to = this.#begin(numSlots, i32[pointer * 2 + HASH_WORD]!, i32[pointer * 2 + LINK_WORD]!);
    copyRow(memory, pointer + 1, memory, to + 1, numSlots - 1);
    return true;
  }

  /** The slot at which the next entry of this layout goes; 0 when there is no page for it yet, or the entries are spilled. */
  nextSlot(layout: StreamLayout): number {
    return layout === this.#layout && !this.isSpilled ? this.#slot : 0;
  }

  /** The slot that entries from `nextSlot` on must not reach beyond. */
  get limitSlot(): number {
    return this.#limit;
  }

  /** Takes over entries that a kernel wrote from `nextSlot` on up to `endSlot`. */
  advance(endSlot: number, numEntries: number): void {
    this.#slot = endSlot;
    this.#open!.numEntries += numEntries;
    this.numEntries += numEntries;
  }

  /** Appends an entry that stands for a row in a file. */
  #appendLarge(memory: Memory, slot: number, layout: StreamLayout, hash: number, flags: number): number {
    const numSlots = this.#prefixSlots + LARGE_ROW_SLOTS;
    if ((this.#layout === undefined || this.#slot + numSlots > this.#limit) && !this.#makeRoom(layout, numSlots)) {
      return 0;
    }
    const block = this.#file.writeLarge(memory, slot);
    const pointer = this.#begin(numSlots, hash, flags | IS_LARGE);
    const word = (pointer + this.#prefixSlots) * 2;
    this.#memory.i32[word] = block;
    this.#memory.i32[word + 1] = layout.index;
    return pointer;
  }

  /** Completes the headers of all pages, so that they can be read. Appending goes on where it was. */
  completeHeaders(): void {
    if (this.#others.size === 0) {
      this.#completeOpen();
      return;
    }
    this.#stash();
    for (const { page, slot, numEntries } of this.#others.values()) {
      endEntryPage(this.#memory, page.firstSlot, slot, numEntries);
    }
    this.#resume();
  }

  /** Writes all pages to the file and gives them back, but for one when there was any: entries are appended to it from now on. */
  spill(): void {
    for (const _ of this.spillSteps());
  }

  /** As `spill`, some pages at a time. Nothing may be appended before that is done. */
  *spillSteps(): Steps {
    this.completeHeaders();
    this.isSpilled = true;
    this.#closePages();
    for (const page of this.pages) {
      this.blocks.push(this.#file.writePage(page));
      if (this.blocks.length % PAGES_IN_A_STEP === 0) yield "turn";
    }
    for (const page of this.pages.splice(1)) this.#budget.give(page);
  }

  /** Writes to the file what it was not yet given, of a spilled partition, and gives back all pages. */
  finishSpilling(): void {
    const open = this.#open;
    if (open !== undefined && this.#slot > open.page.firstSlot + PAGE_HEADER_SLOTS) this.#writeOpenPage(open);
    this.release();
  }

  /**
   * Moves the entries that are not dead together, and gives back the pages that get empty. `onMove` hears of each entry that moves, before it is
   * overwritten by others. Entries keep their order in their page; none moves behind where it was.
   */
  compact(layouts: LayoutTable, onMove: (from: number, to: number) => void): void {
    this.completeHeaders();
    const byLayout = new Map<number, MemorySegment[]>();
    for (const page of this.pages) {
      const layout = page.getInt32(PAGE_FIRST_RECORD_OFFSET);
      byLayout.set(layout, [...(byLayout.get(layout) ?? []), page]);
    }
    const current = this.#layout;
    this.#closePages();
    this.pages.length = 0;
    for (const [layout, pages] of byLayout) this.#compactLayout(pages, layouts.at(layout), onMove);
    const open = current === undefined ? undefined : this.#others.get(current);
    if (open !== undefined) this.#setOpen(open);
    this.#resume();
  }

  /** Moves the entries of pages of one layout to the first of them. */
  #compactLayout(
    pages: readonly MemorySegment[],
    layout: StreamLayout,
    onMove: (from: number, to: number) => void,
  ): void {
    const memory = this.#memory;
    const { i32 } = memory;
    let target = 0;
    let to = pages[0]!.firstSlot + PAGE_HEADER_SLOTS;
    let numEntries = 0;
    for (const page of pages) {
      const end = entriesEnd(memory, page.firstSlot);
      for (let from = page.firstSlot + PAGE_HEADER_SLOTS; from < end; ) {
        const numSlots = entrySlots(memory, from, this.#prefixSlots);
        if ((i32[from * 2 + LINK_WORD]! & IS_DEAD) === 0) {
          if (to + numSlots > pages[target]!.endSlot) {
            endEntryPage(memory, pages[target]!.firstSlot, to, numEntries);
            to = pages[++target]!.firstSlot + PAGE_HEADER_SLOTS;
            numEntries = 0;
          }
          if (to !== from) {
            onMove(from, to);
            memory.u8.copyWithin(to * SLOT_SIZE_BYTES, from * SLOT_SIZE_BYTES, (from + numSlots) * SLOT_SIZE_BYTES);
          }
          to += numSlots;
          numEntries++;
        }
        from += numSlots;
      }
    }
    this.#keepCompacted(pages, layout, target, to, numEntries);
  }

  #keepCompacted(
    pages: readonly MemorySegment[],
    layout: StreamLayout,
    target: number,
    slot: number,
    numEntries: number,
  ): void {
    const page = pages[target]!;
    endEntryPage(this.#memory, page.firstSlot, slot, numEntries);
    this.pages.push(...pages.slice(0, target + 1));
    this.#others.set(layout, { page, layout, slot, numEntries });
    for (const empty of pages.slice(target + 1)) this.#budget.give(empty);
  }

  /** Gives back all pages. */
  release(): void {
    this.#closePages();
    for (const page of this.pages) this.#budget.give(page);
    this.pages.length = 0;
  }

  #begin(numSlots: number, hash: number, flags: number): number {
    const pointer = this.#slot;
    const { i32 } = this.#memory;
    i32[pointer * 2 + LINK_WORD] = flags;
    i32[pointer * 2 + HASH_WORD] = hash;
    for (let i = 1; i < this.#prefixSlots; i++) {
      i32[(pointer + i) * 2] = 0;
      i32[(pointer + i) * 2 + 1] = 0;
    }
    this.#slot = pointer + numSlots;
    this.#open!.numEntries++;
    this.numEntries++;
    return pointer;
  }

  #makeRoom(layout: StreamLayout, numSlots: number): boolean {
    if (this.isSpilled) return this.#makeRoomSpilled(layout);
    if (layout !== this.#layout) {
      this.#stash();
      const other = this.#others.get(layout);
      if (other !== undefined && other.slot + numSlots <= other.page.endSlot) {
        this.#setOpen(other);
        return true;
      }
    }
    const mayTakeAll = this.takesFirstPage && this.pages.length === 0;
    if (!mayTakeAll && this.#budget.numFree <= this.numReservedPages) return false;
    const page = this.#budget.take();
    if (page === undefined) return false;
    this.#completeOpen();
    const full = this.#others.get(layout);
    // The open page may be among the others too, with an older end.
    if (full !== undefined && full !== this.#open)
      endEntryPage(this.#memory, full.page.firstSlot, full.slot, full.numEntries);
    this.#others.delete(layout);
    this.pages.push(page);
    this.#start(page, layout);
    return true;
  }

  #makeRoomSpilled(layout: StreamLayout): boolean {
    const open = this.#open;
    if (open !== undefined) {
      if (this.#slot > open.page.firstSlot + PAGE_HEADER_SLOTS) this.#writeOpenPage(open);
      this.#start(open.page, layout);
      return true;
    }
    if (this.pages.length === 0) {
      const page = this.#budget.take();
      if (page === undefined) return false;
      this.pages.push(page);
    }
    this.#start(this.pages[0]!, layout);
    return true;
  }

  #writeOpenPage(open: OpenPage): void {
    endEntryPage(this.#memory, open.page.firstSlot, this.#slot, open.numEntries);
    this.blocks.push(this.#file.writePage(open.page));
  }

  #start(page: MemorySegment, layout: StreamLayout): void {
    startEntryPage(page, layout);
    const slot = page.firstSlot + PAGE_HEADER_SLOTS;
    const open = this.#open;
    if (open === undefined || open.layout !== layout) {
      this.#setOpen({ page, layout, slot, numEntries: 0 });
      return;
    }
    // The page before is complete, and is not among the others.
    open.page = page;
    open.slot = slot;
    open.numEntries = 0;
    this.#setOpen(open);
  }

  #setOpen(open: OpenPage): void {
    this.#open = open;
    this.#layout = open.layout;
    this.#slot = open.slot;
    this.#limit = open.page.endSlot;
  }

  #completeOpen(): void {
    const open = this.#open;
    if (open === undefined) return;
    endEntryPage(this.#memory, open.page.firstSlot, this.#slot, open.numEntries);
  }

  #stash(): void {
    const open = this.#open;
    if (open === undefined) return;
    open.slot = this.#slot;
    this.#others.set(open.layout, open);
  }

  #resume(): void {
    if (this.#open !== undefined) this.#others.delete(this.#open.layout);
  }

  #closePages(): void {
    this.#open = undefined;
    this.#layout = undefined;
    this.#slot = this.#limit = 0;
    // An empty map makes garbage too when it is cleared.
    if (this.#others.size > 0) this.#others.clear();
  }
}

/** Walks pages of entries that were spilled, one at a time, in a page that it is given. @internal */
export class EntryReader {
  readonly #layouts: LayoutTable;
  readonly #file: EntryFile;
  readonly #page: MemorySegment;

  constructor(layouts: LayoutTable, file: EntryFile, page: MemorySegment) {
    this.#layouts = layouts;
    this.#file = file;
    this.#page = page;
  }

  /** Reads a block; the entries are in the page then. Returns the layout of those rows that are not large. */
  read(block: number): StreamLayout {
    this.#file.readPage(block, this.#page);
    return this.#layouts.at(this.#page.getInt32(LAYOUT_OFFSET));
  }
}

const LAYOUT_OFFSET = PAGE_FIRST_RECORD_OFFSET;
