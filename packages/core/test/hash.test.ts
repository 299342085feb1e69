import { expect, test } from "vitest";
import { halfSipHash } from "../src/hash/index.js";
import {
  canonicalKeyBytes,
  MAX_PARTITIONS,
  partitionHash,
  partitionHashOfBytes,
  partitionOf,
  tableHashOfBytes,
} from "../src/index.js";

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Pearson's statistic of `counts` against even filling, in standard deviations from its expectation. */
function unevenness(counts: Uint32Array): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const expected = total / counts.length;
  const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const degrees = counts.length - 1;
  return (statistic - degrees) / Math.sqrt(2 * degrees);
}

test("[T6] the partition hash is MurmurHash3_x86_32 with seed 0", () => {
  const vectors = {
    "": 0,
    hello: 0x248bfa47,
    "hello, world": 0x149bbb7f,
    "The quick brown fox jumps over the lazy dog": 0x2e4ff723,
  };
  for (const [text, hash] of Object.entries(vectors)) expect(partitionHashOfBytes(ascii(text), text.length)).toBe(hash);
});

test("[T7] the table hash is HalfSipHash: reference vectors of its 2-4 form", () => {
  // The first bytes of the reference implementation's vectors_hsip32: key 00 01 … 07, input 00 01 … of growing length.
  const vectors = ["a9359f5b", "27475ab8", "fa62a603", "8afee704", "2a6e4689", "c5fab669"];
  vectors.forEach((expected, length) => {
    const input = Uint8Array.from({ length }, (_, i) => i);
    const hash = Buffer.alloc(4);
    hash.writeUInt32LE(halfSipHash(input, length, 0x03020100, 0x07060504, 2, 4));
    expect(hash.toString("hex")).toBe(expected);
  });
});

test("[T6] the published hashes of keys", () => {
  const vectors: readonly (readonly [unknown, number])[] = [
    [null, 0xe45ad1ab],
    [true, 0x289dca8c],
    [0, 0xaf81c2eb],
    [5, 0x83564f4a],
    [-1.5, 0x98e73ecd],
    [NaN, 0x1b81975f],
    [5n, 0x6878c27f],
    ["", 0x16f162e0],
    ["ab", 0xe7f9e1fb],
    ["\u0000", 0x74b02835],
    ["\ud83d\ude00", 0xc21904ab],
    [new Date(0), 0xdfc23d64],
    [new Uint8Array([0, 1]), 0x6519f573],
    [[1, "a"], 0xf067189a],
    [{ b: true, a: null }, 0xfa1288f3],
  ];
  for (const [key, hash] of vectors) expect(partitionHash(key)).toBe(hash);
});

test("[T6] equal keys of different kinds of numbers have one hash", () => {
  expect(partitionHash(-0)).toBe(partitionHash(0));
  expect(partitionHash({ a: 1, b: undefined })).toBe(partitionHash({ a: 1 }));
});

test("[T6] partitions cover the whole range and no more", () => {
  for (const n of [1, 2, 3, 7, 1000, MAX_PARTITIONS]) {
    expect(partitionOf(0, n)).toBe(0);
    expect(partitionOf(0xffffffff, n)).toBe(n - 1);
    expect(partitionOf(0x80000000, n)).toBe(Math.floor(n / 2));
  }
});

test("[T6] flipping one bit of a key flips about half of the hash", () => {
  let flips = 0;
  let pairs = 0;
  for (let key = 0; key < 500; key++) {
    const bytes = canonicalKeyBytes(key * 7919);
    const hash = partitionHashOfBytes(bytes, bytes.length);
    for (let bit = 8; bit < bytes.length * 8; bit += 3) {
      const flipped = bytes.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      let difference = hash ^ partitionHashOfBytes(flipped, flipped.length);
      for (; difference !== 0; difference &= difference - 1) flips++;
      pairs++;
    }
  }
  expect(flips / pairs / 32).toBeGreaterThan(0.49);
  expect(flips / pairs / 32).toBeLessThan(0.51);
});

const KEY_SETS: Readonly<Record<string, (i: number) => unknown>> = {
  "consecutive integers": (i) => i,
  "multiples of 1024": (i) => i * 1024,
  fractions: (i) => i / 3,
  "short strings": (i) => `k${i}`,
  "long strings with a common end": (i) => `${i}-customer@example.org`,
  bigints: (i) => BigInt(i),
  pairs: (i) => [i & 255, i >> 8],
  dates: (i) => new Date(i * 86_400_000),
};

for (const [name, keyOf] of Object.entries(KEY_SETS)) {
  test(`[T7] keys spread evenly over partitions, and the keys of one partition over a table: ${name}`, () => {
    const numPartitions = 7;
    const counts = new Uint32Array(numPartitions);
    const table = new Uint32Array(1024);
    for (let i = 0; i < 100_000; i++) {
      const bytes = canonicalKeyBytes(keyOf(i));
      const partition = partitionOf(partitionHashOfBytes(bytes, bytes.length), numPartitions);
      counts[partition]!++;
      if (partition === 3) table[tableHashOfBytes(bytes, bytes.length, { low: 17, high: 4 }) & 1023]!++;
    }
    expect(Math.abs(unevenness(counts))).toBeLessThan(5);
    expect(Math.abs(unevenness(table))).toBeLessThan(5);
  });
}

test("[T7] another seed is another table hash", () => {
  const bytes = ascii("key");
  expect(tableHashOfBytes(bytes, 3, { low: 1, high: 2 })).not.toBe(tableHashOfBytes(bytes, 3, { low: 1, high: 3 }));
});
