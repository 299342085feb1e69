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
import type { Memory, MemorySegment, TableHashSeed } from "@millrace/core";
import type { PageCursor } from "../rows/row-cursor.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { Steps } from "../task/driver.js";
import { PAGES_IN_A_STEP } from "../task/work.js";
import { BuildPartitions } from "./build-partitions.js";
import { EntryWriter } from "./entry-writer.js";
import { seedAtLevel } from "./hash-keys.js";
import { HashScratch } from "./hash-scratch.js";
import { type JoinEnvironment, takeReserved } from "./join-environment.js";
import { JOIN_PREFIX_SLOTS, JoinIndex } from "./join-index.js";
import { HAS_NO_MATCH, JoinProber } from "./join-prober.js";
import { giveUnmatched } from "./join-unmatched.js";
import { RowBatch } from "./row-batch.js";
import type { EntryFile } from "./spilled-entries.js";
import { type Probe, type StagedProbes, stageProbes } from "./staged-probes.js";

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
  readonly #buildFile: EntryFile;
  readonly #probeFile: EntryFile;
  readonly #index: JoinIndex;
  readonly #builds: BuildPartitions;
  #probes: (EntryWriter | undefined)[] = [];
  /** Probe rows that wait for others of their partition; undefined when they don't wait. */
  #staged: StagedProbes | undefined;
  /** Where kernels have their arguments. */
  #scratch: HashScratch | undefined;
  /** The rows of a page of the build side. */
  readonly #batch: RowBatch;
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
    this.#buildFile = files.create();
    this.#probeFile = files.create();
    this.#builds = new BuildPartitions(environment, this.#buildFile);
    this.#scratch = HashScratch.of(budget, "join");
    this.#index = new JoinIndex(environment, this.#buildFile, this.#scratch);
    this.prober = new JoinProber(this.#index, environment, this.#scratch);
    this.#batch = new RowBatch(this.#scratch, 0);
    this.#isFilled = new Uint8Array(this.#builds.writers.length);
  }

  /** Adds a row of the build side, whose key has `hash`; returns false when there is no room for it before `spillBuild`. */
  addBuild(memory: Memory, slot: number, layout: StreamLayout, hash: number): boolean {
    return this.#builds.add(memory, slot, layout, hash);
  }

  /** Makes room for rows of the build side. */
  *spillBuild(): Steps {
    yield* this.#builds.spillLargest();
  }

  /** Adds the rows of a page of the build side. */
  addBuildPage(pages: PageCursor): Steps {
    return this.#builds.addPage(this.#batch, pages, this.seed);
  }

  /** Ends the build side: rows can be probed. */
  *endBuild(): Steps {
    yield* this.#builds.end();
    this.#beginProbes();
    yield* this.#openIndex();
    this.#beginStaging();
    if (this.#staged === undefined) yield* this.#fillAll();
  }

  #beginStaging(): void {
    const { bits, writers, hasSpilled } = this.#builds;
    if (hasSpilled) return;
    const numEntries = writers.reduce((sum, build) => sum + build.numEntries, 0);
    const { seed, prober } = this;
    const probe: Probe = (memory, slot, endSlot, layout) => this.probe(memory, slot, endSlot, layout);
    this.#staged = stageProbes({
      environment: this.#environment,
      seed,
      prober,
      probe,
      fill: (partition) => this.#fill(partition),
      fillAll: () => this.#fillAll(),
      bits,
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

  /** Takes the rows of the probe side from `slot` to before `endSlot`. Then `prober.advance` gives the results. All partitions are filled. */
  probe(memory: Memory, slot: number, endSlot: number, layout: StreamLayout): void {
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
    if (this.#builds.hasSpilled || hasNull !== undefined) {
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
    yield* this.#fillAll();
    yield* giveUnmatched(this.#index, this.#environment.emitter);
  }

  /** Ends the probe side, and returns the spilled partitions. */
  endProbe(): SpilledPair[] {
    for (const probe of this.#probes) probe?.finishSpilling();
    return this.#builds.writers.flatMap((build, i): SpilledPair[] => {
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
          numCommonBits: this.#builds.bits,
        },
      ];
    });
  }

  /** Gives back all memory, for good. The files stay until `removeFiles`. */
  release(): void {
    this.#index.release();
    this.#builds.release();
    for (const pages of this.#restored) for (const page of pages.splice(0)) this.#environment.budget.give(page);
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
  *evict(): Steps {
    this.#index.release();
    for (const [i, build] of this.#builds.writers.entries()) {
      if (this.#probes[i] !== undefined) continue;
      if (build.pages.length > 0) {
        yield* build.spillSteps();
        build.finishSpilling();
      }
      for (const page of this.#restored[i]?.splice(0) ?? []) this.#environment.budget.give(page);
    }
    this.#isEvicted = true;
  }

  /** Makes the table ready for another probe side. */
  *restore(): Steps {
    this.#probeFile.remove();
    const spilled = this.#probes.map((probe) => probe !== undefined);
    if (this.#isEvicted) yield* this.#readBack(spilled);
    else yield* this.#index.unmarkAll();
    this.#beginProbes();
  }

  *#readBack(spilled: readonly boolean[]): Steps {
    for (const [i, build] of this.#builds.writers.entries()) {
      if (spilled[i]) continue;
      const pages: MemorySegment[] = [];
      this.#restored[i] = pages;
      for (const block of build.blocks) {
        const page = takeReserved(this.#environment.budget);
        pages.push(page);
        this.#buildFile.readPage(block, page);
        if (pages.length % PAGES_IN_A_STEP === 0) yield "turn";
      }
    }
    this.#isEvicted = false;
    yield* this.#openIndex();
    yield* this.#fillAll();
  }

  *#openIndex(): Steps {
    const { bits, writers } = this.#builds;
    const numEntries = writers.map((build, i) => (this.#probes[i] === undefined ? build.numEntries : 0));
    yield* this.#index.open(numEntries, bits, bits);
    this.#isFilled.fill(0);
    this.#numFilled = 0;
  }

  *#fillAll(): Steps {
    if (this.#numFilled === this.#builds.writers.length) return;
    for (let i = 0; i < this.#builds.writers.length; i++) {
      if (this.#isFilled[i] !== 0) continue;
      yield* this.#fill(i);
      yield "turn";
    }
  }

  /** Gives the entries of a partition in memory to the index, unless it has them. When rows wait for it, that is done late: then it is in the cache for them. */
  *#fill(partition: number): Steps {
    if (this.#isFilled[partition] !== 0) return;
    this.#isFilled[partition] = 1;
    this.#numFilled++;
    if (this.#probes[partition] !== undefined) return;
    const pages = this.#restored[partition] ?? this.#builds.writers[partition]!.pages;
    yield* this.#index.insertPages(pages, partition);
  }

  /** Makes the writers of probe rows, for spilled partitions only. */
  #beginProbes(): void {
    const { budget } = this.#environment;
    const isFirst = this.#probes.length === 0;
    this.#probes = this.#builds.writers.map((build, i) => {
      if (isFirst ? !build.isSpilled : this.#probes[i] === undefined) return undefined;
      const probe = new EntryWriter(budget, this.#probeFile, JOIN_PREFIX_SLOTS);
      probe.isSpilled = true;
      return probe;
    });
  }

  /** Writes a probe row to disk when its partition was spilled and may have its key; returns whether it did. */
  #probeSpilled(memory: Memory, slot: number, layout: StreamLayout, hash: number): boolean {
    const probe = this.#probes[this.#builds.partitionOf(hash)];
    if (probe === undefined || !this.#builds.mayHaveSpilled(hash)) return false;
    probe.appendSpilled(memory, slot, layout, hash, 0);
    return true;
  }

  /** Whether the filter knows that a spilled partition has no such key. */
  #isAbsent(hash: number): boolean {
    return this.#probes[this.#builds.partitionOf(hash)] !== undefined;
  }
}
