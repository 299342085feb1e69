/**
 * One row per key, in pages of a budget: entries (see entry.ts) and a directory of cells over pages of its own, by open addressing with linear
 * probing. A cell is one slot: word 0 the pointer to the key's entry (0: the cell is empty), word 1 the key's hash. The directory doubles when it is
 * more than two thirds full.
 *
 * A row that takes another's place is written over it when both have the same size and layout. Else it is appended, and the
 * entry of the old one is marked as dead, until `compact` moves the others together. A row that is
 * larger than a page is in a file, which is written anew when most of its rows are dead.
 */
import type { Memory, MemorySegment } from "@millrace/core";
import type { PageSupply } from "../memory/page-budget.js";
import { PAGE_HEADER_SLOTS, PAGE_MASK, PAGE_SHIFT, PAGE_SLOTS } from "../memory/page-slots.js";
import { copyRow } from "../rows/copy-row.js";
import type { RowPairOrder } from "../rows/row-order.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import {
  entriesEnd,
  entrySlots,
  HASH_WORD,
  IS_DEAD,
  IS_LARGE,
  LINK_WORD,
  layoutIndexOf,
  MAX_ENTRY_SLOTS,
} from "./entry.js";
import { EntryWriter } from "./entry-writer.js";
import { type EntryFile, EntryRow } from "./spilled-entries.js";

/** The slots in front of a row: link and hash. */
export const KEYED_PREFIX_SLOTS = 1;

/**
 * 2^32 by the golden ratio. Rows come by their hashes: those of a partition or a pass have the high bits in common, and a log that was written by passes has one
 * range of hashes after the other. Without it they would fill one corner of the directory after the other, each as a run that every lookup walks along.
 */
const SPREADING_FACTOR = 0x9e3779b1;
const TWO_TO_32 = 2 ** 32;
const MAX_LOAD = 2 / 3;
/** The least share of dead slots for which compacting pays: it goes over all pages. */
const MIN_DEAD_SHARE = 1 / 3;
/** The file of large rows is written anew when it has so many more rows than twice those that are alive. */
const MIN_DEAD_LARGE_ROWS = 8;

/** Keeps one row per key. @internal */
export class KeyedRows {
  /** The entries; when the table is spilled, whoever owns it goes on with the writer alone. */
  readonly writer: EntryWriter;
  readonly #budget: PageSupply;
  readonly #memory: Memory;
  readonly #layouts: LayoutTable;
  readonly #equality: RowPairOrder;
  readonly #file: EntryFile;
  readonly #row: EntryRow;
  #pages: MemorySegment[] = [];
  #slots = new Int32Array(0);
  #numKeys = 0;
  /** The slots of the entries that are dead. */
  #numDeadSlots = 0;
  /** How many rows that are alive are in the file, and how many rows are. */
  #numLarge = 0;
  #numInFile = 0;

  constructor(budget: PageSupply, layouts: LayoutTable, equality: RowPairOrder, file: EntryFile) {
    this.#budget = budget;
    this.#memory = budget.memory;
    this.#layouts = layouts;
    this.#equality = equality;
    this.#file = file;
    this.#row = new EntryRow(budget.memory, layouts, undefined as never);
    this.writer = new EntryWriter(budget, file, KEYED_PREFIX_SLOTS);
  }

  /** How many pages it holds. */
  get numPages(): number {
    return this.#pages.length + this.writer.pages.length;
  }

  /** How many pages would do for what is alive, about. */
  get numLivingPages(): number {
    return this.writer.pages.length - Math.floor(this.#numDeadSlots / PAGE_SLOTS);
  }

  /** Whether compacting it would free a page, and a third of the pages or more. */
  get isWasteful(): boolean {
    return this.#numDeadSlots >= Math.max(PAGE_SLOTS, this.writer.pages.length * PAGE_SLOTS * MIN_DEAD_SHARE);
  }

  /** Puts a row in the place of the one with its key, if there is any. Returns false, and changes nothing, when there is no page for it. */
  upsert(memory: Memory, slot: number, layout: StreamLayout, hash: number): boolean {
    if (this.#numKeys + 1 > this.numCells * MAX_LOAD && !this.#grow()) return false;
    const word = this.#cellWord(memory, slot, layout, hash, this.#equality);
    const { i32 } = this.#memory;
    const old = i32[word]!;
    if (old !== 0 && this.#overwrite(old, memory, slot, layout)) return true;
    const pointer = this.writer.append(memory, slot, layout, hash, 0);
    if (pointer === 0) return false;
    i32[word] = pointer;
    i32[word + 1] = hash;
    if (old === 0) {
      this.#numKeys++;
    } else {
      this.#numDeadSlots += entrySlots(this.#memory, old, KEYED_PREFIX_SLOTS);
      if ((i32[old * 2 + LINK_WORD]! & IS_LARGE) !== 0) this.#numLarge--;
      i32[old * 2 + LINK_WORD] = i32[old * 2 + LINK_WORD]! | IS_DEAD;
    }
    if ((i32[pointer * 2 + LINK_WORD]! & IS_LARGE) !== 0) this.#addedLarge();
    return true;
  }

  /**
   * Returns the pointer to the entry whose key equals that of the row at `slot` of `memory`; 0 for none. `equality` compares rows of this table,
   * first, with such rows.
   */
  find(memory: Memory, slot: number, layout: StreamLayout, hash: number, equality: RowPairOrder): number {
    if (this.#numKeys === 0) return 0;
    return this.#memory.i32[this.#cellWord(memory, slot, layout, hash, equality)]!;
  }

  /** Says where the row of an entry lies; until the next call of any method. */
  row(pointer: number): EntryRow {
    const row = this.#row;
    if ((this.#memory.i32[pointer * 2 + LINK_WORD]! & IS_LARGE) !== 0) {
      row.setLarge(this.#memory, pointer + KEYED_PREFIX_SLOTS, this.#file);
    } else {
      row.setInPage(this.#memory, pointer + KEYED_PREFIX_SLOTS, this.#layouts.at(layoutIndexOf(this.#memory, pointer)));
    }
    return row;
  }

  /** How many cells there are, for walks over all keys. */
  get numCells(): number {
    return this.#pages.length * PAGE_SLOTS;
  }

  /** Returns the pointer in a cell; 0 when it is empty. */
  entryAt(cell: number): number {
    return this.#memory.i32[(this.#slots[cell >>> PAGE_SHIFT]! + (cell & PAGE_MASK)) * 2]!;
  }

  /** Gives the directory back; the entries stay with the writer. */
  releaseDirectory(): void {
    for (const page of this.#pages) this.#budget.give(page);
    this.#pages = [];
  }

  /** Gives back all pages. */
  release(): void {
    this.releaseDirectory();
    this.writer.release();
    this.#numKeys = this.#numDeadSlots = this.#numLarge = this.#numInFile = 0;
  }

  /**
   * Moves the entries that are alive together, in the pages where they are, and gives back those that get empty. It needs no page, so it cannot fail, and
   * the directory stays as it is but for the pointers.
   */
  compact(): void {
    this.writer.compact(this.#layouts, (from, to) => this.#repoint(from, to));
    this.#numDeadSlots = 0;
  }

  /** Calls `visit` for the entries of one of the writer's pages that are alive; their headers were completed. */
  eachOf(page: MemorySegment, visit: (row: EntryRow, hash: number) => void): void {
    const { i32 } = this.#memory;
    const end = entriesEnd(this.#memory, page.firstSlot);
    for (let pointer = page.firstSlot + PAGE_HEADER_SLOTS; pointer < end; ) {
      if ((i32[pointer * 2 + LINK_WORD]! & IS_DEAD) === 0) visit(this.row(pointer), i32[pointer * 2 + HASH_WORD]!);
      pointer += entrySlots(this.#memory, pointer, KEYED_PREFIX_SLOTS);
    }
  }

  /** Changes the pointer of the key whose entry moves. */
  #repoint(from: number, to: number): void {
    const { i32 } = this.#memory;
    const { numCells } = this;
    const hash = i32[from * 2 + HASH_WORD]!;
    let cell = this.#firstCell(hash);
    let word = this.#wordOf(cell);
    while (i32[word] !== from) {
      if (++cell === numCells) cell = 0;
      word = this.#wordOf(cell);
    }
    i32[word] = to;
  }

  #addedLarge(): void {
    this.#numLarge++;
    this.#numInFile++;
    if (this.#numInFile > this.#numLarge * 2 + MIN_DEAD_LARGE_ROWS) this.#rewriteFile();
  }

  /** Writes the large rows that are alive to a new file. */
  #rewriteFile(): void {
    const { i32 } = this.#memory;
    const old = this.#file.detach();
    try {
      for (let cell = 0; cell < this.numCells; cell++) {
        const pointer = this.entryAt(cell);
        if (pointer === 0 || (i32[pointer * 2 + LINK_WORD]! & IS_LARGE) === 0) continue;
        const word = (pointer + KEYED_PREFIX_SLOTS) * 2;
        i32[word] = this.#file.writeLarge(old.readLarge(i32[word]!), 0);
      }
    } finally {
      old.remove();
    }
    this.#numInFile = this.#numLarge;
  }

  #overwrite(pointer: number, memory: Memory, slot: number, layout: StreamLayout): boolean {
    const own = this.#memory;
    const numSlots = memory.i32[slot * 2]! >>> 3;
    const isSame =
      (own.i32[pointer * 2 + LINK_WORD]! & IS_LARGE) === 0 &&
      numSlots + KEYED_PREFIX_SLOTS <= MAX_ENTRY_SLOTS &&
      own.i32[(pointer + KEYED_PREFIX_SLOTS) * 2]! === memory.i32[slot * 2]! &&
      layoutIndexOf(own, pointer) === layout.index;
    if (isSame) copyRow(memory, slot, own, pointer + KEYED_PREFIX_SLOTS, numSlots);
    return isSame;
  }

  /** Returns the word of the cell that holds the key of a row, or of the empty one where it would go. */
  #cellWord(memory: Memory, slot: number, layout: StreamLayout, hash: number, equality: RowPairOrder): number {
    const { i32 } = this.#memory;
    const { numCells } = this;
    let cell = this.#firstCell(hash);
    for (;;) {
      const word = this.#wordOf(cell);
      const pointer = i32[word]!;
      if (pointer === 0) return word;
      if (i32[word + 1] === (hash | 0)) {
        const row = this.row(pointer);
        if (equality.comparator(row.layout, layout)(row.memory, row.slot, memory, slot) === 0) return word;
      }
      if (++cell === numCells) cell = 0;
    }
  }

  /** Returns the cell that a search for a hash begins with. */
  #firstCell(hash: number): number {
    return Math.floor(((Math.imul(hash, SPREADING_FACTOR) >>> 0) * this.numCells) / TWO_TO_32);
  }

  /** Returns the first word of a cell. */
  #wordOf(cell: number): number {
    return (this.#slots[cell >>> PAGE_SHIFT]! + (cell & PAGE_MASK)) * 2;
  }

  /** Doubles the directory; false when there are not enough pages. */
  #grow(): boolean {
    const numPages = Math.max(1, this.#pages.length * 2);
    if (this.#budget.numFree < numPages) return false;
    const old = { pages: this.#pages, slots: this.#slots };
    const pages: MemorySegment[] = [];
    for (let page = this.#budget.take(); page !== undefined; page = this.#budget.take()) {
      this.#memory.i32.fill(0, page.firstSlot * 2, page.endSlot * 2);
      pages.push(page);
      if (pages.length === numPages) break;
    }
    if (pages.length < numPages) {
      for (const page of pages) this.#budget.give(page);
      return false;
    }
    this.#pages = pages;
    this.#slots = Int32Array.from(pages, ({ firstSlot }) => firstSlot);
    for (const page of old.pages) {
      this.#reinsert(page);
      this.#budget.give(page);
    }
    return true;
  }

  #reinsert(page: MemorySegment): void {
    const { i32 } = this.#memory;
    const { numCells } = this;
    for (let from = page.firstSlot * 2; from < page.endSlot * 2; from += 2) {
      const pointer = i32[from]!;
      if (pointer === 0) continue;
      const hash = i32[from + 1]!;
      let cell = this.#firstCell(hash);
      let word = this.#wordOf(cell);
      while (i32[word] !== 0) {
        if (++cell === numCells) cell = 0;
        word = this.#wordOf(cell);
      }
      i32[word] = pointer;
      i32[word + 1] = hash;
    }
  }
}
