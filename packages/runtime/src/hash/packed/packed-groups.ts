/**
 * Aggregates groups of rows whose keys and values are numbers, dates, booleans or enums, by kernels from one end to the other. It is to `HashGroups` what a
 * calculation over columns is to one over records, and works in the same way otherwise: a table of groups that is frozen when memory is short, tuples of
 * other groups on disk, by partitions of their hash, and each partition grouped later with another hash.
 *
 * 1. Of each row a *tuple* is made: the hash of its key, keys, and values (see PackedKernels). The rest of the row is never looked at again.
 * 2. With many groups, the table becomes many, each of which fits the cache. Tuples wait until there are some thousand for one of them, are folded
 *    into its states then, and their pages are used again.
 * 3. At the end entries are written as rows of results, a page at a time.
 *
 * Tuples of a group wait, are folded and are spilled in the order of their rows. The hash is seeded by the job, and anew at each level.
 */
import { invariant, type TableHashSeed } from "@millrace/core";
import type { PageBudget } from "../../memory/page-budget.js";
import type { PageCursor } from "../../rows/row-cursor.js";
import type { SpillSpace } from "../../spill/spill-space.js";
import type { RecordOutput, Steps } from "../../task/driver.js";
import type { SlotAggregates } from "../aggregates/slot-aggregates.js";
import { seedAtLevel } from "../hash-keys.js";
import { EntryFiles, takeReserved } from "../join-environment.js";
import { nextPage } from "../join-table.js";
import { partitionBits } from "../partition-bits.js";
import type { EntryFile } from "../spilled-entries.js";
import { PackedBatch } from "./packed-batch.js";
import type { PackedFormat } from "./packed-format.js";
import { PackedPartitions, readTuples } from "./packed-partitions.js";
import { type PackedScratch, SEEDS_SLOTS } from "./packed-scratch.js";
import { writeSeeds } from "./packed-seeds.js";
import { PackedStaging } from "./packed-staging.js";
import { type EntryRun, PackedTable } from "./packed-table.js";

/** Of so many slots of entries on, one table is divided: that is half of the second-level cache of common processors. */
const MAX_SLOTS_OF_ONE_TABLE = 1 << 16;
const TABLE_BITS = 7;
const MIN_PAGES_TO_DIVIDE = 1024;
/** Of the free memory, the part for tuples that wait, since the tables grow. */
const STAGED_SHARE = 1 / 2;

/** Takes groups. */
export type TakeGroups = (entries: EntryRun) => Steps;

/** Says what packed groups need. @internal */
export interface PackedGroupsOptions {
  readonly budget: PageBudget;
  readonly spill: SpillSpace;
  readonly seed: TableHashSeed;
  readonly out: RecordOutput;
  readonly scratch: PackedScratch;
  readonly format: PackedFormat;
  readonly aggregates: SlotAggregates;
  /** How many pages of the budget are left to others. */
  readonly numReservedPages: number;
  /** Gives groups that are complete. */
  readonly give: TakeGroups;
  /** Keeps groups that are not, because the rest of the input is grouped in another way. */
  readonly keep: TakeGroups;
}

/** Is a partition on disk, and the file that it shares with others of its level. */
interface SpilledPart {
  readonly level: number;
  readonly blocks: readonly number[];
  readonly file: EntryFile;
  readonly siblings: { numLeft: number };
}

/** Groups rows as tuples. @internal */
export class PackedGroups {
  readonly #options: PackedGroupsOptions;
  readonly #files: EntryFiles;
  readonly #bits: number;
  readonly #numReservedPages: number;
  readonly #batch: PackedBatch;
  /** What the level at work has. */
  #level = 0;
  /** All tables, by high bits of the hash. */
  #tables: readonly PackedTable[] = [];
  /** Tuples that wait for more of their table; undefined with one table, and when there is no memory for them. */
  #staging: PackedStaging | undefined;
  /** Whether there was no room for many tables. */
  #isUndivided = false;
  #file: EntryFile;
  /** Partitions on disk; undefined as long as no table is frozen. */
  #partitions: PackedPartitions | undefined;
  readonly #parts: SpilledPart[] = [];

  constructor(options: PackedGroupsOptions) {
    const { budget, spill, scratch, format, numReservedPages } = options;
    this.#options = options;
    this.#files = new EntryFiles(spill, budget.owner);
    this.#bits = partitionBits(budget.numPages);
    this.#numReservedPages = numReservedPages + (1 << this.#bits);
    this.#batch = new PackedBatch(scratch, budget.memory, format);
    this.#file = this.#files.create();
  }

  /**
   * Reads all rows from the page on that `pages` is at, and gives all groups; nothing is held then. Returns whether the input ended: it did not when there was
   * a page that can't be packed, at which `pages` is then, and groups were kept.
   */
  *run(pages: PageCursor): Steps<boolean> {
    const { out, give, keep, scratch } = this.#options;
    this.#beginLevel(0);
    let isAtEnd = false;
    while (!isAtEnd && this.#batch.open(pages)) {
      this.#addPage();
      yield out.isFull ? "output" : "turn";
      isAtEnd = yield* nextPage(pages);
    }
    const take = isAtEnd ? give : keep;
    yield* this.#endLevel(take);
    for (let part = this.#parts.pop(); part !== undefined; part = this.#parts.pop()) yield* this.#runPart(part, take);
    scratch.release();
    return isAtEnd;
  }

  /** Gives back memory and files. */
  close(): void {
    this.#files.removeAll();
    this.#options.budget.giveAll();
  }

  *#runPart({ level, blocks, file, siblings }: SpilledPart, take: TakeGroups): Steps {
    const { budget, scratch, format, out } = this.#options;
    const { tupleSlots, numKeys, floats, keyNullMask } = format;
    this.#file = this.#files.create();
    const page = takeReserved(budget);
    this.#beginLevel(level);
    for (const block of blocks) {
      const { slot, numTuples } = readTuples(file, block, page, tupleSlots);
      scratch.kernels.hashTuples(slot, numTuples, tupleSlots, numKeys, floats, keyNullMask, scratch.seeds);
      this.#add(slot, numTuples);
      yield out.isFull ? "output" : "turn";
    }
    budget.give(page);
    if (--siblings.numLeft === 0) this.#files.remove(file);
    yield* this.#endLevel(take);
  }

  #beginLevel(level: number): void {
    const { scratch, seed } = this.#options;
    this.#level = level;
    this.#tables = [this.#createTable()];
    this.#isUndivided = false;
    writeSeeds(this.#options.budget.memory, scratch.seeds, SEEDS_SLOTS, seedAtLevel(seed, level));
  }

  /** Gives the groups of the tables, and leaves what is on disk to be read later. */
  *#endLevel(take: TakeGroups): Steps {
    for (const [index, table] of this.#tables.entries()) {
      // Each table is given before the next one is completed, in memory of this one, which the cache has.
      if (this.#staging !== undefined) this.#addStaged(index);
      for (const entries of table.runs()) yield* take(entries);
      table.release();
    }
    this.#staging = undefined;
    const blocks = this.#partitions?.finish() ?? [];
    this.#partitions = undefined;
    const siblings = { numLeft: blocks.length };
    for (const each of blocks) this.#parts.push({ level: this.#level + 1, blocks: each, file: this.#file, siblings });
    if (blocks.length === 0) this.#files.remove(this.#file);
  }

  /** Takes in the rows of the batch. */
  #addPage(): void {
    const batch = this.#batch;
    const tuples = this.#options.scratch.tuples.firstSlot;
    for (let count = batch.next(); count > 0; count = batch.next()) this.#add(tuples, count);
  }

  /** Takes tuples in. */
  #add(tuples: number, numTuples: number): void {
    const [only] = this.#tables;
    if (this.#staging !== undefined) this.#stage(tuples, numTuples);
    else if (this.#tables.length > 1) this.#addMixed(tuples, 0, numTuples);
    else {
      this.#addTo(only!, tuples, numTuples);
      if (only!.numGroups * this.#options.format.entrySlots >= MAX_SLOTS_OF_ONE_TABLE) this.#divide(only!);
    }
  }

  /** Takes tuples into their table. */
  #addTo(table: PackedTable, tuples: number, numTuples: number): void {
    const { scratch, format, aggregates } = this.#options;
    const found = table.find(tuples, 0, numTuples);
    if (found < numTuples) {
      this.#freeze(table);
      table.find(tuples, found, numTuples);
    }
    if (table.isFrozen) this.#spillMissing(tuples, numTuples);
    const { kernels, groups } = scratch;
    for (const folded of aggregates.foldsOf(format.keptSlots, format.stateSlot)) {
      kernels.foldTuples(folded, tuples, numTuples, format.tupleSlots, groups);
    }
  }

  /** Lets the table get no more groups. */
  #freeze(table: PackedTable): void {
    const { budget, format } = this.#options;
    table.isFrozen = true;
    this.#partitions ??= new PackedPartitions(budget, this.#file, format.tupleSlots, this.#bits);
  }

  #spillMissing(tuples: number, numTuples: number): void {
    const { budget, scratch, format } = this.#options;
    const { i32 } = budget.memory;
    for (let i = 0; i < numTuples; i++) {
      if (i32[scratch.groups * 2 + i] === 0) this.#partitions!.add(tuples + i * format.tupleSlots);
    }
  }

  /** Goes on with many tables. Without memory for that all stays as it is. */
  #divide(old: PackedTable): void {
    const { budget, scratch, format } = this.#options;
    if (this.#isUndivided || old.isFrozen || budget.numFree < MIN_PAGES_TO_DIVIDE + old.numPages * 2) return;
    const tables = Array.from({ length: 1 << TABLE_BITS }, () => this.#createTable(TABLE_BITS));
    if (!old.moveTo(tables, TABLE_BITS)) {
      for (const table of tables) table.release();
      this.#isUndivided = true;
      return;
    }
    old.release();
    this.#tables = tables;
    this.#staging = new PackedStaging(
      budget,
      scratch,
      format.tupleSlots,
      TABLE_BITS,
      this.#numReservedPages,
      STAGED_SHARE,
    );
  }

  /** Lets tuples wait for others of their table. */
  #stage(tuples: number, numTuples: number): void {
    const staging = this.#staging!;
    for (let at = staging.add(tuples, 0, numTuples); at < numTuples; at = staging.add(tuples, at, numTuples)) {
      if (staging.hasNoMemory) {
        // There is no memory for tuples to wait in: this one and all that follow are taken in as they come.
        this.#endStaging();
        this.#addMixed(tuples, at, numTuples);
        return;
      }
      this.#addStaged(staging.table);
    }
  }

  #addStaged(index: number): void {
    const staging = this.#staging!;
    for (const { slot, numTuples } of staging.runsOf(index)) this.#addTo(this.#tables[index]!, slot, numTuples);
    staging.release(index);
  }

  /** Takes in all tuples that wait, and lets no others wait. */
  #endStaging(): void {
    if (this.#staging === undefined) return;
    for (let index = 0; index < this.#tables.length; index++) this.#addStaged(index);
    this.#staging = undefined;
  }

  /** Takes in tuples of many tables, a page at most, which are brought into the order of their tables first. */
  #addMixed(tuples: number, from: number, numTuples: number): void {
    const { budget, scratch, format } = this.#options;
    const { kernels, cursors, ordered } = scratch;
    const { tupleSlots } = format;
    const { i32 } = budget.memory;
    const numTables = this.#tables.length;
    const shift = 32 - TABLE_BITS;
    const ends = i32.subarray(cursors * 2, (cursors + numTables) * 2).fill(0);
    for (let i = from; i < numTuples; i++) ends[(i32[(tuples + i * tupleSlots) * 2]! >>> shift) * 2 + 1]! += tupleSlots;
    let slot = ordered.firstSlot;
    for (let table = 0; table < numTables; table++) {
      ends[table * 2] = slot;
      slot += ends[table * 2 + 1]!;
      ends[table * 2 + 1] = slot;
    }
    const end = kernels.scatterTuples(tuples, from, numTuples, tupleSlots, shift, numTables - 1, cursors);
    invariant(end === numTuples, "tuples of a page have room in a page");
    slot = ordered.firstSlot;
    for (let table = 0; table < numTables; table++) {
      const next = ends[table * 2]!;
      if (next > slot) this.#addTo(this.#tables[table]!, slot, (next - slot) / tupleSlots);
      slot = next;
    }
  }

  #createTable(numCommonBits = 0): PackedTable {
    const { budget, scratch, format } = this.#options;
    return new PackedTable(budget, scratch, format, this.#numReservedPages, numCommonBits);
  }
}
