import { type Memory, type MemorySegment, PAGE_KIND_DATA, startPage } from "@millrace/core";
import type { PageBudget } from "../../memory/page-budget.js";
import { PAGE_HEADER_SLOTS } from "../../memory/page-slots.js";
import { copyRow } from "../../rows/copy-row.js";
import { endEntryPage, entriesEnd } from "../entry.js";
import { takeReserved } from "../join-environment.js";
import type { EntryFile } from "../spilled-entries.js";
import type { TupleRun } from "./packed-staging.js";

/** Tuples are of no layout. */
const NO_LAYOUT = { low: 0, high: 0 };

/** Is a partition, and where its next tuple goes. */
interface Partition {
  readonly page: MemorySegment;
  readonly blocks: number[];
  slot: number;
}

/** Writes tuples of groups for which there is no memory to disk, by high bits of their hash; takes a page for each partition. @internal */
export class PackedPartitions {
  readonly #budget: PageBudget;
  readonly #memory: Memory;
  readonly #file: EntryFile;
  readonly #tupleSlots: number;
  readonly #shift: number;
  readonly #partitions: Partition[];

  /** @param bits - how many high bits of a hash are the number of its partition */
  constructor(budget: PageBudget, file: EntryFile, tupleSlots: number, bits: number) {
    this.#budget = budget;
    this.#memory = budget.memory;
    this.#file = file;
    this.#tupleSlots = tupleSlots;
    this.#shift = 32 - bits;
    this.#partitions = [];
    for (let i = 0; i < 1 << bits; i++) {
      const page = takeReserved(budget);
      this.#partitions.push({ page, blocks: [], slot: page.firstSlot + PAGE_HEADER_SLOTS });
    }
  }

  /** Writes a tuple. */
  add(tuple: number): void {
    const partition = this.#partitions[this.#memory.i32[tuple * 2]! >>> this.#shift]!;
    if (partition.slot + this.#tupleSlots > partition.page.endSlot) this.#writePage(partition);
    copyRow(this.#memory, tuple, this.#memory, partition.slot, this.#tupleSlots);
    partition.slot += this.#tupleSlots;
  }

  /** Writes what was not written yet, gives the pages back, and returns the blocks of each partition that has any. */
  finish(): (readonly number[])[] {
    for (const partition of this.#partitions) {
      if (partition.slot > partition.page.firstSlot + PAGE_HEADER_SLOTS) this.#writePage(partition);
      this.#budget.give(partition.page);
    }
    return this.#partitions.map(({ blocks }) => blocks).filter(({ length }) => length > 0);
  }

  #writePage(partition: Partition): void {
    const { page, slot, blocks } = partition;
    const begin = page.firstSlot + PAGE_HEADER_SLOTS;
    startPage(page, PAGE_KIND_DATA, NO_LAYOUT, false);
    endEntryPage(this.#memory, page.firstSlot, slot, (slot - begin) / this.#tupleSlots);
    blocks.push(this.#file.writePage(page));
    partition.slot = begin;
  }
}

/** Reads a page of tuples that was written to disk. */
export function readTuples(file: EntryFile, block: number, page: MemorySegment, tupleSlots: number): TupleRun {
  file.readPage(block, page);
  const slot = page.firstSlot + PAGE_HEADER_SLOTS;
  return { slot, numTuples: (entriesEnd(page.memory, page.firstSlot) - slot) / tupleSlots };
}
