import { Memory, PAGE_SIZE_BYTES } from "@millrace/core";
import { SeededRandom } from "@millrace/host-test";
import { expect, test } from "vitest";
import { checksum } from "../../src/kernels/checksum-twin.js";
import { randomRuns } from "./random-runs.js";

function randomBytes(random: SeededRandom, numBytes: number): Memory {
  const memory = new Memory(new ArrayBuffer(numBytes));
  for (let word = 0; word < numBytes / 4; word++) memory.i32[word] = random.seed();
  return memory;
}

/** Returns the checksum of a memory after `change`, and brings it back. */
function checksumAfter(memory: Memory, length: number, change: (bytes: Uint8Array) => void): number {
  const before = memory.u8.slice();
  change(memory.u8);
  const result = checksum(memory, 0, length);
  memory.u8.set(before);
  return result;
}

test("the checksum is a whole number of 53 bits, also of nothing, and the same as ever", () => {
  const memory = new Memory(new ArrayBuffer(128));
  const zeros = [0, 4, 60, 64, 68, 128].map((length) => checksum(memory, 0, length));
  expect(new Set(zeros).size).toBe(6);
  for (let i = 0; i < 128; i++) memory.u8[i] = i;
  const known = [zeros[0], checksum(memory, 0, 64), checksum(memory, 0, 100)];
  expect(known.every(Number.isSafeInteger)).toBe(true);
  expect(known).toMatchInlineSnapshot(`
    [
      3866595240102591,
      7119519950825010,
      7278321783104386,
    ]
  `);
});

test("every flipped bit is found, in blocks of any length", () => {
  randomRuns(20, (random) => {
    const length = 4 + random.below(60) * 4;
    const memory = randomBytes(random, 256);
    const right = checksum(memory, 0, length);
    for (let bit = 0; bit < length * 8; bit++) {
      const flipped = checksumAfter(memory, length, (bytes) => {
        bytes[bit >> 3] = bytes[bit >> 3]! ^ (1 << (bit & 7));
      });
      expect(flipped).not.toBe(right);
    }
  });
});

test("what a disk does to a block is found: cut off, moved, zeros, swapped pieces, older pieces, two flipped bits", () => {
  randomRuns(50, (random) => {
    const length = PAGE_SIZE_BYTES - random.below(20) * 8;
    const memory = randomBytes(random, PAGE_SIZE_BYTES);
    const older = randomBytes(random, PAGE_SIZE_BYTES).u8;
    const right = checksum(memory, 0, length);
    const from = random.below(8) * 4096;
    const to = (from + 4096 * (1 + random.below(7))) % PAGE_SIZE_BYTES;
    const end = Math.min(from + 512, length);
    const bits = [random.below(length * 8), random.below(length * 8)];
    const changes: ((bytes: Uint8Array) => void)[] = [
      (bytes) => bytes.fill(0, from, end),
      (bytes) => bytes.copyWithin(0, 4),
      (bytes) => bytes.copyWithin(0, 64),
      (bytes) => bytes.set(older.subarray(from, end), from),
      (bytes) => {
        const piece = bytes.slice(from, from + 2048);
        bytes.copyWithin(from, to, to + 2048);
        bytes.set(piece, to);
      },
      (bytes) => {
        if (bits[0] === bits[1]) bytes[0] = bytes[0]! ^ 1;
        else for (const bit of bits) bytes[bit >> 3] = bytes[bit >> 3]! ^ (1 << (bit & 7));
      },
    ];
    expect(changes.map((change) => checksumAfter(memory, length, change) === right)).toEqual(changes.map(() => false));
    expect(checksum(memory, 0, length - 8)).not.toBe(right);
  });
});

test("a pair of neighbouring bits that lies in two words is found, wherever it is", () => {
  const random = new SeededRandom(11);
  const memory = randomBytes(random, 1024);
  const right = checksum(memory, 0, 1024);
  for (let byte = 3; byte < 1023; byte += 4) {
    const changed = checksumAfter(memory, 1024, (bytes) => {
      bytes[byte] = bytes[byte]! ^ 0x80;
      bytes[byte + 1] = bytes[byte + 1]! ^ 1;
    });
    expect(changed).not.toBe(right);
  }
});
