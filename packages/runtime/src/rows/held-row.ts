import { Memory, SLOT_SIZE_BYTES } from "@millrace/core";
import { copyRow } from "./copy-row.js";
import type { StreamLayout } from "./stream-layout.js";

const INITIAL_SLOTS = 128;

/** Holds a copy of one row, at slot 0 of a memory of its own. */
export class HeldRow {
  /** Replaced when it grows. */
  memory = new Memory(new ArrayBuffer(INITIAL_SLOTS * SLOT_SIZE_BYTES));
  #layout: StreamLayout | undefined;

  /** The layout of the row that is held. */
  get layout(): StreamLayout {
    return this.#layout!;
  }

  /** Copies a row in place of the one before. */
  hold(memory: Memory, slot: number, layout: StreamLayout): void {
    const numSlots = memory.i32[slot * 2]! >> 3;
    if (numSlots > this.memory.numSlots) this.memory = new Memory(new ArrayBuffer(numSlots * SLOT_SIZE_BYTES));
    copyRow(memory, slot, this.memory, 0, numSlots);
    this.#layout = layout;
  }
}
