/**
 * One level of a hybrid hash join (DeWitt, Katz, Olken, Shapiro, Stonebraker, Wood, "Implementation Techniques for Main Memory Database
 * Systems", 1984).
 *
 * 1. Build rows are put into partitions by the high bits of their hash. When memory runs out, the largest partition that is in memory is
 *    written to disk, and so is all that comes for it later.
 * 2. When the build side ended, the partitions in memory get their directory; should there be no room for it, more of them are spilled.
 * 3. Probe rows meet the partitions in memory at once. Those of spilled partitions are written to disk; but not those of
 *    which a Bloom filter over all spilled keys knows that they have no match.
 * 4. Spilled partitions are left to the caller, who joins each in the same way with another hash, or in chunks.
 */
import { invariant, type Memory, type MemorySegment, type TableHashSeed } from "@millrace/core";
import { PAGE_HEADER_SLOTS } from "../memory/page-slots.js";
import type { PageCursor } from "../rows/row-cursor.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { Steps } from "../task/driver.js";
import { BloomFilter } from "./bloom-filter.js";
import { entriesEnd, entrySlots, HASH_WORD } from "./entry.js";
import { EntryWriter } from "./entry-writer.js";
import { seedAtLevel } from "./hash-keys.js";
import { HashScratch } from "./hash-scratch.js";
import { type JoinEnvironment, takeReserved } from "./join-environment.js";
import { directoryPages, JOIN_PREFIX_SLOTS, JoinIndex } from "./join-index.js";
import { HAS_NO_MATCH, JoinProber } from "./join-prober.js";
import { RowBatch } from "./row-batch.js";
import type { EntryFile } from "./spilled-entries.js";
import { type Probe, type StagedProbes, stageProbes } from "./staged-probes.js";

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

/** Is a partition of which both sides were written to disk. @internal */
export interface SpilledPair {
  readonly buildBlocks: readonly number[];
  readonly numBuild: number;
  readonly buildFile: EntryFile;
  readonly probeBlocks: readonly number[];
  readonly numProbe: number;
  readonly probeFile: EntryFile;
  /** How many high bits the hashes in the entries have in common. */
  readonly numCommonBits: number;
}

/** Joins what fits and spills what does not. @internal */
export class JoinLevel {
  /** The seed of the hashes at this level. */
  readonly seed: TableHashSeed;
  /** Probes the partitions in memory; see `probe`. */
  readonly prober: JoinProber;
  readonly #environment: JoinEnvironment;
  readonly #bits: number;
  readonly #buildFile: EntryFile;
  readonly #probeFile: EntryFile;
  readonly #index: JoinIndex;
  readonly #builds: EntryWriter[] = [];
  #probes: (EntryWriter | undefined)[] = [];
  #filter: BloomFilter | undefined;
  #hasSpilled = false;
  /** Probe rows that wait for others of their partition; undefined when they don't wait. */
  #staged: StagedProbes | undefined;
  /** Where kernels have their arguments. */
  #scratch: HashScratch | undefined;
  /** The rows of a page of the build side. */
  readonly #batch: RowBatch;
  /** How many of them each partition got. */
  readonly #counts: Int32Array;
  /** Pages of partitions that were read back, by partition. */
  readonly #restored: MemorySegment[][] = [];
  #isEvicted = false;
  /** Which partitions the index has, and how many; spilled ones count. */
  readonly #isFilled: Uint8Array;
  #numFilled = 0;

  constructor(environment: JoinEnvironment, level: number) {
    const { budget, files, seed } = environment;
    this.#environment = environment;
    this.seed = seedAtLevel(seed, level);
    this.#bits = partitionBits(budget.numFree);
    this.#buildFile = files.create();
    this.#probeFile = files.create();
    const filterPages = budget.numFree < MIN_PAGES_WITH_FILTER ? 0 : Math.floor(budget.numFree / PAGES_PER_FILTER_PAGE);
    if (filterPages > 0) this.#filter = new BloomFilter(budget, filterPages);
    this.#scratch = HashScratch.of(budget, "join");
    this.#index = new JoinIndex(environment, this.#buildFile, this.#scratch);
    this.prober = new JoinProber(this.#index, environment, this.#scratch);
    this.#batch = new RowBatch(this.#scratch, 0);
    this.#counts = new Int32Array(1 << this.#bits);
    this.#isFilled = new Uint8Array(1 << this.#bits);
    for (let i = 0; i < 1 << this.#bits; i++) {
      this.#builds.push(new EntryWriter(budget, this.#buildFile, JOIN_PREFIX_SLOTS));
    }
  }

  /** Adds a row of the build side, whose key has `hash`. */
  addBuild(memory: Memory, slot: number, layout: StreamLayout, hash: number): void {
    const partition = this.#builds[(hash >>> 1) >>> (31 - this.#bits)]!;
    while (partition.append(memory, slot, layout, hash, 0) === 0) this.#spillLargest();
    if (partition.isSpilled) this.#filter?.add(hash);
  }

  /** Adds the rows of a page of the build side. */
  addBuildPage({ memory, slot, endSlot, layout }: PageCursor): void {
    const batch = this.#batch;
    batch.read(memory, slot, endSlot, layout, this.#environment.buildKeys, this.seed);
    const { slots, hashes, numRows } = batch;
    for (let row = 0; row < numRows; row++) {
      if (batch.isNear && !this.#hasSpilled) row = this.#addByKernel(batch, layout, row);
      if (row < numRows) this.addBuild(batch.memory, slots[row]!, layout, hashes[row]!);
    }
  }

  /** Appends rows from number `from` on where their partitions have room; returns the first for which there is none. */
  #addByKernel({ scratch, slotsAt, hashesAt, hashes, numRows }: RowBatch, layout: StreamLayout, from: number): number {
    const { kernels, cursors } = scratch!;
    const { i32 } = kernels.memory;
    const builds = this.#builds;
    const shift = 32 - this.#bits;
    for (let i = 0; i < builds.length; i++) {
      const next = builds[i]!.nextSlot(layout);
      i32[(cursors + i) * 2] = next;
      i32[(cursors + i) * 2 + 1] = next === 0 ? 0 : builds[i]!.limitSlot;
    }
    const end = kernels.partitionEntries(slotsAt, hashesAt, from, numRows, shift, builds.length - 1, cursors);
    const counts = this.#counts.fill(0);
    for (let row = from; row < end; row++) {
      const partition = hashes[row]! >>> shift;
      counts[partition] = counts[partition]! + 1;
    }
    for (let i = 0; i < builds.length; i++) {
      if (counts[i] !== 0) builds[i]!.advance(i32[(cursors + i) * 2]!, counts[i]!);
    }
    return end;
  }

  /** Ends the build side: rows can be probed. */
  endBuild(): void {
    const { budget } = this.#environment;
    for (const partition of this.#builds) {
      if (partition.isSpilled) partition.finishSpilling();
      else partition.completeHeaders();
    }
    if (!this.#hasSpilled) this.#releaseFilter();
    while (budget.numFree < this.#directoryPages() + this.#numSpilled()) {
      this.#spillLargest().finishSpilling();
    }
    this.#beginProbes();
    this.#openIndex();
    this.#beginStaging();
    if (this.#staged === undefined) this.#fillAll();
  }

  #beginStaging(): void {
    if (this.#hasSpilled) return;
    const numEntries = this.#builds.reduce((sum, build) => sum + build.numEntries, 0);
    const { seed, prober } = this;
    const probe: Probe = (memory, slot, endSlot, layout) => this.probe(memory, slot, endSlot, layout);
    this.#staged = stageProbes({
      environment: this.#environment,
      seed,
      prober,
      probe,
      fill: (partition) => this.#fill(partition),
      bits: this.#bits,
      numEntries,
      scratch: this.#scratch,
    });
  }

  /** Takes the rows of a page of the probe side, and gives what results there are. */
  *probePage(pages: PageCursor): Steps {
    const { memory, slot, endSlot, layout } = pages;
    const { emitter } = this.#environment;
    if (this.#staged !== undefined) {
      yield* this.#staged.add(memory, slot, endSlot, layout);
    } else {
      this.probe(memory, slot, endSlot, layout);
      while (!this.prober.advance()) yield* emitter.drain();
    }
  }

  /** Probes with all rows that wait. */
  *endStaging(): Steps {
    if (this.#staged !== undefined) yield* this.#staged.end();
  }

  /** Takes the rows of the probe side from `slot` to before `endSlot`. Then `prober.advance` gives the results. */
  probe(memory: Memory, slot: number, endSlot: number, layout: StreamLayout): void {
    this.#fillAll();
    this.prober.batch.read(memory, slot, endSlot, layout, this.#environment.probeKeys, this.seed);
    this.#beginProbe(layout);
  }

  /** Takes the probe rows of a page of entries, but for large ones. */
  probeEntries(page: MemorySegment, layout: StreamLayout): void {
    this.prober.batch.readEntries(page, layout, this.#environment.probeKeys, this.seed);
    this.#beginProbe(layout);
  }

  /** Writes rows of spilled partitions to disk, and looks up the others. */
  #beginProbe(layout: StreamLayout): void {
    const { prober } = this;
    const { batch, heads } = prober;
    const { hasNull } = this.#environment.probeKeys.of(layout);
    heads.fill(0, 0, batch.numRows);
    if (this.#hasSpilled || hasNull !== undefined) {
      const { memory, slots, hashes, numRows } = batch;
      batch.numRows = 0;
      for (let row = 0; row < numRows; row++) {
        const slot = slots[row]!;
        const isNull = hasNull?.(memory, slot) === true;
        const hash = isNull ? 0 : hashes[row]!;
        if (!isNull && this.#probeSpilled(memory, slot, layout, hash)) continue;
        slots[batch.numRows] = slot;
        hashes[batch.numRows] = hash;
        heads[batch.numRows++] = isNull || this.#isAbsent(hash) ? HAS_NO_MATCH : 0;
      }
    }
    prober.begin(layout);
  }

  /** Gives the build rows in memory that nothing matched. */
  *giveUnmatched(): Steps {
    this.#fillAll();
    const { emitter } = this.#environment;
    const index = this.#index;
    for (let cell = index.nextUnmatched(0); cell < index.numCells; cell = index.nextUnmatched(cell + 1)) {
      for (let entry = index.headOf(cell); entry !== 0; entry = index.next(entry)) {
        const row = index.row(entry);
        emitter.build(row.memory, row.slot, row.layout);
        if (emitter.isWaiting) yield* emitter.drain();
      }
    }
  }

  /** Ends the probe side, and returns the spilled partitions. */
  endProbe(): SpilledPair[] {
    for (const probe of this.#probes) probe?.finishSpilling();
    return this.#builds.flatMap((build, i): SpilledPair[] => {
      const probe = this.#probes[i];
      if (probe === undefined) return [];
      return [
        {
          buildBlocks: build.blocks,
          numBuild: build.numEntries,
          buildFile: this.#buildFile,
          probeBlocks: probe.blocks,
          numProbe: probe.numEntries,
          probeFile: this.#probeFile,
          numCommonBits: this.#bits,
        },
      ];
    });
  }

  /** Gives back all memory, for good. The files stay until `removeFiles`. */
  release(): void {
    this.#index.release();
    for (const build of this.#builds) build.release();
    for (const pages of this.#restored) for (const page of pages.splice(0)) this.#environment.budget.give(page);
    this.#releaseFilter();
    this.#scratch?.release();
    this.#scratch = undefined;
  }

  /** Removes the files. */
  removeFiles(): void {
    const { files } = this.#environment;
    files.remove(this.#buildFile);
    files.remove(this.#probeFile);
  }

  /** Writes to disk what is in memory, unless it was written before, and gives the memory back until `restore`. */
  evict(): void {
    this.#index.release();
    this.#builds.forEach((build, i) => {
      if (this.#probes[i] !== undefined) return;
      if (build.pages.length > 0) {
        build.spill();
        build.finishSpilling();
      }
      for (const page of this.#restored[i]?.splice(0) ?? []) this.#environment.budget.give(page);
    });
    this.#isEvicted = true;
  }

  /** Makes the table ready for another probe side. */
  restore(): void {
    this.#probeFile.remove();
    const spilled = this.#probes.map((probe) => probe !== undefined);
    if (this.#isEvicted) this.#readBack(spilled);
    else this.#index.unmarkAll();
    this.#beginProbes();
  }

  #readBack(spilled: readonly boolean[]): void {
    this.#builds.forEach((build, i) => {
      if (spilled[i]) return;
      this.#restored[i] = build.blocks.map((block) => {
        const page = takeReserved(this.#environment.budget);
        this.#buildFile.readPage(block, page);
        return page;
      });
    });
    this.#isEvicted = false;
    this.#openIndex();
    this.#fillAll();
  }

  #openIndex(): void {
    const numEntries = this.#builds.map((build, i) => (this.#probes[i] === undefined ? build.numEntries : 0));
    invariant(this.#index.open(numEntries, this.#bits, this.#bits), "a hash join keeps room for its directory");
    this.#isFilled.fill(0);
    this.#numFilled = 0;
  }

  #fillAll(): void {
    if (this.#numFilled === this.#builds.length) return;
    for (let i = 0; i < this.#builds.length; i++) this.#fill(i);
  }

  /** Gives the entries of a partition in memory to the index, unless it has them. When rows wait for it, that is done late: then it is in the cache for them. */
  #fill(partition: number): void {
    if (this.#isFilled[partition] !== 0) return;
    this.#isFilled[partition] = 1;
    this.#numFilled++;
    if (this.#probes[partition] !== undefined) return;
    const pages = this.#restored[partition] ?? this.#builds[partition]!.pages;
    for (const page of pages) this.#index.insertPage(page, partition);
  }

  /** Makes the writers of probe rows, for spilled partitions only. */
  #beginProbes(): void {
    const { budget } = this.#environment;
    const isFirst = this.#probes.length === 0;
    this.#probes = this.#builds.map((build, i) => {
      if (isFirst ? !build.isSpilled : this.#probes[i] === undefined) return undefined;
      const probe = new EntryWriter(budget, this.#probeFile, JOIN_PREFIX_SLOTS);
      probe.isSpilled = true;
      return probe;
    });
  }

  /** Writes a probe row to disk when its partition was spilled and may have its key; returns whether it did. */
  #probeSpilled(memory: Memory, slot: number, layout: StreamLayout, hash: number): boolean {
    const probe = this.#probes[(hash >>> 1) >>> (31 - this.#bits)];
    if (probe === undefined || this.#filter?.mayHave(hash) === false) return false;
    const pointer = probe.append(memory, slot, layout, hash, 0);
    if (pointer === 0) takeReserved(this.#environment.budget);
    return true;
  }

  /** Whether the filter knows that a spilled partition has no such key. */
  #isAbsent(hash: number): boolean {
    return this.#probes[(hash >>> 1) >>> (31 - this.#bits)] !== undefined;
  }

  #directoryPages(): number {
    const numEntries = this.#builds.reduce((sum, build) => sum + (build.isSpilled ? 0 : build.numEntries), 0);
    // Each region has a cell more than its entries ask for.
    return numEntries === 0 ? 0 : directoryPages(numEntries) + 1;
  }

  #numSpilled(): number {
    return this.#builds.reduce((sum, build) => sum + (build.isSpilled ? 1 : 0), 0);
  }

  #spillLargest(): EntryWriter {
    let largest: EntryWriter | undefined;
    for (const build of this.#builds) {
      if (!build.isSpilled && build.pages.length > (largest?.pages.length ?? 0)) largest = build;
    }
    // Without one, the least memory was counted wrong.
    if (largest === undefined) takeReserved(this.#environment.budget);
    const partition = largest!;
    this.#hasSpilled = true;
    partition.completeHeaders();
    for (const page of partition.pages) this.#addToFilter(page);
    partition.spill();
    return partition;
  }

  #addToFilter(page: MemorySegment): void {
    const filter = this.#filter;
    if (filter === undefined) return;
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
