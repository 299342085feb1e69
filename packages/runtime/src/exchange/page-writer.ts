import {
  DOES_NOT_FIT,
  invariant,
  Memory,
  MemorySegment,
  PAGE_HEADER_BYTES,
  PAGE_KIND_DATA,
  PAGE_SIZE_BYTES,
  SLOT_SIZE_BYTES,
  startPage,
} from "@millrace/core";
import { PAGE_HEADER_SLOTS } from "../memory/page-slots.js";
import { copyRow } from "../rows/copy-row.js";
import { EMPTY_MEMORY } from "../rows/empty-memory.js";
import type { StreamLayout } from "../rows/stream-layout.js";

const USED_BYTES_WORD = 1;
const NUM_RECORDS_WORD = 4;
const FIRST_RECORD_WORD = 5;

/** Writes a record where there is room for it, and says in which layout it did so. */
export interface OutputSerializer {
  /** Writes a record in one piece, as a `RecordWriter` of core does. */
  write(record: unknown, memory: Memory, slot: number, limit: number): number;
  /** The layout of the record that was written last, also of one that did not fit. */
  readonly layout: StreamLayout;
}

/**
 * Fills one page with whole rows of one layout. The page is handed out by `take`, which the owner of the writer calls when a row
 * does not fit any more; then it gives the writer the next one.
 */
export class PageWriter {
  #page: MemorySegment | undefined;
  #layout: StreamLayout | undefined;
  #memory: Memory = EMPTY_MEMORY;
  /** Where the next row goes and where the page ends, in slots of the memory. Equal without a page. */
  #slot = 0;
  #limit = 0;
  #numRows = 0;

  /** Whether there is a page with rows in it. */
  get hasRows(): boolean {
    return this.#numRows > 0;
  }

  /** How many rows are in it. */
  get numRows(): number {
    return this.#numRows;
  }

  /** Whether it has a page. */
  get hasPage(): boolean {
    return this.#page !== undefined;
  }

  /** Starts to fill a page, which has no rows that matter. There is none now. */
  give(page: MemorySegment): void {
    this.#page = page;
    this.#memory = page.memory;
    this.#slot = page.firstSlot + PAGE_HEADER_SLOTS;
    this.#limit = page.endSlot;
    this.#numRows = 0;
    this.#layout = undefined;
  }

  /** Completes the header and returns the page; undefined when there is none. A page without rows is returned too. */
  take(): MemorySegment | undefined {
    const page = this.#page;
    if (page === undefined) return undefined;
    if (this.#layout !== undefined) finishPage(page, this.#layout, this.#slot, this.#numRows);
    this.#page = undefined;
    this.#memory = EMPTY_MEMORY;
    this.#slot = this.#limit = this.#numRows = 0;
    this.#layout = undefined;
    return page;
  }

  /** Appends a row; false when it has no place in this page. */
  append(memory: Memory, slot: number, numSlots: number, layout: StreamLayout): boolean {
    if (this.#slot + numSlots > this.#limit) return false;
    if (layout !== this.#layout) {
      if (this.#numRows > 0) return false;
      this.#layout = layout;
    }
    copyRow(memory, slot, this.#memory, this.#slot, numSlots);
    this.#slot += numSlots;
    this.#numRows++;
    return true;
  }

  /** Appends rows that lie one behind the other, as many as have a place in this page; returns where the first of the others begins. */
  appendAll(memory: Memory, slot: number, endSlot: number, layout: StreamLayout): number {
    if (layout !== this.#layout && this.#numRows > 0) return slot;
    const room = this.#limit - this.#slot;
    let numRows = 0;
    let end = slot;
    while (end < endSlot) {
      const next = end + (memory.i32[end * 2]! >>> 3);
      if (next - slot > room) break;
      end = next;
      numRows++;
    }
    if (numRows === 0) return slot;
    this.#layout = layout;
    copyRow(memory, slot, this.#memory, this.#slot, end - slot);
    this.#slot += end - slot;
    this.#numRows += numRows;
    return end;
  }

  /**
   * Appends a record; false when it has no place in this page. Then it is written again, elsewhere: a serializer whose
   * layout evolved on the way writes the same record in the same layout.
   */
  serialize(record: unknown, serializer: OutputSerializer): boolean {
    if (this.#slot === this.#limit) return false;
    const end = serializer.write(record, this.#memory, this.#slot, this.#limit);
    if (end === DOES_NOT_FIT) return false;
    const { layout } = serializer;
    if (layout !== this.#layout) {
      if (this.#numRows > 0) return false;
      this.#layout = layout;
    }
    this.#slot = end;
    this.#numRows++;
    return true;
  }
}

/** Writes the header of a page whose rows end before `endSlot`. */
export function finishPage(page: MemorySegment, layout: StreamLayout, endSlot: number, numRows: number): void {
  invariant(numRows > 0, "pages that are sent have rows");
  startPage(page, PAGE_KIND_DATA, layout.layout.idWords, false);
  const word = page.firstSlot * 2;
  const { i32 } = page.memory;
  i32[word + USED_BYTES_WORD] = (endSlot - page.firstSlot) * SLOT_SIZE_BYTES;
  i32[word + NUM_RECORDS_WORD] = numRows;
  i32[word + FIRST_RECORD_WORD] = PAGE_HEADER_BYTES;
}

/** Makes a segment on the heap, with a header, for one row that is larger than a page, or for rows that nobody has a page for. */
export function largePage(
  memory: Memory,
  slot: number,
  numSlots: number,
  layout: StreamLayout,
  numRows = 1,
): MemorySegment {
  const sizeBytes = (numSlots + PAGE_HEADER_SLOTS) * SLOT_SIZE_BYTES;
  const page = new MemorySegment(new Memory(new ArrayBuffer(sizeBytes)), 0, sizeBytes);
  copyRow(memory, slot, page.memory, PAGE_HEADER_SLOTS, numSlots);
  finishPage(page, layout, PAGE_HEADER_SLOTS + numSlots, numRows);
  return page;
}

/** Tells whether a page is one of those. */
export function isLargePage(page: MemorySegment): boolean {
  return page.sizeBytes !== PAGE_SIZE_BYTES;
}
