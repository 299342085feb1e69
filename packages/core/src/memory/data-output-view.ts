import { MillraceError } from "../errors/index.js";
import { Memory, SLOT_SIZE_BYTES } from "./memory.js";
import type { MemorySegment } from "./memory-segment.js";
import {
  type LayoutIdWords,
  PAGE_FIRST_RECORD_OFFSET,
  PAGE_HEADER_BYTES,
  PAGE_KIND_DATA,
  PAGE_NUM_RECORDS_OFFSET,
  PAGE_USED_BYTES_OFFSET,
  startPage,
} from "./page.js";

/** Is what a record writer returns when the record does not fit before the limit; nothing counts as written then. @public */
export const DOES_NOT_FIT = -1;

/**
 * Writes one record into `memory` from slot `slot`, in one piece, and returns the slot behind it, or {@link DOES_NOT_FIT}
 * when it would reach beyond slot `limit`.
 * @public
 */
export type RecordWriter<T = unknown> = (record: T, memory: Memory, slot: number, limit: number) => number;

/** Is the largest size of one record in bytes; the sizes in rows are 31-bit integers, and one buffer must hold it. @public */
export const MAX_RECORD_SIZE_BYTES = 2 ** 30;

const INITIAL_SCRATCH_BYTES = 64 * 1024;
const MAX_KEPT_SCRATCH_BYTES = 1024 * 1024;
const HEADER_SLOTS = PAGE_HEADER_BYTES / SLOT_SIZE_BYTES;

/**
 * Is a cursor that appends records to pages. A record is written in place when it fits into the rest of the page; else in
 * a buffer of the view first, and from there over as many pages as it takes. Pages come from `nextPage`, which returns
 * undefined when there are no more: then `write` returns false, nothing of the record is kept, and the view goes on after
 * pages were found. Pages belong to whoever `nextPage` asked; the view only fills them.
 * @public
 */
export class DataOutputView {
  readonly #nextPage: () => MemorySegment | undefined;
  #layoutId: LayoutIdWords;
  #page: MemorySegment | undefined;
  /** The memory of the page, kept here for the fast path. */
  #memory: Memory = EMPTY;
  /** Where the next record goes, and the end of the page, in slots. */
  #slot = 0;
  #limit = 0;
  /** Records that begin in the page, and the slot of the first of them. */
  #numRecords = 0;
  #firstRecord = 0;
  #scratch: Memory = EMPTY;
  /** Pages that a record needed, and did not get enough of. */
  #spare: MemorySegment[] = [];

  constructor(nextPage: () => MemorySegment | undefined, layoutId: LayoutIdWords) {
    this.#nextPage = nextPage;
    this.#layoutId = layoutId;
  }

  /** Appends `record`; returns false when it ran out of pages, with nothing of the record kept. */
  write<T>(writer: RecordWriter<T>, record: T): boolean {
    const slot = this.#slot;
    if (slot < this.#limit) {
      const end = writer(record, this.#memory, slot, this.#limit);
      if (end !== DOES_NOT_FIT) {
        this.#recordBegins(slot);
        this.#slot = end;
        return true;
      }
    }
    return this.#writeSplit(writer, record);
  }

  /** Ends the page when it holds records of another layout; what follows has layout `layoutId`. */
  setLayout(layoutId: LayoutIdWords): void {
    if (this.#layoutId.low === layoutId.low && this.#layoutId.high === layoutId.high) return;
    this.#layoutId = layoutId;
    this.endPage();
  }

  /** Completes the header of the current page. The next record begins a new one. */
  endPage(): void {
    const page = this.#page;
    if (page === undefined) return;
    page.putInt32(PAGE_USED_BYTES_OFFSET, (this.#slot - page.firstSlot) * SLOT_SIZE_BYTES);
    page.putInt32(PAGE_NUM_RECORDS_OFFSET, this.#numRecords);
    page.putInt32(PAGE_FIRST_RECORD_OFFSET, this.#firstRecord);
    this.#page = undefined;
    this.#memory = EMPTY;
    this.#slot = this.#limit = 0;
  }

  /** Hands back the pages that it was given and has not used, for example after `write` returned false. */
  takeSparePages(): MemorySegment[] {
    const spare = this.#spare;
    this.#spare = [];
    return spare;
  }

  #writeSplit<T>(writer: RecordWriter<T>, record: T): boolean {
    if (this.#page === undefined || this.#slot === this.#limit) {
      if (!this.#reservePages(1)) return false;
      this.#startPage(false);
      const end = writer(record, this.#memory, this.#slot, this.#limit);
      if (end !== DOES_NOT_FIT) {
        this.#recordBegins(this.#slot);
        this.#slot = end;
        return true;
      }
    }
    const numSlots = this.#writeScratch(writer, record);
    const isWritten = this.#appendScratch(numSlots);
    if (this.#scratch.buffer.byteLength > MAX_KEPT_SCRATCH_BYTES) this.#scratch = EMPTY;
    return isWritten;
  }

  /** Writes the record into the scratch memory, which grows until it fits, and returns its size in slots. */
  #writeScratch<T>(writer: RecordWriter<T>, record: T): number {
    for (;;) {
      const end = writer(record, this.#scratch, 0, this.#scratch.numSlots);
      if (end !== DOES_NOT_FIT) return end;
      const size = Math.max(INITIAL_SCRATCH_BYTES, this.#scratch.buffer.byteLength * 2);
      if (size > MAX_RECORD_SIZE_BYTES) throw tooLarge();
      this.#scratch = new Memory(new ArrayBuffer(size));
    }
  }

  #appendScratch(numSlots: number): boolean {
    const free = this.#limit - this.#slot;
    const page = this.#page!;
    const perPage = page.sizeBytes / SLOT_SIZE_BYTES - HEADER_SLOTS;
    if (!this.#reservePages(Math.ceil((numSlots - free) / perPage))) return false;
    this.#recordBegins(this.#slot);
    for (let from = 0; from < numSlots; ) {
      if (this.#slot === this.#limit) this.#startPage(true);
      const count = Math.min(numSlots - from, this.#limit - this.#slot);
      this.#memory.f64.set(this.#scratch.f64.subarray(from, from + count), this.#slot);
      this.#slot += count;
      from += count;
    }
    return true;
  }

  #reservePages(count: number): boolean {
    while (this.#spare.length < count) {
      const page = this.#nextPage();
      if (page === undefined) return false;
      this.#spare.push(page);
    }
    return true;
  }

  #startPage(continues: boolean): void {
    this.endPage();
    const page = this.#spare.shift()!;
    startPage(page, PAGE_KIND_DATA, this.#layoutId, continues);
    this.#page = page;
    this.#memory = page.memory;
    this.#slot = page.firstSlot + HEADER_SLOTS;
    this.#limit = page.endSlot;
    this.#numRecords = 0;
    this.#firstRecord = 0;
  }

  #recordBegins(slot: number): void {
    if (this.#numRecords++ === 0) this.#firstRecord = (slot - this.#page!.firstSlot) * SLOT_SIZE_BYTES;
  }
}

const EMPTY = new Memory(new ArrayBuffer(0));

function tooLarge(): MillraceError {
  return new MillraceError({
    code: "RECORD_TOO_LARGE",
    what: `A record takes more than ${MAX_RECORD_SIZE_BYTES} bytes`,
    expected: "records that fit into one buffer",
    fix: "Split the record, or keep its large part in a file and its path in the record.",
  });
}
