// Folds tuples into their groups, and makes rows of groups; see PackedKernels, which has the layouts.

import { isNaN64 } from "./float-bits.js";

const FOLD_COUNT_ROWS: u32 = 0;
const FOLD_COUNT: u32 = 1;
const FOLD_SUM: u32 = 2;
const FOLD_SUM_INT64: u32 = 3;
const FOLD_MIN: u32 = 4;
const FOLD_MAX: u32 = 5;
const FOLD_MIN_INT64: u32 = 6;

const RESULT_INT32: u32 = 1;
const RESULT_COUNT: u32 = 2;
const RESULT_AVERAGE: u32 = 4;

/** The words of a result's field: what it is, its slot in an entry, where its null bit is there, and where it is in the row. */
const RESULT_FIELD_BYTES: usize = 24;

export function foldTuples(
  fold: u32,
  tuples: u32,
  numTuples: u32,
  tupleSlots: u32,
  valueSlot: u32,
  groups: u32,
  stateSlot: u32,
  seenWord: u32,
  seenMask: u32,
): void {
  const step: usize = tupleSlots << 3;
  const valueOffset: usize = valueSlot << 3;
  const stateOffset: usize = stateSlot << 3;
  const seenOffset: usize = seenWord << 2;
  const bit: u32 = fold === FOLD_COUNT_ROWS ? 0 : 1 << (valueSlot - 1);
  const group: usize = groups << 3;
  let tuple: usize = tuples << 3;
  for (let i: u32 = 0; i < numTuples; i++, tuple += step) {
    const entry: usize = load<u32>(group + (i << 2)) << 3;
    if (entry === 0 || (load<u32>(tuple, 4) & bit) !== 0) continue;
    const state = entry + stateOffset;
    if (fold <= FOLD_COUNT) {
      store<f64>(state, load<f64>(state) + 1);
      continue;
    }
    const seen = load<u32>(entry + seenOffset);
    if (fold === FOLD_SUM) store<f64>(state, load<f64>(state) + load<f64>(tuple + valueOffset));
    else if (fold === FOLD_SUM_INT64) {
      const value = load<i64>(tuple + valueOffset);
      const before = load<u64>(state);
      const sum = before + <u64>value;
      store<u64>(state, sum);
      store<i64>(state, load<i64>(state, 8) + (value >> 63) + (sum < before ? 1 : 0), 8);
    } else if ((seen & seenMask) === 0) store<u64>(state, load<u64>(tuple + valueOffset));
    else if (fold <= FOLD_MAX) {
      const value = load<f64>(tuple + valueOffset);
      const best = load<f64>(state);
      const isNone = isNaN64(reinterpret<u64>(value));
      const isBestNone = isNaN64(reinterpret<u64>(best));
      const isBetter =
        fold === FOLD_MIN ? value < best || (isBestNone && !isNone) : value > best || (isNone && !isBestNone);
      if (isBetter) store<f64>(state, value);
    } else {
      const value = load<i64>(tuple + valueOffset);
      const best = load<i64>(state);
      if (fold === FOLD_MIN_INT64 ? value < best : value > best) store<i64>(state, value);
    }
    store<u32>(entry + seenOffset, seen | seenMask);
  }
}

export function writeResults(
  fields: u32,
  numFields: u32,
  rowSlots: u32,
  headerSlots: u32,
  entries: u32,
  numEntries: u32,
  entrySlots: u32,
  toSlot: u32,
): void {
  const step: usize = entrySlots << 3;
  const rowStep: usize = rowSlots << 3;
  const field: usize = fields << 3;
  const fieldsEnd = field + numFields * RESULT_FIELD_BYTES;
  let entry: usize = entries << 3;
  let row: usize = toSlot << 3;
  for (let i: u32 = 0; i < numEntries; i++) {
    store<u64>(row, <u64>(rowSlots << 3));
    for (let slot: u32 = 1; slot < headerSlots; slot++) store<u64>(row + ((<usize>slot) << 3), 0);
    let to = row + ((<usize>headerSlots) << 3);
    let nullWord = row + 4;
    let bit: u32 = 1;
    for (let own = field; own < fieldsEnd; own += RESULT_FIELD_BYTES) {
      const kind = load<u32>(own);
      const from = entry + ((<usize>load<u32>(own, 4)) << 3);
      const flags = load<u32>(entry + ((<usize>load<u32>(own, 8)) << 2)) & load<u32>(own, 12);
      // A bit says of keys that they are null, and of aggregates that they are not.
      const isNull = kind <= RESULT_INT32 ? flags !== 0 : kind !== RESULT_COUNT && flags === 0;
      let bits: u64 = 0;
      if (isNull) store<u32>(nullWord, load<u32>(nullWord) | bit);
      else if (kind === RESULT_INT32) bits = <u64>(<u32>(<i32>load<f64>(from)));
      else if (kind === RESULT_AVERAGE) bits = reinterpret<u64>(load<f64>(from) / load<f64>(from, 16));
      else bits = load<u64>(from);
      store<u64>(to, bits);
      to += 8;
      bit <<= 1;
      if (bit === 0) {
        bit = 1;
        nullWord += 4;
      }
    }
    entry += step;
    row += rowStep;
  }
}
