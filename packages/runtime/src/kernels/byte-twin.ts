import type { Memory } from "@millrace/core";
import { MAX_NEEDLES, NEEDLES_WORD, NUM_NEEDLES_WORD, WORDS_PER_NEEDLE } from "./needles.js";

/** Writes the positions of four bytes; returns how many. */
export function findBytes(
  memory: Memory,
  from: number,
  length: number,
  bytes: number,
  positions: number,
  maxPositions: number,
): number {
  const { i32, u8 } = memory;
  const a = bytes & 0xff;
  const b = (bytes >>> 8) & 0xff;
  const c = (bytes >>> 16) & 0xff;
  const d = bytes >>> 24;
  let count = 0;
  for (let i = 0; i < length && count < maxPositions; i++) {
    const byte = u8[from + i]!;
    if (byte === a || byte === b || byte === c || byte === d) i32[positions * 2 + count++] = i;
  }
  return count;
}

/** Writes the positions of needles; returns how many. */
export function findNeedles(
  memory: Memory,
  from: number,
  length: number,
  needles: number,
  matches: number,
  maxMatches: number,
): number {
  const { i32, u8 } = memory;
  const numNeedles = i32[needles * 2 + NUM_NEEDLES_WORD]!;
  let count = 0;
  for (let i = 0; i < length && count <= maxMatches - MAX_NEEDLES; i++) {
    for (let needle = 0; needle < numNeedles; needle++) {
      const word = needles * 2 + NEEDLES_WORD + needle * WORDS_PER_NEEDLE;
      const size = i32[word]!;
      if (size > length - i || !isEqual(u8, from + i, needles * 8 + i32[word + 1]!, size)) continue;
      i32[(matches + count) * 2] = i;
      i32[(matches + count) * 2 + 1] = needle;
      count++;
    }
  }
  return count;
}

function isEqual(u8: Uint8Array, left: number, right: number, size: number): boolean {
  for (let i = 0; i < size; i++) if (u8[left + i] !== u8[right + i]) return false;
  return true;
}

/** Returns the argument of `findBytes` that finds one byte. @internal */
export function sameBytes(byte: number): number {
  return Math.imul(byte, 0x01010101);
}
