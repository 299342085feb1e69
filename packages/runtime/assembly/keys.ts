// Hashes and compares keys of several fields, and of strings; see KeyKernels, which has the layout of a field. A key is written as its canonical
// bytes (core's keys/key-format.ts), and these are hashed.

import { isNaN64 } from "./float-bits.js";

const KIND_INT32: u32 = 0;
const KIND_FLOAT64: u32 = 1;
const KIND_INT64: u32 = 2;
const KIND_TIMESTAMP: u32 = 3;
const KIND_BOOLEAN: u32 = 4;

const FIELD_BYTES: usize = 16;

const TAG_NULL: u8 = 0x01;
const TAG_FALSE: u8 = 0x10;
const TAG_NUMBER: u8 = 0x18;
const TAG_BIGINT: u8 = 0x21;
const TAG_STRING: u8 = 0x30;
const TAG_TIMESTAMP: u8 = 0x38;

const SIGN: u64 = 1 << 63;
const CANONICAL_NAN: u64 = 0xfff8000000000000;
const NEGATIVE_ZERO: u64 = 1 << 63;

/** Set in the second word of a string whose units take two bytes each. */
const IS_UTF16: u32 = 1;
/** Units up to this one are written as an escape and themselves plus one. */
const LAST_ESCAPED: u32 = 1;
const ESCAPE: u32 = 1;

/** The most units of all strings of a key: then no key is longer than the room for its bytes. */
const MAX_KEY_UNITS: u32 = 8192;

/** A word whose bytes are all 1. */
const ONES: u64 = ~(<u64>0) / 255;

/** Whether all bytes of a word are above the escaped ones and below 0x80: then they stand in the key as they are. */
function isPlain(word: u64): bool {
  return (((word - ONES * (LAST_ESCAPED + 1)) | word) & (ONES << 7)) === 0;
}

/** Writes a unit that is not plain, or is; returns the place behind it. */
function writeUnit(unit: u32, to: usize): usize {
  if (unit < 0x80) {
    if (unit > LAST_ESCAPED) {
      store<u8>(to, unit);
      return to + 1;
    }
    store<u8>(to, ESCAPE);
    store<u8>(to, unit + 1, 1);
    return to + 2;
  }
  if (unit < 0x800) {
    store<u8>(to, 0xc0 | (unit >> 6));
    store<u8>(to, 0x80 | (unit & 0x3f), 1);
    return to + 2;
  }
  store<u8>(to, 0xe0 | (unit >> 12));
  store<u8>(to, 0x80 | ((unit >> 6) & 0x3f), 1);
  store<u8>(to, 0x80 | (unit & 0x3f), 2);
  return to + 3;
}

// A string begins at a slot, and a row ends with one, so that reading whole slots reads nothing that is not the row's.
function writeLatin1(from: usize, count: u32, to: usize): usize {
  for (; count >= 8; count -= 8) {
    const word = load<u64>(from);
    if (isPlain(word)) {
      store<u64>(to, word);
      to += 8;
    } else {
      for (let i: usize = 0; i < 8; i++) to = writeUnit(load<u8>(from + i), to);
    }
    from += 8;
  }
  if (count !== 0) {
    const used: u64 = ((<u64>1) << (count << 3)) - 1;
    const word = load<u64>(from) & used;
    if (isPlain(word | ((ONES << 5) & ~used))) {
      store<u64>(to, word);
      to += count;
    } else {
      for (let i: usize = 0; i < <usize>count; i++) to = writeUnit(load<u8>(from + i), to);
    }
  }
  store<u8>(to, 0);
  return to + 1;
}

function writeUtf16(from: usize, count: u32, to: usize): usize {
  for (const end = from + ((<usize>count) << 1); from < end; from += 2) to = writeUnit(load<u16>(from), to);
  store<u8>(to, 0);
  return to + 1;
}

function canonical(bits: u64): u64 {
  if (isNaN64(bits)) return CANONICAL_NAN;
  if (bits === NEGATIVE_ZERO) return SIGN;
  return (bits & SIGN) === 0 ? bits | SIGN : ~bits;
}

/** Writes a tag and eight bytes, the highest first. */
function writeNumber(tag: u8, bits: u64, to: usize): usize {
  store<u8>(to, tag);
  store<u64>(to, bswap<u64>(bits), 1);
  return to + 9;
}

/** Writes the key of a row; returns the end, or 0 when its strings have too many units. */
function writeKey(field: usize, fieldsEnd: usize, row: usize, to: usize): usize {
  let units: u32 = 0;
  for (; field < fieldsEnd; field += FIELD_BYTES) {
    if ((load<u32>(row + ((<usize>load<u32>(field, 8)) << 2)) & load<u32>(field, 12)) !== 0) {
      store<u8>(to++, TAG_NULL);
      continue;
    }
    const kind = load<u32>(field);
    const at = row + ((<usize>load<u32>(field, 4)) << 3);
    if (kind === KIND_INT32) to = writeNumber(TAG_NUMBER, canonical(reinterpret<u64>(<f64>load<i32>(at))), to);
    else if (kind === KIND_FLOAT64) to = writeNumber(TAG_NUMBER, canonical(load<u64>(at)), to);
    else if (kind === KIND_INT64) to = writeNumber(TAG_BIGINT, load<u64>(at) ^ SIGN, to);
    else if (kind === KIND_TIMESTAMP) to = writeNumber(TAG_TIMESTAMP, canonical(load<u64>(at)), to);
    else if (kind === KIND_BOOLEAN) store<u8>(to++, TAG_FALSE + u8(load<u32>(at) === 1));
    else {
      const from = row + <usize>load<u32>(at);
      const tag = load<u32>(at, 4);
      const count = (tag & IS_UTF16) === 0 ? tag >> 1 : tag >> 2;
      units += count;
      if (units > MAX_KEY_UNITS) return 0;
      store<u8>(to++, TAG_STRING);
      to = (tag & IS_UTF16) === 0 ? writeLatin1(from, count, to) : writeUtf16(from, count, to);
    }
  }
  return to;
}

// HalfSipHash-1-3: core's table hash.
function tableHash(from: usize, length: u32, low: u32, high: u32): u32 {
  let v0 = low;
  let v1 = high;
  let v2: u32 = 0x6c796765 ^ low;
  let v3: u32 = 0x74656462 ^ high;
  const rest = length & 3;
  const last = from + (length - rest);
  for (; from < last; from += 4) {
    const word = load<u32>(from);
    v3 ^= word;
    v0 += v1;
    v1 = rotl<u32>(v1, 5) ^ v0;
    v0 = rotl<u32>(v0, 16);
    v2 += v3;
    v3 = rotl<u32>(v3, 8) ^ v2;
    v0 += v3;
    v3 = rotl<u32>(v3, 7) ^ v0;
    v2 += v1;
    v1 = rotl<u32>(v1, 13) ^ v2;
    v2 = rotl<u32>(v2, 16);
    v0 ^= word;
  }
  // What lies behind the bytes in the room for keys is of no meaning.
  let word: u32 = (load<u32>(from) & ((1 << (rest << 3)) - 1)) | (length << 24);
  for (let step = 0; step < 4; step++) {
    v3 ^= word;
    v0 += v1;
    v1 = rotl<u32>(v1, 5) ^ v0;
    v0 = rotl<u32>(v0, 16);
    v2 += v3;
    v3 = rotl<u32>(v3, 8) ^ v2;
    v0 += v3;
    v3 = rotl<u32>(v3, 7) ^ v0;
    v2 += v1;
    v1 = rotl<u32>(v1, 13) ^ v2;
    v2 = rotl<u32>(v2, 16);
    v0 ^= word;
    if (step === 0) v2 ^= 0xff;
    word = 0;
  }
  return v1 ^ v3;
}

export function keyHashes(
  fields: u32,
  numFields: u32,
  pointers: u32,
  from: u32,
  numRows: u32,
  seedLow: u32,
  seedHigh: u32,
  room: u32,
  hashes: u32,
): u32 {
  const field: usize = fields << 3;
  const fieldsEnd = field + <usize>numFields * FIELD_BYTES;
  const pointer: usize = pointers << 3;
  const hash: usize = hashes << 3;
  const bytes: usize = room << 3;
  for (let i = from; i < numRows; i++) {
    const row: usize = load<u32>(pointer + (i << 2)) << 3;
    const end = writeKey(field, fieldsEnd, row, bytes);
    if (end === 0) return i;
    store<u32>(hash + (i << 2), tableHash(bytes, <u32>(end - bytes), seedLow, seedHigh));
  }
  return numRows;
}

function areStringsEqual(a: usize, other: usize, at: usize, otherAt: usize): bool {
  const tag = load<u32>(at, 4);
  // A string has one form only: two bytes for each unit when one unit needs them.
  if (tag !== load<u32>(otherAt, 4)) return false;
  let bytes = (tag & IS_UTF16) === 0 ? tag >> 1 : (tag >> 2) << 1;
  let from = a + <usize>load<u32>(at);
  let otherFrom = other + <usize>load<u32>(otherAt);
  for (; bytes >= 8; bytes -= 8) {
    if (load<u64>(from) !== load<u64>(otherFrom)) return false;
    from += 8;
    otherFrom += 8;
  }
  if (bytes === 0) return true;
  return (load<u64>(from) ^ load<u64>(otherFrom)) << (64 - (bytes << 3)) === 0;
}

/** Whether the keys of two rows are equal. */
export function areKeysEqual(field: usize, fieldsEnd: usize, a: usize, b: usize): bool {
  for (; field < fieldsEnd; field += FIELD_BYTES) {
    const nullOffset: usize = (<usize>load<u32>(field, 8)) << 2;
    const nullMask = load<u32>(field, 12);
    const nulls = load<u32>(a + nullOffset) & nullMask;
    if (nulls !== (load<u32>(b + nullOffset) & nullMask)) return false;
    if (nulls !== 0) continue;
    const kind = load<u32>(field);
    const offset: usize = (<usize>load<u32>(field, 4)) << 3;
    const at = a + offset;
    const otherAt = b + offset;
    if (kind > KIND_BOOLEAN) {
      if (!areStringsEqual(a, b, at, otherAt)) return false;
    } else if (kind === KIND_INT32 || kind === KIND_BOOLEAN) {
      if (load<u32>(at) !== load<u32>(otherAt)) return false;
    } else if (load<u64>(at) !== load<u64>(otherAt)) {
      if (kind === KIND_INT64 || canonical(load<u64>(at)) !== canonical(load<u64>(otherAt))) return false;
    }
  }
  return true;
}
