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

/** Returns kernels that add the entries they are called for to what `count` is given. */
function counted(kernels: Kernels, count: (numEntries: number) => void): Kernels {
  return new Proxy(kernels, {
    get(target, name) {
      const value = Reflect.get(target, name, target) as unknown;
      if (typeof value !== "function") return value;
      return (...args: number[]) => {
        const [from, to] =
          name === "scatterByDigit" || name === "copyEntries" ? [args[2]!, args[3]!] : [args[1]!, args[2]!];
        if (name !== "beginScatter") count(to - from);
        return Reflect.apply(value, target, args) as unknown;
      };
    },
  });
}

/** Half a million, and what remains of a piece. */
const NUM_LARGE = 600_001;

test.each<[string, (random: SeededRandom, i: number) => number]>([
  ["random keys", (random) => random.seed()],
  ["one key for most, which is last", (random) => (random.chance(0.7) ? 0xffffffff : random.seed())],
  ["all keys equal", () => 5],
  ["two keys, one after the other", (_, i) => (i < 1 << 18 ? 9 : 8)],
])("[RT100] a range larger than the cache is sorted in pieces: %s", (_, keyOf) => {
  randomRuns(1, (random) => {
    const sorted = new Sorted([], NUM_LARGE, random);
    const { memory } = sorted.kernels;
    for (let i = 0; i < NUM_LARGE; i++) {
      const word = sorted.slot(i) * 2;
      memory.i32[word] = 0;
      memory.i32[word + 1] = keyOf(random, i);
      memory.i32[word + 2] = i;
      memory.i32[word + 3] = 0;
    }
    let numWorked = 0;
    let most = 0;
    const kernels = counted(sorted.kernels, (numEntries) => {
      numWorked += numEntries;
    });
    const steps = new EntrySorter(kernels, 0).steps(TABLE_SLOT, BUFFER_TABLE_SLOT, 0, NUM_LARGE, 64);
    for (let isDone = false; !isDone; numWorked = 0) {
      isDone = steps.next().done === true;
      most = Math.max(most, numWorked);
    }
    // Of a range that fits the cache there are a look at it, a count, three scatters at most, and a look at the runs.
    expect(most).toBeLessThanOrEqual(2 * 6 * (1 << 17));
    let wrong = -1;
    for (let i = 1; i < NUM_LARGE && wrong < 0; i++) {
      const [before, word] = [sorted.slot(i - 1) * 2, sorted.slot(i) * 2];
      const [a, b] = [memory.i32[before + 1]! >>> 0, memory.i32[word + 1]! >>> 0];
      if (a > b || (a === b && memory.i32[before + 2]! >= memory.i32[word + 2]!)) wrong = i;
    }
    expect(wrong).toBe(-1);
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
