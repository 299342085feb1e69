/**
 * The directory of a table of groups: open addressing with linear probing, in pages, growing by doubling. A cell is one slot: word 0 the
 * pointer to the group's entry, word 1 its hash.
 *
 *     cell of a hash:  floor((hash << shift) * cells / 2^32)
 *
 * `shift` takes out the high bits that all hashes of the table have in common.
 *
 * So cells are in the order of the hashes, but for collisions, and stay so when the directory grows: growing reads the old cells and writes the new ones
 * one behind the other, and asks the groups nothing.
 */

import type { Memory, MemorySegment } from "@millrace/core";
import type { PageBudget } from "../memory/page-budget.js";
import { PAGE_MASK, PAGE_SHIFT, PAGE_SLOTS } from "../memory/page-slots.js";
import { takePage } from "../memory/take-page.js";

const TWO_TO_32 = 2 ** 32;
/** Of all cells, the share that may be taken before the directory grows, and before it is full when it can't. */
const SHARE_TO_GROW = 0.6;
const SHARE_WHEN_FULL = 0.9;
/** Stands in a cell whose group went away, so that searches go on behind it. It is no pointer, since pages begin with a header. */
const GONE = 1;

/** Finds the entry of a group by hash. @internal */
export class GroupDirectory {
  readonly #budget: PageBudget;
  readonly #memory: Memory;
  #pages: MemorySegment[] = [];
  /** The first slot of each page; the array may be longer, since it is used again when there are fewer. */
  #slots = new Int32Array(0);
  #numCells = 0;
  /** Cells that are not empty, those of groups that went away included. */
  #numTaken = 0;

  /** How many high bits all hashes have in common, and hashes are shifted by. */
  readonly shift: number;

  constructor(budget: PageBudget, shift: number) {
    this.shift = shift;
    this.#budget = budget;
    this.#memory = budget.memory;
  }

  /** How many cells there are. */
  get numCells(): number {
    return this.#numCells;
  }

  /** Makes it empty, with `numPages` pages, which are there. */
  open(numPages: number): void {
    this.release();
    // Not pushed to an empty array: that would get room for many, and most have one.
    this.#pages = [this.#emptied(takePage(this.#budget))];
    while (this.#pages.length < numPages) this.#pages.push(this.#emptied(takePage(this.#budget)));
    this.#use(this.#pages);
    this.#numTaken = 0;
  }

  /** Gives back its pages. */
  release(): void {
    for (const page of this.#pages) this.#budget.give(page);
    this.#pages = [];
    this.#numCells = 0;
  }

  /**
   * Whether one more group may be put in; grows first if that helps, and leaves `numReserved` pages free then.
   */
  hasRoom(numReserved: number): boolean {
    if (this.#numTaken < this.#numCells * SHARE_TO_GROW) return true;
    if (this.#budget.numFree >= this.#pages.length * 2 + numReserved) this.#grow();
    return this.#numTaken < this.#numCells * SHARE_WHEN_FULL;
  }

  /** How many groups may be put in before `hasRoom` must be asked. */
  get numFree(): number {
    return Math.max(0, Math.ceil(this.#numCells * SHARE_TO_GROW) - this.#numTaken);
  }

  /** How many groups may be put in before it is full. */
  get numRoom(): number {
    return Math.max(0, Math.ceil(this.#numCells * SHARE_WHEN_FULL) - this.#numTaken);
  }

  /** How many pages of cells there are. */
  get numPages(): number {
    return this.#pages.length;
  }

  /** Writes the slots of the pages of cells to `words` from `at` on. */
  writePages(words: Int32Array, at: number): void {
    for (let i = 0; i < this.#pages.length; i++) words[at + i] = this.#slots[i]!;
  }

  /** Takes over groups that a kernel put into cells. */
  addPut(numGroups: number): void {
    this.#numTaken += numGroups;
  }

  /** Returns the cell that a search for `hash` begins with. */
  firstCell(hash: number): number {
    return Math.floor((((hash << this.shift) >>> 0) * this.#numCells) / TWO_TO_32);
  }

  /** Returns the first word of a cell. */
  wordOf(cell: number): number {
    return (this.#slots[cell >>> PAGE_SHIFT]! + (cell & PAGE_MASK)) * 2;
  }

  /** Returns the next cell of a search. */
  nextCell(cell: number): number {
    return cell + 1 === this.#numCells ? 0 : cell + 1;
  }

  /** Puts a group into the empty cell with this word. */
  put(word: number, pointer: number, hash: number): void {
    this.#memory.i32[word] = pointer;
    this.#memory.i32[word + 1] = hash;
    this.#numTaken++;
  }

  /** Takes a group out of the cell with this word. */
  remove(word: number): void {
    this.#memory.i32[word] = GONE;
    this.#memory.i32[word + 1] = 0;
  }

  /** Returns the pointer in a cell, or 0 when there is no group in it. */
  pointerIn(cell: number): number {
    const pointer = this.#memory.i32[this.wordOf(cell)]!;
    return pointer === GONE ? 0 : pointer;
  }

  /** Changes the pointer of the group with this hash whose entry moved. */
  move(hash: number, from: number, to: number): void {
    const { i32 } = this.#memory;
    let cell = this.firstCell(hash);
    while (i32[this.wordOf(cell)] !== from) cell = this.nextCell(cell);
    i32[this.wordOf(cell)] = to;
  }

  /**
   * Reads the cell that each of the hashes would stand in, if no other stood there, into `pointers`. The pages are in the
   * cache afterwards: the cache misses of many rows overlap here, and would not where rows are looked up one by one.
   */
  touch(hashes: Int32Array, pointers: Int32Array, numRows: number): void {
    const { i32 } = this.#memory;
    const slots = this.#slots;
    const scale = this.#numCells / TWO_TO_32;
    const shift = this.shift;
    for (let i = 0; i < numRows; i++) {
      const cell = Math.floor(((hashes[i]! << shift) >>> 0) * scale);
      pointers[i] = i32[(slots[cell >>> PAGE_SHIFT]! + (cell & PAGE_MASK)) * 2]!;
    }
  }

  #grow(): void {
    const old = this.#pages;
    const pages = this.#takePages(old.length * 2);
    if (pages === undefined) return;
    this.#use(pages);
    this.#numTaken = 0;
    const { i32 } = this.#memory;
    for (const page of old) {
      for (let word = page.firstSlot * 2; word < page.endSlot * 2; word += 2) {
        const pointer = i32[word]!;
        if (pointer > GONE) this.#putAgain(pointer, i32[word + 1]!);
      }
      this.#budget.give(page);
    }
  }

  #putAgain(pointer: number, hash: number): void {
    let cell = this.firstCell(hash);
    while (this.#memory.i32[this.wordOf(cell)] !== 0) cell = this.nextCell(cell);
    this.put(this.wordOf(cell), pointer, hash);
  }

  #use(pages: MemorySegment[]): void {
    this.#pages = pages;
    if (this.#slots.length < pages.length) this.#slots = new Int32Array(pages.length);
    for (let i = 0; i < pages.length; i++) this.#slots[i] = pages[i]!.firstSlot;
    this.#numCells = pages.length * PAGE_SLOTS;
  }

  #takePages(numPages: number): MemorySegment[] | undefined {
    if (this.#budget.numFree < numPages) return undefined;
    const pages: MemorySegment[] = [];
    for (let i = 0; i < numPages; i++) {
      const page = this.#budget.take();
      if (page === undefined) {
        for (const taken of pages) this.#budget.give(taken);
        return undefined;
      }
      pages.push(this.#emptied(page));
    }
    return pages;
  }

  #emptied(page: MemorySegment): MemorySegment {
    this.#memory.i32.fill(0, page.firstSlot * 2, page.endSlot * 2);
    return page;
  }
}
