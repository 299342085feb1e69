/**
 * Sorts entries by radix (see {@link SortKernels} for the entries, and McIlroy, Bostic, McIlroy, "Engineering Radix Sort", 1993). With a second
 * set of pages the sort is stable:
 *
 * 1. The first bit is found in which the entries of the range differ; what comes before is passed over.
 * 2. A range that is larger than the cache is scattered by the digit at that bit over 256 ranges, which then are sorted one
 *    by one: a random write to memory for each entry, but only once or twice.
 * 3. A range that fits into the cache, together with its copy, is sorted from its least significant digit, but only by as many
 *    digits as tell most entries of so many apart. The rest is in nearly the right order already:
 * 4. entries that are equal in those digits stand next to each other; short runs of them are sorted by insertion, longer ones
 *    begin at 1. with their next bits. So a key costs what its distinguishing prefix costs, and nothing is quadratic.
 *
 * A scatter moves a range from one set of pages to the same range of the other; `isAtHome` says where it lies, and before 4. it is
 * brought home.
 *
 * Without a second set, a range is permuted by its digit in place, then the 256 ranges in it; short ones are sorted by insertion (American
 * flag sort). That is slower and not stable; to be the same everywhere it goes on to the last bit of the entry.
 */
import { invariant } from "@millrace/core";
import { DIGIT_VALUES, ENTRY_BITS, MAX_INSERTION_RUN, nextDigit, SCATTER_SCRATCH_SLOTS } from "./kernel-layouts.js";
import type { Kernels } from "./kernels.js";

/**
 * The most digits that a range in the cache is sorted by at once: two for its 17 bits, one more where a word ends in between,
 * and one to come home.
 */
const MAX_CACHED_DIGITS = 4;
const COUNT_SLOTS = DIGIT_VALUES / 2;

/** Is how many slots of scratch a sorter needs. @internal */
export const SORTER_SCRATCH_SLOTS = MAX_CACHED_DIGITS * COUNT_SLOTS + SCATTER_SCRATCH_SLOTS;

/** 2 MiB of entries. With their copy that is a little more than the second-level caches of today hold; half of it measures the same. */
const MAX_CACHED_ENTRIES = 1 << 17;

/** Every recursion goes on behind the bit where the range differed, and a digit is eight bits but at the end of a word. */
const MAX_DEPTH = ENTRY_BITS;

/** Sorts entries in one memory. It can be used for many sorts, one after the other. @internal */
export class EntrySorter {
  readonly #kernels: Kernels;
  readonly #counts: number;
  readonly #scratch: number;
  /** For each depth of recursion, where the ranges of a scatter end; made when first needed. */
  readonly #ends: Uint32Array[] = [];
  /** The counts of the digit of a range that is scattered, while they are added up. */
  readonly #totals = new Int32Array(DIGIT_VALUES);
  /** The bits of the digits by which a range is sorted at once. */
  readonly #digits = new Uint32Array(MAX_CACHED_DIGITS);
  /** The arrays of the pages that were given, and of the others. */
  #home = 0;
  #away = 0;
  #numKeyBits = 0;
  #between: () => void = () => {};

  /** Uses {@link SORTER_SCRATCH_SLOTS} slots of the kernels' memory from `scratchSlot` on while it sorts. */
  constructor(kernels: Kernels, scratchSlot: number) {
    this.#kernels = kernels;
    this.#counts = scratchSlot;
    this.#scratch = scratchSlot + MAX_CACHED_DIGITS * COUNT_SLOTS;
  }

  /**
   * Sorts the entries `from` to before `to` of `pages` by their first 64 or 96 bits, stable. `buffer` is the array of as many
   * other pages, which lose their content. `between` is called every some ten thousand entries; when it throws, the
   * entries are lost.
   */
  sort(
    pages: number,
    buffer: number,
    from: number,
    to: number,
    numKeyBits: 64 | 96,
    between: () => void = () => {},
  ): void {
    for (const _ of this.steps(pages, buffer, from, to, numKeyBits)) between();
  }

  /** As {@link sort}, a piece at a time, of some ten thousand entries. When it is not taken to its end, the entries are lost. */
  *steps(
    pages: number,
    buffer: number,
    from: number,
    to: number,
    numKeyBits: 64 | 96,
  ): Generator<undefined, void, void> {
    this.#home = pages;
    this.#away = buffer;
    this.#numKeyBits = numKeyBits;
    yield* this.#sortLarge(from, to, 0, true, 0);
    yield;
  }

  /**
   * Sorts the entries `from` to before `to` of `pages` by all their bits, with no memory but the scratch. It takes two to
   * three times as long as {@link sort}. When `between` throws, the entries are all there, in any order.
   */
  sortInPlace(pages: number, from: number, to: number, between: () => void = () => {}): void {
    this.#home = pages;
    this.#numKeyBits = ENTRY_BITS;
    this.#between = between;
    this.#permuteRange(from, to, 0, 0);
  }

  /** Sorts a range of any size; as {@link #sortRange}. */
  *#sortLarge(
    from: number,
    to: number,
    bit: number,
    isAtHome: boolean,
    depth: number,
  ): Generator<undefined, void, void> {
    if (to - from <= MAX_CACHED_ENTRIES) {
      this.#sortRange(from, to, bit, isAtHome, depth);
      return;
    }
    const source = isAtHome ? this.#home : this.#away;
    const first = yield* this.#firstVaryingBit(source, from, to, bit);
    if (first >= this.#numKeyBits) {
      for (let piece = from; piece < to; piece += MAX_CACHED_ENTRIES) {
        this.#bringHome(piece, Math.min(piece + MAX_CACHED_ENTRIES, to), isAtHome);
        yield;
      }
      return;
    }
    const ends = yield* this.#scatterRange(from, to, first, isAtHome, depth);
    let begin = from;
    let numSorted = 0;
    for (let value = 0; value < DIGIT_VALUES; value++) {
      const end = ends[value]!;
      if (end - begin > MAX_CACHED_ENTRIES) yield* this.#sortLarge(begin, end, nextDigit(first), !isAtHome, depth + 1);
      else this.#sortRange(begin, end, nextDigit(first), !isAtHome, depth + 1);
      numSorted += end - begin;
      begin = end;
      if (numSorted < MAX_CACHED_ENTRIES) continue;
      numSorted = 0;
      yield;
    }
  }

  /** Returns the first bit from `bit` on in which the entries of a range differ. */
  *#firstVaryingBit(source: number, from: number, to: number, bit: number): Generator<undefined, number, void> {
    let first = ENTRY_BITS;
    for (let piece = from; piece < to && first > bit; piece += MAX_CACHED_ENTRIES) {
      // A piece has the first entry of the next one, so that pieces of equal entries differ from each other, too.
      const end = Math.min(piece + MAX_CACHED_ENTRIES + 1, to);
      first = Math.min(first, this.#kernels.firstVaryingBit(source, piece, end, bit));
      yield;
    }
    return first;
  }

  /** Scatters a range to the other pages, and returns where the ranges of the digit end. */
  *#scatterRange(
    from: number,
    to: number,
    bit: number,
    isAtHome: boolean,
    depth: number,
  ): Generator<undefined, Uint32Array, void> {
    const kernels = this.#kernels;
    const source = isAtHome ? this.#home : this.#away;
    const target = isAtHome ? this.#away : this.#home;
    const counts = kernels.memory.i32.subarray(this.#counts * 2, this.#counts * 2 + DIGIT_VALUES);
    const totals = this.#totals.fill(0);
    for (let piece = from; piece < to; piece += MAX_CACHED_ENTRIES) {
      kernels.countDigits(source, piece, Math.min(piece + MAX_CACHED_ENTRIES, to), bit, 1, this.#counts);
      for (let value = 0; value < DIGIT_VALUES; value++) totals[value]! += counts[value]!;
      yield;
    }
    counts.set(totals);
    kernels.beginScatter(target, from, to, this.#counts, this.#scratch);
    for (let piece = from; piece < to; piece += MAX_CACHED_ENTRIES) {
      kernels.scatterByDigit(source, target, piece, Math.min(piece + MAX_CACHED_ENTRIES, to), to, bit, this.#scratch);
      yield;
    }
    return this.#endsOfDigit(from, depth);
  }

  /** Sorts a range of entries that fits the cache and are equal before `bit`, wherever it lies, and leaves it at home. */
  #sortRange(from: number, to: number, bit: number, isAtHome: boolean, depth: number): void {
    const numEntries = to - from;
    if (numEntries > MAX_INSERTION_RUN) {
      const first = this.#kernels.firstVaryingBit(isAtHome ? this.#home : this.#away, from, to, bit);
      if (first >= this.#numKeyBits) this.#bringHome(from, to, isAtHome);
      else this.#sortCached(from, to, first, isAtHome, depth);
    } else if (numEntries > 0) {
      this.#bringHome(from, to, isAtHome);
      this.#kernels.orderShortRuns(this.#home, from, to, bit, this.#numKeyBits);
    }
  }

  #sortCached(from: number, to: number, bit: number, isAtHome: boolean, depth: number): void {
    const kernels = this.#kernels;
    const digits = this.#digits;
    const numDigits = this.#chooseDigits(to - from, bit, isAtHome);
    kernels.countDigits(isAtHome ? this.#home : this.#away, from, to, bit, numDigits, this.#counts);
    for (let i = numDigits - 1; i >= 0; i--) {
      const source = isAtHome ? this.#home : this.#away;
      const target = isAtHome ? this.#away : this.#home;
      kernels.beginScatter(target, from, to, this.#counts + i * COUNT_SLOTS, this.#scratch);
      kernels.scatterByDigit(source, target, from, to, to, digits[i]!, this.#scratch);
      isAtHome = !isAtHome;
    }
    this.#bringHome(from, to, isAtHome);
    this.#sortRuns(from, to, nextDigit(digits[numDigits - 1]!), depth);
  }

  /** Sorts a range at home that is in the order of the bits before `bit`. */
  #sortRuns(from: number, to: number, bit: number, depth: number): void {
    const kernels = this.#kernels;
    let begin = kernels.orderShortRuns(this.#home, from, to, bit, this.#numKeyBits);
    while (begin < to) {
      const end = kernels.endOfRun(this.#home, begin, to, bit);
      this.#sortRange(begin, end, bit, true, depth + 1);
      begin = kernels.orderShortRuns(this.#home, end, to, bit, this.#numKeyBits);
    }
  }

  /**
   * Writes the digits of the key by which a range is sorted at once, and returns how many: as many as leave few entries equal when
   * keys are spread evenly, and one more when the last of them would end away from home.
   */
  #chooseDigits(numEntries: number, bit: number, isAtHome: boolean): number {
    const end = Math.min(this.#numKeyBits, bit + 30 - Math.clz32(numEntries));
    let numDigits = 0;
    for (
      let at = bit;
      at < end || (at < this.#numKeyBits && isAtHome === ((numDigits & 1) === 1));
      at = nextDigit(at)
    ) {
      this.#digits[numDigits++] = at;
    }
    return numDigits;
  }

  #bringHome(from: number, to: number, isAtHome: boolean): void {
    if (!isAtHome) this.#kernels.copyEntries(this.#away, this.#home, from, to);
  }

  #permuteRange(from: number, to: number, bit: number, depth: number): void {
    const kernels = this.#kernels;
    if (to - from <= MAX_INSERTION_RUN) {
      if (to - from > 1) kernels.orderShortRuns(this.#home, from, to, bit, ENTRY_BITS);
      return;
    }
    const first = kernels.firstVaryingBit(this.#home, from, to, bit);
    if (first === ENTRY_BITS) return;
    kernels.countDigits(this.#home, from, to, first, 1, this.#counts);
    const ends = this.#endsOfDigit(from, depth);
    kernels.permuteByDigit(this.#home, from, to, first, this.#counts, this.#scratch);
    this.#between();
    let begin = from;
    for (let value = 0; value < DIGIT_VALUES; value++) {
      this.#permuteRange(begin, ends[value]!, nextDigit(first), depth + 1);
      begin = ends[value]!;
    }
  }

  /** Returns where the ranges of a digit end whose counts were just made, before others are. */
  #endsOfDigit(from: number, depth: number): Uint32Array {
    invariant(depth < MAX_DEPTH, "each recursion of a radix sort has fewer bits before it");
    this.#ends[depth] ??= new Uint32Array(DIGIT_VALUES);
    const ends = this.#ends[depth];
    const { i32 } = this.#kernels.memory;
    let end = from;
    for (let value = 0; value < DIGIT_VALUES; value++) {
      end += i32[this.#counts * 2 + value]!;
      ends[value] = end;
    }
    return ends;
  }
}
