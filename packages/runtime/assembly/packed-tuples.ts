// Makes tuples of slots of rows whose keys and values are numbers, and puts them to where they wait; see PackedKernels, which has the layouts.

import { isNaN64 } from "./float-bits.js";

const PACK_INT32: u32 = 0;
const PACK_FLOAT64: u32 = 1;

const CANONICAL_NAN: u64 = 0x7ff8000000000000;

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
