/**
 * Writes the pieces of a normalized key: bytes whose unsigned order is the order of the values. A key has a fixed number of
 * bytes, from `at` to `end` of `target`; what does not fit is cut off, and each function returns where the next piece
 * begins as if nothing had been cut. `mask` is 0, or 0xff to turn the order around.
 *
 * The whole form of every kind is prefix-free, so that pieces can be joined and cut anywhere: cut keys never contradict the
 * order, they only tie more often.
 */
import { ESCAPE, LAST_ESCAPED } from "../keys/key-format.js";
import { canonicalHigh, canonicalLow } from "../keys/number-words.js";
import type { Memory } from "../memory/index.js";
import { STRING_IS_UTF16 } from "./row-format.js";

const SIGN_BIT = 0x80000000;

/** Writes one byte. */
export function putByte(target: Uint8Array, at: number, end: number, byte: number, mask: number): number {
  if (at < end) target[at] = byte ^ mask;
  return at + 1;
}

/** Writes four bytes, the highest first. */
export function putWord(target: Uint8Array, at: number, end: number, word: number, mask: number): number {
  const bits = mask === 0 ? word : ~word;
  if (at + 4 <= end) {
    target[at] = bits >>> 24;
    target[at + 1] = bits >>> 16;
    target[at + 2] = bits >>> 8;
    target[at + 3] = bits;
  } else {
    for (let i = 0; at + i < end; i++) target[at + i] = bits >>> (24 - i * 8);
  }
  return at + 4;
}

/** Writes a signed integer of 32 bits. */
export function putInt32(target: Uint8Array, at: number, end: number, value: number, mask: number): number {
  return putWord(target, at, end, value ^ SIGN_BIT, mask);
}

/** Writes the signed integer of 64 bits in slot `slot`. */
export function putInt64(
  target: Uint8Array,
  at: number,
  end: number,
  memory: Memory,
  slot: number,
  mask: number,
): number {
  const next = putInt32(target, at, end, memory.i32[slot * 2 + 1]!, mask);
  return putWord(target, next, end, memory.i32[slot * 2]!, mask);
}

/** Writes the number in slot `slot`: -0 as 0, and every NaN as one, behind infinity. */
export function putFloat64(
  target: Uint8Array,
  at: number,
  end: number,
  memory: Memory,
  slot: number,
  mask: number,
): number {
  const low = memory.i32[slot * 2]!;
  const high = memory.i32[slot * 2 + 1]!;
  const next = putWord(target, at, end, canonicalHigh(high, low), mask);
  return putWord(target, next, end, canonicalLow(high, low), mask);
}

/** Writes the string whose words are at `word` in the struct at slot `base`, with its end. */
export function putString(
  target: Uint8Array,
  at: number,
  end: number,
  memory: Memory,
  word: number,
  base: number,
  mask: number,
): number {
  const tag = memory.i32[word + 1]!;
  const from = base * 8 + memory.i32[word]!;
  if ((tag & STRING_IS_UTF16) === 0) return putLatin1(target, at, end, memory.u8, from, tag >> 1, mask);
  const { u16 } = memory;
  const length = tag >> 2;
  for (let i = 0; i < length && at < end; i++) at = putUnit(target, at, end, u16[(from >>> 1) + i]!, mask);
  return putByte(target, at, end, 0, mask);
}

function putLatin1(
  target: Uint8Array,
  at: number,
  end: number,
  source: Uint8Array,
  from: number,
  length: number,
  mask: number,
): number {
  for (let i = from; i < from + length && at < end; i++) {
    const unit = source[i]!;
    if (unit > LAST_ESCAPED && unit < 0x80) target[at++] = unit ^ mask;
    else at = putUnit(target, at, end, unit, mask);
  }
  return putByte(target, at, end, 0, mask);
}

/** Writes one code unit as canonical key bytes do. */
function putUnit(target: Uint8Array, at: number, end: number, unit: number, mask: number): number {
  if (unit <= LAST_ESCAPED) return putByte(target, putByte(target, at, end, ESCAPE, mask), end, unit + 1, mask);
  if (unit < 0x80) return putByte(target, at, end, unit, mask);
  if (unit < 0x800) {
    at = putByte(target, at, end, 0xc0 | (unit >> 6), mask);
  } else {
    at = putByte(target, at, end, 0xe0 | (unit >> 12), mask);
    at = putByte(target, at, end, 0x80 | ((unit >> 6) & 0x3f), mask);
  }
  return putByte(target, at, end, 0x80 | (unit & 0x3f), mask);
}

/** Writes the first `length` bytes of `source` from `from`, with their end. */
export function putBytes(
  target: Uint8Array,
  at: number,
  end: number,
  source: Uint8Array,
  from: number,
  length: number,
  mask: number,
): number {
  for (let i = from; i < from + length && at < end; i++) {
    const byte = source[i]!;
    if (byte <= LAST_ESCAPED) at = putByte(target, at, end, ESCAPE, mask);
    at = putByte(target, at, end, byte <= LAST_ESCAPED ? byte + 1 : byte, mask);
  }
  return putByte(target, at, end, 0, mask);
}
