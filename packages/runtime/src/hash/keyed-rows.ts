/**
 * One row per key, in pages of a budget: entries (see entry.ts) and a directory of cells over pages of its own, by open addressing with linear
 * probing. A cell is one slot: word 0 the pointer to the key's entry (0: the cell is empty), word 1 the key's hash. The directory doubles when it is
 * more than two thirds full.
 *
 * A row that takes another's place is written over it when both have the same size and layout. Else it is appended, and the
 * entry of the old one is marked as dead, until `compact` leaves it out.
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
  IS_LARGE,
  IS_MATCHED,
  LINK_WORD,
  layoutIndexOf,
  MAX_ENTRY_SLOTS,
} from "./entry.js";
import { EntryWriter } from "./entry-writer.js";
import { type EntryFile, EntryRow } from "./spilled-entries.js";

/** Set in the link of an entry whose row was replaced. Tables of keyed rows have no other use for the mark. */
export const IS_DEAD = IS_MATCHED;
/** The slots in front of a row: link and hash. */
export const KEYED_PREFIX_SLOTS = 1;

const TWO_TO_32 = 2 ** 32;
const MAX_LOAD = 2 / 3;

/** Keeps one row per key. @internal */
export class KeyedRows {
  /** The entries; when the table is spilled, whoever owns it goes on with the writer alone. */
  readonly writer: EntryWriter;
  readonly #budget: PageSupply;
  readonly #memory: Memory;
  readonly #layouts: LayoutTable;
  readonly #equality: RowPairOrder;
  readonly #file: EntryFile;
  readonly #shift: number;
  readonly #row: EntryRow;
  #pages: MemorySegment[] = [];
  #slots = new Int32Array(0);
  #numKeys = 0;
  #numDead = 0;

  /** @param shift - how many high bits of the hash are the same for all rows here, and say nothing about the place of one */
  constructor(budget: PageSupply, layouts: LayoutTable, equality: RowPairOrder, file: EntryFile, shift: number) {
    this.#budget = budget;
    this.#memory = budget.memory;
    this.#layouts = layouts;
    this.#equality = equality;
    this.#file = file;
    this.#shift = shift;
    this.#row = new EntryRow(budget.memory, layouts, undefined as never);
    this.writer = new EntryWriter(budget, file, KEYED_PREFIX_SLOTS);
  }

  /** How many keys there are. */
  get numKeys(): number {
    return this.#numKeys;
  }

  /** How many pages it holds. */
  get numPages(): number {
    return this.#pages.length + this.writer.pages.length;
  }

  /** Whether more than a third of the entries are dead. */
  get isWasteful(): boolean {
    return this.#numDead * 3 > this.#numKeys + this.#numDead;
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
      this.#numDead++;
      i32[old * 2 + LINK_WORD] = i32[old * 2 + LINK_WORD]! | IS_DEAD;
    }
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
      row.memory = this.#memory;
      row.slot = pointer + KEYED_PREFIX_SLOTS;
      row.layout = this.#layouts.at(layoutIndexOf(this.#memory, pointer));
    }
    return row;
  }

  /** Returns the hash of an entry's key. */
  hashOf(pointer: number): number {
    return this.#memory.i32[pointer * 2 + HASH_WORD]!;
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
    this.#numKeys = this.#numDead = 0;
  }

  /** Copies what is alive to `to`, which is empty, and empties this one page by page. Returns false when `to` lacks a page; then some are here, some there. */
  moveTo(to: KeyedRows): boolean {
    this.writer.completeHeaders();
    this.releaseDirectory();
    const { pages } = this.writer;
    for (let page = pages.pop(); page !== undefined; page = pages.pop()) {
      const isMoved = to.#takeLiving(this, page);
      this.#budget.give(page);
      if (!isMoved) return false;
    }
    return true;
  }

  #takeLiving(from: KeyedRows, page: MemorySegment): boolean {
    const { i32 } = this.#memory;
    const end = entriesEnd(this.#memory, page.firstSlot);
    for (let pointer = page.firstSlot + PAGE_HEADER_SLOTS; pointer < end; ) {
      const numSlots = entrySlots(this.#memory, pointer, KEYED_PREFIX_SLOTS);
      if ((i32[pointer * 2 + LINK_WORD]! & IS_DEAD) === 0) {
        const { memory, slot, layout } = from.row(pointer);
        if (!this.upsert(memory, slot, layout, i32[pointer * 2 + HASH_WORD]!)) return false;
      }
      pointer += numSlots;
    }
    return true;
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
    const slots = this.#slots;
    const { numCells } = this;
    let cell = Math.floor((((hash << this.#shift) >>> 0) * numCells) / TWO_TO_32);
    for (;;) {
      const word = (slots[cell >>> PAGE_SHIFT]! + (cell & PAGE_MASK)) * 2;
      const pointer = i32[word]!;
      if (pointer === 0) return word;
      if (i32[word + 1] === (hash | 0)) {
        const row = this.row(pointer);
        if (equality.comparator(row.layout, layout)(row.memory, row.slot, memory, slot) === 0) return word;
      }
      if (++cell === numCells) cell = 0;
    }
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
    const slots = this.#slots;
    const { numCells } = this;
    for (let from = page.firstSlot * 2; from < page.endSlot * 2; from += 2) {
      const pointer = i32[from]!;
      if (pointer === 0) continue;
      const hash = i32[from + 1]!;
      let cell = Math.floor((((hash << this.#shift) >>> 0) * numCells) / TWO_TO_32);
      let word = (slots[cell >>> PAGE_SHIFT]! + (cell & PAGE_MASK)) * 2;
      while (i32[word] !== 0) {
        if (++cell === numCells) cell = 0;
        word = (slots[cell >>> PAGE_SHIFT]! + (cell & PAGE_MASK)) * 2;
      }
      i32[word] = pointer;
      i32[word + 1] = hash;
    }
  }
}
