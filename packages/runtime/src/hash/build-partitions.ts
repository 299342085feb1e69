/** The build side of one level of a hybrid hash join: rows in partitions by the high bits of their hash, of which the largest go to disk. */
import type { Memory, MemorySegment, TableHashSeed } from "@millrace/core";
import { PAGE_HEADER_SLOTS } from "../memory/page-slots.js";
import { pageRefused } from "../memory/take-page.js";
import type { PageCursor } from "../rows/row-cursor.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { Steps } from "../task/driver.js";
import { PAGES_IN_A_STEP } from "../task/work.js";
import { BloomFilter } from "./bloom-filter.js";
import { entriesEnd, entrySlots, HASH_WORD } from "./entry.js";
import { EntryWriter } from "./entry-writer.js";
import type { JoinEnvironment } from "./join-environment.js";
import { directoryPages, JOIN_PREFIX_SLOTS } from "./join-index.js";
import type { RowBatch } from "./row-batch.js";
import type { EntryFile } from "./spilled-entries.js";

/** Partitions at most: more would make pages that are half empty, and scatter over more pages than caches hold. */
const MAX_PARTITION_BITS = 6;
/** Of the budget there are at least so many pages for each partition. */
const MIN_PAGES_PER_PARTITION = 4;
/** With so much memory there are more partitions, so that each fits the cache: from so many pages on there are 256, and with twice as many 512. */
const MIN_PAGES_FOR_MANY = 8192;
const MANY_PARTITION_BITS = 8;
/** One page in so many is for the Bloom filter; with fewer pages than this there is none. */
const PAGES_PER_FILTER_PAGE = 16;
const MIN_PAGES_WITH_FILTER = 32;

/** Keeps the rows of the build side. @internal */
export class BuildPartitions {
  /** How many high bits of a hash are the number of its partition. */
  readonly bits: number;
  /** By partition. */
  readonly writers: readonly EntryWriter[];
  /** Whether one was spilled. */
  hasSpilled = false;
  readonly #environment: JoinEnvironment;
  /** Over the keys of all that was spilled. */
  #filter: BloomFilter | undefined;
  /** How many rows of a page each partition got. */
  readonly #counts: Int32Array;

  /** @param file - where partitions are spilled to */
  constructor(environment: JoinEnvironment, file: EntryFile) {
    const { budget } = environment;
    this.#environment = environment;
    this.bits = partitionBits(budget.numFree);
    const filterPages = budget.numFree < MIN_PAGES_WITH_FILTER ? 0 : Math.floor(budget.numFree / PAGES_PER_FILTER_PAGE);
    if (filterPages > 0) this.#filter = new BloomFilter(budget, filterPages);
    const numPartitions = 1 << this.bits;
    this.#counts = new Int32Array(numPartitions);
    this.writers = Array.from({ length: numPartitions }, () => new EntryWriter(budget, file, JOIN_PREFIX_SLOTS));
  }

  /** Returns the number of a hash's partition. */
  partitionOf(hash: number): number {
    return (hash >>> 1) >>> (31 - this.bits);
  }

  /** Adds a row whose key has `hash`; returns false when there is no room for it until the largest partition is spilled. */
  add(memory: Memory, slot: number, layout: StreamLayout, hash: number): boolean {
    const partition = this.writers[this.partitionOf(hash)]!;
    if (partition.append(memory, slot, layout, hash, 0) === 0) return false;
    if (partition.isSpilled) this.#filter?.add(hash);
    return true;
  }

  /** Adds the rows of a page, which `batch` is to read. */
  *addPage(batch: RowBatch, { memory, slot, endSlot, layout }: PageCursor, seed: TableHashSeed): Steps {
    batch.read(memory, slot, endSlot, layout, this.#environment.buildKeys, seed);
    const { slots, hashes, numRows } = batch;
    for (let row = 0; row < numRows; row++) {
      if (batch.isNear && !this.hasSpilled) row = this.#addByKernel(batch, layout, row);
      if (row === numRows) return;
      while (!this.add(batch.memory, slots[row]!, layout, hashes[row]!)) yield* this.spillLargest();
    }
  }

  /** Appends rows from number `from` on where their partitions have room; returns the first for which there is none. */
  #addByKernel({ scratch, slotsAt, hashesAt, hashes, numRows }: RowBatch, layout: StreamLayout, from: number): number {
    const { kernels, cursors } = scratch!;
    const { i32 } = kernels.memory;
    const { writers } = this;
    const shift = 32 - this.bits;
    for (let i = 0; i < writers.length; i++) {
      const next = writers[i]!.nextSlot(layout);
      i32[(cursors + i) * 2] = next;
      i32[(cursors + i) * 2 + 1] = next === 0 ? 0 : writers[i]!.limitSlot;
    }
    const end = kernels.partitionEntries(slotsAt, hashesAt, from, numRows, shift, writers.length - 1, cursors);
    const counts = this.#counts.fill(0);
    for (let row = from; row < end; row++) {
      const partition = hashes[row]! >>> shift;
      counts[partition] = counts[partition]! + 1;
    }
    for (let i = 0; i < writers.length; i++) {
      if (counts[i] !== 0) writers[i]!.advance(i32[(cursors + i) * 2]!, counts[i]!);
    }
    return end;
  }

  /** Ends the side, and leaves room for the directory of the partitions in memory and for a page of probe rows of each other one. */
  *end(): Steps {
    const { budget } = this.#environment;
    for (const partition of this.writers) {
      if (partition.isSpilled) partition.finishSpilling();
      else partition.completeHeaders();
    }
    if (!this.hasSpilled) this.#releaseFilter();
    while (budget.numFree < this.#directoryPages() + this.#numSpilled()) (yield* this.spillLargest()).finishSpilling();
  }

  /** Whether a spilled partition may have a key with this hash. */
  mayHaveSpilled(hash: number): boolean {
    return this.#filter?.mayHave(hash) !== false;
  }

  /** Gives back all memory, for good. */
  release(): void {
    for (const writer of this.writers) writer.release();
    this.#releaseFilter();
  }

  #directoryPages(): number {
    const numEntries = this.writers.reduce((sum, build) => sum + (build.isSpilled ? 0 : build.numEntries), 0);
    // Each region has a cell more than its entries ask for.
    return numEntries === 0 ? 0 : directoryPages(numEntries) + 1;
  }

  #numSpilled(): number {
    return this.writers.reduce((sum, build) => sum + (build.isSpilled ? 1 : 0), 0);
  }

  /** Writes the largest partition in memory to disk, and returns it. Nothing may be added before that is done. */
  *spillLargest(): Steps<EntryWriter> {
    let largest: EntryWriter | undefined;
    for (const build of this.writers) {
      if (!build.isSpilled && build.pages.length > (largest?.pages.length ?? 0)) largest = build;
    }
    // Without one, the least memory was counted wrong.
    if (largest === undefined) throw pageRefused(this.#environment.budget);
    this.hasSpilled = true;
    largest.completeHeaders();
    for (let i = 0; this.#filter !== undefined && i < largest.pages.length; i++) {
      this.#addToFilter(this.#filter, largest.pages[i]!);
      if (i % PAGES_IN_A_STEP === PAGES_IN_A_STEP - 1) yield "turn";
    }
    yield* largest.spillSteps();
    return largest;
  }

  #addToFilter(filter: BloomFilter, page: MemorySegment): void {
    const { memory } = page;
    const end = entriesEnd(memory, page.firstSlot);
    for (let pointer = page.firstSlot + PAGE_HEADER_SLOTS; pointer < end; ) {
      filter.add(memory.i32[pointer * 2 + HASH_WORD]!);
      pointer += entrySlots(memory, pointer, JOIN_PREFIX_SLOTS);
    }
  }

  #releaseFilter(): void {
    this.#filter?.release();
    this.#filter = undefined;
  }
}

function partitionBits(numPages: number): number {
  if (numPages >= MIN_PAGES_FOR_MANY) return MANY_PARTITION_BITS + (numPages >= 2 * MIN_PAGES_FOR_MANY ? 1 : 0);
  const most = Math.floor(Math.log2(Math.max(2, numPages / MIN_PAGES_PER_PARTITION)));
  return Math.min(MAX_PARTITION_BITS, Math.max(1, most));
}
