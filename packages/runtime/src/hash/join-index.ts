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
 */
import { Memory, type MemorySegment } from "@millrace/core";
import type { PageBudget } from "../memory/page-budget.js";
import { PAGE_HEADER_SLOTS, PAGE_MASK, PAGE_SHIFT, PAGE_SLOTS } from "../memory/page-slots.js";
import type { RowPairOrder } from "../rows/row-order.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
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
import { type EntryFile, EntryRow } from "./spilled-entries.js";

const TWO_TO_32 = 2 ** 32;
/** Cells per key: more make shorter searches, and cost memory. */
const CELLS_PER_ENTRY = 1.5;
/** The slots in front of a row in join tables: link and hash. */
export const JOIN_PREFIX_SLOTS = 1;

/** Is a part of the directory. */
interface Region {
  readonly firstCell: number;
  readonly numCells: number;
}

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
  readonly #file: EntryFile;
  readonly #rowA: EntryRow;
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

  /** @param file - where large rows stand */
  constructor(budget: PageBudget, layouts: LayoutTable, buildEquality: RowPairOrder, file: EntryFile) {
    this.#budget = budget;
    this.#memory = budget.memory;
    this.#layouts = layouts;
    this.#buildEquality = buildEquality;
    this.#file = file;
    this.#rowA = new EntryRow(budget.memory, layouts, undefined as never);
  }

  /**
   * Makes an empty directory for the given numbers of entries by region; false when the budget lacks the pages for it. The number of regions is
   * `2 ** regionBits`.
   */
  open(numEntries: readonly number[], regionBits: number, shift: number): boolean {
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
    return this.#takePages(Math.ceil(numCells / PAGE_SLOTS));
  }

  /** Gives back the pages of the directory. The entries stay where they are. */
  release(): void {
    for (const page of this.#pages) this.#budget.give(page);
    this.#pages.length = 0;
    this.#regions = [];
  }

  /** Inserts all entries of a page into a region. Their links are made anew. */
  insertPage(page: MemorySegment, regionIndex: number): void {
    const memory = this.#memory;
    const region = this.#regions[regionIndex]!;
    const { i32 } = memory;
    const end = entriesEnd(memory, page.firstSlot);
    const first = page.firstSlot + PAGE_HEADER_SLOTS;
    if (first < end) this.#seeLayout(this.#layouts.at(layoutIndexOf(memory, first)));
    for (let pointer = first; pointer < end; ) {
      const link = i32[pointer * 2 + LINK_WORD]!;
      const numSlots = entrySlots(memory, pointer, JOIN_PREFIX_SLOTS);
      i32[pointer * 2 + LINK_WORD] = (link & KEPT_FLAGS) | this.#insert(pointer, i32[pointer * 2 + HASH_WORD]!, region);
      pointer += numSlots;
    }
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
   * Finds for rows number `begin` to `end` the first entry of their key, or 0; those with `heads[i]` below 0 are left out, and
   * get 0. `slots`, `hashes` and `heads` are by row.
   */
  findBatch(
    probe: Memory,
    layout: StreamLayout,
    slots: Int32Array,
    hashes: Int32Array,
    heads: Int32Array,
    begin: number,
    end: number,
    equality: RowPairOrder,
  ): void {
    const onlyLayout = this.#onlyLayout;
    this.#findCells(hashes, heads, begin, end);
    if (onlyLayout === undefined || this.#hasSeveralLayouts) {
      for (let i = begin; i < end; i++) {
        heads[i] = heads[i]! < 0 ? 0 : this.#search(probe, slots[i]!, layout, hashes[i]!, equality);
      }
      return;
    }
    const memory = this.#memory;
    const { i32 } = memory;
    const compare = equality.comparator(onlyLayout, layout);
    for (let i = begin; i < end; i++) {
      const head = heads[i]!;
      if (head <= 0) {
        heads[i] = 0;
        continue;
      }
      const isFound =
        i32[head * 2 + HASH_WORD] === hashes[i] &&
        (i32[head * 2]! & IS_LARGE) === 0 &&
        compare(memory, head + JOIN_PREFIX_SLOTS, probe, slots[i]!) === 0;
      if (!isFound) heads[i] = this.#search(probe, slots[i]!, layout, hashes[i]!, equality);
    }
  }

  /** Reads the cell that each row's key would stand in, if no other stood there. */
  #findCells(hashes: Int32Array, heads: Int32Array, begin: number, end: number): void {
    const { i32 } = this.#memory;
    const slots = this.#slots;
    const regions = this.#regions;
    const shift = this.#shift;
    const regionShift = 31 - this.#regionBits;
    for (let i = begin; i < end; i++) {
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

  #search(probe: Memory, slot: number, layout: StreamLayout, hash: number, equality: RowPairOrder): number {
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
        if (equality.comparator(row.layout, layout)(row.memory, row.slot, probe, slot) === 0) return head;
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

  /** Returns the first cell from `cell` on whose key is not marked as matched, or `numCells`. */
  nextUnmatched(cell: number): number {
    const { i32 } = this.#memory;
    const { numCells } = this;
    for (; cell < numCells; cell++) {
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
  unmarkAll(): void {
    const { i32 } = this.#memory;
    for (let cell = 0; cell < this.numCells; cell++) {
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

  #takePages(numPages: number): boolean {
    if (this.#budget.numFree < numPages) return false;
    this.#slots = new Int32Array(numPages);
    for (let i = 0; i < numPages; i++) {
      const page = this.#budget.take();
      if (page === undefined) return false;
      this.#pages.push(page);
      this.#slots[i] = page.firstSlot;
      this.#memory.i32.fill(0, page.firstSlot * 2, page.endSlot * 2);
    }
    return true;
  }
}
