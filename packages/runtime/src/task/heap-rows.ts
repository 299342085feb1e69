import { Memory } from "@millrace/core";
import { copyRow } from "../exchange/copy-row.js";
import type { RowQueue } from "../exchange/row-queue.js";
import type { PageCursor, RowCursor } from "../rows/row-cursor.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { Steps } from "./driver.js";
import { type RowKeeper, RowsOfPages } from "./row-keeper.js";

interface HeapPage {
  readonly memory: Memory;
  readonly slot: number;
  readonly endSlot: number;
  readonly numRows: number;
  readonly layout: StreamLayout;
}

const NONE = new Memory(new ArrayBuffer(0));

/** Keeps rows on the heap. */
export class HeapRows implements RowKeeper {
  #pages: HeapPage[] = [];

  add(page: PageCursor): undefined {
    const numSlots = page.endSlot - page.slot;
    const memory = new Memory(new ArrayBuffer(numSlots * 8));
    copyRow(page.memory, page.slot, memory, 0, numSlots);
    this.#pages.push({ memory, slot: 0, endSlot: numSlots, numRows: page.numRows, layout: page.layout });
  }

  *complete(): Steps {}

  rows(): RowCursor {
    return new RowsOfPages(this.pages());
  }

  pages(): PageCursor {
    return new HeapPages(this.#pages);
  }

  clear(): void {
    this.#pages = [];
  }

  close(): void {
    this.#pages = [];
  }
}

class HeapPages implements PageCursor {
  readonly #pages: readonly HeapPage[];
  #index = -1;

  constructor(pages: readonly HeapPage[]) {
    this.#pages = pages;
  }

  get memory(): Memory {
    return this.#pages[this.#index]?.memory ?? NONE;
  }

  get slot(): number {
    return this.#pages[this.#index]!.slot;
  }

  get endSlot(): number {
    return this.#pages[this.#index]!.endSlot;
  }

  get numRows(): number {
    return this.#pages[this.#index]!.numRows;
  }

  get layout(): StreamLayout {
    return this.#pages[this.#index]!.layout;
  }

  get isAtEnd(): boolean {
    return this.#index >= this.#pages.length;
  }

  nextPage(): boolean {
    if (this.#index < this.#pages.length) this.#index++;
    return this.#index < this.#pages.length;
  }
}

/** Queues rows on the heap. */
export class HeapRowQueue implements RowQueue {
  #rows: { readonly memory: Memory; readonly layout: StreamLayout }[] = [];
  #next = 0;
  #memory = NONE;
  #layout: StreamLayout | undefined;
  readonly slot = 0;

  get memory(): Memory {
    return this.#memory;
  }

  get layout(): StreamLayout {
    return this.#layout!;
  }

  get isEmpty(): boolean {
    return this.#next === this.#rows.length;
  }

  add(memory: Memory, slot: number, layout: StreamLayout): void {
    const numSlots = memory.i32[slot * 2]! >> 3;
    const copy = new Memory(new ArrayBuffer(numSlots * 8));
    copyRow(memory, slot, copy, 0, numSlots);
    this.#rows.push({ memory: copy, layout });
  }

  next(): boolean {
    const row = this.#rows[this.#next];
    if (row === undefined) return false;
    this.#next++;
    this.#memory = row.memory;
    this.#layout = row.layout;
    if (this.#next === this.#rows.length) {
      this.#rows = [];
      this.#next = 0;
    }
    return true;
  }

  close(): void {
    this.#rows = [];
    this.#next = 0;
  }
}
