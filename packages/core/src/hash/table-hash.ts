/**
 * The hash that places a key in a hash table: HalfSipHash-1-3 (Jean-Philippe Aumasson, CC0), keyed by a seed that is drawn
 * per job. Who does not know the seed can't choose keys that collide; the Linux kernel uses the same function for the
 * same reason. It shares nothing with the partition hash, so the keys of one partition fill a table evenly.
 */

/** Is the secret of the table hash: two random 32-bit integers, drawn once per job and the same in all its subtasks. @public */
export interface TableHashSeed {
  /** The first 32 bits of the key. */
  readonly low: number;
  /** The other 32 bits. */
  readonly high: number;
}

const ROUNDS_PER_WORD = 1;
const ROUNDS_AT_END = 3;
const INITIAL_V2 = 0x6c796765;
const INITIAL_V3 = 0x74656462;

/** Returns the table hash of the canonical key bytes in the first `length` bytes of `bytes`, 0 to 2^32-1. @public */
export function tableHashOfBytes(bytes: Uint8Array, length: number, seed: TableHashSeed): number {
  return halfSipHash(bytes, length, seed.low, seed.high, ROUNDS_PER_WORD, ROUNDS_AT_END);
}

/**
 * Returns the table hash of nine bytes, given as two words and one byte: six rounds, of which three take a word in. They are
 * written out, since most keys are numbers, and a loop asks at each round which one it is.
 */
export function halfSipHashOfNineBytes(first: number, second: number, rest: number, seed: TableHashSeed): number {
  const last = (9 << 24) | rest;
  let v0 = seed.low | 0;
  let v1 = seed.high | 0;
  let v2 = INITIAL_V2 ^ seed.low;
  let v3 = INITIAL_V3 ^ seed.high;

  v3 ^= first;
  v0 = (v0 + v1) | 0;
  v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
  v0 = (v0 << 16) | (v0 >>> 16);
  v2 = (v2 + v3) | 0;
  v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
  v0 = (v0 + v3) | 0;
  v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
  v2 = (v2 + v1) | 0;
  v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
  v2 = (v2 << 16) | (v2 >>> 16);
  v0 ^= first;

  v3 ^= second;
  v0 = (v0 + v1) | 0;
  v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
  v0 = (v0 << 16) | (v0 >>> 16);
  v2 = (v2 + v3) | 0;
  v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
  v0 = (v0 + v3) | 0;
  v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
  v2 = (v2 + v1) | 0;
  v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
  v2 = (v2 << 16) | (v2 >>> 16);
  v0 ^= second;

  v3 ^= last;
  v0 = (v0 + v1) | 0;
  v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
  v0 = (v0 << 16) | (v0 >>> 16);
  v2 = (v2 + v3) | 0;
  v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
  v0 = (v0 + v3) | 0;
  v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
  v2 = (v2 + v1) | 0;
  v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
  v2 = (v2 << 16) | (v2 >>> 16);
  v0 ^= last;

  v2 ^= 0xff;
  v0 = (v0 + v1) | 0;
  v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
  v0 = (v0 << 16) | (v0 >>> 16);
  v2 = (v2 + v3) | 0;
  v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
  v0 = (v0 + v3) | 0;
  v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
  v2 = (v2 + v1) | 0;
  v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
  v2 = (v2 << 16) | (v2 >>> 16);

  v0 = (v0 + v1) | 0;
  v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
  v0 = (v0 << 16) | (v0 >>> 16);
  v2 = (v2 + v3) | 0;
  v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
  v0 = (v0 + v3) | 0;
  v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
  v2 = (v2 + v1) | 0;
  v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
  v2 = (v2 << 16) | (v2 >>> 16);

  v0 = (v0 + v1) | 0;
  v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
  v0 = (v0 << 16) | (v0 >>> 16);
  v2 = (v2 + v3) | 0;
  v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
  v0 = (v0 + v3) | 0;
  v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
  v2 = (v2 + v1) | 0;
  v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
  v2 = (v2 << 16) | (v2 >>> 16);
  return (v1 ^ v3) >>> 0;
}

/** Is HalfSipHash-c-d with 32 bits of output; the reference vectors are of c = 2, d = 4. @internal */
export function halfSipHash(
  bytes: Uint8Array,
  length: number,
  low: number,
  high: number,
  roundsPerWord: number,
  roundsAtEnd: number,
): number {
  let v0 = low | 0;
  let v1 = high | 0;
  let v2 = INITIAL_V2 ^ low;
  let v3 = INITIAL_V3 ^ high;
  const end = length & ~3;
  // One step more than there are whole words: the last holds the rest and the length. After it the final rounds.
  for (let i = 0; i <= end + 4; i += 4) {
    let word = 0;
    if (i < end) word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    else if (i === end) {
      word = length << 24;
      for (let j = end; j < length; j++) word |= bytes[j]! << ((j - end) << 3);
    } else v2 ^= 0xff;
    v3 ^= word;
    for (let round = i > end ? roundsAtEnd : roundsPerWord; round > 0; round--) {
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
    }
    v0 ^= word;
  }
  return (v1 ^ v3) >>> 0;
}
