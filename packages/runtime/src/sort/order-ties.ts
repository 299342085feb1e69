/**
 * Orders entries whose prefixes are equal, by their rows. Entries of equal prefixes differ in their pointers only, so nothing but pointers is
 * moved: a stable merge sort over each run of them, bottom up, from short pieces sorted by insertion, with the other
 * pages of the sort as its second place.
 */
import { ENTRY_SLOTS } from "../kernels/kernel-layouts.js";
import type { Kernels } from "../kernels/kernels.js";
import type { Steps } from "../task/driver.js";
import { ENTRY_PAGE_MASK, ENTRY_PAGE_SHIFT, type EntrySegment } from "./entry-pages.js";

/** Compares the rows of two pointers, as they stand in entries. */
export type ComparePointers = (a: number, b: number) => number;

const POINTER_WORD = 2;
const PREFIX_BITS = 96;
const PIECE = 8;

/** How many entries are looked at in a step: each may be compared a few times, and by long keys. */
const ENTRIES_IN_A_STEP = 4096;

/**
 * Orders each run of equal prefixes of a segment that is sorted by prefix, a piece at a time. `others` are the slots of as many other pages, `table` is the slot
 * of the table of the segment's pages that kernels use.
 */
export function* orderTies(
  kernels: Kernels,
  segment: EntrySegment,
  others: Int32Array,
  table: number,
  compare: ComparePointers,
): Steps {
  const { pageSlots, numEntries } = segment;
  const { i32 } = kernels.memory;
  let numOrdered = 0;
  for (let to = 0; to < numEntries; ) {
    const from = kernels.findRun(table, to, numEntries, PREFIX_BITS);
    if (from === numEntries) return;
    to = endOfTies(i32, pageSlots, from, numEntries);
    if (to - from <= PIECE) insertPiece(i32, pageSlots, from, to, compare);
    else yield* sortRun(i32, pageSlots, others, from, to, compare);
    numOrdered += to - from;
    if (numOrdered < ENTRIES_IN_A_STEP) continue;
    numOrdered = 0;
    yield "turn";
  }
}

/** Returns the word of the pointer of an entry. */
function pointerAt(pages: Int32Array, entry: number): number {
  return (pages[entry >>> ENTRY_PAGE_SHIFT]! + (entry & ENTRY_PAGE_MASK) * ENTRY_SLOTS) * 2 + POINTER_WORD;
}

function endOfTies(i32: Int32Array, pages: Int32Array, from: number, limit: number): number {
  const first = pointerAt(pages, from) - POINTER_WORD;
  const word0 = i32[first]!;
  const word1 = i32[first + 1]!;
  const word3 = i32[first + 3]!;
  let to = from + 1;
  for (; to < limit; to++) {
    const word = pointerAt(pages, to) - POINTER_WORD;
    if (i32[word] !== word0 || i32[word + 1] !== word1 || i32[word + 3] !== word3) break;
  }
  return to;
}

function* sortRun(
  i32: Int32Array,
  pages: Int32Array,
  others: Int32Array,
  from: number,
  to: number,
  compare: ComparePointers,
): Steps {
  for (let step = from; step < to; step += ENTRIES_IN_A_STEP) {
    const end = Math.min(step + ENTRIES_IN_A_STEP, to);
    for (let piece = step; piece < end; piece += PIECE)
      insertPiece(i32, pages, piece, Math.min(piece + PIECE, to), compare);
    if (end < to) yield "turn";
  }
  let source = pages;
  let target = others;
  const merge = new PieceMerge(i32, compare);
  let numMerged = 0;
  for (let width = PIECE; width < to - from; width *= 2) {
    for (let left = from; left < to; left += 2 * width) {
      merge.begin(source, target, left, Math.min(left + width, to), Math.min(left + 2 * width, to));
      while (!merge.isDone) {
        numMerged += merge.advance(ENTRIES_IN_A_STEP - numMerged);
        if (numMerged < ENTRIES_IN_A_STEP) continue;
        numMerged = 0;
        yield "turn";
      }
    }
    [source, target] = [target, source];
  }
  if (source === pages) return;
  for (let i = from; i < to; i++) i32[pointerAt(pages, i)] = i32[pointerAt(others, i)]!;
}

function insertPiece(i32: Int32Array, pages: Int32Array, from: number, to: number, compare: ComparePointers): void {
  for (let i = from + 1; i < to; i++) {
    const pointer = i32[pointerAt(pages, i)]!;
    let j = i;
    for (; j > from; j--) {
      const left = i32[pointerAt(pages, j - 1)]!;
      if (compare(left, pointer) <= 0) break;
      i32[pointerAt(pages, j)] = left;
    }
    i32[pointerAt(pages, j)] = pointer;
  }
}

/** Merges two sorted pieces, one behind the other, a number of entries at a time. */
class PieceMerge {
  readonly #i32: Int32Array;
  readonly #compare: ComparePointers;
  #source!: Int32Array;
  #target!: Int32Array;
  #left = 0;
  #middle = 0;
  #right = 0;
  #to = 0;
  /** The number of the next entry. */
  #next = 0;

  constructor(i32: Int32Array, compare: ComparePointers) {
    this.#i32 = i32;
    this.#compare = compare;
  }

  get isDone(): boolean {
    return this.#next === this.#to;
  }

  begin(source: Int32Array, target: Int32Array, from: number, middle: number, to: number): void {
    this.#source = source;
    this.#target = target;
    this.#left = this.#next = from;
    this.#middle = this.#right = middle;
    this.#to = to;
  }

  /** Merges some entries, at most `count`; returns how many. */
  advance(count: number): number {
    const i32 = this.#i32;
    const source = this.#source;
    const target = this.#target;
    const compare = this.#compare;
    const middle = this.#middle;
    const to = this.#to;
    const from = this.#next;
    const end = Math.min(to, from + count);
    let left = this.#left;
    let right = this.#right;
    for (let i = from; i < end; i++) {
      const takesLeft =
        left < middle && (right === to || compare(i32[pointerAt(source, left)]!, i32[pointerAt(source, right)]!) <= 0);
      i32[pointerAt(target, i)] = i32[pointerAt(source, takesLeft ? left++ : right++)]!;
    }
    this.#left = left;
    this.#right = right;
    this.#next = end;
    return end - from;
  }
}
