/**
 * The directory of a join table: open addressing with linear probing. A cell is one slot: word 0 the pointer to the first entry of a key
 * (0: the cell is empty), word 1 the key's hash. All entries of the key are a list behind the first.
 *
 *     cell of a hash in a region:  first cell + floor((hash << shift) * cells / 2^32)
 *
 * A region is what the partition of some high bits of the hash has of the directory, as large as that partition needs it; `shift` takes
 * those bits out. Regions follow each other over the pages of the directory. Since a region's cells are filled partition by partition, and a
 * partition's cells mostly fit the cache, building costs few cache misses.
 *
 * Probing works on batches, in passes over all rows of a page, so that the cache misses of the rows overlap: first the cells are read,
 * then the entries that they point to (group prefetching, without the prefetch: Chen, Ailamaki, Gibbons, Mowry, "Improving Hash Join Performance
 * through Prefetching", 2004).
 *
 * Keys of one number, in build rows of one layout, are inserted and looked up by kernels, which leave to the code here what meets a row in a file.
 */

import { Memory, type MemorySegment, type NumberColumn } from "@millrace/core";
import type { PageBudget } from "../memory/page-budget.js";
import { PAGE_HEADER_SLOTS, PAGE_MASK, PAGE_SHIFT, PAGE_SLOTS } from "../memory/page-slots.js";
import { takePage } from "../memory/take-page.js";
import type { RowPairOrder } from "../rows/row-order.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { Steps } from "../task/driver.js";
import { PAGES_IN_A_STEP } from "../task/work.js";
import {
  entriesEnd,
  entrySlots,
  HASH_WORD,
  IS_LARGE,
  IS_MATCHED,
  KEPT_FLAGS,
  LINK_WORD,
  layoutIndexOf,
  POINTER_MASK,
} from "./entry.js";
import type { HashKeys } from "./hash-keys.js";
import type { HashScratch } from "./hash-scratch.js";
import type { JoinEnvironment } from "./join-environment.js";
import { ALL_REGIONS, KernelDirectory, type Region } from "./kernel-directory.js";
import type { RowBatch } from "./row-batch.js";
import { type EntryFile, EntryRow } from "./spilled-entries.js";

const TWO_TO_32 = 2 ** 32;
/** Cells per key: more make shorter searches, and cost memory. */
const CELLS_PER_ENTRY = 1.5;
/** The slots in front of a row in join tables: link and hash. */
export const JOIN_PREFIX_SLOTS = 1;

/** How many pages of entries are inserted in a step: each entry costs a cache miss or two, where the directory is large. */
const INSERTED_PAGES_IN_A_STEP = 8;
/** How many cells are looked at in a step, each with the entry that it points to. */
export const CELLS_IN_A_STEP = 8 * PAGE_SLOTS;

const NO_REGION: Region = { firstCell: 0, numCells: 0 };

/** Returns how many pages the directory of that many entries takes. @internal */
export function directoryPages(numEntries: number): number {
  return Math.ceil((numEntries * CELLS_PER_ENTRY + 1) / PAGE_SLOTS);
}

/** Finds the entries of a key. @internal */
export class JoinIndex {
  readonly #budget: PageBudget;
  readonly #memory: Memory;
  readonly #layouts: LayoutTable;
  readonly #buildEquality: RowPairOrder;
  readonly #equality: RowPairOrder;
  readonly #buildKeys: HashKeys;
  readonly #probeKeys: HashKeys;
  readonly #file: EntryFile;
  readonly #rowA: EntryRow;
  /** The directory as kernels see it; undefined without them. */
  readonly #kernelDirectory: KernelDirectory | undefined;
  readonly #pages: MemorySegment[] = [];
  /** The first slot of each page. */
  #slots = new Int32Array(0);
  #regions: Region[] = [];
  /** How many high bits of the hash are the number of the region, and how many say nothing inside of one. */
  #regionBits = 0;
  #shift = 0;
  /** The layout of all rows that are not large, or undefined when there are several. */
  #onlyLayout: StreamLayout | undefined;
  #hasSeveralLayouts = false;

  /**
   * @param file - where large rows stand
   * @param scratch - where kernels have their arguments; undefined without them
   */
  constructor(environment: JoinEnvironment, file: EntryFile, scratch: HashScratch | undefined) {
    const { budget, layouts, buildEquality, equality, buildKeys, probeKeys } = environment;
    this.#budget = budget;
    this.#memory = budget.memory;
    this.#layouts = layouts;
    this.#buildEquality = buildEquality;
    this.#equality = equality;
    this.#buildKeys = buildKeys;
    this.#probeKeys = probeKeys;
    this.#file = file;
    this.#kernelDirectory = scratch === undefined ? undefined : new KernelDirectory(scratch);
    this.#rowA = new EntryRow(budget.memory, layouts, undefined as never);
  }

  /**
   * Makes an empty directory for the given numbers of entries by region; the pages for it are there. The number of regions is
   * `2 ** regionBits`.
   */
  *open(numEntries: readonly number[], regionBits: number, shift: number): Steps {
    this.release();
    let numCells = 0;
    this.#regions = numEntries.map((count) => {
      if (count === 0) return NO_REGION;
      const region = { firstCell: numCells, numCells: Math.ceil(count * CELLS_PER_ENTRY) + 1 };
      numCells += region.numCells;
      return region;
    });
    this.#regionBits = regionBits;
    this.#shift = shift;
    this.#onlyLayout = undefined;
    this.#hasSeveralLayouts = false;
    yield* this.#takePages(Math.ceil(numCells / PAGE_SLOTS));
    this.#kernelDirectory?.open(this.#regions, this.#slots, 31 - regionBits, shift);
  }

  /** Gives back the pages of the directory. The entries stay where they are. */
  release(): void {
    for (const page of this.#pages) this.#budget.give(page);
    this.#pages.length = 0;
    this.#regions = [];
  }

  /** Inserts all entries of pages into a region. Their links are made anew. */
  *insertPages(pages: readonly MemorySegment[], regionIndex: number): Steps {
    for (let i = 0; i < pages.length; i++) {
      this.#insertPage(pages[i]!, regionIndex);
      if (i % INSERTED_PAGES_IN_A_STEP === INSERTED_PAGES_IN_A_STEP - 1) yield "turn";
    }
  }

  #insertPage(page: MemorySegment, regionIndex: number): void {
    const memory = this.#memory;
    const region = this.#regions[regionIndex]!;
    const { i32 } = memory;
    const end = entriesEnd(memory, page.firstSlot);
    const first = page.firstSlot + PAGE_HEADER_SLOTS;
    if (first < end) this.#seeLayout(this.#layouts.at(layoutIndexOf(memory, first)));
    const directory = this.#keyedDirectory(regionIndex);
    for (let pointer = first; pointer < end; ) {
      if (directory !== undefined) pointer = directory.kernels.insertEntries(directory.at, pointer, end);
      if (pointer === end) break;
      const link = i32[pointer * 2 + LINK_WORD]!;
      const numSlots = entrySlots(memory, pointer, JOIN_PREFIX_SLOTS);
      i32[pointer * 2 + LINK_WORD] = (link & KEPT_FLAGS) | this.#insert(pointer, i32[pointer * 2 + HASH_WORD]!, region);
      pointer += numSlots;
    }
  }

  /** Returns what kernels look into, as far as it describes a region; undefined where they can't, because of the keys or for want of room. */
  #keyedDirectory(region: number): KernelDirectory | undefined {
    const directory = this.#kernelDirectory;
    const column = this.#buildColumn;
    if (directory === undefined || column === undefined || !directory.use(region)) return undefined;
    directory.setBuildKey(column);
    return directory;
  }

  /** Where the keys lie in build rows that are not large, when they are numbers and of one layout. */
  get #buildColumn(): NumberColumn | undefined {
    if (this.#onlyLayout === undefined || this.#hasSeveralLayouts) return undefined;
    return this.#buildKeys.of(this.#onlyLayout).column;
  }

  /** The layout of all build rows that are not large; undefined when they have several, or none. */
  get onlyLayout(): StreamLayout | undefined {
    return this.#hasSeveralLayouts ? undefined : this.#onlyLayout;
  }

  /** Puts the entry into its cell and returns the entry that it comes before. */
  #insert(pointer: number, hash: number, { firstCell, numCells }: Region): number {
    const { i32 } = this.#memory;
    const slots = this.#slots;
    const end = firstCell + numCells;
    let cell = firstCell + Math.floor((((hash << this.#shift) >>> 0) * numCells) / TWO_TO_32);
    for (;;) {
      const word = (slots[cell >>> PAGE_SHIFT]! + (cell & PAGE_MASK)) * 2;
      const head = i32[word]!;
      if (head === 0) {
        i32[word] = pointer;
        i32[word + 1] = hash;
        return 0;
      }
      if (i32[word + 1] === hash && this.#areEqual(head, pointer)) {
        i32[word] = pointer;
        return head;
      }
      if (++cell === end) cell = firstCell;
    }
  }

  /** Whether the region has no entries. */
  isEmpty(regionIndex: number): boolean {
    return this.#regions[regionIndex]!.numCells === 0;
  }

  /** Returns the region that the high bits of a hash name. */
  regionOf(hash: number): number {
    return (hash >>> 1) >>> (31 - this.#regionBits);
  }

  /**
   * Finds for each row of a batch the first entry of its key, or 0; rows with `heads[i]` below 0 are left out, and get 0.
   *
   * @param heads - by row; where the scratch has the groups of rows
   * @param region - the region that all of the rows belong to, or {@link ALL_REGIONS}
   */
  findBatch(batch: RowBatch, layout: StreamLayout, heads: Int32Array, region: number): void {
    const directory = batch.isNear ? this.#keyedDirectory(region) : undefined;
    const column = directory === undefined ? undefined : this.#probeKeys.of(layout).column;
    if (directory === undefined || column === undefined || column.kind !== this.#buildColumn!.kind) {
      this.#findAll(batch, layout, heads);
      return;
    }
    directory.setProbeKey(column);
    const { scratch, memory, slots, hashes, slotsAt, hashesAt, numRows } = batch;
    const { kernels, at } = directory;
    for (let row = 0; ; row++) {
      row = kernels.findEntries(at, slotsAt, hashesAt, row, numRows, scratch!.groups);
      if (row === numRows) return;
      heads[row] = this.#search(memory, slots[row]!, layout, hashes[row]!);
    }
  }

  #findAll({ memory: probe, slots, hashes, numRows }: RowBatch, layout: StreamLayout, heads: Int32Array): void {
    const onlyLayout = this.#onlyLayout;
    this.#findCells(hashes, heads, numRows);
    if (onlyLayout === undefined || this.#hasSeveralLayouts) {
      for (let i = 0; i < numRows; i++) {
        heads[i] = heads[i]! < 0 ? 0 : this.#search(probe, slots[i]!, layout, hashes[i]!);
      }
      return;
    }
    const memory = this.#memory;
    const { i32 } = memory;
    const compare = this.#equality.comparator(onlyLayout, layout);
    for (let i = 0; i < numRows; i++) {
      const head = heads[i]!;
      if (head <= 0) {
        heads[i] = 0;
        continue;
      }
      const isFound =
        i32[head * 2 + HASH_WORD] === hashes[i] &&
        (i32[head * 2]! & IS_LARGE) === 0 &&
        compare(memory, head + JOIN_PREFIX_SLOTS, probe, slots[i]!) === 0;
      if (!isFound) heads[i] = this.#search(probe, slots[i]!, layout, hashes[i]!);
    }
  }

  /** Reads the cell that each row's key would stand in, if no other stood there. */
  #findCells(hashes: Int32Array, heads: Int32Array, numRows: number): void {
    const { i32 } = this.#memory;
    const slots = this.#slots;
    const regions = this.#regions;
    const shift = this.#shift;
    const regionShift = 31 - this.#regionBits;
    for (let i = 0; i < numRows; i++) {
      if (heads[i]! < 0) continue;
      const hash = hashes[i]!;
      const { firstCell, numCells } = regions[(hash >>> 1) >>> regionShift]!;
      if (numCells === 0) {
        heads[i] = 0;
        continue;
      }
      const cell = firstCell + Math.floor((((hash << shift) >>> 0) * numCells) / TWO_TO_32);
      heads[i] = i32[(slots[cell >>> PAGE_SHIFT]! + (cell & PAGE_MASK)) * 2]!;
    }
  }

  #search(probe: Memory, slot: number, layout: StreamLayout, hash: number): number {
    const { i32 } = this.#memory;
    const { firstCell, numCells } = this.#regions[this.regionOf(hash)]!;
    if (numCells === 0) return 0;
    const slots = this.#slots;
    const end = firstCell + numCells;
    let cell = firstCell + Math.floor((((hash << this.#shift) >>> 0) * numCells) / TWO_TO_32);
    for (;;) {
      const word = (slots[cell >>> PAGE_SHIFT]! + (cell & PAGE_MASK)) * 2;
      const head = i32[word]!;
      if (head === 0) return 0;
      if (i32[word + 1] === hash) {
        const row = this.row(head);
        if (this.#equality.comparator(row.layout, layout)(row.memory, row.slot, probe, slot) === 0) return head;
      }
      if (++cell === end) cell = firstCell;
    }
  }

  /** Says where the row of an entry lies; until the next call. */
  row(pointer: number): EntryRow {
    const row = this.#rowA;
    const { i32 } = this.#memory;
    if ((i32[pointer * 2 + LINK_WORD]! & IS_LARGE) !== 0) {
      row.setLarge(this.#memory, pointer + JOIN_PREFIX_SLOTS, this.#file);
      return row;
    }
    row.memory = this.#memory;
    row.slot = pointer + JOIN_PREFIX_SLOTS;
    row.layout = this.#hasSeveralLayouts ? this.#layouts.at(layoutIndexOf(this.#memory, pointer)) : this.#onlyLayout!;
    return row;
  }

  /** Returns the entry of the same key behind the one at `pointer`; 0 for none. */
  next(pointer: number): number {
    return this.#memory.i32[pointer * 2 + LINK_WORD]! & POINTER_MASK;
  }

  /** Marks the key with this first entry as matched; returns whether it was marked before. */
  mark(head: number): boolean {
    const { i32 } = this.#memory;
    const link = i32[head * 2 + LINK_WORD]!;
    i32[head * 2 + LINK_WORD] = link | IS_MATCHED;
    return (link & IS_MATCHED) !== 0;
  }

  /** The number of cells, for walks over all keys. */
  get numCells(): number {
    return this.#pages.length * PAGE_SLOTS;
  }

  /** Returns the first cell from `cell` on whose key is not marked as matched, or `limit`. */
  nextUnmatched(cell: number, limit: number): number {
    const { i32 } = this.#memory;
    for (; cell < limit; cell++) {
      const head = this.headOf(cell);
      if (head !== 0 && (i32[head * 2 + LINK_WORD]! & IS_MATCHED) === 0) break;
    }
    return cell;
  }

  /** Returns the first entry of the key in a cell; 0 for none. */
  headOf(cell: number): number {
    return this.#memory.i32[(this.#slots[cell >>> PAGE_SHIFT]! + (cell & PAGE_MASK)) * 2]!;
  }

  /** Takes the marks off all keys. */
  *unmarkAll(): Steps {
    const { i32 } = this.#memory;
    for (let cell = 0; cell < this.numCells; cell++) {
      if (cell % CELLS_IN_A_STEP === CELLS_IN_A_STEP - 1) yield "turn";
      const head = this.headOf(cell);
      if (head !== 0) i32[head * 2 + LINK_WORD] = i32[head * 2 + LINK_WORD]! & ~IS_MATCHED;
    }
  }

  #seeLayout(layout: StreamLayout): void {
    if (this.#onlyLayout !== undefined && this.#onlyLayout !== layout) this.#hasSeveralLayouts = true;
    this.#onlyLayout = layout;
  }

  #areEqual(a: number, b: number): boolean {
    const rowA = this.row(a);
    const { memory, slot, layout } = rowA;
    if ((this.#memory.i32[a * 2]! & this.#memory.i32[b * 2]! & IS_LARGE) !== 0) {
      return this.#areLargeEqual(memory, layout, b);
    }
    const rowB = this.row(b);
    return this.#buildEquality.comparator(layout, rowB.layout)(memory, slot, rowB.memory, rowB.slot) === 0;
  }

  /** Both rows would be read into the same memory, so that the one read before is copied. */
  #areLargeEqual(a: Memory, layoutA: StreamLayout, b: number): boolean {
    const copy = new Memory(a.u8.slice(0, a.i32[0]!).buffer);
    const row = this.row(b);
    return this.#buildEquality.comparator(layoutA, row.layout)(copy, 0, row.memory, row.slot) === 0;
  }

  *#takePages(numPages: number): Steps {
    this.#slots = new Int32Array(numPages);
    for (let i = 0; i < numPages; i++) {
      const page = takePage(this.#budget);
      this.#pages.push(page);
      this.#slots[i] = page.firstSlot;
      this.#memory.i32.fill(0, page.firstSlot * 2, page.endSlot * 2);
      if (i % PAGES_IN_A_STEP === PAGES_IN_A_STEP - 1) yield "turn";
    }
  }
}
