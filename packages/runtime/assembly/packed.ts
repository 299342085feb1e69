// Groups rows whose keys and values are numbers, as tuples of slots; see PackedKernels, which has the layouts.

import { isNaN64 } from "./float-bits.js";

const PAGE_SHIFT: u32 = 12;
const PAGE_MASK: u32 = 4095;

const PACK_INT32: u32 = 0;
const PACK_FLOAT64: u32 = 1;

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

const CANONICAL_NAN: u64 = 0x7ff8000000000000;

/** How many tuples are looked for at a time; a table has room for the numbers of so many. */
const BATCH: u32 = 128;

export function packField(
  kind: u32,
  pointers: u32,
  from: u32,
  numRows: u32,
  fieldSlot: u32,
  nullWord: u32,
  nullMask: u32,
  tuples: u32,
  tupleSlots: u32,
  slot: u32,
): void {
  const pointer: usize = (pointers << 3) + (from << 2);
  const fieldOffset: usize = fieldSlot << 3;
  const nullOffset: usize = nullWord << 2;
  const step: usize = tupleSlots << 3;
  const offset: usize = slot << 3;
  const bit: u32 = 1 << (slot - 1);
  let tuple: usize = tuples << 3;
  for (let i: u32 = 0; i < numRows; i++) {
    const row: usize = load<u32>(pointer + (i << 2)) << 3;
    let nulls: u32 = slot === 1 ? 0 : load<u32>(tuple, 4);
    let bits: u64 = 0;
    if ((load<u32>(row + nullOffset) & nullMask) !== 0) nulls |= bit;
    else if (kind === PACK_INT32) bits = reinterpret<u64>(<f64>load<i32>(row + fieldOffset));
    else {
      bits = load<u64>(row + fieldOffset);
      if (kind === PACK_FLOAT64) {
        if (isNaN64(bits)) bits = CANONICAL_NAN;
      }
    }
    store<u32>(tuple, nulls, 4);
    store<u64>(tuple + offset, bits);
    tuple += step;
  }
}

/** Returns the high half of a sum of products, mixed by a bijection. */
function mixed(sum: u64): u32 {
  let hash = <u32>(sum >> 32);
  hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
  hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
  return hash ^ (hash >> 16);
}

// Pair-multiply-shift over the keys' words, which is strongly universal, and a bijection of its 32 bits behind it.
export function hashTuples(
  tuples: u32,
  numTuples: u32,
  tupleSlots: u32,
  numKeys: u32,
  floats: u32,
  nullMask: u32,
  seeds: u32,
): void {
  const step: usize = tupleSlots << 3;
  const keysEnd: usize = numKeys << 3;
  const seed: usize = seeds << 3;
  const first = load<u64>(seed);
  const second = load<u64>(seed, 8);
  let tuple: usize = tuples << 3;
  for (let i: u32 = 0; i < numTuples; i++) {
    let sum: u64 = (first + <u64>(load<u32>(tuple, 4) & nullMask)) * second;
    for (let key: usize = 8; key <= keysEnd; key += 8) {
      let bits = load<u64>(tuple + key);
      if (((floats >> ((<u32>key >> 3) - 1)) & 1) !== 0) bits = reinterpret<u64>(reinterpret<f64>(bits) + 0.0);
      const own = seed + (key << 1);
      sum += (load<u64>(own) + (bits & 0xffffffff)) * (load<u64>(own, 8) + (bits >> 32));
    }
    store<u32>(tuple, mixed(sum));
    tuple += step;
  }
}

/** Returns a field of a row as it stands in tuples; `field` has its kind and its slot. */
function packedBits(field: usize, row: usize): u64 {
  const kind = load<u32>(field);
  const at = row + ((<usize>load<u32>(field, 4)) << 3);
  if (kind === PACK_INT32) return reinterpret<u64>(<f64>load<i32>(at));
  const bits = load<u64>(at);
  return kind === PACK_FLOAT64 && isNaN64(bits) ? CANONICAL_NAN : bits;
}

export function packRows(
  fields: u32,
  isFloat: u32,
  pointers: u32,
  from: u32,
  numRows: u32,
  tupleSlots: u32,
  seeds: u32,
  shift: u32,
  mask: u32,
  cursors: u32,
): u32 {
  const field: usize = fields << 3;
  const fieldsEnd = field + ((<usize>(tupleSlots - 1)) << 4);
  const keyNullOffset: usize = load<u32>(field, 8) << 2;
  const keyNullMask = load<u32>(field, 12);
  const pointer: usize = pointers << 3;
  const cursor: usize = cursors << 3;
  const seed: usize = seeds << 3;
  const first = load<u64>(seed);
  const second = load<u64>(seed, 8);
  const third = load<u64>(seed, 16);
  const fourth = load<u64>(seed, 24);
  for (let i = from; i < numRows; i++) {
    const row: usize = load<u32>(pointer + (i << 2)) << 3;
    const isKeyNull = u32((load<u32>(row + keyNullOffset) & keyNullMask) !== 0);
    const key: u64 = isKeyNull !== 0 ? 0 : packedBits(field, row);
    const bits = isFloat !== 0 ? reinterpret<u64>(reinterpret<f64>(key) + 0.0) : key;
    const hash = mixed((first + <u64>isKeyNull) * second + (third + (bits & 0xffffffff)) * (fourth + (bits >> 32)));
    const own = cursor + (((hash >> shift) & mask) << 3);
    const to = load<u32>(own);
    if (tupleSlots > load<u32>(own, 4) - to) return i;
    store<u32>(own, to + tupleSlots);
    let nulls = isKeyNull;
    let bit: u32 = 2;
    for (let at = field + 16; at < fieldsEnd; at += 16) {
      if ((load<u32>(row + ((<usize>load<u32>(at, 8)) << 2)) & load<u32>(at, 12)) !== 0) nulls |= bit;
      bit <<= 1;
    }
    // What is written waits for its place in the cache, and few writes can do so at a time: hence two words in one.
    const tuple: usize = to << 3;
    v128.store(tuple, i64x2.replace_lane(i64x2.splat(((<u64>nulls) << 32) | hash), 1, key));
    let value = tuple + 16;
    bit = 2;
    for (let at = field + 16; at < fieldsEnd; at += 16) {
      store<u64>(value, (nulls & bit) !== 0 ? 0 : packedBits(at, row));
      value += 8;
      bit <<= 1;
    }
  }
  return numRows;
}

export function scatterTuples(
  tuples: u32,
  from: u32,
  numTuples: u32,
  tupleSlots: u32,
  shift: u32,
  mask: u32,
  cursors: u32,
): u32 {
  const step: usize = tupleSlots << 3;
  const cursor: usize = cursors << 3;
  let tuple: usize = (tuples + from * tupleSlots) << 3;
  for (let i = from; i < numTuples; i++) {
    const own = cursor + (((load<u32>(tuple) >> shift) & mask) << 3);
    const to = load<u32>(own);
    if (tupleSlots > load<u32>(own, 4) - to) return i;
    // A tuple has two slots at least.
    let target: usize = to << 3;
    v128.store(target, v128.load(tuple));
    const end = tuple + step;
    for (tuple += 16; tuple < end; tuple += 8) {
      target += 8;
      store<u64>(target, load<u64>(tuple), 8);
    }
    store<u32>(own, to + tupleSlots);
  }
  return numTuples;
}

/** Returns the cell that a search begins with; the number of cells is a power of two, 32 minus `down` of it. */
function firstCell(hash: u32, shift: u32, down: u32): u32 {
  return (hash << shift) >> down;
}

function addressOf(pages: usize, cell: u32): usize {
  return (<usize>(load<u32>(pages + ((cell >> PAGE_SHIFT) << 2)) + (cell & PAGE_MASK))) << 3;
}

/** Writes what is in the cells of tuples, at which searches begin, as their groups. */
function guessGroups(tuple: usize, count: u32, step: usize, pages: usize, shift: u32, down: u32, group: usize): void {
  for (const end = group + ((<usize>count) << 2); group < end; group += 4) {
    store<u32>(group, load<u32>(addressOf(pages, firstCell(load<u32>(tuple), shift, down))));
    tuple += step;
  }
}

/** Lists the numbers of tuples, from `from` on, whose only key is not that of the group that was guessed; returns how many. */
function listMisses(tuple: usize, from: u32, count: u32, step: usize, group: usize, misses: usize): u32 {
  let numMisses: u32 = 0;
  for (let i = from, end = from + count; i < end; i++) {
    const guess = load<u32>(group + ((<usize>i) << 2));
    const guessAt: usize = (<usize>guess) << 3;
    const differs = (load<u64>(tuple) ^ load<u64>(guessAt)) | (load<u64>(tuple, 8) ^ load<u64>(guessAt, 8));
    // Whether a guess is right is hard to predict, so that nothing branches on it.
    store<u32>(misses + ((<usize>numMisses) << 2), i);
    numMisses += u32(guess === 0) | u32(differs !== 0);
    tuple += step;
  }
  return numMisses;
}

function listAll(from: u32, count: u32, misses: usize): u32 {
  for (let i: u32 = 0; i < count; i++) store<u32>(misses + ((<usize>i) << 2), from + i);
  return count;
}

function areEqual(tuple: usize, entry: usize, keysEnd: usize, floats: u32, nullMask: u32): bool {
  if (((load<u32>(tuple, 4) ^ load<u32>(entry, 4)) & nullMask) !== 0) return false;
  for (let key: usize = 8; key <= keysEnd; key += 8) {
    if (load<u64>(tuple + key) === load<u64>(entry + key)) continue;
    if (((floats >> ((<u32>key >> 3) - 1)) & 1) === 0) return false;
    if (load<f64>(tuple + key) !== load<f64>(entry + key)) return false;
  }
  return true;
}

export function findTuples(table: u32, tuples: u32, from: u32, numTuples: u32, mayInsert: u32, groups: u32): u32 {
  const own: usize = table << 3;
  const numCells = load<u32>(own);
  const lastCell = numCells - 1;
  const down: u32 = clz(numCells) + 1;
  const shift = load<u32>(own, 4);
  const limit = load<u32>(own, 16);
  const tupleSlots = load<u32>(own, 20);
  const keysEnd: usize = load<u32>(own, 24) << 3;
  const keptBytes: usize = load<u32>(own, 28) << 3;
  const entrySlots = load<u32>(own, 32);
  const floats = load<u32>(own, 36);
  const nullMask = load<u32>(own, 40);
  const misses: usize = own + 48;
  const pages: usize = misses + (BATCH << 2);
  const step: usize = tupleSlots << 3;
  const group: usize = groups << 3;
  let numFree = load<u32>(own, 8);
  let next = load<u32>(own, 12);
  const base: usize = tuples << 3;
  let begin = from;
  let end = from;
  // Cells are read for many tuples at once, and then entries, so that the cache misses of each overlap. What was guessed is right or wrong, but never
  // old, since entries stay where they are.
  for (; begin < numTuples; begin = end) {
    const count = min<u32>(BATCH, numTuples - begin);
    const first = base + <usize>begin * step;
    guessGroups(first, count, step, pages, shift, down, group + ((<usize>begin) << 2));
    const numMisses =
      keysEnd === 8 ? listMisses(first, begin, count, step, group, misses) : listAll(begin, count, misses);
    end = begin + count;
    for (let miss: u32 = 0; miss < numMisses; miss++) {
      const i = load<u32>(misses + ((<usize>miss) << 2));
      const tuple = base + <usize>i * step;
      const hash = load<u32>(tuple);
      let cell = firstCell(hash, shift, down);
      let address = addressOf(pages, cell);
      let entry = load<u32>(address);
      while (entry !== 0) {
        if (load<u32>(address, 4) === hash && areEqual(tuple, (<usize>entry) << 3, keysEnd, floats, nullMask)) break;
        cell = (cell + 1) & lastCell;
        address = addressOf(pages, cell);
        entry = load<u32>(address);
      }
      if (entry === 0 && mayInsert !== 0) {
        if (numFree === 0 || entrySlots > limit - next) {
          numTuples = i;
          end = i;
          break;
        }
        entry = next;
        next += entrySlots;
        numFree--;
        let to: usize = entry << 3;
        const entryEnd: usize = next << 3;
        for (let at: usize = 0; at < keptBytes; at += 8) {
          store<u64>(to, load<u64>(tuple + at));
          to += 8;
        }
        for (; to < entryEnd; to += 8) store<u64>(to, 0);
        store<u32>(address, entry);
        store<u32>(address, hash, 4);
      }
      store<u32>(group + ((<usize>i) << 2), entry);
    }
  }
  store<u32>(own, numFree, 8);
  store<u32>(own, next, 12);
  return begin;
}

export function indexTuples(table: u32, slot: u32, endSlot: u32): void {
  const own: usize = table << 3;
  const numCells = load<u32>(own);
  const lastCell = numCells - 1;
  const down: u32 = clz(numCells) + 1;
  const shift = load<u32>(own, 4);
  const entrySlots = load<u32>(own, 32);
  const pages: usize = own + 48 + (BATCH << 2);
  for (; slot < endSlot; slot += entrySlots) {
    const hash = load<u32>((<usize>slot) << 3);
    let cell = firstCell(hash, shift, down);
    let address = addressOf(pages, cell);
    while (load<u32>(address) !== 0) {
      cell = (cell + 1) & lastCell;
      address = addressOf(pages, cell);
    }
    store<u32>(address, slot);
    store<u32>(address, hash, 4);
  }
}

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
