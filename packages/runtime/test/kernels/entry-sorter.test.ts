import type { SeededRandom } from "@millrace/host-test";
import { describe, expect, test } from "vitest";
import { EntrySorter, SORTER_SCRATCH_SLOTS } from "../../src/kernels/entry-sorter.js";
import { ENTRIES_PER_PAGE, MAX_INSERTION_RUN } from "../../src/kernels/kernel-layouts.js";
import type { Kernels } from "../../src/kernels/kernels.js";
import { newKernels, writePageTable } from "./kernel-memory.js";
import { randomRuns } from "./random-runs.js";

const SCRATCH_PAGES = 2;
const TABLE_SLOT = SORTER_SCRATCH_SLOTS;
const BUFFER_TABLE_SLOT = TABLE_SLOT + 512;

interface Entry {
  readonly high: bigint;
  readonly middle: number;
  readonly low: number;
}

/** Ways of drawing keys, named by what is special about them. */
const distributions: Record<string, (random: SeededRandom, numEntries: number) => bigint> = {
  "random keys": (random) => (BigInt(random.seed()) << 32n) | BigInt(random.seed()),
  "all keys equal": () => 0x0123456789abcdefn,
  "few distinct keys": (random) => BigInt(random.below(5)) << 60n,
  "small integers": (random, numEntries) => BigInt(random.below(numEntries)) + 2n ** 63n,
  "one key for most": (random) => (random.chance(0.9) ? 77n : BigInt(random.seed()) << 20n),
  "long common prefixes": (random) => BigInt(random.below(3)) * 2n ** 40n + BigInt(random.seed()),
  "differences at the end of a word": (random) => BigInt(random.below(4)) << 31n,
  "descending already": () => 0n,
};

function entriesOf(name: string, numEntries: number, random: SeededRandom): Entry[] {
  return Array.from({ length: numEntries }, (_, i) => ({
    high: name === "descending already" ? BigInt(numEntries - i) * 1000n : distributions[name]!(random, numEntries),
    middle: random.chance(0.5) ? 0 : random.seed(),
    low: i,
  }));
}

class Sorted {
  readonly kernels: Kernels;
  readonly numEntries: number;

  constructor(entries: readonly Entry[], from: number, random: SeededRandom) {
    this.numEntries = from + entries.length;
    const numPages = Math.max(1, Math.ceil((this.numEntries + 7) / ENTRIES_PER_PAGE));
    this.kernels = newKernels(SCRATCH_PAGES + numPages * 2);
    const { memory } = this.kernels;
    writePageTable(memory, TABLE_SLOT, SCRATCH_PAGES, numPages, random);
    writePageTable(memory, BUFFER_TABLE_SLOT, SCRATCH_PAGES + numPages, numPages, random);
    entries.forEach(({ high, middle, low }, i) => {
      const slot = this.slot(from + i);
      memory.i64[slot] = BigInt.asIntN(64, high);
      memory.i32[slot * 2 + 2] = low;
      memory.i32[slot * 2 + 3] = middle;
    });
  }

  slot(index: number): number {
    const page = this.kernels.memory.i32[TABLE_SLOT * 2 + Math.floor(index / ENTRIES_PER_PAGE)]!;
    return page + (index % ENTRIES_PER_PAGE) * 2;
  }

  read(from: number): Entry[] {
    const { memory } = this.kernels;
    return Array.from({ length: this.numEntries - from }, (_, i) => {
      const slot = this.slot(from + i);
      return {
        high: BigInt.asUintN(64, memory.i64[slot]!),
        middle: memory.i32[slot * 2 + 3]! >>> 0,
        low: memory.i32[slot * 2 + 2]! >>> 0,
      };
    });
  }
}

function byKey(numKeyBits: 64 | 96): (a: Entry, b: Entry) => number {
  return (a, b) => (a.high < b.high ? -1 : a.high > b.high ? 1 : numKeyBits === 64 ? 0 : a.middle - b.middle);
}

describe.each(Object.keys(distributions))("sorting entries with %s", (name) => {
  test("is stable and right for both lengths of keys, at sizes around every threshold", () => {
    randomRuns(4, (random) => {
      for (const numEntries of [0, 1, 2, MAX_INSERTION_RUN, MAX_INSERTION_RUN + 1, 255, 2047, 2050, 40_000]) {
        for (const numKeyBits of [64, 96] as const) {
          const entries = entriesOf(name, numEntries, random);
          const from = random.below(4000);
          const sorted = new Sorted(entries, from, random);
          new EntrySorter(sorted.kernels, 0).sort(TABLE_SLOT, BUFFER_TABLE_SLOT, from, from + numEntries, numKeyBits);
          expectSame(sorted.read(from), [...entries].sort(byKey(numKeyBits)));
        }
      }
    });
  });

  test("in place orders by all of the entry", () => {
    randomRuns(4, (random) => {
      for (const numEntries of [0, 1, 2, MAX_INSERTION_RUN, MAX_INSERTION_RUN + 1, 2050, 10_000]) {
        const entries = entriesOf(name, numEntries, random);
        const from = random.below(4000);
        const sorted = new Sorted(entries, from, random);
        new EntrySorter(sorted.kernels, 0).sortInPlace(TABLE_SLOT, from, from + numEntries);
        const order = byKey(96);
        expectSame(
          sorted.read(from),
          [...entries].sort((a, b) => order(a, b) || a.low - b.low),
        );
      }
    });
  });
});

test("what stands before and behind the range stays as it is", () => {
  randomRuns(10, (random) => {
    const entries = entriesOf("random keys", 5000, random);
    const sorted = new Sorted(entries, 0, random);
    new EntrySorter(sorted.kernels, 0).sort(TABLE_SLOT, BUFFER_TABLE_SLOT, 1000, 4500, 64);
    const middle = entries.slice(1000, 4500).sort(byKey(64));
    expectSame(sorted.read(0), [...entries.slice(0, 1000), ...middle, ...entries.slice(4500)]);
  });
});

test("an error thrown between two pieces ends the sort", () => {
  randomRuns(1, (random) => {
    const entries = entriesOf("random keys", 40_000, random);
    const sorted = new Sorted(entries, 0, random);
    const sorter = new EntrySorter(sorted.kernels, 0);
    const cancel = () => {
      throw new Error("cancelled");
    };
    expect(() => sorter.sort(TABLE_SLOT, BUFFER_TABLE_SLOT, 0, 40_000, 64, cancel)).toThrow("cancelled");
    expect(() => sorter.sortInPlace(TABLE_SLOT, 0, 40_000, cancel)).toThrow("cancelled");
  });
});

/** Compares long arrays without the cost of a difference when they are equal. */
function expectSame(actual: readonly Entry[], expected: readonly Entry[]): void {
  expect(actual.length).toBe(expected.length);
  const wrong = actual.findIndex((entry, i) => {
    const other = expected[i]!;
    return entry.high !== other.high || entry.middle !== other.middle || entry.low !== other.low;
  });
  if (wrong >= 0) expect({ at: wrong, entry: actual[wrong] }).toEqual({ at: wrong, entry: expected[wrong] });
}
