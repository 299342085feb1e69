/**
 * Grouping by hashing, with as many groups as there may be (R039).
 *
 * 1. Rows go into a table with an entry per group, in which a fold does its work.
 * 2. When memory runs out, the table is frozen: rows of its groups are folded as before, all others are written to disk, to partitions
 *    by the high bits of their hash. A group whose row grew so that it has no room leaves the table for its partition.
 * 3. At the end of the input the groups of the table are complete, and given. Then each partition is grouped in the same way, with another hash.
 *
 * With many groups, the table becomes many, each of which fits the cache, and rows wait until there are some thousand for one of them: two copies
 * of a row cost less than the cache misses, above all those of the address translation, of a look into a table of hundreds of megabytes.
 *
 * Each pass completes at least one group, and mostly as many as memory holds, so it always ends; skew is no problem, since the rows of a group
 * never meet anything but its entry. Rows of a group are folded in the order in which they come.
 */
import type { Memory, MemorySegment, TableHashSeed } from "@millrace/core";
import type { KeyFieldSpec } from "@millrace/job-graph";
import type { PageBudget } from "../memory/page-budget.js";
import { PAGE_HEADER_SLOTS, PAGE_SLOTS } from "../memory/page-slots.js";
import type { PageCursor } from "../rows/row-cursor.js";
import { RowPairOrder } from "../rows/row-order.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { SpillSpace } from "../spill/spill-space.js";
import type { RecordOutput, Steps } from "../task/driver.js";
import { entriesEnd, entrySlots, IS_LARGE, LINK_WORD, layoutIndexOf } from "./entry.js";
import { EntryReader, EntryWriter } from "./entry-writer.js";
import type { GroupFold } from "./group-fold.js";
import { GroupTable } from "./group-table.js";
import { HashKeys, seedAtLevel } from "./hash-keys.js";
import { EntryFiles, takeReserved } from "./join-environment.js";
import { nextPage } from "./join-table.js";
import type { KeyedValueRows } from "./keyed-value-rows.js";
import { RowStaging } from "./row-staging.js";
import { type EntryFile, EntryRow } from "./spilled-entries.js";

const MIN_PARTITION_BITS = 1;
const MAX_PARTITION_BITS = 5;
/** Of the budget there are at least so many pages for each partition. */
const PAGES_PER_PARTITION = 8;
/** Groups that are given between two looks at whether the output is full. */
const GROUPS_PER_LOOK = 512;
const SPILLED_PREFIX_SLOTS = 1;

/** Of so many groups on, one table is divided into so many that fit the cache; it takes so many pages. */
const MAX_GROUPS_OF_ONE_TABLE = 1 << 15;
const TABLE_BITS = 6;
const MIN_PAGES_TO_DIVIDE = 1024;
/** Of the free memory, the part for rows that wait, since the tables grow. */
const STAGED_SHARE = 1 / 4;

/** Returns the least number of pages with which grouping by hashing can run: directory, entries, two partitions, one page to read with. @internal */
export function minHashGroupPages(): number {
  return 5;
}

/** Says what grouping needs. @internal */
export interface HashGroupsOptions {
  readonly budget: PageBudget;
  readonly spill: SpillSpace;
  readonly layouts: LayoutTable;
  readonly seed: TableHashSeed;
  readonly keys: readonly KeyFieldSpec[];
  readonly out: RecordOutput;
  readonly fold: GroupFold;
  /** How many pages of the budget are left to others. */
  readonly numReservedPages?: number;
  /** Rows that carry their key elsewhere; undefined for none. */
  readonly keyed: KeyedValueRows | undefined;
  /**
   * Whether groups may be given in parts: then nothing is spilled, and when memory runs out all groups are given, and the table begins
   * anew.
   */
  readonly givesParts: boolean;
  /** Whether the fold gives results by itself, as rows come; then `give` is not called. */
  readonly givesAtOnce: boolean;
}

/** Is a partition on disk, and the file that it shares with others of its level. */
interface SpilledPart {
  readonly level: number;
  readonly blocks: readonly number[];
  readonly file: EntryFile;
  readonly siblings: { numLeft: number };
}

/** Groups rows and folds each group. @internal */
export class HashGroups {
  readonly #options: HashGroupsOptions;
  readonly #files: EntryFiles;
  readonly #keys: HashKeys;
  readonly #equality: RowPairOrder;
  readonly #largeRow: EntryRow;
  readonly #bits: number;
  /** What the level at work has. */
  #level = 0;
  /** The table at work: the only one, or that of the batch. */
  #table: GroupTable;
  /** All tables, by high bits of the hash. */
  #tables: readonly GroupTable[];
  #tableBits = 0;
  /** Rows that wait for more of their table; undefined with one table, and when there is no memory for them. */
  #staging: RowStaging | undefined;
  /** Whether there was no room for many tables. */
  #isUndivided = false;
  #file: EntryFile;
  /** The partitions on disk, by high bits of the hash; empty when no table is frozen. */
  #partitions: EntryWriter[] = [];
  readonly #parts: SpilledPart[] = [];
  /** The entries of the groups of a batch, by row. */
  readonly #groups = new Int32Array(PAGE_SLOTS);

  constructor(options: HashGroupsOptions) {
    const { budget, spill, layouts, keys, keyed, givesParts } = options;
    this.#options = options;
    this.#files = new EntryFiles(spill, budget.owner);
    this.#keys = new HashKeys(keys, keyed);
    this.#equality = new RowPairOrder(keys, keys, keyed);
    this.#largeRow = new EntryRow(budget.memory, layouts, undefined as never);
    this.#bits = givesParts ? 0 : partitionBits(budget.numPages);
    this.#file = this.#files.create();
    this.#table = this.#createTable();
    this.#tables = [this.#table];
  }

  /**
   * Reads all rows, and gives the results of all groups; nothing is held then. Returns whether the input ended: it did not when the
   * fold could not take the page that `pages` is at.
   */
  *run(pages: PageCursor): Steps<boolean> {
    let isAtEnd = yield* nextPage(pages);
    while (!isAtEnd) {
      const { memory, layout } = pages;
      const isStaged = this.#staging !== undefined;
      const numRows = this.#table[isStaged ? "hashRows" : "prepare"](memory, pages.slot, pages.endSlot, layout);
      if (this.#options.fold.read?.(memory, layout, this.#table.slots, numRows) === false) break;
      yield* this.#addBatch(memory, layout, numRows);
      isAtEnd = yield* nextPage(pages);
    }
    yield* this.#endLevel();
    for (let part = this.#parts.pop(); part !== undefined; part = this.#parts.pop()) yield* this.#runPart(part);
    return isAtEnd;
  }

  /** Gives back memory and files. */
  close(): void {
    this.#files.removeAll();
    this.#options.budget.giveAll();
  }

  *#runPart({ level, blocks, file, siblings }: SpilledPart): Steps {
    const { budget, layouts } = this.#options;
    this.#level = level;
    this.#file = this.#files.create();
    const page = takeReserved(budget);
    this.#useTables([this.#createTable()], 0);
    const reader = new EntryReader(layouts, file, page);
    for (const block of blocks) {
      const layout = reader.read(block);
      const numRows = this.#table.prepareEntries(page, layout);
      this.#options.fold.read?.(page.memory, layout, this.#table.slots, numRows);
      yield* this.#addBatch(page.memory, layout, numRows);
      this.#addLargeRows(page, file);
    }
    budget.give(page);
    if (--siblings.numLeft === 0) this.#files.remove(file);
    yield* this.#endLevel();
  }

  /** Gives the groups of the table, and leaves its partitions to be read later. */
  *#endLevel(): Steps {
    this.#endStaging();
    for (const table of this.#tables) {
      this.#table = table;
      if (!this.#options.givesAtOnce) yield* this.#giveAll();
    }
    for (const table of this.#tables) table.release();
    const blocks: number[][] = [];
    for (const partition of this.#partitions) {
      partition.finishSpilling();
      if (partition.blocks.length > 0) blocks.push(partition.blocks);
    }
    this.#partitions = [];
    const siblings = { numLeft: blocks.length };
    for (const each of blocks) {
      this.#parts.push({ level: this.#level + 1, blocks: each, file: this.#file, siblings });
    }
    if (blocks.length === 0) this.#files.remove(this.#file);
  }

  *#addBatch(memory: Memory, layout: StreamLayout, numRows: number): Steps {
    const { givesParts, out } = this.#options;
    const { slots, hashes } = this.#table;
    if (!givesParts) {
      if (this.#staging !== undefined) this.#stage(memory, layout, numRows);
      else this.#addRows(memory, layout, numRows);
      if (this.#tables.length === 1 && this.#table.numGroups >= MAX_GROUPS_OF_ONE_TABLE) this.#divide();
    } else {
      for (let row = 0; row < numRows; row++) {
        if (!this.#add(memory, slots[row]!, layout, hashes[row]!)) {
          yield* this.#giveAll();
          this.#table.clear();
          this.#add(memory, slots[row]!, layout, hashes[row]!);
        }
      }
    }
    yield out.isFull ? "output" : "turn";
  }

  #addRows(memory: Memory, layout: StreamLayout, numRows: number): void {
    const { fold } = this.#options;
    const { slots, hashes } = this.#table;
    if (fold.addBatch !== undefined) {
      this.#findGroups(memory, layout, numRows);
      fold.addBatch(this.#table, this.#groups, numRows);
      return;
    }
    const isDivided = this.#isMixed();
    for (let row = 0; row < numRows; row++) {
      const slot = slots[row]!;
      const hash = hashes[row]!;
      if (isDivided) this.#table = this.#tableOf(hash);
      if (!this.#add(memory, slot, layout, hash)) this.#partitionOf(hash).append(memory, slot, layout, hash, 0);
    }
  }

  /**
   * Goes on with many tables, each of which fits the cache: rows wait until there are enough for one of them. Without memory for that all stays as
   * it is.
   */
  #divide(): void {
    const { budget } = this.#options;
    const old = this.#table;
    if (this.#isUndivided || old.isFrozen || budget.numFree < MIN_PAGES_TO_DIVIDE + old.numPages * 2) return;
    const tables = Array.from({ length: 1 << TABLE_BITS }, () => this.#createTable(TABLE_BITS));
    if (!old.moveTo(tables, TABLE_BITS)) {
      for (const table of tables) table.release();
      this.#isUndivided = true;
      return;
    }
    old.release();
    this.#useTables(tables, TABLE_BITS);
    this.#staging = new RowStaging(budget, TABLE_BITS, this.#numReservedPages, STAGED_SHARE);
  }

  #useTables(tables: readonly GroupTable[], bits: number): void {
    this.#tables = tables;
    this.#table = tables[0]!;
    this.#tableBits = bits;
  }

  /** Lets rows wait for others of their table. */
  #stage(memory: Memory, layout: StreamLayout, numRows: number): void {
    const staging = this.#staging!;
    // The arrays are those of a table, which is given other rows in between.
    const slots = this.#table.slots.slice(0, numRows);
    const hashes = this.#table.hashes.slice(0, numRows);
    let row = staging.add(memory, layout, slots, hashes, 0, numRows);
    while (row < numRows) {
      const { stop } = staging;
      if (stop.kind === "memory") {
        // There is no memory for rows to wait in: this one and all that follow are folded as they come.
        this.#endStaging();
        this.#addDirectly(memory, layout, slots.subarray(row), hashes.subarray(row));
        return;
      }
      this.#addStaged(stop.table);
      if (stop.kind === "large") {
        this.#table = this.#tables[stop.table]!;
        this.#addDirectly(memory, layout, slots.subarray(row, row + 1), hashes.subarray(row, row + 1));
        row++;
      }
      row = staging.add(memory, layout, slots, hashes, row, numRows);
    }
  }

  /** Folds rows without waiting for others. */
  #addDirectly(memory: Memory, layout: StreamLayout, slots: Int32Array, hashes: Int32Array): void {
    this.#table.slots.set(slots);
    this.#table.hashes.set(hashes);
    this.#options.fold.read?.(memory, layout, this.#table.slots, slots.length);
    this.#addRows(memory, layout, slots.length);
  }

  /** Folds the rows that wait for a table. */
  #addStaged(index: number): void {
    const { fold, layouts } = this.#options;
    const staging = this.#staging!;
    const table = this.#tables[index]!;
    this.#table = table;
    for (const page of staging.pagesOf(index)) {
      const numRows = table.prepareHashed(page);
      const layout = layouts.at(layoutIndexOf(page.memory, page.firstSlot));
      fold.read?.(page.memory, layout, table.slots, numRows);
      this.#addRows(page.memory, layout, numRows);
    }
    staging.release(index);
  }

  /** Folds all rows that wait, and lets no others wait. */
  #endStaging(): void {
    if (this.#staging === undefined) return;
    for (let index = 0; index < this.#tables.length; index++) this.#addStaged(index);
    this.#staging = undefined;
  }

  /** Finds the entries of the rows' groups, makes those that are missing, and writes rows to disk that have none. */
  #findGroups(memory: Memory, layout: StreamLayout, numRows: number): void {
    const { slots, hashes } = this.#table;
    const groups = this.#groups;
    const isDivided = this.#isMixed();
    let table = this.#table;
    for (let row = 0; row < numRows; row++) {
      const slot = slots[row]!;
      const hash = hashes[row]!;
      if (isDivided) table = this.#tableOf(hash);
      let pointer = table.find(memory, slot, layout, hash);
      if (pointer === 0 && !table.isFrozen) {
        pointer = table.insert(memory, slot, layout, hash);
        if (pointer === 0) this.#freeze();
      }
      if (pointer === 0) this.#partitionOf(hash).append(memory, slot, layout, hash, 0);
      groups[row] = pointer;
    }
  }

  /** Takes the large rows of a page of entries. */
  #addLargeRows(page: MemorySegment, file: EntryFile): void {
    const { memory } = page;
    const row = this.#largeRow;
    const end = entriesEnd(memory, page.firstSlot);
    for (let pointer = page.firstSlot + PAGE_HEADER_SLOTS; pointer < end; ) {
      if ((memory.i32[pointer * 2 + LINK_WORD]! & IS_LARGE) !== 0) {
        row.setLarge(memory, pointer + SPILLED_PREFIX_SLOTS, file);
        const numRows = this.#table.prepare(row.memory, 0, row.memory.i32[0]! >>> 3, row.layout);
        this.#options.fold.read?.(row.memory, row.layout, this.#table.slots, numRows);
        this.#addRows(row.memory, row.layout, numRows);
      }
      pointer += entrySlots(memory, pointer, SPILLED_PREFIX_SLOTS);
    }
  }

  /** Whether the rows of a batch are of several tables: they are when none wait. */
  #isMixed(): boolean {
    return this.#tables.length > 1 && this.#staging === undefined;
  }

  /** Makes the table of a hash the one at work. */
  #tableOf(hash: number): GroupTable {
    this.#table = this.#tables[(hash >>> 1) >>> (31 - this.#tableBits)]!;
    return this.#table;
  }

  /** Folds a row into its group; returns false when it belongs to a group for which there is no memory. */
  #add(memory: Memory, slot: number, layout: StreamLayout, hash: number): boolean {
    const { fold } = this.#options;
    const table = this.#table;
    const pointer = table.find(memory, slot, layout, hash);
    if (pointer !== 0) {
      if (!fold.next(table, pointer, memory, slot, layout)) this.#evict(hash);
      return true;
    }
    // Rows of a group that came later are on disk already, and would be given apart.
    if (table.isFrozen) return false;
    const added = table.insert(memory, slot, layout, hash);
    if (added === 0) {
      if (!this.#options.givesParts) this.#freeze();
      return false;
    }
    fold.first(table, added, memory, slot, layout);
    return true;
  }

  /** Lets the group that was found last go on in a partition, as the row that the fold made of it. */
  #evict(hash: number): void {
    const { fold, givesParts } = this.#options;
    this.#table.remove();
    if (givesParts) {
      fold.giveEvicted();
      return;
    }
    this.#freeze();
    this.#partitionOf(hash).append(fold.memory, fold.slot, fold.layout, hash, 0);
  }

  /** Lets the table at work get no more groups. */
  #freeze(): void {
    const { budget } = this.#options;
    this.#table.isFrozen = true;
    if (this.#partitions.length > 0) return;
    for (let i = 0; i < 1 << this.#bits; i++) {
      const partition = new EntryWriter(budget, this.#file, SPILLED_PREFIX_SLOTS);
      partition.isSpilled = true;
      this.#partitions.push(partition);
    }
  }

  #partitionOf(hash: number): EntryWriter {
    return this.#partitions[(hash >>> 1) >>> (31 - this.#bits)]!;
  }

  *#giveAll(): Steps {
    const { fold, out } = this.#options;
    const table = this.#table;
    let numGiven = 0;
    for (let cell = 0; cell < table.numCells; cell++) {
      const pointer = table.groupIn(cell);
      if (pointer === 0) continue;
      fold.give(table, pointer);
      if (++numGiven % GROUPS_PER_LOOK === 0) yield out.isFull ? "output" : "turn";
    }
  }

  /** Pages for the partitions of frozen tables, and for others. */
  get #numReservedPages(): number {
    return (this.#options.numReservedPages ?? 0) + (this.#options.givesParts ? 0 : 1 << this.#bits);
  }

  #createTable(numCommonBits = 0): GroupTable {
    const { budget, layouts, seed, fold } = this.#options;
    return new GroupTable({
      budget,
      layouts,
      file: this.#file,
      keys: this.#keys,
      equality: this.#equality,
      seed: seedAtLevel(seed, this.#level),
      stateSlots: fold.stateSlots,
      numReservedPages: this.#numReservedPages,
      numCommonBits,
    });
  }
}

function partitionBits(numPages: number): number {
  const most = Math.floor(Math.log2(Math.max(2, numPages / PAGES_PER_PARTITION)));
  return Math.min(MAX_PARTITION_BITS, Math.max(MIN_PARTITION_BITS, most));
}
