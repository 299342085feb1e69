import type { Memory } from "@millrace/core";
import type { PageBudget } from "../memory/page-budget.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import { EntryWriter } from "./entry-writer.js";
import type { EntryFiles } from "./join-environment.js";
import type { EntryFile } from "./spilled-entries.js";

/** The slots in front of a spilled row: its link and hash. */
export const SPILLED_PREFIX_SLOTS = 1;

/** Is a partition on disk, and the file that it shares with others of its level. */
export interface SpilledPart {
  /** The level at which it is grouped. */
  readonly level: number;
  readonly blocks: readonly number[];
  readonly file: EntryFile;
  readonly siblings: { numLeft: number };
}

/**
 * Keeps the rows of groups for which there is no memory, on disk: in partitions by the high bits of their hash, each of which is grouped by itself later.
 * @internal
 */
export class SpilledGroups {
  /** How many pages the partitions that are written need. */
  readonly numPages: number;
  readonly #budget: PageBudget;
  readonly #bits: number;
  /** The partitions that are written now, by high bits of the hash; empty until a row comes. */
  #writers: EntryWriter[] = [];
  /** Those that are complete; the last one is grouped next. */
  readonly #parts: SpilledPart[] = [];

  /** @param bits - how many high bits of a hash are the number of its partition */
  constructor(budget: PageBudget, bits: number) {
    this.#budget = budget;
    this.#bits = bits;
    this.numPages = 1 << bits;
  }

  /** Takes a row; all of a level go to one file. */
  append(file: EntryFile, memory: Memory, slot: number, layout: StreamLayout, hash: number): void {
    if (this.#writers.length === 0) this.#createWriters(file);
    this.#writers[(hash >>> 1) >>> (31 - this.#bits)]!.appendSpilled(memory, slot, layout, hash, 0);
  }

  /** Completes the partitions of a level, which are in this file, and takes what it has if there are any; the file is empty then. */
  endLevel(level: number, file: EntryFile, files: EntryFiles): void {
    const blocks: number[][] = [];
    for (const writer of this.#writers) {
      writer.finishSpilling();
      if (writer.blocks.length > 0) blocks.push(writer.blocks);
    }
    this.#writers = [];
    if (blocks.length === 0) {
      file.remove();
      return;
    }
    const siblings = { numLeft: blocks.length };
    const kept = files.detach(file);
    for (const each of blocks) this.#parts.push({ level: level + 1, blocks: each, file: kept, siblings });
  }

  /** Returns the partition that is to be grouped next, and keeps it no longer; undefined when none is left. */
  nextPart(): SpilledPart | undefined {
    return this.#parts.pop();
  }

  #createWriters(file: EntryFile): void {
    for (let i = 0; i < 1 << this.#bits; i++) {
      const writer = new EntryWriter(this.#budget, file, SPILLED_PREFIX_SLOTS);
      writer.isSpilled = true;
      this.#writers.push(writer);
    }
  }
}
