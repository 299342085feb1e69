import type { Memory, MemorySegment } from "@millrace/core";
import { EMPTY_MEMORY } from "../rows/empty-memory.js";
import { PackedPageReader } from "../rows/packed-page.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import { StoredPages, type StoreOptions } from "./stored-pages.js";

/**
 * Is a queue of rows that spills: rows go in at one end and come out at the other, in order, and are gone then. Overdrafts, feedback and blocking
 * exchange are such queues. Pages and space on disk are given back as rows come out. It needs two pages, one at each end, and gets
 * along with one by writing row after row to disk while it is read.
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
  #numRows = 0;
  readonly #targetOfRead = (): MemorySegment => {
    this.#readPage ??= this.#pages.lend();
    return this.#readPage;
  };

  constructor(options: StoreOptions & { readonly layouts: LayoutTable }) {
    this.#pages = new StoredPages(options);
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
    this.#numRows = 0;
  }

  /** Moves to the next rows that lie together. There are some. */
  #nextChunk(): void {
    const reader = this.#reader;
    while (!reader.next()) {
      this.#dropPart();
      if (this.#pages.first === this.#pages.end) this.#pages.endPage();
      this.#pages.pin(this.#pages.first);
      this.#isReading = true;
      const part = this.#pages.load(this.#pages.first, this.#targetOfRead);
      if ("large" in part) {
        this.memory = part.large;
        this.#layout = part.layout;
        this.#nextSlot = 0;
        this.#endSlot = part.large.i32[0]! >> 3;
        return;
      }
      if (part !== this.#readPage) this.#giveReadPageBack();
      reader.open(part);
    }
    this.memory = reader.memory;
    this.#layout = reader.layout;
    this.#nextSlot = reader.slot;
    this.#endSlot = reader.endSlot;
  }

  #dropPart(): void {
    if (!this.#isReading) return;
    this.#forgetPart();
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
