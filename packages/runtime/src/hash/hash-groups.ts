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
import { tooFewPages } from "../memory/too-few-pages.js";
import type { PageCursor } from "../rows/row-cursor.js";
import { RowPairOrder } from "../rows/row-order.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { SpillSpace } from "../spill/spill-space.js";
import type { RecordOutput, Steps } from "../task/driver.js";
import { entriesEnd, entrySlots, IS_LARGE, LINK_WORD, layoutIndexOf } from "./entry.js";
import { EntryReader } from "./entry-writer.js";
import type { GroupFold } from "./group-fold.js";
import { GroupTable } from "./group-table.js";
import { GroupTables } from "./group-tables.js";
import { HashKeys, seedAtLevel } from "./hash-keys.js";
import { HashScratch } from "./hash-scratch.js";
import { EntryFiles, takeReserved } from "./join-environment.js";
import { nextPage } from "./join-table.js";
import type { KeyedValueRows } from "./keyed-value-rows.js";
import { partitionBits } from "./partition-bits.js";
import { RowBatch } from "./row-batch.js";
import { RowStaging } from "./row-staging.js";
import { type EntryFile, EntryRow } from "./spilled-entries.js";
import { SPILLED_PREFIX_SLOTS, SpilledGroups, type SpilledPart } from "./spilled-groups.js";

/** Groups that are given between two looks at whether the output is full. */
const GROUPS_PER_LOOK = 512;
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

/** Groups rows and folds each group. @internal */
export class HashGroups {
  readonly #options: HashGroupsOptions;
  readonly #files: EntryFiles;
  readonly #keys: HashKeys;
  readonly #equality: RowPairOrder;
  readonly #largeRow: EntryRow;
  /** What the level at work has. */
  #level = 0;
  readonly #tables: GroupTables;
  /** Rows that wait for more of their table; undefined with one table, and when there is no memory for them. */
  #staging: RowStaging | undefined;
  /** What is written of the level at work: partitions, and the large rows of tables. */
  readonly #file: EntryFile;
  readonly #spilled: SpilledGroups;
  /** The entries of the groups of a batch, by row. */
  readonly #groups: Int32Array;
  /** What tables note for the rows of a page. */
  readonly #pointers = new Int32Array(PAGE_SLOTS);
  /** The rows that were read. */
  readonly #batch: RowBatch;
  /** Rows that waited. */
  readonly #waiting: RowBatch;
  readonly #scratch: HashScratch | undefined;

  constructor(options: HashGroupsOptions) {
    const { budget, spill, layouts, keys, keyed, givesParts, numReservedPages = 0 } = options;
    const minPages = minHashGroupPages() + numReservedPages;
    // Where partitions get no page to be spilled with, rows would be lost.
    if (!givesParts && budget.numPages < minPages) throw tooFewPages(budget, minPages, "group");
    this.#options = options;
    this.#files = new EntryFiles(spill, budget.owner);
    this.#keys = new HashKeys(keys, keyed);
    this.#equality = new RowPairOrder(keys, keys, keyed);
    this.#largeRow = new EntryRow(budget.memory, layouts, undefined as never);
    this.#spilled = new SpilledGroups(budget, givesParts ? 0 : partitionBits(budget.numPages));
    this.#scratch = HashScratch.of(budget, "groups");
    this.#groups = this.#scratch?.words(this.#scratch.groups, PAGE_SLOTS) ?? new Int32Array(PAGE_SLOTS);
    this.#batch = new RowBatch(this.#scratch, 0);
    this.#waiting = new RowBatch(this.#scratch, 1);
    this.#file = this.#files.create();
    this.#tables = new GroupTables((numCommonBits) => this.#createTable(numCommonBits));
  }

  /**
   * Reads all rows, and gives the results of all groups; nothing is held then. Returns whether the input ended: it did not when the
   * fold could not take the page that `pages` is at.
   *
   * @param isAtPage - whether `pages` is at its first page already
   */
  *run(pages: PageCursor, isAtPage = false): Steps<boolean> {
    let isAtEnd = isAtPage ? false : yield* nextPage(pages);
    const { fold, seed } = this.#options;
    const batch = this.#batch;
    while (!isAtEnd) {
      const { memory, slot, endSlot, layout } = pages;
      batch.read(memory, slot, endSlot, layout, this.#keys, seed);
      if (fold.read?.(batch, layout) === false) break;
      yield* this.#addBatch(batch, layout);
      isAtEnd = yield* nextPage(pages);
    }
    yield* this.#endLevel();
    for (let part = this.#spilled.nextPart(); part !== undefined; part = this.#spilled.nextPart()) {
      yield* this.#runPart(part);
    }
    this.#scratch?.release();
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
    const page = takeReserved(budget);
    this.#tables.useOnly();
    const reader = new EntryReader(layouts, file, page);
    for (const block of blocks) {
      const layout = reader.read(block);
      this.#batch.readEntries(page, layout, this.#keys, seedAtLevel(this.#options.seed, level));
      this.#options.fold.read?.(this.#batch, layout);
      yield* this.#addBatch(this.#batch, layout);
      this.#addLargeRows(page, file);
    }
    budget.give(page);
    if (--siblings.numLeft === 0) this.#files.remove(file);
    yield* this.#endLevel();
  }

  /** Gives the groups of the table, and leaves its partitions to be read later. */
  *#endLevel(): Steps {
    yield* this.#endStaging();
    for (const table of this.#tables.all) {
      this.#tables.current = table;
      if (!this.#options.givesAtOnce) yield* this.#giveAll();
    }
    this.#tables.release();
    this.#spilled.endLevel(this.#level, this.#file, this.#files);
  }

  *#addBatch(batch: RowBatch, layout: StreamLayout): Steps {
    const { givesParts, out } = this.#options;
    const { memory, slots, hashes, numRows } = batch;
    if (!givesParts) {
      if (this.#staging !== undefined) yield* this.#stage(batch, layout);
      else this.#addRows(batch, layout);
      this.#divide();
    } else {
      this.#tables.current.touch(batch);
      for (let row = 0; row < numRows; row++) {
        if (!this.#add(memory, slots[row]!, layout, hashes[row]!)) {
          yield* this.#giveAll();
          this.#tables.current.clear();
          this.#add(memory, slots[row]!, layout, hashes[row]!);
        }
      }
    }
    yield out.isFull ? "output" : "turn";
  }

  #addRows(batch: RowBatch, layout: StreamLayout): void {
    const { fold } = this.#options;
    if (fold.addBatch !== undefined || fold.needsOnlyFirst === true) {
      this.#findGroups(batch, layout);
      fold.addBatch?.(this.#tables.current, this.#groups, batch);
      return;
    }
    const { memory, slots, hashes, numRows } = batch;
    const isDivided = this.#isMixed();
    if (!isDivided) this.#tables.current.touch(batch);
    for (let row = 0; row < numRows; row++) {
      const slot = slots[row]!;
      const hash = hashes[row]!;
      if (isDivided) this.#tables.of(hash);
      if (!this.#add(memory, slot, layout, hash)) this.#spill(memory, slot, layout, hash);
    }
  }

  /**
   * Goes on with many tables, each of which fits the cache: rows wait until there are enough for one of them. Without memory for that all stays as
   * it is.
   */
  #divide(): void {
    const { budget } = this.#options;
    const tables = this.#tables;
    if (!tables.divide(budget)) return;
    this.#staging = new RowStaging(budget, tables.bits, this.#numReservedPages, STAGED_SHARE, this.#scratch);
  }

  /** Lets rows wait for others of their table. */
  *#stage(batch: RowBatch, layout: StreamLayout): Steps {
    const staging = this.#staging!;
    const { numRows } = batch;
    let row = staging.add(batch, layout, 0);
    while (row < numRows) {
      const { stop } = staging;
      if (stop.kind === "memory") {
        // There is no memory for rows to wait in: this one and all that follow are folded as they come.
        yield* this.#endStaging();
        this.#addDirectly(batch, layout, row, numRows);
        return;
      }
      yield* this.#addStaged(stop.table);
      if (stop.kind === "large") {
        this.#tables.current = this.#tables.all[stop.table]!;
        this.#addDirectly(batch, layout, row, row + 1);
        row++;
      }
      row = staging.add(batch, layout, row);
    }
  }

  /** Folds rows without waiting for others. */
  #addDirectly(batch: RowBatch, layout: StreamLayout, from: number, to: number): void {
    this.#waiting.pick(batch, from, to);
    this.#options.fold.read?.(this.#waiting, layout);
    this.#addRows(this.#waiting, layout);
  }

  /** Folds the rows that wait for a table. */
  *#addStaged(index: number): Steps {
    const { fold, layouts, out } = this.#options;
    const staging = this.#staging!;
    const batch = this.#waiting;
    this.#tables.current = this.#tables.all[index]!;
    for (const page of staging.pagesOf(index)) {
      batch.readHashed(page);
      const layout = layouts.at(layoutIndexOf(page.memory, page.firstSlot));
      fold.read?.(batch, layout);
      this.#addRows(batch, layout);
      yield out.isFull ? "output" : "turn";
    }
    staging.release(index);
  }

  /** Folds all rows that wait, and lets no others wait. */
  *#endStaging(): Steps {
    if (this.#staging === undefined) return;
    for (let index = 0; index < this.#tables.all.length; index++) yield* this.#addStaged(index);
    this.#staging = undefined;
  }

  /** Finds the entries of the rows' groups, makes those that are missing, and writes rows to disk that have none. */
  #findGroups(batch: RowBatch, layout: StreamLayout): void {
    const { fold } = this.#options;
    const { memory, slots, hashes, numRows } = batch;
    const groups = this.#groups;
    const isDivided = this.#isMixed();
    let table = this.#tables.current;
    let isTouched = isDivided;
    for (let row = 0; row < numRows; row++) {
      if (!isDivided) {
        const begin = row;
        const firstMade = fold.needsOnlyFirst === true ? table.nextPointer(layout) : 0;
        row = table.findByKernel(batch, layout, begin);
        if (firstMade !== 0) this.#beginGroups(batch, layout, begin, row, firstMade);
        if (table.isFrozen) this.#spillMissing(batch, layout, begin, row);
        if (row === numRows) return;
        if (!isTouched && row === 0) table.touch(batch);
        isTouched = true;
      }
      const slot = slots[row]!;
      const hash = hashes[row]!;
      if (isDivided) table = this.#tables.of(hash);
      let pointer = table.find(memory, slot, layout, hash);
      if (pointer === 0 && !table.isFrozen) {
        pointer = table.insert(memory, slot, layout, hash);
        if (pointer === 0) this.#freeze();
        else if (fold.needsOnlyFirst === true) fold.first(table, pointer, memory, slot, layout);
      }
      if (pointer === 0) this.#spill(memory, slot, layout, hash);
      groups[row] = pointer;
    }
  }

  /** Gives the fold the first rows of groups that a kernel made, whose entries lie one behind the other from `made` on. */
  #beginGroups({ memory, slots }: RowBatch, layout: StreamLayout, from: number, to: number, made: number): void {
    const { fold } = this.#options;
    const table = this.#tables.current;
    const groups = this.#groups;
    for (let row = from; row < to; row++) {
      if (groups[row] !== made) continue;
      fold.first(table, made, memory, slots[row]!, layout);
      made = table.behind(made);
    }
  }

  /** Writes those of some rows to disk that have no group. */
  #spillMissing({ memory, slots, hashes }: RowBatch, layout: StreamLayout, from: number, to: number): void {
    for (let row = from; row < to; row++) {
      const hash = hashes[row]!;
      if (this.#groups[row] === 0) this.#spill(memory, slots[row]!, layout, hash);
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
        const { seed, fold } = this.#options;
        const batch = this.#batch;
        const end = row.memory.i32[0]! >>> 3;
        batch.read(row.memory, 0, end, row.layout, this.#keys, seedAtLevel(seed, this.#level));
        fold.read?.(batch, row.layout);
        this.#addRows(batch, row.layout);
      }
      pointer += entrySlots(memory, pointer, SPILLED_PREFIX_SLOTS);
    }
  }

  /** Whether the rows of a batch are of several tables: they are when none wait. */
  #isMixed(): boolean {
    return this.#tables.isDivided && this.#staging === undefined;
  }

  /** Folds a row into its group; returns false when it belongs to a group for which there is no memory. */
  #add(memory: Memory, slot: number, layout: StreamLayout, hash: number): boolean {
    const { fold } = this.#options;
    const table = this.#tables.current;
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
    this.#tables.current.remove();
    if (givesParts) {
      fold.giveEvicted();
      return;
    }
    this.#freeze();
    this.#spill(fold.memory, fold.slot, fold.layout, hash);
  }

  /** Lets the table at work get no more groups. */
  #freeze(): void {
    this.#tables.current.isFrozen = true;
  }

  /** Writes a row to disk that has no group in a table. */
  #spill(memory: Memory, slot: number, layout: StreamLayout, hash: number): void {
    this.#spilled.append(this.#file, memory, slot, layout, hash);
  }

  *#giveAll(): Steps {
    const { fold, out } = this.#options;
    const table = this.#tables.current;
    let numGiven = 0;
    for (const page of table.entryPages) {
      const end = entriesEnd(page.memory, page.firstSlot);
      let pointer = table.nextGroup(page.firstSlot + PAGE_HEADER_SLOTS, end);
      while (pointer < end) {
        fold.give(table, pointer);
        if (++numGiven % GROUPS_PER_LOOK === 0) yield out.isFull ? "output" : "turn";
        pointer = table.nextGroup(table.behind(pointer), end);
      }
    }
  }

  /** Pages for the partitions of frozen tables, and for others. */
  get #numReservedPages(): number {
    return (this.#options.numReservedPages ?? 0) + (this.#options.givesParts ? 0 : this.#spilled.numPages);
  }

  #createTable(numCommonBits: number): GroupTable {
    const { budget, layouts, fold } = this.#options;
    return new GroupTable({
      budget,
      layouts,
      file: this.#file,
      keys: this.#keys,
      equality: this.#equality,
      stateSlots: fold.stateSlots,
      numReservedPages: this.#numReservedPages,
      numCommonBits,
      pointers: this.#pointers,
    });
  }
}
