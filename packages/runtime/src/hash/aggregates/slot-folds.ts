/** What is done to the states of groups, row by row: see `slot-aggregates.ts`, which has their layout. States that are 0 are left out. */
import type { Memory } from "@millrace/core";
import type { ColumnValues } from "./column.js";

const TWO_TO_32 = 2 ** 32;

/** Is the bit that says whether an aggregate has seen a value. */
export class SeenBit {
  /** The word with the bit, counted from the begin of the state. */
  readonly word: number;
  readonly mask: number;

  constructor(index: number) {
    this.word = index >> 5;
    this.mask = 1 << (index & 31);
  }

  isSet(i32: Int32Array, state: number): boolean {
    return (i32[state * 2 + this.word]! & this.mask) !== 0;
  }
}

export function countRows({ f64 }: Memory, states: Int32Array, slot: number, numRows: number): void {
  for (let i = 0; i < numRows; i++) {
    const state = states[i]!;
    if (state !== 0) f64[state + slot] = f64[state + slot]! + 1;
  }
}

export function countValues(
  { f64 }: Memory,
  states: Int32Array,
  slot: number,
  numRows: number,
  isNull: Uint8Array,
): void {
  for (let i = 0; i < numRows; i++) {
    const state = states[i]!;
    if (state !== 0 && isNull[i] === 0) f64[state + slot] = f64[state + slot]! + 1;
  }
}

export function sumNumbers(
  { i32, f64 }: Memory,
  states: Int32Array,
  slot: number,
  numRows: number,
  { isNull, numbers }: ColumnValues,
  { word, mask }: SeenBit,
): void {
  for (let i = 0; i < numRows; i++) {
    const state = states[i]!;
    if (state === 0 || isNull[i] !== 0) continue;
    f64[state + slot] = f64[state + slot]! + numbers[i]!;
    i32[state * 2 + word] = i32[state * 2 + word]! | mask;
  }
}

export function sumInt64(
  { i32 }: Memory,
  states: Int32Array,
  slot: number,
  numRows: number,
  { isNull, low, high }: ColumnValues,
  { word, mask }: SeenBit,
): void {
  for (let i = 0; i < numRows; i++) {
    const state = states[i]!;
    if (state === 0 || isNull[i] !== 0) continue;
    i32[state * 2 + word] = i32[state * 2 + word]! | mask;
    const sign = high[i]! >> 31;
    let at = (state + slot) * 2;
    let sum = (i32[at]! >>> 0) + (low[i]! >>> 0);
    i32[at++] = sum;
    sum = (i32[at]! >>> 0) + (high[i]! >>> 0) + (sum >= TWO_TO_32 ? 1 : 0);
    i32[at++] = sum;
    sum = (i32[at]! >>> 0) + (sign >>> 0) + (sum >= TWO_TO_32 ? 1 : 0);
    i32[at++] = sum;
    i32[at] = i32[at]! + sign + (sum >= TWO_TO_32 ? 1 : 0);
  }
}

export function int128(i32: Int32Array, slot: number): bigint {
  const at = slot * 2;
  let value = BigInt(i32[at + 3]!);
  for (let word = 2; word >= 0; word--) value = (value << 32n) | BigInt(i32[at + word]! >>> 0);
  return value;
}

/** NaN is greater than all other numbers; of equal ones the first stays. */
export function keepLeast(
  { i32, f64 }: Memory,
  states: Int32Array,
  slot: number,
  numRows: number,
  { isNull, numbers }: ColumnValues,
  { word, mask }: SeenBit,
): void {
  for (let i = 0; i < numRows; i++) {
    const state = states[i]!;
    if (state === 0 || isNull[i] !== 0) continue;
    const value = numbers[i]!;
    const best = f64[state + slot]!;
    const isFirst = (i32[state * 2 + word]! & mask) === 0;
    if (isFirst || value < best || (Number.isNaN(best) && !Number.isNaN(value))) f64[state + slot] = value;
    i32[state * 2 + word] = i32[state * 2 + word]! | mask;
  }
}

export function keepGreatest(
  { i32, f64 }: Memory,
  states: Int32Array,
  slot: number,
  numRows: number,
  { isNull, numbers }: ColumnValues,
  { word, mask }: SeenBit,
): void {
  for (let i = 0; i < numRows; i++) {
    const state = states[i]!;
    if (state === 0 || isNull[i] !== 0) continue;
    const value = numbers[i]!;
    const best = f64[state + slot]!;
    const isFirst = (i32[state * 2 + word]! & mask) === 0;
    if (isFirst || value > best || (Number.isNaN(value) && !Number.isNaN(best))) f64[state + slot] = value;
    i32[state * 2 + word] = i32[state * 2 + word]! | mask;
  }
}

export function keepInt64(
  { i32 }: Memory,
  states: Int32Array,
  slot: number,
  numRows: number,
  { isNull, low, high }: ColumnValues,
  { word, mask }: SeenBit,
  isLeast: boolean,
): void {
  for (let i = 0; i < numRows; i++) {
    const state = states[i]!;
    if (state === 0 || isNull[i] !== 0) continue;
    const at = (state + slot) * 2;
    const isFirst = (i32[state * 2 + word]! & mask) === 0;
    const order = high[i]! !== i32[at + 1]! ? high[i]! - i32[at + 1]! : (low[i]! >>> 0) - (i32[at]! >>> 0);
    if (isFirst || (isLeast ? order < 0 : order > 0)) {
      i32[at] = low[i]!;
      i32[at + 1] = high[i]!;
    }
    i32[state * 2 + word] = i32[state * 2 + word]! | mask;
  }
}
