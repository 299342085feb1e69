/**
 * The hash that decides which partition a key belongs to: MurmurHash3_x86_32 with seed 0 (Austin Appleby, public domain)
 * over canonical key bytes. It is fixed for ever, because persisted partitions, key groups and other engines agree on it;
 * a new function would be a new version. SPEC.md has test vectors. It is no defence against chosen keys: an attacker who
 * wants to may send all keys to one partition, but not into one slot of a hash table, which uses the keyed `tableHash`.
 */
import { canonicalKeyBytes } from "../keys/canonical.js";

/** Is the version of the partition hash; it changes when the same key would give another hash. @public */
export const PARTITION_HASH_VERSION = 1;

/** The most partitions that keys can be spread over; up to it the arithmetic of {@link partitionOf} is exact. @public */
export const MAX_PARTITIONS = 1 << 20;

const C1 = 0xcc9e2d51 | 0;
const C2 = 0x1b873593 | 0;
const TWO_TO_32 = 2 ** 32;

/** Returns the partition hash of a key, 0 to 2^32-1; equal keys have equal hashes in every process for ever. @public */
export function partitionHash(key: unknown): number {
  const bytes = canonicalKeyBytes(key);
  return partitionHashOfBytes(bytes, bytes.length);
}

/** Returns the partition hash of the canonical key bytes in the first `length` bytes of `bytes`. @public */
export function partitionHashOfBytes(bytes: Uint8Array, length: number): number {
  const end = length & ~3;
  let hash = 0;
  for (let i = 0; i < end; i += 4) {
    const word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    hash = mixMurmur(hash, word);
  }
  let tail = 0;
  for (let i = length - 1; i >= end; i--) tail = (tail << 8) | bytes[i]!;
  if (length > end) hash ^= scrambleMurmur(tail);
  return finishMurmur(hash ^ length);
}

/** Takes one word into the hash. */
export function mixMurmur(hash: number, word: number): number {
  hash ^= scrambleMurmur(word);
  return (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
}

/** Prepares a word, or the bytes that are left of one, for the hash. */
export function scrambleMurmur(word: number): number {
  const mixed = Math.imul(word, C1);
  return Math.imul((mixed << 15) | (mixed >>> 17), C2);
}

/** Makes every bit of the hash depend on every bit of the key. */
export function finishMurmur(hash: number): number {
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * Returns the partition, 0 to `numPartitions - 1`, of a partition hash: the high bits of the hash decide, by
 * multiplication instead of division (Lemire, "A fast alternative to the modulo reduction", 2016). `numPartitions` is 1
 * to {@link MAX_PARTITIONS}.
 * @public
 */
export function partitionOf(hash: number, numPartitions: number): number {
  return Math.floor((hash * numPartitions) / TWO_TO_32);
}
