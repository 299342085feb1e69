import type { Memory } from "@millrace/core";
import {
  GROUP_CELL_GONE,
  GROUP_ENTRY_IS_LARGE,
  GROUP_KEY_FIELDS,
  GROUP_TABLE_CELLS,
  GROUP_TABLE_FIELD_SLOT,
  GROUP_TABLE_FREE,
  GROUP_TABLE_KIND,
  GROUP_TABLE_LIMIT_SLOT,
  GROUP_TABLE_NEXT_SLOT,
  GROUP_TABLE_NULL_MASK,
  GROUP_TABLE_NULL_WORD,
  GROUP_TABLE_PAGES,
  GROUP_TABLE_PREFIX_SLOTS,
  GROUP_TABLE_SHIFT,
} from "./kernel-layouts.js";
import type { AddedNumbers } from "./kernels.js";
import { areKeysEqual } from "./key-twin.js";

const PAGE_SHIFT = 12;
const PAGE_MASK = 4095;
const KIND_INT32 = 0;
const KIND_INT64 = 2;
const ENTRY_PREFIX_SLOTS = 1;

/** Finds or makes the groups of rows; returns the first row that it left to the caller. */
export function findGroups(
  memory: Memory,
  table: number,
  pointers: number,
  hashes: number,
  from: number,
  numRows: number,
  mayInsert: boolean,
  groups: number,
): number {
  const { i32, f64 } = memory;
  const at = table * 2;
  const numCells = i32[at + GROUP_TABLE_CELLS]!;
  const shift = i32[at + GROUP_TABLE_SHIFT]!;
  const prefixSlots = i32[at + GROUP_TABLE_PREFIX_SLOTS]!;
  const kind = i32[at + GROUP_TABLE_KIND]!;
  const fieldSlot = i32[at + GROUP_TABLE_FIELD_SLOT]!;
  const nullWord = i32[at + GROUP_TABLE_NULL_WORD]!;
  const nullMask = i32[at + GROUP_TABLE_NULL_MASK]!;
  const wordOf = (cell: number): number =>
    (i32[at + GROUP_TABLE_PAGES + (cell >>> PAGE_SHIFT)]! + (cell & PAGE_MASK)) * 2;
  const isNull = (row: number): boolean => (i32[row * 2 + nullWord]! & nullMask) !== 0;
  const areEqual = (a: number, b: number): boolean => {
    if (kind === GROUP_KEY_FIELDS) return areKeysEqual(memory, { fields: fieldSlot, numFields: nullWord }, a, b);
    if (isNull(a) || isNull(b)) return isNull(a) && isNull(b);
    const low = i32[(a + fieldSlot) * 2] === i32[(b + fieldSlot) * 2];
    if (kind === KIND_INT32) return low;
    if (kind === KIND_INT64) return low && i32[(a + fieldSlot) * 2 + 1] === i32[(b + fieldSlot) * 2 + 1];
    const x = f64[a + fieldSlot]!;
    const y = f64[b + fieldSlot]!;
    return x === y || (Number.isNaN(x) && Number.isNaN(y));
  };
  const isLarge = (entry: number): boolean => (i32[entry * 2]! & GROUP_ENTRY_IS_LARGE) !== 0;
  for (let i = from; i < numRows; i++) {
    const row = i32[pointers * 2 + i]!;
    const hash = i32[hashes * 2 + i]!;
    let cell = Math.floor((((hash << shift) >>> 0) * numCells) / 2 ** 32);
    let entry = i32[wordOf(cell)]!;
    while (entry !== 0) {
      const isOfHash = entry !== GROUP_CELL_GONE && i32[wordOf(cell) + 1] === hash;
      if (isOfHash && (isLarge(entry) || areEqual(row, entry + prefixSlots))) break;
      cell = cell + 1 === numCells ? 0 : cell + 1;
      entry = i32[wordOf(cell)]!;
    }
    if (entry !== 0 && isLarge(entry)) return i;
    if (entry === 0 && mayInsert) {
      const next = i32[at + GROUP_TABLE_NEXT_SLOT]!;
      const rowSlots = i32[row * 2]! >>> 3;
      const numSlots = prefixSlots + rowSlots;
      if (i32[at + GROUP_TABLE_FREE] === 0 || numSlots > i32[at + GROUP_TABLE_LIMIT_SLOT]! - next) return i;
      entry = next;
      i32.fill(0, next * 2, (next + prefixSlots) * 2);
      i32[next * 2 + 1] = hash;
      f64.copyWithin(next + prefixSlots, row, row + rowSlots);
      i32[at + GROUP_TABLE_NEXT_SLOT] = next + numSlots;
      i32[at + GROUP_TABLE_FREE] = i32[at + GROUP_TABLE_FREE]! - 1;
      i32[wordOf(cell)] = entry;
      i32[wordOf(cell) + 1] = hash;
    }
    i32[groups * 2 + i] = entry;
  }
  return numRows;
}

/** Lists the rows and the hashes of entries; returns how many. */
export function listEntries({ i32 }: Memory, slot: number, endSlot: number, pointers: number, hashes: number): number {
  let count = 0;
  while (slot < endSlot) {
    const row = slot + ENTRY_PREFIX_SLOTS;
    i32[pointers * 2 + count] = row;
    i32[hashes * 2 + count++] = i32[slot * 2 + 1]!;
    slot = row + (i32[row * 2]! >>> 3);
  }
  return count;
}

/** Writes rows as entries to the cursors of their partitions until one has no room; returns the number of that row. */
export function partitionEntries(
  { i32, f64 }: Memory,
  pointers: number,
  hashes: number,
  from: number,
  numRows: number,
  shift: number,
  mask: number,
  cursors: number,
): number {
  for (let i = from; i < numRows; i++) {
    const row = i32[pointers * 2 + i]!;
    const hash = i32[hashes * 2 + i]!;
    const rowSlots = i32[row * 2]! >>> 3;
    const cursor = (cursors + ((hash >>> shift) & mask)) * 2;
    const to = i32[cursor]!;
    if (ENTRY_PREFIX_SLOTS + rowSlots > i32[cursor + 1]! - to) return i;
    i32[to * 2] = 0;
    i32[to * 2 + 1] = hash;
    f64.copyWithin(to + ENTRY_PREFIX_SLOTS, row, row + rowSlots);
    i32[cursor] = to + ENTRY_PREFIX_SLOTS + rowSlots;
  }
  return numRows;
}

/** Adds a column of numbers to sums of groups. */
export function addNumbers(
  { i32, f64 }: Memory,
  { isInt32, fieldSlot, nullWord, nullMask, sumSlot, seenWord, seenMask }: AddedNumbers,
  pointers: number,
  numRows: number,
  groups: number,
): void {
  for (let i = 0; i < numRows; i++) {
    const group = i32[groups * 2 + i]!;
    const row = i32[pointers * 2 + i]!;
    if (group === 0 || (i32[row * 2 + nullWord]! & nullMask) !== 0) continue;
    const value = isInt32 ? i32[(row + fieldSlot) * 2]! : f64[row + fieldSlot]!;
    f64[group + sumSlot] = f64[group + sumSlot]! + value;
    i32[group * 2 + seenWord] = i32[group * 2 + seenWord]! | seenMask;
  }
}
