import { Memory } from "@millrace/core";
import { EMPTY_MEMORY } from "../rows/empty-memory.js";
import type { PageCursor } from "../rows/row-cursor.js";
import type { StreamLayout } from "../rows/stream-layout.js";

const INITIAL_SLOTS = 4096;

/** Makes a row of a row, in a memory of its own. */
export interface RowMaker {
  /** Holds the row that was made last. */
  readonly memory: Memory;
  readonly slot: number;
  /** Makes it and returns its layout. */
  make(memory: Memory, slot: number, layout: StreamLayout): StreamLayout;
}

/**
 * Reads pages of rows that are ready, and then pages of other rows, of each of which it makes a row. It begins with the page that the other cursor is at.
 */
export class PartialRows implements PageCursor {
  memory: Memory = EMPTY_MEMORY;
  slot = 0;
  endSlot = 0;
  numRows = 0;
  layout!: StreamLayout;
  isAtEnd = false;
  readonly #ready: PageCursor;
  readonly #others: PageCursor;
  readonly #maker: RowMaker;
  #isReadyRead = false;
  /** The next row of the other cursor's page, and where they end. */
  #next: number;
  #end: number;
  #made = new Memory(new ArrayBuffer(INITIAL_SLOTS * 8));

  constructor(ready: PageCursor, others: PageCursor, maker: RowMaker) {
    this.#ready = ready;
    this.#others = others;
    this.#maker = maker;
    this.#next = others.slot;
    this.#end = others.endSlot;
  }

  nextPage(): boolean {
    if (!this.#isReadyRead && this.#nextReady()) return true;
    this.#isReadyRead = true;
    if (this.#next === this.#end) {
      if (!this.#others.nextPage()) {
        this.isAtEnd = this.#others.isAtEnd;
        return false;
      }
      this.#next = this.#others.slot;
      this.#end = this.#others.endSlot;
    }
    this.#makePage();
    return true;
  }

  #nextReady(): boolean {
    if (!this.#ready.nextPage()) return false;
    const { memory, slot, endSlot, numRows, layout } = this.#ready;
    Object.assign(this, { memory, slot, endSlot, numRows, layout });
    return true;
  }

  /** Makes rows of as many as have one layout and fit. */
  #makePage(): void {
    const source = this.#others;
    let end = 0;
    this.numRows = 0;
    while (this.#next < this.#end) {
      const layout = this.#maker.make(source.memory, this.#next, source.layout);
      const { memory, slot } = this.#maker;
      const numSlots = memory.i32[slot * 2]! >>> 3;
      if (this.numRows > 0 && (layout !== this.layout || end + numSlots > INITIAL_SLOTS)) break;
      if (numSlots > this.#made.numSlots) this.#made = new Memory(new ArrayBuffer(numSlots * 8));
      this.#made.u8.set(memory.u8.subarray(slot * 8, (slot + numSlots) * 8), end * 8);
      this.layout = layout;
      this.numRows++;
      end += numSlots;
      this.#next += source.memory.i32[this.#next * 2]! >>> 3;
    }
    this.memory = this.#made;
    this.slot = 0;
    this.endSlot = end;
  }
}
