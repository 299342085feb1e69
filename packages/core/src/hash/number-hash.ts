/**
 * Both hashes of a key that is one number or one date, from the words of its IEEE 754 bits, or one bigint of 64 bits: what the
 * hash of its nine canonical key bytes is, without writing them. Integers are what most keys are, and this takes a third of the time.
 *
 * The nine bytes, a tag and the canonical form with the highest byte first, are these little-endian words of the hashes:
 *
 *     first   tag h3 h2 h1      second   h0 l3 l2 l1      rest   l0
 */
import { TAG_BIGINT } from "../keys/key-format.js";
import { canonicalHigh, canonicalLow } from "../keys/number-words.js";
import { finishMurmur, mixMurmur, scrambleMurmur } from "./partition-hash.js";
import { halfSipHashOfNineBytes, type TableHashSeed } from "./table-hash.js";

const NUM_BYTES = 9;

/** Returns the partition hash of the number with these bits; `tag` says whether it is a number or a date. */
export function partitionHashOfNumber(tag: number, high: number, low: number): number {
  return partitionHashOfWords(tag, canonicalHigh(high, low), canonicalLow(high, low));
}

/** Returns the table hash of the number with these bits; `tag` says whether it is a number or a date. */
export function tableHashOfNumber(tag: number, high: number, low: number, seed: TableHashSeed): number {
  return tableHashOfWords(tag, canonicalHigh(high, low), canonicalLow(high, low), seed);
}

/** Returns the partition hash of the bigint with these words. */
export function partitionHashOfInt64(high: number, low: number): number {
  return partitionHashOfWords(TAG_BIGINT, high ^ SIGN_BIT, low);
}

/** Returns the table hash of the bigint with these words. */
export function tableHashOfInt64(high: number, low: number, seed: TableHashSeed): number {
  return tableHashOfWords(TAG_BIGINT, high ^ SIGN_BIT, low, seed);
}

const SIGN_BIT = 0x80000000 | 0;

function partitionHashOfWords(tag: number, h: number, l: number): number {
  const hash = mixMurmur(mixMurmur(0, firstWord(tag, h)), secondWord(h, l));
  return finishMurmur(hash ^ scrambleMurmur(l & 0xff) ^ NUM_BYTES);
}

function tableHashOfWords(tag: number, h: number, l: number, seed: TableHashSeed): number {
  return halfSipHashOfNineBytes(firstWord(tag, h), secondWord(h, l), l & 0xff, seed);
}

function firstWord(tag: number, high: number): number {
  return tag | ((high >>> 24) << 8) | (((high >>> 16) & 0xff) << 16) | ((high >>> 8) << 24);
}

function secondWord(high: number, low: number): number {
  return (high & 0xff) | ((low >>> 24) << 8) | (((low >>> 16) & 0xff) << 16) | ((low >>> 8) << 24);
}
