import { invariant } from "../errors/index.js";
import { Memory, SLOT_SIZE_BYTES } from "./memory.js";
import type { MemorySegment } from "./memory-segment.js";
import { PAGE_HEADER_BYTES, PAGE_KIND_DATA, readPageHeader } from "./page.js";

const HEADER_SLOTS = PAGE_HEADER_BYTES / SLOT_SIZE_BYTES;
const INITIAL_SCRATCH_BYTES = 64 * 1024;
const EMPTY = new Memory(new ArrayBuffer(0));

/**
 * Is a cursor over the records of pages. After `next()` returned true, `memory` and `slot` say where the record lies, in
 * one piece: in its page, or, when it is split over pages, in a buffer of the view, until the next call. To hold two
 * records at once, use two views.
 * @public
 */
export class DataInputView {
  /** The memory that holds the current record. */
  memory: Memory = EMPTY;
  /** The slot of {@link memory} at which the current record begins. */
  slot = 0;
  readonly #nextPage: () => MemorySegment | undefined;
  #page: MemorySegment | undefined;
  /** Where the next record begins in the page, and where its records end. */
  #position = 0;
  #limit = 0;
  #scratch: Memory = EMPTY;
  /** Whether no record was begun yet and the first page may begin inside one. */
  #mayBeginInside: boolean;

  /**
   * Reads the data pages that `nextPage` returns, in order, until it returns undefined.
   * @param mayBeginInside - whether the first page may go on with a record of a page that is not given; that record is left out
   */
  constructor(nextPage: () => MemorySegment | undefined, mayBeginInside = false) {
    this.#nextPage = nextPage;
    this.#mayBeginInside = mayBeginInside;
  }

  /** The page in which the current record ends; its header names the record's layout. */
  get page(): MemorySegment | undefined {
    return this.#page;
  }

  /** Moves to the next record; returns false when there is none. */
  next(): boolean {
    while (this.#position === this.#limit) {
      if (!this.#openPage(false)) return false;
    }
    const { memory } = this.#page!;
    const begin = this.#position;
    const numSlots = memory.i32[begin * 2]! / SLOT_SIZE_BYTES;
    invariant(numSlots > 0, "the first word of a record is its size");
    if (numSlots <= this.#limit - begin) {
      this.memory = memory;
      this.slot = begin;
      this.#position = begin + numSlots;
    } else {
      this.#gather(numSlots);
      this.memory = this.#scratch;
      this.slot = 0;
    }
    return true;
  }

  #gather(numSlots: number): void {
    if (this.#scratch.numSlots < numSlots) {
      const size = Math.max(INITIAL_SCRATCH_BYTES, numSlots * SLOT_SIZE_BYTES);
      this.#scratch = new Memory(new ArrayBuffer(size));
    }
    for (let to = 0; to < numSlots; ) {
      if (this.#position === this.#limit) {
        invariant(this.#openPage(true), "the pages of a split record follow each other");
      }
      const count = Math.min(numSlots - to, this.#limit - this.#position);
      const { f64 } = this.#page!.memory;
      this.#scratch.f64.set(f64.subarray(this.#position, this.#position + count), to);
      this.#position += count;
      to += count;
    }
  }

  #openPage(continues: boolean): boolean {
    const page = this.#nextPage();
    if (page === undefined) return false;
    const header = readPageHeader(page);
    invariant(header.kind === PAGE_KIND_DATA, "an input view is given data pages");
    this.#page = page;
    this.#position = page.firstSlot + HEADER_SLOTS;
    this.#limit = page.firstSlot + header.usedBytes / SLOT_SIZE_BYTES;
    if (this.#mayBeginInside && header.continues) {
      this.#position = header.numRecords === 0 ? this.#limit : page.firstSlot + header.firstRecord / SLOT_SIZE_BYTES;
    } else {
      invariant(header.continues === continues, "a record goes on exactly in the page that follows it");
    }
    this.#mayBeginInside &&= header.numRecords === 0;
    return true;
  }
}
