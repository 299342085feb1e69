/**
 * Holds both implementations of the kernels for groups against each other, as agreement.property.test.ts does: same results, same bytes. A
 * model beside them says which rows are one group.
 */
import type { Memory } from "@millrace/core";
import type { SeededRandom } from "@millrace/host-test";
import { expect, test } from "vitest";
import { agree, shuffled } from "./kernel-memory.js";
import { randomRuns } from "./random-runs.js";

const PAGE_SLOTS = 4096;
const ROWS = 3;
const POINTERS = 4 * PAGE_SLOTS;
const HASHES = POINTERS + 2048;
const GROUPS = 5 * PAGE_SLOTS;
const TABLE = GROUPS + 2048;
const CURSORS = 6 * PAGE_SLOTS;
const ENTRIES = 8 * PAGE_SLOTS;
const CELLS = 12 * PAGE_SLOTS;
const NUM_PAGES = 16;
const FIELD_SLOT = 1;
const ROW_SLOTS = 3;
const NULL_BIT = 1;
const IS_LARGE = 0x2000_0000;

/** Writes rows of a number and a value, in random order; keys that are equal have one hash, and others have it too at times. */
function writeRows(memory: Memory, kind: number, numRows: number, numKeys: number, random: SeededRandom): string[] {
  const numHashes = random.pick([1, numKeys, 2 ** 30]);
  const hashOf = new Map<string, number>();
  const keys: string[] = [];
  const slots = shuffled(
    Array.from({ length: numRows }, (_, i) => ROWS + i * ROW_SLOTS),
    random,
  );
  slots.forEach((slot, i) => {
    memory.i32[slot * 2] = ROW_SLOTS * 8;
    memory.i32[slot * 2 + 1] = random.chance(0.1) ? NULL_BIT : 0;
    const number = random.below(numKeys);
    if (kind === 0) memory.i32[(slot + FIELD_SLOT) * 2] = number - 2;
    else if (kind === 2) memory.i64[slot + FIELD_SLOT] = BigInt(number - 2) << 20n;
    else memory.f64[slot + FIELD_SLOT] = number === 0 ? Number.NaN : number === 1 ? random.pick([0, -0]) : number / 3;
    memory.f64[slot + 2] = random.between(-9, 9);
    const key = memory.i32[slot * 2 + 1] === NULL_BIT ? "null" : String(number);
    if (!hashOf.has(key)) hashOf.set(key, random.below(numHashes) << 2);
    memory.i32[POINTERS * 2 + i] = slot;
    memory.i32[HASHES * 2 + i] = hashOf.get(key)!;
    keys.push(key);
  });
  return keys;
}

function writeTable(memory: Memory, kind: number, numPages: number, prefixSlots: number, room: number): void {
  const numCells = numPages * PAGE_SLOTS;
  memory.i32.fill(0, CELLS * 2, (CELLS + numCells) * 2);
  const words = [numCells, 0, 3000, prefixSlots, ENTRIES, ENTRIES + room, kind, FIELD_SLOT, 1, NULL_BIT];
  const pages = Array.from({ length: numPages }, (_, i) => CELLS + (numPages - 1 - i) * PAGE_SLOTS);
  memory.i32.set([...words, ...pages], TABLE * 2);
}

test("findGroups gives rows of one key one entry, makes those that are missing, and sums go to them", () => {
  randomRuns(80, (random) => {
    const kind = random.below(3);
    const numRows = random.pick([0, 1, 3, 200, 1300]);
    const prefixSlots = random.between(2, 4);
    let keys: string[] = [];
    const memory = agree(
      NUM_PAGES,
      random,
      (bytes) => {
        keys = writeRows(bytes, kind, numRows, random.pick([1, 5, 1000]), random);
        writeTable(bytes, kind, random.pick([1, 3]), prefixSlots, 4 * PAGE_SLOTS);
      },
      (kernels) => {
        const half = numRows >> 1;
        const first = kernels.findGroups(TABLE, POINTERS, HASHES, 0, half, true, GROUPS);
        const rest = kernels.findGroups(TABLE, POINTERS, HASHES, half, numRows, true, GROUPS);
        const numbers = { fieldSlot: 2, nullWord: 1, nullMask: 2, sumSlot: 1, seenWord: 3, seenMask: 4 };
        kernels.addNumbers({ ...numbers, isInt32: false }, POINTERS, numRows, GROUPS);
        return [first, rest];
      },
    );
    const groupOf = new Map<string, number>();
    const sums = new Map<number, number>();
    keys.forEach((key, i) => {
      const group = memory.i32[GROUPS * 2 + i]!;
      expect(groupOf.get(key) ?? group).toBe(group);
      groupOf.set(key, group);
      sums.set(group, (sums.get(group) ?? 0) + memory.f64[memory.i32[POINTERS * 2 + i]! + 2]!);
    });
    expect(sums.size).toBe(groupOf.size);
    expect(memory.i32[TABLE * 2 + 2]).toBe(3000 - groupOf.size);
  });
});

test("findGroups stops where there is no room or a row is in a file, and makes nothing when it may not", () => {
  randomRuns(80, (random) => {
    const kind = random.below(3);
    const numRows = random.pick([2, 50, 700]);
    const mayInsert = random.chance(0.7);
    agree(
      NUM_PAGES,
      random,
      (memory) => {
        writeRows(memory, kind, numRows, random.pick([2, 400]), random);
        writeTable(memory, kind, 1, 2, random.pick([0, 4, 5, 100, 2000]));
        if (random.chance(0.3)) memory.i32[TABLE * 2 + 2] = random.below(5);
        for (let row = 0; row < numRows; row += 9) {
          const hash = memory.i32[HASHES * 2 + row]!;
          const cell = CELLS + Math.floor(((hash >>> 0) * PAGE_SLOTS) / 2 ** 32);
          memory.i32[cell * 2] = random.chance(0.5) ? 1 : ENTRIES + 3 * PAGE_SLOTS;
          memory.i32[cell * 2 + 1] = hash;
        }
        memory.i32[(ENTRIES + 3 * PAGE_SLOTS) * 2] = IS_LARGE;
      },
      (kernels) => {
        const end = kernels.findGroups(TABLE, POINTERS, HASHES, 0, numRows, mayInsert, GROUPS);
        return [end, end < numRows ? kernels.findGroups(TABLE, POINTERS, HASHES, end + 1, numRows, false, GROUPS) : 0];
      },
    );
  });
});

test("addNumbers adds numbers of 32 bits, and leaves out nulls and rows without a group", () => {
  randomRuns(40, (random) => {
    const numRows = random.pick([0, 1, 100, 1000]);
    agree(
      NUM_PAGES,
      random,
      (memory) => {
        writeRows(memory, 0, numRows, 50, random);
        for (let i = 0; i < numRows; i++) {
          memory.i32[GROUPS * 2 + i] = random.chance(0.1) ? 0 : ENTRIES + random.below(20) * 4;
        }
        memory.f64.fill(0, ENTRIES, ENTRIES + 200);
      },
      (kernels) => {
        const numbers = { fieldSlot: 1, nullWord: 1, nullMask: NULL_BIT, sumSlot: 2, seenWord: 2, seenMask: 1 };
        kernels.addNumbers({ ...numbers, isInt32: true }, POINTERS, numRows, GROUPS);
        return [];
      },
    );
  });
});

test("partitionEntries writes entries that listEntries finds, and stops where there is no room", () => {
  randomRuns(80, (random) => {
    const numRows = random.pick([0, 1, 50, 700]);
    const numPartitions = random.pick([1, 4, 16]);
    const shift = random.pick([2, 28, 31]);
    agree(
      NUM_PAGES,
      random,
      (memory) => {
        writeRows(memory, 0, numRows, 300, random);
        for (let i = 0; i < numPartitions; i++) {
          const room = random.chance(0.2) ? random.below(40) : 250;
          memory.i32.set([ENTRIES + i * 250, ENTRIES + i * 250 + room], (CURSORS + i) * 2);
        }
      },
      (kernels) => {
        const from = numRows >> 2;
        const end = kernels.partitionEntries(POINTERS, HASHES, from, numRows, shift, numPartitions - 1, CURSORS);
        const listed = kernels.listEntries(ENTRIES, kernels.memory.i32[CURSORS * 2]!, CELLS, CELLS + 2048);
        return [end, listed];
      },
    );
  });
});
