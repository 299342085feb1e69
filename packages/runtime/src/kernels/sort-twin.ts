import type { Memory } from "@millrace/core";
import {
  DIGIT_VALUES,
  digitShift,
  ENTRIES_PER_PAGE,
  ENTRY_BITS,
  ENTRY_WORD_ORDER,
  entrySlot,
  MAX_INSERTION_RUN,
  nextDigit,
} from "./kernel-layouts.js";

/** Returns the first bit in which a range differs. */
export function firstVaryingBit(memory: Memory, pages: number, from: number, to: number, bit: number): number {
  const { i32 } = memory;
  const first = entrySlot(i32, pages * 2, from) * 2;
  for (let word = bit >>> 5; word < ENTRY_WORD_ORDER.length; word++) {
    const at = ENTRY_WORD_ORDER[word]!;
    let varying = 0;
    for (let i = from + 1; i < to; i++) varying |= i32[first + at]! ^ i32[entrySlot(i32, pages * 2, i) * 2 + at]!;
    if (word === bit >>> 5) varying &= -1 >>> (bit & 31);
    if (varying !== 0) return word * 32 + Math.clz32(varying);
  }
  return ENTRY_BITS;
}

/** Counts the values of digits of a range of entries. */
export function countDigits(
  memory: Memory,
  pages: number,
  from: number,
  to: number,
  bit: number,
  numDigits: number,
  counts: number,
): void {
  const { i32 } = memory;
  i32.fill(0, counts * 2, counts * 2 + numDigits * DIGIT_VALUES);
  for (let digit = 0; digit < numDigits; digit++) {
    for (let i = from; i < to; i++) {
      const at = counts * 2 + digit * DIGIT_VALUES + digitAt(i32, entrySlot(i32, pages * 2, i), bit);
      i32[at] = i32[at]! + 1;
    }
    bit = nextDigit(bit);
  }
}

/** Begins to scatter a range. The scratch holds the next entry of each value; its other half stays unused. */
export function beginScatter(memory: Memory, from: number, counts: number, scratch: number): void {
  writeBegins(memory.i32, from, counts, scratch);
}

/** Copies a part of a range in the order of one digit. */
export function scatterByDigit(
  memory: Memory,
  pages: number,
  toPages: number,
  from: number,
  to: number,
  bit: number,
  scratch: number,
): void {
  const { i32, f64 } = memory;
  for (let i = from; i < to; i++) {
    const source = entrySlot(i32, pages * 2, i);
    const next = scratch * 2 + digitAt(i32, source, bit);
    const index = i32[next]!;
    i32[next] = index + 1;
    const target = entrySlot(i32, toPages * 2, index);
    f64[target] = f64[source]!;
    f64[target + 1] = f64[source + 1]!;
  }
}

/**
 * Brings a range into the order of one digit in place (American flag sort; McIlroy, Bostic and McIlroy, "Engineering Radix Sort", 1993):
 * the entry at the cursor of a value is swapped to the cursor of its own value until it belongs where it is.
 */
export function permuteByDigit(
  memory: Memory,
  pages: number,
  from: number,
  _to: number,
  bit: number,
  counts: number,
  scratch: number,
): void {
  const { i32 } = memory;
  writeBegins(i32, from, counts, scratch);
  let end = from;
  for (let value = 0; value < DIGIT_VALUES; value++) {
    end += i32[counts * 2 + value]!;
    const cursor = scratch * 2 + value;
    while (i32[cursor]! < end) {
      const source = entrySlot(i32, pages * 2, i32[cursor]!);
      const found = digitAt(i32, source, bit);
      if (found !== value) {
        swapEntries(memory, source, entrySlot(i32, pages * 2, i32[scratch * 2 + found]!));
      }
      i32[scratch * 2 + found] = i32[scratch * 2 + found]! + 1;
    }
  }
}

/** Sorts short runs of entries whose first bits are equal; returns the first longer one. */
export function orderShortRuns(
  memory: Memory,
  pages: number,
  from: number,
  to: number,
  numBits: number,
  numSorted: number,
): number {
  for (let begin = findRun(memory, pages, from, to, numBits); begin < to; ) {
    const end = endOfRun(memory, pages, begin, to, numBits);
    if (end - begin > MAX_INSERTION_RUN) return begin;
    sortByInsertion(memory, pages, begin, end, numSorted);
    begin = findRun(memory, pages, end, to, numBits);
  }
  return to;
}

/** Returns the end of the run that begins with entry `from`. */
export function endOfRun(memory: Memory, pages: number, from: number, to: number, numBits: number): number {
  const { i32 } = memory;
  const first = entrySlot(i32, pages * 2, from);
  let end = from + 1;
  while (end < to && compareBits(i32, first, entrySlot(i32, pages * 2, end), numBits) === 0) end++;
  return end;
}

/** Returns the first entry of which the next is equal in its first bits. */
export function findRun(memory: Memory, pages: number, from: number, to: number, numBits: number): number {
  const { i32 } = memory;
  for (let i = from; i < to - 1; i++) {
    const slot = entrySlot(i32, pages * 2, i);
    if (compareBits(i32, slot, entrySlot(i32, pages * 2, i + 1), numBits) === 0) return i;
  }
  return to;
}

/** Copies a range of entries. */
export function copyEntries(memory: Memory, pages: number, toPages: number, from: number, to: number): void {
  const { i32, u8 } = memory;
  for (let i = from; i < to; ) {
    const count = Math.min(to - i, ENTRIES_PER_PAGE - (i & (ENTRIES_PER_PAGE - 1)));
    const begin = entrySlot(i32, pages * 2, i) * 8;
    u8.copyWithin(entrySlot(i32, toPages * 2, i) * 8, begin, begin + count * 16);
    i += count;
  }
}

function sortByInsertion(memory: Memory, pages: number, from: number, to: number, numSorted: number): void {
  const { i32 } = memory;
  for (let i = from + 1; i < to; i++) {
    for (let j = i; j > from; j--) {
      const left = entrySlot(i32, pages * 2, j - 1);
      const right = entrySlot(i32, pages * 2, j);
      if (compareBits(i32, left, right, numSorted) <= 0) break;
      swapEntries(memory, left, right);
    }
  }
}

/** Compares two entries by their first bits, a word at a time. */
function compareBits(i32: Int32Array, left: number, right: number, numBits: number): number {
  for (let word = 0; word * 32 < numBits; word++) {
    const at = ENTRY_WORD_ORDER[word]!;
    const drop = Math.max(0, 32 - (numBits - word * 32));
    const order = (i32[left * 2 + at]! >>> drop) - (i32[right * 2 + at]! >>> drop);
    if (order !== 0) return order;
  }
  return 0;
}

function swapEntries(memory: Memory, left: number, right: number): void {
  const { i32 } = memory;
  for (let word = 0; word < 4; word++) {
    const kept = i32[left * 2 + word]!;
    i32[left * 2 + word] = i32[right * 2 + word]!;
    i32[right * 2 + word] = kept;
  }
}

function writeBegins(i32: Int32Array, from: number, counts: number, scratch: number): void {
  let begin = from;
  for (let value = 0; value < DIGIT_VALUES; value++) {
    i32[scratch * 2 + value] = begin;
    begin += i32[counts * 2 + value]!;
  }
}

function digitAt(i32: Int32Array, slot: number, bit: number): number {
  return (i32[slot * 2 + ENTRY_WORD_ORDER[bit >>> 5]!]! >>> digitShift(bit)) & (DIGIT_VALUES - 1);
}
