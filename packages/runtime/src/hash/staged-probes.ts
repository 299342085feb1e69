/**
 * Probes a table that does not fit the cache partition by partition: a row waits until there are many of its partition, whose part of the table
 * is in the cache then. It is radix partitioning of the probe side, a page of each partition at a time (Manegold, Boncz, Kersten, "Optimizing
 * Main-Memory Join on Modern Hardware", 2002).
 */
import type { Memory, TableHashSeed } from "@millrace/core";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { Steps } from "../task/driver.js";
import { layoutIndexOf } from "./entry.js";
import type { HashScratch } from "./hash-scratch.js";
import type { JoinEnvironment } from "./join-environment.js";
import { HAS_NO_MATCH, type JoinProber } from "./join-prober.js";
import { RowBatch } from "./row-batch.js";
import { RowStaging } from "./row-staging.js";

/** A table of so many entries does not fit the cache, and probe rows wait for others of their partition. */
const MIN_ENTRIES_TO_STAGE = 1 << 16;
/** Waiting pays when so many pages may wait for each partition. */
const MIN_STAGED_PAGES = 8;

/** Begins to probe with rows from `slot` to before `endSlot`, without letting them wait. All partitions are ready. @internal */
export type Probe = (memory: Memory, slot: number, endSlot: number, layout: StreamLayout) => void;

/** Says whose rows wait, and for what. @internal */
export interface StagedProbesOptions {
  readonly environment: JoinEnvironment;
  /** The seed of the hashes. */
  readonly seed: TableHashSeed;
  readonly prober: JoinProber;
  /** For rows that can't wait. */
  readonly probe: Probe;
  /** Makes a partition ready to be probed. */
  readonly fill: (partition: number) => Steps;
  /** Makes all partitions ready. */
  readonly fillAll: () => Steps;
  /** There are 2 to the power of so many partitions, by the high bits of the hash. */
  readonly bits: number;
  /** How many entries the table has. */
  readonly numEntries: number;
  /** Where kernels have their arguments; undefined without them. */
  readonly scratch: HashScratch | undefined;
}

/** Returns what lets probe rows wait; undefined when that would not pay, or there is no memory for it. @internal */
export function stageProbes(options: StagedProbesOptions): StagedProbes | undefined {
  const { environment, bits, numEntries } = options;
  const numPages = (1 << bits) * MIN_STAGED_PAGES;
  if (numEntries < MIN_ENTRIES_TO_STAGE || environment.budget.numFree < numPages) return undefined;
  return new StagedProbes(options);
}

/** Lets probe rows wait for others of their partition. @internal */
export class StagedProbes {
  readonly #options: StagedProbesOptions;
  readonly #staging: RowStaging;
  /** The rows of the page that is being taken. */
  readonly #batch: RowBatch;

  constructor(options: StagedProbesOptions) {
    const { environment, bits, scratch } = options;
    this.#options = options;
    this.#batch = new RowBatch(scratch, 0);
    this.#staging = new RowStaging(environment.budget, bits, 0, 1, scratch);
  }

  /** Takes the rows of a page, and gives what results there are. */
  *add(memory: Memory, slot: number, endSlot: number, layout: StreamLayout): Steps {
    const { environment, prober, probe, fillAll, seed } = this.#options;
    const { emitter, probeKeys } = environment;
    const staging = this.#staging;
    const batch = this.#batch;
    batch.read(memory, slot, endSlot, layout, probeKeys, seed);
    const { numRows } = batch;
    for (let row = staging.add(batch, layout, 0); row < numRows; ) {
      const { stop } = staging;
      if (stop.kind === "full") {
        yield* this.#probeWaiting(stop.table);
      } else {
        // A large row waits for nothing, and without memory for a page of its partition no row does.
        yield* fillAll();
        const begin = batch.slots[row]!;
        probe(batch.memory, begin, begin + (batch.memory.i32[begin * 2]! >>> 3), layout);
        while (!prober.advance()) yield* emitter.drain();
        row++;
      }
      row = staging.add(batch, layout, row);
    }
  }

  /** Probes with all rows that wait. */
  *end(): Steps {
    for (let partition = 0; partition < 1 << this.#options.bits; partition++) yield* this.#probeWaiting(partition);
  }

  /** Probes with the rows that wait for a partition. */
  *#probeWaiting(partition: number): Steps {
    const { environment, prober, fill } = this.#options;
    const { emitter, layouts, probeKeys } = environment;
    const { batch, heads } = prober;
    const pages = this.#staging.pagesOf(partition);
    if (pages.length > 0) yield* fill(partition);
    for (const page of pages) {
      const layout = layouts.at(layoutIndexOf(page.memory, page.firstSlot));
      const { hasNull } = probeKeys.of(layout);
      batch.readHashed(page);
      heads.fill(0, 0, batch.numRows);
      if (hasNull !== undefined) batch.markWhere(hasNull, heads, HAS_NO_MATCH);
      prober.begin(layout, partition);
      while (!prober.advance()) yield* emitter.drain();
      // Also where there are no results: at the end of the input all partitions follow each other.
      yield "turn";
    }
    this.#staging.release(partition);
  }
}
