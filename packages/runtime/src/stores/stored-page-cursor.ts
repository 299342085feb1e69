import type { Memory, MemorySegment } from "@millrace/core";
import { EMPTY_MEMORY } from "../rows/empty-memory.js";
import { PackedPageReader } from "../rows/packed-page.js";
import type { PageCursor } from "../rows/row-cursor.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { StoredPages } from "./stored-pages.js";

/**
 * Reads the rows of a store from the beginning, as often as one likes. A page of it is what lies together of one layout. It takes a page from the
 * store for what is on disk, and has it until it is closed.
 * @internal
 */
export class StoredPageCursor implements PageCursor {
  /** What the rows lie in. */
  memory: Memory = EMPTY_MEMORY;
  /** Where the first row begins. */
  slot = 0;
  /** The slot behind the last row. */
  endSlot = 0;
  /** How many rows there are. */
  numRows = 0;
  /** Whether all was read. */
  isAtEnd = false;
  readonly #store: StoredPages;
  readonly #reader: PackedPageReader;
  #layout: StreamLayout | undefined;
  /** The number of the next part. */
  #next: number;
  #pinned = -1;
  #readPage: MemorySegment | undefined;
  readonly #targetOfRead = (): MemorySegment => {
    this.#readPage ??= this.#store.lend();
    return this.#readPage;
  };

  constructor(store: StoredPages, layouts: LayoutTable) {
    this.#store = store;
    this.#reader = new PackedPageReader(layouts);
    this.#next = store.first;
  }

  /** What the fields of the rows are. */
  get layout(): StreamLayout {
    return this.#layout!;
  }

  nextPage(): boolean {
    const reader = this.#reader;
    while (!reader.next()) {
      this.#unpin();
      if (this.#next === this.#store.end) {
        this.isAtEnd = true;
        return false;
      }
      const number = this.#next++;
      // It may not be moved while a page is looked for to read it into.
      this.#store.pin(number);
      this.#pinned = number;
      const part = this.#store.load(number, this.#targetOfRead);
      if ("large" in part) {
        this.#setLarge(part.large, part.layout);
        return true;
      }
      reader.open(part);
    }
    this.memory = reader.memory;
    this.slot = reader.slot;
    this.endSlot = reader.endSlot;
    this.numRows = reader.numRows;
    this.#layout = reader.layout;
    return true;
  }

  /** Goes back to the beginning. */
  rewind(): void {
    this.#unpin();
    this.#reader.close();
    this.#next = this.#store.first;
    this.isAtEnd = false;
  }

  /** Gives its page back to the store; it can be rewound and read again. Never throws. */
  close(): void {
    this.rewind();
    if (this.#readPage !== undefined) this.#store.giveBack(this.#readPage);
    this.#readPage = undefined;
  }

  #setLarge(memory: Memory, layout: StreamLayout): void {
    this.#reader.close();
    this.memory = memory;
    this.slot = 0;
    this.endSlot = memory.i32[0]! >> 3;
    this.numRows = 1;
    this.#layout = layout;
  }

  #unpin(): void {
    if (this.#pinned >= 0) this.#store.unpin(this.#pinned);
    this.#pinned = -1;
  }
}
