/**
 * Packed pages are how rows are kept: in order, whole, of any layouts. A page on its way has rows of one layout; if kept pages did too, rows
 * whose layouts take turns would fill one page each. So a packed page is a sequence of chunks, each with rows of one layout:
 *
 *     slot 0   word 0  0                       word 1  used bytes of the page, header included
 *     chunk    word 0  slots of the chunk      word 1  index of the layout in the slot's table
 *              word 2  rows in it              word 3  0
 *              slot 2  the rows, one behind the other
 *
 * Indexes of layouts mean something in one process only, which is also all that spill files are read by.
 */
import { type Memory, type MemorySegment, SLOT_SIZE_BYTES } from "@millrace/core";
import { PAGE_SLOTS } from "../memory/page-slots.js";
import { copyRow } from "./copy-row.js";
import { EMPTY_MEMORY } from "./empty-memory.js";
import type { LayoutTable, StreamLayout } from "./stream-layout.js";

const HEADER_SLOTS = 1;
const USED_BYTES_WORD = 1;
const CHUNK_HEADER_SLOTS = 2;
const CHUNK_SLOTS_WORD = 0;
const CHUNK_LAYOUT_WORD = 1;
const CHUNK_ROWS_WORD = 2;

/** Is the size of the largest row that a page can hold, in slots; the same as in pages on their way. @internal */
export const MAX_PACKED_ROW_SLOTS = PAGE_SLOTS - HEADER_SLOTS - CHUNK_HEADER_SLOTS;

/** Fills a packed page. Whoever gives it the page takes it back. @internal */
export class PackedPageWriter {
  #page: MemorySegment | undefined;
  #memory: Memory = EMPTY_MEMORY;
  /** Where the next row goes, and where the page ends. */
  #slot = 0;
  #limit = 0;
  /** Where the chunk begins that is being filled; 0 for none, since no chunk begins there. */
  #chunk = 0;
  #numRows = 0;
  #layout: StreamLayout | undefined;

  /** Whether it has a page. */
  get hasPage(): boolean {
    return this.#page !== undefined;
  }

  /** Whether there are rows in the page. */
  get hasRows(): boolean {
    return this.#chunk !== 0;
  }

  /** Starts to fill a page. It has none now. */
  give(page: MemorySegment): void {
    this.#page = page;
    this.#memory = page.memory;
    this.#slot = page.firstSlot + HEADER_SLOTS;
    this.#limit = page.endSlot;
    this.#chunk = 0;
    this.#numRows = 0;
    this.#layout = undefined;
  }

  /** Completes the page and returns it; undefined when there is none. */
  take(): MemorySegment | undefined {
    const page = this.#page;
    if (page === undefined) return undefined;
    this.#endChunk();
    const word = page.firstSlot * 2;
    page.memory.i32[word] = 0;
    page.memory.i32[word + USED_BYTES_WORD] = (this.#slot - page.firstSlot) * SLOT_SIZE_BYTES;
    this.#page = undefined;
    this.#memory = EMPTY_MEMORY;
    this.#slot = this.#limit = this.#chunk = 0;
    return page;
  }

  /** Returns how many slots there are for rows of a layout; 0 or less when there are none. */
  room(layout: StreamLayout): number {
    const room = this.#limit - this.#slot;
    return layout === this.#layout ? room : room - CHUNK_HEADER_SLOTS;
  }

  /** Appends rows that lie one behind the other, for which there is room. Returns the slot of the first of them here. */
  append(memory: Memory, slot: number, numSlots: number, numRows: number, layout: StreamLayout): number {
    if (layout !== this.#layout) this.#startChunk(layout);
    const at = this.#slot;
    copyRow(memory, slot, this.#memory, at, numSlots);
    this.#slot = at + numSlots;
    this.#numRows += numRows;
    return at;
  }

  #startChunk(layout: StreamLayout): void {
    this.#endChunk();
    this.#chunk = this.#slot;
    this.#slot += CHUNK_HEADER_SLOTS;
    this.#layout = layout;
    this.#numRows = 0;
  }

  #endChunk(): void {
    if (this.#chunk === 0) return;
    const { i32 } = this.#memory;
    const word = this.#chunk * 2;
    i32[word + CHUNK_SLOTS_WORD] = this.#slot - this.#chunk;
    i32[word + CHUNK_LAYOUT_WORD] = this.#layout!.index;
    i32[word + CHUNK_ROWS_WORD] = this.#numRows;
    i32[word + CHUNK_ROWS_WORD + 1] = 0;
  }
}

/** Reads the chunks of a packed page, one after the other. @internal */
export class PackedPageReader {
  /** What the rows of the chunk lie in. */
  memory: Memory = EMPTY_MEMORY;
  /** Where its first row begins. */
  slot = 0;
  /** The slot behind its last row. */
  endSlot = 0;
  /** How many rows it has. */
  numRows = 0;
  /** What their fields are. */
  layout: StreamLayout | undefined;
  readonly #layouts: LayoutTable;
  #next = 0;
  #end = 0;

  constructor(layouts: LayoutTable) {
    this.#layouts = layouts;
  }

  /** Starts with a page, before its first chunk. */
  open(page: MemorySegment): void {
    this.memory = page.memory;
    this.#next = page.firstSlot + HEADER_SLOTS;
    this.#end = page.firstSlot + page.memory.i32[page.firstSlot * 2 + USED_BYTES_WORD]! / SLOT_SIZE_BYTES;
  }

  /** Forgets the page: there are no more chunks in it. */
  close(): void {
    this.memory = EMPTY_MEMORY;
    this.#next = this.#end = 0;
  }

  /** Whether there is a next chunk. */
  get hasNext(): boolean {
    return this.#next !== this.#end;
  }

  /** Moves to the next chunk; false when there is none. */
  next(): boolean {
    const chunk = this.#next;
    if (chunk === this.#end) return false;
    const { i32 } = this.memory;
    const word = chunk * 2;
    this.slot = chunk + CHUNK_HEADER_SLOTS;
    this.endSlot = chunk + i32[word + CHUNK_SLOTS_WORD]!;
    this.layout = this.#layouts.at(i32[word + CHUNK_LAYOUT_WORD]!);
    this.numRows = i32[word + CHUNK_ROWS_WORD]!;
    this.#next = this.endSlot;
    return true;
  }
}
