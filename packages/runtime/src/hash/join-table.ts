/**
 * Hybrid hash join on bytes (R030-R036).
 *
 * The build side goes into a table of partitions, of which those are spilled that do not fit; the probe side meets what is in memory at
 * once, and is spilled where the build side was ({@link JoinLevel}). Then each pair of spilled partitions is joined by itself:
 *
 * - nothing of the probe side: the build side is not even read, unless its rows without a match are wanted;
 * - the build side fits, or nearly so: chunk by chunk ({@link ChunkedJoin});
 * - else: the same again, one level deeper, with another hash, which spreads keys anew that had met in one partition;
 * - but a partition that stays as large as it was has too many rows of one key: chunk by chunk, as many as it takes.
 *
 * So each step makes things smaller, or ends; there is no input that it can't join, and no join that is given up for too many recursions.
 * A table can be probed again and again: with `isReusable` what it spilled is kept, and what it held in memory is written once when the
 * memory is needed for spilled partitions.
 */
import type { TableHashSeed } from "@millrace/core";
import type { KeyFieldSpec } from "@millrace/job-graph";
import type { PageBudget } from "../memory/page-budget.js";
import { PAGE_HEADER_SLOTS } from "../memory/page-slots.js";
import { tooFewPages } from "../memory/too-few-pages.js";
import type { PageCursor } from "../rows/row-cursor.js";
import { RowPairOrder } from "../rows/row-order.js";
import type { LayoutTable } from "../rows/stream-layout.js";
import type { SpillSpace } from "../spill/spill-space.js";
import type { Steps } from "../task/driver.js";
import { entriesEnd, entrySlots, IS_LARGE, LINK_WORD } from "./entry.js";
import { EntryReader } from "./entry-writer.js";
import { HashKeys } from "./hash-keys.js";
import { ChunkedJoin, numChunksOf } from "./join-chunks.js";
import type { JoinEmitter, JoinNeeds } from "./join-emitter.js";
import { EntryFiles, type JoinEnvironment, takeReserved } from "./join-environment.js";
import { JOIN_PREFIX_SLOTS } from "./join-index.js";
import { JoinLevel, type SpilledPair } from "./join-level.js";
import { EntryRow } from "./spilled-entries.js";

/** A partition that would take no more chunks than this is not spread again: reading its probe side so often costs no more. */
const MAX_CHEAP_CHUNKS = 2;
/** A spilled partition with more than this share of its parent's rows does not get smaller. */
const STUBBORN_SHARE = 0.8;
/** Levels of recursion before chunks; with four partitions at each, this is a hundred thousand times the memory. */
const MAX_LEVELS = 8;

/** Returns the least number of pages with which a join by hashing can run: two partitions, one page to read with, two for a chunk and its directory. @internal */
export function minHashJoinPages(): number {
  return 8;
}

/** Says what a join table is made of. @internal */
export interface JoinTableOptions {
  readonly budget: PageBudget;
  readonly spill: SpillSpace;
  readonly layouts: LayoutTable;
  readonly seed: TableHashSeed;
  readonly buildKeys: readonly KeyFieldSpec[];
  readonly probeKeys: readonly KeyFieldSpec[];
  readonly emitter: JoinEmitter;
  readonly needs: JoinNeeds;
  /** Whether `probe` is called more than once. */
  readonly isReusable: boolean;
}

/** Joins a build side with one probe side, or with several, one after the other. @internal */
export class JoinTable {
  readonly #environment: JoinEnvironment;
  readonly #isReusable: boolean;
  readonly #level: JoinLevel;
  readonly #buildRow: EntryRow;
  readonly #probeRow: EntryRow;
  #isProbed = false;

  constructor(options: JoinTableOptions) {
    const { budget, layouts, buildKeys, probeKeys } = options;
    if (budget.numPages < minHashJoinPages()) throw tooFewPages(budget, minHashJoinPages(), "join");
    this.#isReusable = options.isReusable;
    this.#environment = {
      budget,
      layouts,
      files: new EntryFiles(options.spill, budget.owner),
      seed: options.seed,
      buildKeys: new HashKeys(buildKeys),
      probeKeys: new HashKeys(probeKeys),
      buildEquality: new RowPairOrder(buildKeys, buildKeys),
      equality: new RowPairOrder(buildKeys, probeKeys),
      emitter: options.emitter,
      needs: options.needs,
    };
    this.#level = new JoinLevel(this.#environment, 0);
    this.#buildRow = new EntryRow(budget.memory, layouts, undefined as never);
    this.#probeRow = new EntryRow(budget.memory, layouts, undefined as never);
  }

  /** Reads all of the build side. */
  *build(pages: PageCursor): Steps {
    const level = this.#level;
    while (!(yield* nextPage(pages))) {
      const { memory, layout, endSlot } = pages;
      const { hash, hasNull } = this.#environment.buildKeys.of(layout);
      if (hasNull === undefined || this.#environment.needs.buildUnmatched) {
        yield* level.addBuildPage(pages);
        yield "turn";
        continue;
      }
      for (let { slot } = pages; slot < endSlot; slot += memory.i32[slot * 2]! >>> 3) {
        // A null matches nothing. Where rows without a match are wanted, those with one wait in the table too.
        if (hasNull(memory, slot)) continue;
        const ofRow = hash(memory, slot, level.seed) | 0;
        while (!level.addBuild(memory, slot, layout, ofRow)) yield* level.spillBuild();
      }
      yield "turn";
    }
    yield* level.endBuild();
  }

  /** Reads all of the probe side, and gives all results. */
  *probe(pages: PageCursor): Steps {
    const level = this.#level;
    const { needs } = this.#environment;
    if (this.#isProbed) yield* level.restore();
    this.#isProbed = true;
    while (!(yield* nextPage(pages))) {
      yield* level.probePage(pages);
      yield "turn";
    }
    yield* level.endStaging();
    if (needs.buildUnmatched) yield* level.giveUnmatched();
    const spilled = level.endProbe().filter((pair) => this.#hasResults(pair));
    if (!this.#isReusable) level.release();
    else if (spilled.length > 0) yield* level.evict();
    for (const pair of spilled) yield* this.#joinSpilled(pair, 0, false);
    if (!this.#isReusable) level.removeFiles();
  }

  /** Gives back memory and files. */
  close(): void {
    this.#environment.files.removeAll();
    this.#environment.budget.giveAll();
  }

  /** Without probe rows a partition has results only when its own are wanted; then it is read, else not. */
  #hasResults({ numProbe }: SpilledPair): boolean {
    return numProbe > 0 || this.#environment.needs.buildUnmatched;
  }

  *#joinSpilled(pair: SpilledPair, level: number, isStubborn: boolean): Steps {
    const isCheap = numChunksOf(pair, this.#environment.budget.numFree) <= MAX_CHEAP_CHUNKS;
    if (isStubborn || isCheap || pair.numProbe === 0 || level === MAX_LEVELS) {
      yield* new ChunkedJoin(this.#environment, pair).run();
      return;
    }
    yield* this.#joinDeeper(pair, level + 1);
  }

  *#joinDeeper(pair: SpilledPair, depth: number): Steps {
    const { emitter, needs } = this.#environment;
    const level = new JoinLevel(this.#environment, depth);
    yield* this.#buildFrom(pair, level);
    yield* level.endBuild();
    yield* this.#probeFrom(pair, level);
    if (needs.buildUnmatched) yield* level.giveUnmatched();
    const spilled = level.endProbe().filter((child) => this.#hasResults(child));
    level.release();
    for (const child of spilled) {
      yield* this.#joinSpilled(child, depth, child.numBuild > pair.numBuild * STUBBORN_SHARE);
    }
    level.removeFiles();
    if (emitter.isWaiting) yield* emitter.drain();
  }

  *#buildFrom({ buildFile, buildBlocks }: SpilledPair, level: JoinLevel): Steps {
    const { budget, layouts, buildKeys } = this.#environment;
    const page = takeReserved(budget);
    const { memory } = page;
    const reader = new EntryReader(layouts, buildFile, page);
    for (const block of buildBlocks) {
      const layout = reader.read(block);
      const { hash } = buildKeys.of(layout);
      const end = entriesEnd(memory, page.firstSlot);
      for (let pointer = page.firstSlot + PAGE_HEADER_SLOTS; pointer < end; ) {
        const slot = pointer + JOIN_PREFIX_SLOTS;
        if ((memory.i32[pointer * 2 + LINK_WORD]! & IS_LARGE) === 0) {
          const ofRow = hash(memory, slot, level.seed) | 0;
          while (!level.addBuild(memory, slot, layout, ofRow)) yield* level.spillBuild();
        } else {
          const row = this.#buildRow;
          row.setLarge(memory, slot, buildFile);
          const ofRow = buildKeys.of(row.layout).hash(row.memory, row.slot, level.seed) | 0;
          while (!level.addBuild(row.memory, row.slot, row.layout, ofRow)) yield* level.spillBuild();
        }
        pointer += entrySlots(memory, pointer, JOIN_PREFIX_SLOTS);
      }
      yield "turn";
    }
    budget.give(page);
  }

  *#probeFrom({ probeFile, probeBlocks }: SpilledPair, level: JoinLevel): Steps {
    const { budget, layouts, emitter } = this.#environment;
    const page = takeReserved(budget);
    const reader = new EntryReader(layouts, probeFile, page);
    for (const block of probeBlocks) {
      const layout = reader.read(block);
      const end = entriesEnd(page.memory, page.firstSlot);
      level.probeEntries(page, layout);
      while (!level.prober.advance()) yield* emitter.drain();
      for (let pointer = page.firstSlot + PAGE_HEADER_SLOTS; pointer < end; ) {
        if ((page.memory.i32[pointer * 2 + LINK_WORD]! & IS_LARGE) !== 0) {
          const row = this.#probeRow;
          row.setLarge(page.memory, pointer + JOIN_PREFIX_SLOTS, probeFile);
          level.probe(row.memory, 0, row.memory.i32[0]! >>> 3, row.layout);
          while (!level.prober.advance()) yield* emitter.drain();
        }
        pointer += entrySlots(page.memory, pointer, JOIN_PREFIX_SLOTS);
      }
      yield "turn";
    }
    budget.give(page);
  }
}

/** Moves to the next page, waiting for it; returns whether there is none any more. */
export function* nextPage(pages: PageCursor): Steps<boolean> {
  while (!pages.nextPage()) {
    if (pages.isAtEnd) return true;
    yield "input";
  }
  return false;
}
