/**
 * A table of groups whose entries have one size (see PackedKernels for the bytes): a directory, and pages of entries, which begin behind the room of a
 * header, so that no pointer is 0. Kernels work in it; this class gives them memory.
 */
import type { MemorySegment } from "@millrace/core";
import {
  PACKED_TABLE_CELLS,
  PACKED_TABLE_ENTRY_SLOTS,
  PACKED_TABLE_FLOATS,
  PACKED_TABLE_FREE,
  PACKED_TABLE_KEPT_SLOTS,
  PACKED_TABLE_KEYS,
  PACKED_TABLE_LIMIT_SLOT,
  PACKED_TABLE_NEXT_SLOT,
  PACKED_TABLE_NULL_MASK,
  PACKED_TABLE_PAGES,
  PACKED_TABLE_SHIFT,
  PACKED_TABLE_TUPLE_SLOTS,
} from "../../kernels/kernel-layouts.js";
import type { PageBudget } from "../../memory/page-budget.js";
import { PAGE_HEADER_SLOTS, PAGE_SLOTS } from "../../memory/page-slots.js";
import { GroupDirectory } from "../group-directory.js";
import type { PackedFormat } from "./packed-format.js";
import type { PackedScratch } from "./packed-scratch.js";

/** The cells that a directory begins with, for each group there is. */
const GROWTH = 4;

/** Returns how many pages a directory has for so many groups and about as many to come. */
function directoryPages(numGroups: number): number {
  return 2 ** Math.max(0, Math.ceil(Math.log2((numGroups * GROWTH) / PAGE_SLOTS)));
}

/** Is a run of entries, one behind the other. */
export interface EntryRun {
  readonly slot: number;
  readonly numEntries: number;
}

/** Keeps an entry for each key. @internal */
export class PackedTable {
  /** How many groups there are. */
  numGroups = 0;
  /** Whether it gets no more groups: tuples of those that it lacks are on disk. */
  isFrozen = false;
  readonly #budget: PageBudget;
  readonly #scratch: PackedScratch;
  readonly #format: PackedFormat;
  readonly #numReservedPages: number;
  readonly #isOnly: boolean;
  readonly #directory: GroupDirectory;
  readonly #pages: MemorySegment[] = [];
  /** Where the next entry goes in the last page, and the end of that page. */
  #next = 0;
  #limit = 0;

  /**
   * @param numReservedPages - how many pages of the budget it leaves to others
   * @param numCommonBits - how many high bits all hashes have in common, because it is one of many tables; any of those may get no memory at all
   */
  constructor(
    budget: PageBudget,
    scratch: PackedScratch,
    format: PackedFormat,
    numReservedPages: number,
    numCommonBits: number,
  ) {
    this.#budget = budget;
    this.#scratch = scratch;
    this.#format = format;
    this.#numReservedPages = numReservedPages;
    this.#isOnly = numCommonBits === 0;
    this.#directory = new GroupDirectory(budget, numCommonBits);
    this.#directory.open(1);
  }

  /** How many pages it has. */
  get numPages(): number {
    return this.#pages.length + this.#directory.numPages;
  }

  /**
   * Writes the entries of the groups of tuples from number `from` on where the scratch has groups, and makes those that are missing. Returns the first tuple
   * for whose group there is no memory, or the number of tuples. Of a frozen table the missing ones are 0.
   */
  find(tuples: number, from: number, numTuples: number): number {
    const { kernels, table, groups } = this.#scratch;
    const { i32 } = this.#budget.memory;
    const mayInsert = !this.isFrozen;
    let numFree = mayInsert ? this.#room() : 0;
    for (let at = from; ; ) {
      this.#describe(numFree);
      at = kernels.findTuples(table, tuples, at, numTuples, mayInsert, groups);
      this.#takeOver(numFree - i32[table * 2 + PACKED_TABLE_FREE]!, i32[table * 2 + PACKED_TABLE_NEXT_SLOT]!);
      if (at === numTuples) return at;
      if (this.#next + this.#format.entrySlots > this.#limit && !this.#takePage()) return at;
      numFree = this.#room();
      if (numFree === 0) return at;
    }
  }

  /** Puts all groups into other tables, that of each by the high `bits` of its hash, and says whether they had room. */
  moveTo(tables: readonly PackedTable[], bits: number): boolean {
    const { kernels, cursors } = this.#scratch;
    const { i32 } = this.#budget.memory;
    const { entrySlots } = this.#format;
    const cursor = cursors * 2;
    i32.fill(0, cursor, cursor + tables.length * 2);
    for (const { slot, numEntries } of this.runs()) {
      for (let at = 0; ; ) {
        at = kernels.scatterTuples(slot, at, numEntries, entrySlots, 32 - bits, tables.length - 1, cursors);
        if (at === numEntries) break;
        const index = i32[(slot + at * entrySlots) * 2]! >>> (32 - bits);
        const table = tables[index]!;
        table.#adopt(i32[cursor + index * 2]!);
        if (!table.#takePage()) return false;
        i32[cursor + index * 2] = table.#next;
        i32[cursor + index * 2 + 1] = table.#limit;
      }
    }
    return tables.every((table, index) => {
      table.#adopt(i32[cursor + index * 2]!);
      return table.#index(directoryPages(table.numGroups));
    });
  }

  /** Returns all entries. */
  *runs(): Iterable<EntryRun> {
    for (const page of this.#pages) {
      const slot = page.firstSlot + PAGE_HEADER_SLOTS;
      const isLast = page === this.#pages.at(-1);
      const numSlots = (isLast ? this.#next : page.endSlot) - slot;
      yield { slot, numEntries: Math.floor(numSlots / this.#format.entrySlots) };
    }
  }

  /** Gives back all memory. */
  release(): void {
    this.#directory.release();
    for (const page of this.#pages.splice(0)) this.#budget.give(page);
    this.#next = this.#limit = this.numGroups = 0;
  }

  /** Takes over the entries that were written to the last page up to before `end`; 0 when there is no page yet. */
  #adopt(end: number): void {
    if (end === 0) return;
    this.numGroups += (end - this.#next) / this.#format.entrySlots;
    this.#next = end;
  }

  /** Returns how many groups may be put in before this is to be asked again, 0 when there is no memory; makes the directory larger when it pays. */
  #room(): number {
    const directory = this.#directory;
    if (directory.numFree === 0) this.#index(directory.numPages * 2);
    return directory.numFree > 0 ? directory.numFree : directory.numRoom;
  }

  /** Makes the directory anew, of the entries that are there, with so many pages, when there are so many, and returns whether there were. */
  #index(numPages: number): boolean {
    const { kernels, table, tableWords } = this.#scratch;
    const directory = this.#directory;
    if (numPages > tableWords - PACKED_TABLE_PAGES) return false;
    // The old pages are given back first.
    if (this.#budget.numFree + directory.numPages < numPages + this.#numReservedPages) return false;
    directory.open(numPages);
    this.#describe(0);
    for (const { slot, numEntries } of this.runs()) {
      kernels.indexTuples(table, slot, slot + numEntries * this.#format.entrySlots);
    }
    directory.addPut(this.numGroups);
    return true;
  }

  #takeOver(numMade: number, next: number): void {
    this.#directory.addPut(numMade);
    this.numGroups += numMade;
    this.#next = next;
  }

  #takePage(): boolean {
    const mayTakeAll = this.#isOnly && this.#pages.length === 0;
    if (!mayTakeAll && this.#budget.numFree <= this.#numReservedPages) return false;
    const page = this.#budget.take();
    if (page === undefined) return false;
    this.#pages.push(page);
    this.#next = page.firstSlot + PAGE_HEADER_SLOTS;
    this.#limit = page.endSlot;
    return true;
  }

  /** Tells kernels of the table. */
  #describe(numFree: number): void {
    const { i32 } = this.#budget.memory;
    const format = this.#format;
    const directory = this.#directory;
    const at = this.#scratch.table * 2;
    i32[at + PACKED_TABLE_CELLS] = directory.numCells;
    i32[at + PACKED_TABLE_SHIFT] = directory.shift;
    i32[at + PACKED_TABLE_FREE] = numFree;
    i32[at + PACKED_TABLE_NEXT_SLOT] = this.#next;
    i32[at + PACKED_TABLE_LIMIT_SLOT] = this.#limit;
    i32[at + PACKED_TABLE_TUPLE_SLOTS] = format.tupleSlots;
    i32[at + PACKED_TABLE_KEYS] = format.numKeys;
    i32[at + PACKED_TABLE_KEPT_SLOTS] = format.keptSlots;
    i32[at + PACKED_TABLE_ENTRY_SLOTS] = format.entrySlots;
    i32[at + PACKED_TABLE_FLOATS] = format.floats;
    i32[at + PACKED_TABLE_NULL_MASK] = format.keyNullMask;
    directory.writePages(i32, at + PACKED_TABLE_PAGES);
  }
}
