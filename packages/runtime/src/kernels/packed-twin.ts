import type { Memory } from "@millrace/core";
import {
  FOLD_COUNT,
  FOLD_COUNT_ROWS,
  FOLD_MAX,
  FOLD_MAX_INT64,
  FOLD_MIN,
  FOLD_MIN_INT64,
  FOLD_SUM,
  FOLD_SUM_INT64,
  PACK_FLOAT64,
  PACK_INT32,
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
  RESULT_AVERAGE,
  RESULT_COUNT,
  RESULT_FIELD_WORDS,
  RESULT_INT32,
} from "./kernel-layouts.js";
import type { FoldedTuples, PackedField } from "./packed-kernels.js";

const PAGE_SHIFT = 12;
const PAGE_MASK = 4095;
const TWO_TO_32 = 2 ** 32;
/** The null bits, behind the hash. */
const NULLS_WORD = 1;
const SEEDS_AHEAD = 4;

/** Writes one field of rows into tuples. */
export function packField(
  { i32, f64 }: Memory,
  { kind, fieldSlot, nullWord, nullMask, slot }: PackedField,
  pointers: number,
  from: number,
  numRows: number,
  tuples: number,
  tupleSlots: number,
): void {
  for (let i = 0; i < numRows; i++) {
    const row = i32[pointers * 2 + from + i]!;
    const tuple = tuples + i * tupleSlots;
    const field = row + fieldSlot;
    const isNull = (i32[row * 2 + nullWord]! & nullMask) !== 0;
    if (slot === 1) i32[tuple * 2 + NULLS_WORD] = 0;
    if (isNull) i32[tuple * 2 + NULLS_WORD] = i32[tuple * 2 + NULLS_WORD]! | (1 << (slot - 1));
    const at = tuple + slot;
    if (isNull) f64[at] = 0;
    else if (kind === PACK_INT32) f64[at] = i32[field * 2]!;
    else if (kind === PACK_FLOAT64 && Number.isNaN(f64[field])) f64[at] = Number.NaN;
    else {
      i32[at * 2] = i32[field * 2]!;
      i32[at * 2 + 1] = i32[field * 2 + 1]!;
    }
  }
}

/** Writes the hashes of tuples into them. */
export function hashTuples(
  memory: Memory,
  tuples: number,
  numTuples: number,
  tupleSlots: number,
  numKeys: number,
  floats: number,
  nullMask: number,
  seeds: number,
): void {
  for (let i = 0; i < numTuples; i++) {
    const tuple = tuples + i * tupleSlots;
    memory.i32[tuple * 2] = hashOf(memory, tuple, numKeys, floats, nullMask, seeds * 2);
  }
}

function hashOf(
  { i32, f64 }: Memory,
  tuple: number,
  numKeys: number,
  floats: number,
  nullMask: number,
  seed: number,
): number {
  addProduct(i32, seed, i32[tuple * 2 + NULLS_WORD]! & nullMask, 0, seed + 2);
  let high = productHigh;
  let low = productLow;
  for (let key = 1; key <= numKeys; key++) {
    const word = (tuple + key) * 2;
    // A zero with a sign equals one without.
    const isZero = ((floats >>> (key - 1)) & 1) !== 0 && f64[tuple + key] === 0;
    pairProduct(i32, seed + key * SEEDS_AHEAD, isZero ? 0 : i32[word]!, isZero ? 0 : i32[word + 1]!);
    const sum = low + productLow;
    high = (high + productHigh + (sum >= TWO_TO_32 ? 1 : 0)) | 0;
    low = sum % TWO_TO_32;
  }
  let hash = Math.imul(high ^ (high >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** The words of the last product: the low one unsigned. */
let productHigh = 0;
let productLow = 0;

/** Multiplies the 64-bit number at word `a`, plus a number of 64 bits, with the one at word `b`. */
function addProduct(words: Int32Array, a: number, low: number, high: number, b: number): void {
  const sum = (words[a]! >>> 0) + (low >>> 0);
  const carry = sum >= TWO_TO_32 ? 1 : 0;
  multiply(sum >>> 0, (words[a + 1]! + high + carry) | 0, words[b]! >>> 0, words[b + 1]!);
}

/** Multiplies the 64-bit numbers at word `a` and behind it, each plus a word. */
function pairProduct(words: Int32Array, a: number, first: number, second: number): void {
  const left = (words[a]! >>> 0) + (first >>> 0);
  const right = (words[a + 2]! >>> 0) + (second >>> 0);
  const leftHigh = (words[a + 1]! + (left >= TWO_TO_32 ? 1 : 0)) | 0;
  const rightHigh = (words[a + 3]! + (right >= TWO_TO_32 ? 1 : 0)) | 0;
  multiply(left >>> 0, leftHigh, right >>> 0, rightHigh);
}

/** Multiplies two numbers of 64 bits, modulo 2^64. */
function multiply(aLow: number, aHigh: number, bLow: number, bHigh: number): void {
  const low = (aLow & 0xffff) * bLow;
  const middle = (aLow >>> 16) * bLow;
  const sum = low + (middle % 0x10000) * 0x10000;
  productLow = sum % TWO_TO_32;
  const carried = Math.floor(sum / TWO_TO_32) + Math.floor(middle / 0x10000);
  productHigh = (carried + Math.imul(aHigh, bLow) + Math.imul(aLow, bHigh)) | 0;
}

/** Copies tuples to the cursors of their partitions until one has no room; returns the number of that tuple. */
export function scatterTuples(
  { i32, f64 }: Memory,
  tuples: number,
  from: number,
  numTuples: number,
  tupleSlots: number,
  shift: number,
  mask: number,
  cursors: number,
): number {
  for (let i = from; i < numTuples; i++) {
    const tuple = tuples + i * tupleSlots;
    const cursor = (cursors + ((i32[tuple * 2]! >>> shift) & mask)) * 2;
    const to = i32[cursor]!;
    if (tupleSlots > i32[cursor + 1]! - to) return i;
    f64.copyWithin(to, tuple, tuple + tupleSlots);
    i32[cursor] = to + tupleSlots;
  }
  return numTuples;
}

/** Finds or makes the entries of tuples; returns the first that it left to the caller. */
export function findTuples(
  { i32, f64 }: Memory,
  table: number,
  tuples: number,
  from: number,
  numTuples: number,
  mayInsert: boolean,
  groups: number,
): number {
  const at = table * 2;
  const tupleSlots = i32[at + PACKED_TABLE_TUPLE_SLOTS]!;
  const entrySlots = i32[at + PACKED_TABLE_ENTRY_SLOTS]!;
  const keptSlots = i32[at + PACKED_TABLE_KEPT_SLOTS]!;
  for (let i = from; i < numTuples; i++) {
    const tuple = tuples + i * tupleSlots;
    const hash = i32[tuple * 2]!;
    let cell = firstCell(i32, at, hash);
    let entry = i32[wordOf(i32, at, cell)]!;
    while (entry !== 0) {
      if (i32[wordOf(i32, at, cell) + 1] === hash && areEqual(i32, f64, at, tuple, entry)) break;
      cell = nextCell(i32, at, cell);
      entry = i32[wordOf(i32, at, cell)]!;
    }
    if (entry === 0 && mayInsert) {
      entry = i32[at + PACKED_TABLE_NEXT_SLOT]!;
      if (i32[at + PACKED_TABLE_FREE] === 0 || entrySlots > i32[at + PACKED_TABLE_LIMIT_SLOT]! - entry) return i;
      f64.copyWithin(entry, tuple, tuple + keptSlots);
      i32.fill(0, (entry + keptSlots) * 2, (entry + entrySlots) * 2);
      i32[at + PACKED_TABLE_NEXT_SLOT] = entry + entrySlots;
      i32[at + PACKED_TABLE_FREE] = i32[at + PACKED_TABLE_FREE]! - 1;
      i32[wordOf(i32, at, cell)] = entry;
      i32[wordOf(i32, at, cell) + 1] = hash;
    }
    i32[groups * 2 + i] = entry;
  }
  return numTuples;
}

/** Puts entries, no two of one key, into the cells of a table. */
export function indexTuples({ i32 }: Memory, table: number, slot: number, endSlot: number): void {
  const at = table * 2;
  for (let entry = slot; entry < endSlot; entry += i32[at + PACKED_TABLE_ENTRY_SLOTS]!) {
    const hash = i32[entry * 2]!;
    let cell = firstCell(i32, at, hash);
    while (i32[wordOf(i32, at, cell)] !== 0) cell = nextCell(i32, at, cell);
    i32[wordOf(i32, at, cell)] = entry;
    i32[wordOf(i32, at, cell) + 1] = hash;
  }
}

function firstCell(i32: Int32Array, table: number, hash: number): number {
  const shifted = (hash << i32[table + PACKED_TABLE_SHIFT]!) >>> 0;
  return Math.floor((shifted * i32[table + PACKED_TABLE_CELLS]!) / TWO_TO_32);
}

function wordOf(i32: Int32Array, table: number, cell: number): number {
  return (i32[table + PACKED_TABLE_PAGES + (cell >>> PAGE_SHIFT)]! + (cell & PAGE_MASK)) * 2;
}

function nextCell(i32: Int32Array, table: number, cell: number): number {
  return cell + 1 === i32[table + PACKED_TABLE_CELLS] ? 0 : cell + 1;
}

function areEqual(i32: Int32Array, f64: Float64Array, table: number, tuple: number, entry: number): boolean {
  const nullMask = i32[table + PACKED_TABLE_NULL_MASK]!;
  const floats = i32[table + PACKED_TABLE_FLOATS]!;
  if (((i32[tuple * 2 + NULLS_WORD]! ^ i32[entry * 2 + NULLS_WORD]!) & nullMask) !== 0) return false;
  for (let key = 1; key <= i32[table + PACKED_TABLE_KEYS]!; key++) {
    const a = (tuple + key) * 2;
    const b = (entry + key) * 2;
    if (i32[a] === i32[b] && i32[a + 1] === i32[b + 1]) continue;
    if (((floats >>> (key - 1)) & 1) === 0 || f64[tuple + key] !== f64[entry + key]) return false;
  }
  return true;
}

/** Adds a value of tuples to the states of their groups. */
export function foldTuples(
  { i32, f64, i64 }: Memory,
  { fold, valueSlot, stateSlot, seenWord, seenMask }: FoldedTuples,
  tuples: number,
  numTuples: number,
  tupleSlots: number,
  groups: number,
): void {
  const bit = fold === FOLD_COUNT_ROWS ? 0 : 1 << (valueSlot - 1);
  for (let i = 0; i < numTuples; i++) {
    const entry = i32[groups * 2 + i]!;
    const tuple = tuples + i * tupleSlots;
    if (entry === 0 || (i32[tuple * 2 + NULLS_WORD]! & bit) !== 0) continue;
    const state = entry + stateSlot;
    const value = f64[tuple + valueSlot]!;
    const best = f64[state]!;
    const isFirst = (i32[entry * 2 + seenWord]! & seenMask) === 0;
    switch (fold) {
      case FOLD_COUNT_ROWS:
      case FOLD_COUNT:
        f64[state] = best + 1;
        continue;
      case FOLD_SUM:
        f64[state] = best + value;
        break;
      case FOLD_SUM_INT64: {
        const sum = BigInt.asIntN(
          128,
          (i64[state + 1]! << 64n) + BigInt.asUintN(64, i64[state]!) + i64[tuple + valueSlot]!,
        );
        i64[state] = BigInt.asIntN(64, sum);
        i64[state + 1] = sum >> 64n;
        break;
      }
      case FOLD_MIN:
        if (isFirst || value < best || (Number.isNaN(best) && !Number.isNaN(value)))
          copySlot(i32, tuple + valueSlot, state);
        break;
      case FOLD_MAX:
        if (isFirst || value > best || (Number.isNaN(value) && !Number.isNaN(best)))
          copySlot(i32, tuple + valueSlot, state);
        break;
      case FOLD_MIN_INT64:
        if (isFirst || i64[tuple + valueSlot]! < i64[state]!) i64[state] = i64[tuple + valueSlot]!;
        break;
      case FOLD_MAX_INT64:
        if (isFirst || i64[tuple + valueSlot]! > i64[state]!) i64[state] = i64[tuple + valueSlot]!;
        break;
    }
    i32[entry * 2 + seenWord] = i32[entry * 2 + seenWord]! | seenMask;
  }
}

function copySlot(i32: Int32Array, from: number, to: number): void {
  i32[to * 2] = i32[from * 2]!;
  i32[to * 2 + 1] = i32[from * 2 + 1]!;
}

/** Writes entries as rows. */
export function writeResults(
  { i32, f64 }: Memory,
  fields: number,
  numFields: number,
  rowSlots: number,
  headerSlots: number,
  entries: number,
  numEntries: number,
  entrySlots: number,
  toSlot: number,
): void {
  for (let i = 0; i < numEntries; i++) {
    const entry = entries + i * entrySlots;
    const row = toSlot + i * rowSlots;
    i32.fill(0, row * 2, (row + rowSlots) * 2);
    i32[row * 2] = rowSlots * 8;
    for (let field = 0; field < numFields; field++) {
      const at = fields * 2 + field * RESULT_FIELD_WORDS;
      const kind = i32[at]!;
      const from = entry + i32[at + 1]!;
      const to = row + headerSlots + field;
      const hasBit = (i32[entry * 2 + i32[at + 2]!]! & i32[at + 3]!) !== 0;
      const isNull = kind <= RESULT_INT32 ? hasBit : kind !== RESULT_COUNT && !hasBit;
      const nullWord = row * 2 + 1 + (field >>> 5);
      if (isNull) i32[nullWord] = i32[nullWord]! | (1 << (field & 31));
      else if (kind === RESULT_INT32) i32[to * 2] = f64[from]!;
      else if (kind === RESULT_AVERAGE) f64[to] = f64[from]! / f64[from + 2]!;
      else copySlot(i32, from, to);
    }
  }
}
