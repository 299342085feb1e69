import {
  canonicalKeyBytes,
  type Memory,
  type NumberColumn,
  partitionHashOfBytes,
  type TableHashSeed,
  tableHashOfBytes,
} from "@millrace/core";
import { BUCKET_HASH_WORD, BUCKET_POINTER_WORD } from "./kernel-layouts.js";

const NULL_BYTES = canonicalKeyBytes(null);

/** The tags of canonical key bytes: the first byte of the key of each kind of number. */
export const TAG_OF_KIND = {
  int32: canonicalKeyBytes(0)[0]!,
  float64: canonicalKeyBytes(0)[0]!,
  timestamp: canonicalKeyBytes(new Date(0))[0]!,
  int64: canonicalKeyBytes(0n)[0]!,
} as const;

/** Writes the table hashes of a column. */
export function tableHashes(
  memory: Memory,
  column: NumberColumn,
  pointers: number,
  numRows: number,
  seed: TableHashSeed,
  hashes: number,
): void {
  hashColumn(memory, column, pointers, numRows, hashes, (bytes) => tableHashOfBytes(bytes, bytes.length, seed));
}

/** Writes the partition hashes of a column. */
export function partitionHashes(
  memory: Memory,
  column: NumberColumn,
  pointers: number,
  numRows: number,
  hashes: number,
): void {
  hashColumn(memory, column, pointers, numRows, hashes, (bytes) => partitionHashOfBytes(bytes, bytes.length));
}

/** Returns the table hash of null. */
export function tableHashOfNull(seed: TableHashSeed): number {
  return tableHashOfBytes(NULL_BYTES, NULL_BYTES.length, seed);
}

/** Is the partition hash of null. */
export const PARTITION_HASH_OF_NULL = partitionHashOfBytes(NULL_BYTES, NULL_BYTES.length);

function hashColumn(
  memory: Memory,
  column: NumberColumn,
  pointers: number,
  numRows: number,
  hashes: number,
  hash: (bytes: Uint8Array) => number,
): void {
  const { i32 } = memory;
  const { kind, fieldSlot, nullWord, nullMask } = column;
  const key = new DataView(new ArrayBuffer(9));
  const keyBytes = new Uint8Array(key.buffer);
  keyBytes[0] = TAG_OF_KIND[kind];
  for (let i = 0; i < numRows; i++) {
    const row = i32[pointers * 2 + i]!;
    const slot = row + fieldSlot;
    if ((i32[row * 2 + nullWord]! & nullMask) !== 0) {
      i32[hashes * 2 + i] = hash(NULL_BYTES);
      continue;
    }
    if (kind === "int64") key.setBigInt64(1, memory.i64[slot]! ^ SIGN_BIT);
    else putNumber(key, kind === "int32" ? i32[slot * 2]! : memory.f64[slot]!);
    i32[hashes * 2 + i] = hash(keyBytes);
  }
}

const SIGN_BIT = -(2n ** 63n);
const CANONICAL_NAN = 0xfff8000000000000n;

/** Writes the canonical form of a number; adding 0 makes 0 of -0. */
function putNumber(key: DataView, value: number): void {
  key.setFloat64(1, value + 0);
  const bits = key.getBigUint64(1);
  if (Number.isNaN(value)) key.setBigUint64(1, CANONICAL_NAN);
  else key.setBigUint64(1, bits >> 63n === 0n ? bits ^ SIGN_BIT : ~bits);
}

/** Writes for each hash the first bucket that is empty or has it. */
export function probe(
  memory: Memory,
  hashes: number,
  numHashes: number,
  table: number,
  mask: number,
  buckets: number,
): void {
  const { i32 } = memory;
  for (let i = 0; i < numHashes; i++) {
    const hash = i32[hashes * 2 + i]!;
    let bucket = hash & mask;
    while (!isEmpty(i32, table + bucket) && i32[(table + bucket) * 2 + BUCKET_HASH_WORD] !== hash) {
      bucket = (bucket + 1) & mask;
    }
    i32[buckets * 2 + i] = bucket;
  }
}

/** Puts each hash with its pointer into the first empty bucket from its own on. */
export function insert(
  memory: Memory,
  hashes: number,
  pointers: number,
  numHashes: number,
  table: number,
  mask: number,
): void {
  const { i32 } = memory;
  for (let i = 0; i < numHashes; i++) {
    const hash = i32[hashes * 2 + i]!;
    let bucket = hash & mask;
    while (!isEmpty(i32, table + bucket)) bucket = (bucket + 1) & mask;
    i32[(table + bucket) * 2 + BUCKET_HASH_WORD] = hash;
    i32[(table + bucket) * 2 + BUCKET_POINTER_WORD] = i32[pointers * 2 + i]!;
  }
}

function isEmpty(i32: Int32Array, bucketSlot: number): boolean {
  return i32[bucketSlot * 2 + BUCKET_POINTER_WORD] === 0;
}
