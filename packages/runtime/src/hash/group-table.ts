/**
 * A hash table with one entry for each key: the state of a group (see `entry.ts` for the bytes). The row in the entry has the key; in front of it
 * are slots of the table's user, such as sums.
 *
 * An entry's row can be replaced. One that is not larger takes the place of the old one; another is appended, and the old one is garbage, which
 * is collected when memory is short.
 */
import type { Memory, MemorySegment, RowCompare } from "@millrace/core";
import {
  GROUP_KEY_FIELDS,
  GROUP_KEY_KINDS,
  GROUP_TABLE_CELLS,
  GROUP_TABLE_FIELD_SLOT,
  GROUP_TABLE_FIELDS,
  GROUP_TABLE_FREE,
  GROUP_TABLE_KIND,
  GROUP_TABLE_LIMIT_SLOT,
  GROUP_TABLE_NEXT_SLOT,
  GROUP_TABLE_NULL_MASK,
  GROUP_TABLE_NULL_WORD,
  GROUP_TABLE_NUM_FIELDS,
  GROUP_TABLE_PAGES,
  GROUP_TABLE_PREFIX_SLOTS,
  GROUP_TABLE_SHIFT,
} from "../kernels/kernel-layouts.js";
import type { PageBudget } from "../memory/page-budget.js";
import { PAGE_SLOTS } from "../memory/page-slots.js";
import { copyRow } from "../rows/copy-row.js";
import type { RowPairOrder } from "../rows/row-order.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import { entrySlots, HASH_WORD, IS_DEAD, IS_LARGE, LINK_WORD, layoutIndexOf, STATE_SLOT } from "./entry.js";
import { EntryWriter } from "./entry-writer.js";
import { GroupDirectory } from "./group-directory.js";
import type { HashKeys } from "./hash-keys.js";
import type { RowBatch } from "./row-batch.js";
import { type EntryFile, EntryRow } from "./spilled-entries.js";

/** Collecting garbage pays from this share of the entries' memory on. */
const MIN_GARBAGE_SHARE = 0.25;

/** Says what a table of groups is made of. @internal */
export interface GroupTableOptions {
  readonly budget: PageBudget;
  readonly layouts: LayoutTable;
  /** Where large rows go. */
  readonly file: EntryFile;
  readonly keys: HashKeys;
  readonly equality: RowPairOrder;
  /** The slots in front of a row for the user's state. */
  readonly stateSlots: number;
  /** How many pages the table leaves to its user. */
  readonly numReservedPages: number;
  /** How many high bits all hashes have in common, because it is one of many tables; any of those may get no memory at all. */
  readonly numCommonBits: number;
  /** A word for each row of a page, for moments; many tables share them. */
  readonly pointers: Int32Array;
}

/** Keeps one entry for each key. @internal */
export class GroupTable {
  /** How many groups there are. */
  numGroups = 0;
  /** Whether it gets no more groups: rows of those that it lacks are on disk. */
  isFrozen = false;
  readonly #options: GroupTableOptions;
  readonly #memory: Memory;
  readonly #directory: GroupDirectory;
  readonly #prefixSlots: number;
  readonly #entries: EntryWriter;
  readonly #row: EntryRow;
  readonly #pointers: Int32Array;
  /** The layout of all rows, or undefined when there are several or none. */
  #onlyLayout: StreamLayout | undefined;
  #hasSeveralLayouts = false;
  /** The word of the cell that the last search ended with: that of the group, or the empty one where it would be put. */
  #word = 0;
  #garbageSlots = 0;
  /** What compares a group of the only layout with rows of the last layout. */
  #compare: RowCompare | undefined;
  #compareLayout: StreamLayout | undefined;

  constructor(options: GroupTableOptions) {
    const { budget, layouts, file, stateSlots } = options;
    this.#options = options;
    this.#pointers = options.pointers;
    this.#memory = budget.memory;
    this.#prefixSlots = 1 + stateSlots;
    this.#directory = new GroupDirectory(budget, options.numCommonBits);
    this.#entries = new EntryWriter(budget, file, this.#prefixSlots);
    this.#entries.numReservedPages = options.numReservedPages;
    this.#entries.takesFirstPage = options.numCommonBits === 0;
    this.#row = new EntryRow(budget.memory, layouts, undefined as never);
    this.#directory.open(1);
  }

  /** How many pages it has. */
  get numPages(): number {
    return this.#entries.pages.length + this.#directory.numCells / PAGE_SLOTS;
  }

  /** The first slot of a group's own state. */
  stateOf(pointer: number): number {
    return pointer + STATE_SLOT;
  }

  /** Brings what the rows of a batch will look for near. */
  touch({ hashes, numRows }: RowBatch): void {
    this.#directory.touch(hashes, this.#pointers, numRows);
    this.#touchEntries(numRows);
  }

  /**
   * Finds or makes the groups of rows from number `from` on by a kernel, and writes their entries where the scratch of the batch has groups: 0 for those that a frozen
   * table lacks. Returns the first row for which that can't be done, and `find` and `insert` are to be asked, or the number of rows.
   */
  findByKernel(batch: RowBatch, layout: StreamLayout, from: number): number {
    const { scratch } = batch;
    const { column, columns } = this.#options.keys.of(layout);
    const directory = this.#directory;
    if (scratch === undefined || !batch.isNear || layout !== this.#onlyLayout) return from;
    if (column === undefined && (columns === undefined || scratch.keyRoom === undefined)) return from;
    if (GROUP_TABLE_PAGES + directory.numPages > scratch.tableWords) return from;
    const { i32 } = this.#memory;
    const at = scratch.table * 2;
    const mayInsert = !this.isFrozen;
    const nextSlot = mayInsert ? this.#entries.nextSlot(layout) : 0;
    const numFree = nextSlot === 0 ? 0 : directory.numFree;
    i32[at + GROUP_TABLE_CELLS] = directory.numCells;
    i32[at + GROUP_TABLE_SHIFT] = directory.shift;
    i32[at + GROUP_TABLE_FREE] = numFree;
    i32[at + GROUP_TABLE_PREFIX_SLOTS] = this.#prefixSlots;
    i32[at + GROUP_TABLE_NEXT_SLOT] = nextSlot;
    i32[at + GROUP_TABLE_LIMIT_SLOT] = this.#entries.limitSlot;
    if (column !== undefined) {
      i32[at + GROUP_TABLE_KIND] = GROUP_KEY_KINDS[column.kind];
      i32[at + GROUP_TABLE_FIELD_SLOT] = column.fieldSlot;
      i32[at + GROUP_TABLE_NULL_WORD] = column.nullWord;
      i32[at + GROUP_TABLE_NULL_MASK] = column.nullMask;
    } else {
      scratch.useFields(columns!);
      i32[at + GROUP_TABLE_KIND] = GROUP_KEY_FIELDS;
      i32[at + GROUP_TABLE_FIELDS] = scratch.fields;
      i32[at + GROUP_TABLE_NUM_FIELDS] = columns!.length;
    }
    directory.writePages(i32, at + GROUP_TABLE_PAGES);
    const { kernels, table, groups } = scratch;
    const { slotsAt, hashesAt, numRows } = batch;
    const end = kernels.findGroups(table, slotsAt, hashesAt, from, numRows, mayInsert, groups);
    const numMade = numFree - i32[at + GROUP_TABLE_FREE]!;
    if (numMade > 0) {
      this.#entries.advance(i32[at + GROUP_TABLE_NEXT_SLOT]!, numMade);
      directory.addPut(numMade);
      this.numGroups += numMade;
    }
    return end;
  }

  /** Returns where the next entry of a row of a layout goes as long as its page has room; 0 when there is no such page. */
  nextPointer(layout: StreamLayout): number {
    return this.isFrozen ? 0 : this.#entries.nextSlot(layout);
  }

  /** Puts all groups into other tables, that of each by the high `bits` of its hash; returns whether they had room. */
  moveTo(tables: readonly GroupTable[], bits: number): boolean {
    for (let cell = 0; cell < this.#directory.numCells; cell++) {
      const pointer = this.#directory.pointerIn(cell);
      if (pointer === 0) continue;
      const hash = this.#memory.i32[pointer * 2 + HASH_WORD]!;
      const table = tables[(hash >>> 1) >>> (31 - bits)]!;
      const row = this.row(pointer);
      table.find(row.memory, row.slot, row.layout, hash);
      const { memory, slot, layout } = this.row(pointer);
      const moved = table.insert(memory, slot, layout, hash);
      if (moved === 0) return false;
      copyRow(this.#memory, pointer + 1, this.#memory, moved + 1, this.#prefixSlots - 1);
    }
    return true;
  }

  /** Reads the entries that were found, so that they are in the cache. */
  #touchEntries(numRows: number): void {
    const pointers = this.#pointers;
    const { i32 } = this.#memory;
    let all = 0;
    for (let i = 0; i < numRows; i++) all |= i32[pointers[i]! * 2]!;
    pointers[0] = all;
  }

  /** Returns the entry of the row's group, or 0. */
  find(memory: Memory, slot: number, layout: StreamLayout, hash: number): number {
    const { i32 } = this.#memory;
    const directory = this.#directory;
    for (let cell = directory.firstCell(hash); ; cell = directory.nextCell(cell)) {
      const word = directory.wordOf(cell);
      const pointer = i32[word]!;
      if (pointer === 0 || (i32[word + 1] === hash && this.#isOf(pointer, memory, slot, layout))) {
        this.#word = word;
        return pointer;
      }
    }
  }

  #isOf(pointer: number, memory: Memory, slot: number, layout: StreamLayout): boolean {
    if (pointer === 1) return false;
    if (this.#onlyLayout !== undefined && (this.#memory.i32[pointer * 2 + LINK_WORD]! & IS_LARGE) === 0) {
      if (layout !== this.#compareLayout) this.#useLayout(layout);
      return this.#compare!(this.#memory, pointer + this.#prefixSlots, memory, slot) === 0;
    }
    const row = this.row(pointer);
    return this.#options.equality.comparator(row.layout, layout)(row.memory, row.slot, memory, slot) === 0;
  }

  #useLayout(layout: StreamLayout): void {
    this.#compareLayout = layout;
    this.#compare = this.#options.equality.comparator(this.#onlyLayout!, layout);
  }

  /**
   * Adds a group with this row, right after `find` did not find it. Returns its entry, whose state is 0, or 0 when there is no
   * memory for it.
   */
  insert(memory: Memory, slot: number, layout: StreamLayout, hash: number): number {
    const before = this.#directory.numCells;
    if (!this.#directory.hasRoom(this.#options.numReservedPages)) return 0;
    if (this.#directory.numCells !== before) this.find(memory, slot, layout, hash);
    const pointer = this.#append(memory, slot, layout, hash);
    if (pointer === 0) return 0;
    this.#directory.put(this.#word, pointer, hash);
    this.numGroups++;
    return pointer;
  }

  /**
   * Gives the group that was found last another row of the same key, and keeps its state. Returns its entry, or 0 when there is no
   * memory for it, and the group is as it was.
   */
  replace(memory: Memory, slot: number, layout: StreamLayout): number {
    const { i32 } = this.#memory;
    const old = i32[this.#word]!;
    if (this.#overwrite(old, memory, slot, layout)) return old;
    const hash = i32[old * 2 + HASH_WORD]!;
    const pointer = this.#append(memory, slot, layout, hash);
    if (pointer === 0) return 0;
    // Collecting garbage may have moved the old entry.
    const current = i32[this.#word]!;
    copyRow(this.#memory, current + 1, this.#memory, pointer + 1, this.#prefixSlots - 1);
    this.#bury(current);
    i32[this.#word] = pointer;
    return pointer;
  }

  /** Takes out the group that was found last. */
  remove(): void {
    this.#bury(this.#memory.i32[this.#word]!);
    this.#directory.remove(this.#word);
    this.numGroups--;
  }

  /** Says where the row of a group lies; until the next call. */
  row(pointer: number): EntryRow {
    const row = this.#row;
    if ((this.#memory.i32[pointer * 2 + LINK_WORD]! & IS_LARGE) !== 0) {
      row.setLarge(this.#memory, pointer + this.#prefixSlots, this.#options.file);
      return row;
    }
    row.memory = this.#memory;
    row.slot = pointer + this.#prefixSlots;
    row.layout = this.#onlyLayout ?? this.#options.layouts.at(layoutIndexOf(this.#memory, pointer));
    return row;
  }

  /** The pages of entries, complete, for walks over all groups. */
  get entryPages(): readonly MemorySegment[] {
    this.#entries.completeHeaders();
    return this.#entries.pages;
  }

  /** Returns the first entry at or behind `pointer` that is that of a group, or `end`. */
  nextGroup(pointer: number, end: number): number {
    const { i32 } = this.#memory;
    while (pointer < end && (i32[pointer * 2 + LINK_WORD]! & IS_DEAD) !== 0) pointer = this.behind(pointer);
    return pointer;
  }

  /** Returns the slot behind an entry. */
  behind(pointer: number): number {
    return pointer + entrySlots(this.#memory, pointer, this.#prefixSlots);
  }

  /** Takes out all groups, so that it gets others again, and gives back all memory but for one page of the directory. */
  clear(): void {
    this.#entries.release();
    this.#directory.open(1);
    this.numGroups = 0;
    this.isFrozen = false;
    this.#garbageSlots = 0;
    this.#onlyLayout = undefined;
    this.#hasSeveralLayouts = false;
    this.#compareLayout = undefined;
  }

  /** Gives back all memory; it can be used again when it was cleared. */
  release(): void {
    this.#entries.release();
    this.#directory.release();
  }

  #append(memory: Memory, slot: number, layout: StreamLayout, hash: number): number {
    if (layout !== this.#onlyLayout && !this.#hasSeveralLayouts) this.#seeLayout(layout);
    const pointer = this.#entries.append(memory, slot, layout, hash, 0);
    return pointer === 0 && this.#collectGarbage() ? this.#entries.append(memory, slot, layout, hash, 0) : pointer;
  }

  #seeLayout(layout: StreamLayout): void {
    this.#hasSeveralLayouts = this.numGroups > 0;
    this.#onlyLayout = this.#hasSeveralLayouts ? undefined : layout;
    this.#compareLayout = undefined;
  }

  #overwrite(pointer: number, memory: Memory, slot: number, layout: StreamLayout): boolean {
    const { i32 } = this.#memory;
    if ((i32[pointer * 2 + LINK_WORD]! & IS_LARGE) !== 0) return false;
    const at = pointer + this.#prefixSlots;
    const numSlots = memory.i32[slot * 2]! >>> 3;
    if (i32[at * 2]! >>> 3 !== numSlots || layoutIndexOf(this.#memory, pointer) !== layout.index) return false;
    copyRow(memory, slot, this.#memory, at, numSlots);
    return true;
  }

  #bury(pointer: number): void {
    const { i32 } = this.#memory;
    const link = i32[pointer * 2 + LINK_WORD]!;
    i32[pointer * 2 + LINK_WORD] = link | IS_DEAD;
    const isLarge = (link & IS_LARGE) !== 0;
    this.#garbageSlots += this.#prefixSlots + (isLarge ? 1 : i32[(pointer + this.#prefixSlots) * 2]! >>> 3);
  }

  #collectGarbage(): boolean {
    const { pages } = this.#entries;
    if (this.#garbageSlots < pages.length * PAGE_SLOTS * MIN_GARBAGE_SHARE) return false;
    const { i32 } = this.#memory;
    this.#entries.compact(this.#options.layouts, (from, to) =>
      this.#directory.move(i32[from * 2 + HASH_WORD]!, from, to),
    );
    this.#garbageSlots = 0;
    return true;
  }
}
