import { Memory } from "@millrace/core";
import { copyRow } from "../rows/copy-row.js";
import type { SpillFile, SpillSpace } from "../spill/spill-space.js";

/** Is the number of rows that stay valid: the two that a comparison looks at. */
const NUM_HELD = 2;

/**
 * Keeps the rows of one sort that are too large for pages: in a file of their own, written when they arrive and read whenever they are
 * looked at. Runs name them by block, so merging does not write them again.
 */
export class LargeRows {
  readonly #spill: SpillSpace;
  readonly #owner: string;
  #file: SpillFile | undefined;
  /** The rows that were read last, the latest first. */
  readonly #held: { block: number; readonly memory: Memory }[] = [];

  constructor(spill: SpillSpace, owner: string) {
    this.#spill = spill;
    this.#owner = owner;
  }

  /** Writes a row and returns its block. */
  put(memory: Memory, slot: number): number {
    this.#file ??= this.#spill.createFile(this.#owner);
    return this.#file.writeLarge(memory, slot);
  }

  /** Returns memory with the row at slot 0; the last two rows that were asked for stay valid. */
  load(block: number): Memory {
    const found = this.#held.findIndex((held) => held.block === block);
    if (found >= 0) {
      const [held] = this.#held.splice(found, 1);
      this.#held.unshift(held!);
      return held!.memory;
    }
    const read = this.#file!.readLarge(block);
    const numSlots = read.i32[0]! >> 3;
    const memory = new Memory(new ArrayBuffer(numSlots * 8));
    copyRow(read, 0, memory, 0, numSlots);
    this.#held.unshift({ block, memory });
    this.#held.length = Math.min(this.#held.length, NUM_HELD);
    return memory;
  }

  /** Removes the file and forgets the rows; new ones can be put. */
  close(): void {
    this.#held.length = 0;
    this.#file?.remove();
    this.#file = undefined;
  }
}
