/**
 * The checksum of spilled blocks: 53 bits that say whether bytes are those that were written, made for vectors of words.
 *
 * 1. Word i of the bytes goes to lane i mod 16, as long as sixteen words are left: `lane = rotl(lane + word * W, 13) * L`, the round of xxHash32 (Collet).
 * 2. `low` and `high` begin with the length. Each lane and then each word that is left is folded into both: `low = rotl(low ^ word, 15) * A`,
 *    `high = rotl(high + word, 11) * B`.
 * 3. Both are mixed to the end (xorshift and multiply); the checksum is all 32 bits of `low` below the upper 21 bits of `high`.
 *
 * All factors are odd, so every step is a bijection of the lane for a given word, and of the word for a given lane. So a block of which one aligned word
 * was changed, and be it by one bit, always has another checksum. Of any other change one in 2^32 goes unseen at worst, when all of it
 * is in words of one lane, and one in 2^53 else. It is no defence against who wants to deceive.
 */
import type { Memory } from "@millrace/core";

const WORD_PRIME = 0x85ebca77;
const LANE_PRIME = 0x9e3779b1;
const LOW_PRIME = 0xc2b2ae3d;
const HIGH_PRIME = 0x27d4eb2f;
const SEED_PRIME = 0x165667b1;
const NUM_LANES = 16;
/** How many lanes a loop takes to the end at once: so many multiplications are under way together. */
const LANES_TOGETHER = 4;
const HIGH_SHIFT = 11;
const TWO_TO_32 = 0x1_0000_0000;

/** Returns the checksum of `length` bytes from the byte offset `from`; both are multiples of four. */
export function checksum({ i32 }: Memory, from: number, length: number): number {
  const begin = from / 4;
  const end = begin + length / 4;
  const endOfStripes = end - ((length / 4) % NUM_LANES);
  const lanes = new Int32Array(NUM_LANES);
  for (let lane = 0; lane < NUM_LANES; lane += LANES_TOGETHER) takeStripes(i32, begin, endOfStripes, lanes, lane);
  let low = length;
  let high = length;
  for (let lane = 0; lane < NUM_LANES; lane++) {
    low = foldedLow(low, lanes[lane]!);
    high = foldedHigh(high, lanes[lane]!);
  }
  for (let word = endOfStripes; word < end; word++) {
    low = foldedLow(low, i32[word]!);
    high = foldedHigh(high, i32[word]!);
  }
  return (mixed(high) >>> HIGH_SHIFT) * TWO_TO_32 + mixed(low);
}

/** Sets four of the lanes, from `lane` on. */
function takeStripes(i32: Int32Array, begin: number, end: number, lanes: Int32Array, lane: number): void {
  let a = Math.imul(lane + 1, SEED_PRIME);
  let b = Math.imul(lane + 2, SEED_PRIME);
  let c = Math.imul(lane + 3, SEED_PRIME);
  let d = Math.imul(lane + 4, SEED_PRIME);
  for (let word = begin + lane; word < end; word += NUM_LANES) {
    a = taken(a, i32[word]!);
    b = taken(b, i32[word + 1]!);
    c = taken(c, i32[word + 2]!);
    d = taken(d, i32[word + 3]!);
  }
  lanes[lane] = a;
  lanes[lane + 1] = b;
  lanes[lane + 2] = c;
  lanes[lane + 3] = d;
}

function taken(lane: number, word: number): number {
  const sum = (lane + Math.imul(word, WORD_PRIME)) | 0;
  return Math.imul((sum << 13) | (sum >>> 19), LANE_PRIME);
}

function foldedLow(low: number, word: number): number {
  const sum = low ^ word;
  return Math.imul((sum << 15) | (sum >>> 17), LOW_PRIME);
}

function foldedHigh(high: number, word: number): number {
  const sum = (high + word) | 0;
  return Math.imul((sum << 11) | (sum >>> 21), HIGH_PRIME);
}

function mixed(word: number): number {
  word = Math.imul(word ^ (word >>> 16), WORD_PRIME);
  word = Math.imul(word ^ (word >>> 13), LOW_PRIME);
  return (word ^ (word >>> 16)) >>> 0;
}
