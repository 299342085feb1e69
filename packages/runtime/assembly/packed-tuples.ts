// Makes tuples of slots of rows whose keys and values are numbers, and puts them to where they wait; see PackedKernels, which has the layouts.

import { isNaN64 } from "./float-bits.js";

const PACK_INT32: u32 = 0;
const PACK_FLOAT64: u32 = 1;

const CANONICAL_NAN: u64 = 0x7ff8000000000000;

/** Returns a field as it stands in tuples: an int32 as a float64, a float64 with one form of NaN, and what else fills a slot as it is. */
function packed<T>(at: usize): u64 {
  if (sizeof<T>() === 4) return reinterpret<u64>(<f64>load<i32>(at));
  const bits = load<u64>(at);
  if (isFloat<T>()) return isNaN64(bits) ? CANONICAL_NAN : bits;
  return bits;
}

/** Packs one field of rows; `bit` is its null bit, of which the first one clears all others. */
function packColumn<T>(
  pointer: usize,
  numRows: u32,
  fieldOffset: usize,
  nullOffset: usize,
  nullMask: u32,
  tuple: usize,
  step: usize,
  offset: usize,
  bit: u32,
): void {
  const others: u32 = bit === 1 ? 0 : -1;
  for (const end = pointer + ((<usize>numRows) << 2); pointer < end; pointer += 4) {
    const row: usize = load<u32>(pointer) << 3;
    let bits: u64 = 0;
    if ((load<u32>(row + nullOffset) & nullMask) !== 0) store<u32>(tuple, (load<u32>(tuple, 4) & others) | bit, 4);
    else {
      if (others === 0) store<u32>(tuple, 0, 4);
      bits = packed<T>(row + fieldOffset);
    }
    store<u64>(tuple + offset, bits);
    tuple += step;
  }
}

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
  const tuple: usize = tuples << 3;
  const step: usize = tupleSlots << 3;
  const offset: usize = slot << 3;
  const bit: u32 = 1 << (slot - 1);
  if (kind === PACK_INT32)
    packColumn<i32>(pointer, numRows, fieldOffset, nullOffset, nullMask, tuple, step, offset, bit);
  else if (kind === PACK_FLOAT64)
    packColumn<f64>(pointer, numRows, fieldOffset, nullOffset, nullMask, tuple, step, offset, bit);
  else packColumn<u64>(pointer, numRows, fieldOffset, nullOffset, nullMask, tuple, step, offset, bit);
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
  if (numKeys === 1) {
    const third = load<u64>(seed, 16);
    const fourth = load<u64>(seed, 24);
    const isFloat = (floats & 1) !== 0;
    for (let i: u32 = 0; i < numTuples; i++) {
      let bits = load<u64>(tuple, 8);
      if (isFloat) bits = reinterpret<u64>(reinterpret<f64>(bits) + 0.0);
      const sum: u64 = (first + <u64>(load<u32>(tuple, 4) & nullMask)) * second;
      store<u32>(tuple, mixed(sum + (third + (bits & 0xffffffff)) * (fourth + (bits >> 32))));
      tuple += step;
    }
    return;
  }
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

/** What a cache reads at a time. */
const LINE_SLOTS: u32 = 8;

// The result says nothing; it is there for the reads not to be left out.
export function readAhead(cursors: u32, numCursors: u32, numSlots: u32): u32 {
  const cursor: usize = cursors << 3;
  const end = cursor + ((<usize>numCursors) << 3);
  let seen: u32 = 0;
  for (let own = cursor; own < end; own += 8) {
    const to = load<u32>(own);
    const room = min<u32>(numSlots, load<u32>(own, 4) - to);
    for (let slot: u32 = 0; slot < room; slot += LINE_SLOTS) seen ^= load<u32>((<usize>(to + slot)) << 3);
  }
  return seen;
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
