/**
 * A set of needles, as the search kernels read it. In words from its slot on:
 *
 *     0          number of needles n, 1 to 8
 *     1          length of the shortest, 1 or more
 *     2 …        six tables of 16 bytes: for the first, second and third byte of needles, which needles (bit i: needle i) have its low
 *                nibble, then which have its high nibble; a needle that is shorter than that has any
 *     26 …       for each needle: length in bytes, byte offset of its bytes from the slot of the set
 *     …          the bytes of the needles
 */
import { invariant, type Memory } from "@millrace/core";

/** Is the most needles that one search finds. @internal */
export const MAX_NEEDLES = 8;

export const NUM_NEEDLES_WORD = 0;
export const SHORTEST_WORD = 1;
export const TABLES_WORD = 2;
/** How many bytes of a needle the tables tell about. */
export const NUM_TABLE_BYTES = 3;
export const NEEDLES_WORD = TABLES_WORD + NUM_TABLE_BYTES * 2 * 4;
export const WORDS_PER_NEEDLE = 2;

/** Returns how many slots a set of needles takes. @internal */
export function needlesSlots(needles: readonly Uint8Array[]): number {
  const numBytes = needles.reduce((sum, needle) => sum + needle.length, 0);
  return Math.ceil(((NEEDLES_WORD + needles.length * WORDS_PER_NEEDLE) * 4 + numBytes) / 8);
}

/** Writes a set of 1 to {@link MAX_NEEDLES} needles, none of them empty, at `slot`, where it takes {@link needlesSlots}. @internal */
export function writeNeedles(memory: Memory, slot: number, needles: readonly Uint8Array[]): void {
  const shortest = Math.min(...needles.map((needle) => needle.length));
  invariant(
    needles.length >= 1 && needles.length <= MAX_NEEDLES && shortest >= 1,
    "a set has 1 to 8 needles with bytes",
  );
  const { i32, u8 } = memory;
  const words = slot * 2;
  i32.fill(0, words, words + NEEDLES_WORD);
  i32[words + NUM_NEEDLES_WORD] = needles.length;
  i32[words + SHORTEST_WORD] = shortest;
  let offset = (NEEDLES_WORD + needles.length * WORDS_PER_NEEDLE) * 4;
  needles.forEach((needle, index) => {
    i32[words + NEEDLES_WORD + index * WORDS_PER_NEEDLE] = needle.length;
    i32[words + NEEDLES_WORD + index * WORDS_PER_NEEDLE + 1] = offset;
    u8.set(needle, slot * 8 + offset);
    offset += needle.length;
    for (let at = 0; at < NUM_TABLE_BYTES; at++) {
      markNibbles(u8, slot * 8 + TABLES_WORD * 4 + at * 32, needle[at], 1 << index);
    }
  });
}

function markNibbles(u8: Uint8Array, table: number, byte: number | undefined, bit: number): void {
  for (let nibble = 0; nibble < 16; nibble++) {
    if (byte === undefined || (byte & 15) === nibble) u8[table + nibble]! |= bit;
    if (byte === undefined || byte >>> 4 === nibble) u8[table + 16 + nibble]! |= bit;
  }
}
