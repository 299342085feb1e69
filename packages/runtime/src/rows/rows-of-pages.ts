import type { Memory } from "@millrace/core";
import type { PageCursor, RowCursor } from "./row-cursor.js";
import type { StreamLayout } from "./stream-layout.js";

/** Gives the rows of pages one at a time, as long as there are pages. @internal */
export class RowsOfPages implements RowCursor {
  /** Where the row begins. */
  slot = 0;
  readonly #pages: PageCursor;
  #nextSlot = 0;
  #endSlot = 0;

  constructor(pages: PageCursor) {
    this.#pages = pages;
  }

  get memory(): Memory {
    return this.#pages.memory;
  }

  get layout(): StreamLayout {
    return this.#pages.layout;
  }

  next(): boolean {
    let slot = this.#nextSlot;
    if (slot === this.#endSlot) {
      if (!this.#pages.nextPage()) {
        this.#nextSlot = this.#endSlot = 0;
        return false;
      }
      slot = this.#pages.slot;
      this.#endSlot = this.#pages.endSlot;
    }
    this.slot = slot;
    this.#nextSlot = slot + (this.#pages.memory.i32[slot * 2]! >> 3);
    return true;
  }

  /** Forgets where it is, after the pages were rewound or given others. */
  reset(): void {
    this.#nextSlot = this.#endSlot = 0;
  }
}
