import type { Memory, MemorySegment } from "@millrace/core";
import { EMPTY_MEMORY } from "../rows/empty-memory.js";
import { PackedPageReader } from "../rows/packed-page.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import { StoredPages, type StoreOptions } from "./stored-pages.js";

/**
 * Is a queue of rows that spills: rows go in at one end and come out at the other, in order, and are gone then. Overdrafts are such queues. Pages and space on
 * disk are given back as rows come out.
 *
 * It needs two pages, one at each end, and gets along with one: whichever end is used has it. Reading writes what is in the page to disk, and writing lets
 * go of what is being read, which is on disk then, and read again from where it was. So it is best used in bursts.
 * @internal
 */
export class SpillingRowQueue {
  /** What the row that was taken last lies in. */
  memory: Memory = EMPTY_MEMORY;
  /** Where it begins. */
  slot = 0;
  readonly #pages: StoredPages;
  readonly #reader: PackedPageReader;
  #layout: StreamLayout | undefined;
  /** Where the next row of the chunk begins, and where the chunk ends. */
  #nextSlot = 0;
  #endSlot = 0;
  /** Whether the first part of the store is being read. */
  #isReading = false;
  #readPage: MemorySegment | undefined;
  /** The page that is being read; undefined while a large row is. */
  #page: MemorySegment | undefined;
  /** How many slots of its page the first part was read before it was let go of; 0 when it was not. */
  #numReadSlots = 0;
  #numRows = 0;
  readonly #targetOfRead = (): MemorySegment => {
    this.#readPage ??= this.#pages.lend();
    return this.#readPage;
  };

  constructor(options: StoreOptions & { readonly layouts: LayoutTable }) {
    this.#pages = new StoredPages(options, () => this.#makeWay());
    this.#reader = new PackedPageReader(options.layouts);
  }

  /** What the fields of the row are. */
  get layout(): StreamLayout {
    return this.#layout!;
  }

  /** Whether there is nothing to take. */
  get isEmpty(): boolean {
    return this.#numRows === 0;
  }

  /** How many rows are in it. */
  get numRows(): number {
    return this.#numRows;
  }

  /** Appends a row. */
  add(memory: Memory, slot: number, layout: StreamLayout): void {
    this.#pages.appendRow(memory, slot, layout);
    this.#numRows++;
  }

  /** Moves to the next row and takes it off the queue; it lies where the cursor says until the next call of anything. */
  next(): boolean {
    if (this.#numRows === 0) {
      this.#dropPart();
      return false;
    }
    if (this.#nextSlot === this.#endSlot) this.#nextChunk();
    this.#numRows--;
    this.slot = this.#nextSlot;
    this.#nextSlot = this.slot + (this.memory.i32[this.slot * 2]! >> 3);
    return true;
  }

  /** Drops everything and gives it back. Never throws. */
  close(): void {
    this.#forgetPart();
    this.#giveReadPageBack();
    this.#pages.clear();
    this.#numRows = this.#numReadSlots = 0;
  }

  /** Moves to the next rows that lie together. There are some. */
  #nextChunk(): void {
    const reader = this.#reader;
    while (!this.#nextInPage()) {
      this.#dropPart();
      if (this.#pages.first === this.#pages.end) this.#pages.endPage();
      this.#pages.pin(this.#pages.first);
      this.#isReading = true;
      const part = this.#pages.load(this.#pages.first, this.#targetOfRead);
      if ("large" in part) {
        this.#page = undefined;
        this.memory = part.large;
        this.#layout = part.layout;
        this.#nextSlot = 0;
        this.#endSlot = part.large.i32[0]! >> 3;
        return;
      }
      if (part !== this.#readPage) this.#giveReadPageBack();
      reader.open(part);
      this.#page = part;
    }
    this.memory = reader.memory;
    this.#layout = reader.layout;
    this.#endSlot = reader.endSlot;
  }

  /** Moves to the next rows in the page that is being read, beginning with those that were not taken before it was let go of. */
  #nextInPage(): boolean {
    const reader = this.#reader;
    while (reader.next()) {
      this.#nextSlot = Math.max(reader.slot, this.#page!.firstSlot + this.#numReadSlots);
      if (this.#nextSlot < reader.endSlot) return true;
    }
    return false;
  }

  /** Lets go of the page that is read or was read into, for one to write to; false when there is none. */
  #makeWay(): boolean {
    const page = this.#isReading ? this.#page : undefined;
    if (page === undefined && this.#readPage === undefined) return false;
    if (page !== undefined && (this.#nextSlot < this.#endSlot || this.#reader.hasNext)) {
      this.#numReadSlots = this.#nextSlot - page.firstSlot;
      this.#forgetPart();
    } else {
      this.#dropPart();
    }
    this.#giveReadPageBack();
    return true;
  }

  #dropPart(): void {
    if (!this.#isReading) return;
    this.#forgetPart();
    this.#numReadSlots = 0;
    this.#pages.dropFirst();
    if (this.#pages.numOnDisk === 0) this.#giveReadPageBack();
  }

  #forgetPart(): void {
    if (this.#isReading) this.#pages.unpin(this.#pages.first);
    this.#isReading = false;
    this.#reader.close();
    this.memory = EMPTY_MEMORY;
    this.#nextSlot = this.#endSlot = 0;
  }

  #giveReadPageBack(): void {
    if (this.#readPage !== undefined) this.#pages.giveBack(this.#readPage);
    this.#readPage = undefined;
  }
}
