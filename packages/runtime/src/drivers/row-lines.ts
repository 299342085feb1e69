import { type AnyType, type LineWriting, PAGE_SIZE_BYTES } from "@millrace/core";
import { kernelsFor } from "../kernels/kernels-for.js";
import { PAGE_SLOTS } from "../memory/page-slots.js";
import { makeSharedMemory } from "../memory/shared-memory.js";
import { copyRow } from "../rows/copy-row.js";
import type { PageCursor } from "../rows/row-cursor.js";

/** How many pages of lines are given to a writer at once: few calls of the system, and still in a second-level cache. */
const LINE_PAGES = 8;
/** Lines of a page take less than its rows, but for the eight bytes that a kernel needs behind the last. */
const NUM_PAGES = LINE_PAGES + 2;

/** Makes lines of rows of one string, in a little memory of its own, without strings in between. */
export class RowLines {
  readonly #writing: LineWriting;
  readonly #kernels = kernelsFor(makeSharedMemory(NUM_PAGES));
  readonly #copy = new Uint8Array((NUM_PAGES - 1) * PAGE_SIZE_BYTES);
  /** Where the next line goes. */
  #at = PAGE_SIZE_BYTES;

  constructor(writing: LineWriting) {
    this.#writing = writing;
  }

  /** Whether lines have to be written first: before a record that is none, or when there may be too little room for a page. */
  isToBeWritten(isLineNext: boolean): boolean {
    return isLineNext ? this.#at >= (LINE_PAGES + 1) * PAGE_SIZE_BYTES : this.#at > PAGE_SIZE_BYTES;
  }

  /** Makes lines of rows of a page from `slot` on; returns the slot of the first that is no line, or has no room. */
  add({ memory, endSlot, layout }: PageCursor, slot: number): number {
    const numSlots = endSlot - slot;
    if ((layout.layout.type as AnyType).kind !== "string" || numSlots > PAGE_SLOTS) return slot;
    const kernels = this.#kernels;
    copyRow(memory, slot, kernels.memory, 0, numSlots);
    const next = kernels.joinLines(0, numSlots, this.#writing.form, this.#at, kernels.memory.numSlots * 8);
    this.#at = kernels.endByte;
    return slot + next;
  }

  /** Writes the lines, and forgets them. What is returned must be waited for before more are written. */
  write(): void | Promise<void> {
    // A writer may be one that takes no shared memory.
    const lines = this.#copy.subarray(0, this.#at - PAGE_SIZE_BYTES);
    lines.set(this.#kernels.memory.u8.subarray(PAGE_SIZE_BYTES, this.#at));
    this.#at = PAGE_SIZE_BYTES;
    return this.#writing.write(lines);
  }
}
