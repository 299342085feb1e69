/**
 * Holds both implementations of the kernels against each other: the same call on the same bytes must give the same result and leave the
 * same bytes everywhere, also where nothing should be written. Sizes are around those at which loops change, zero included;
 * places are unaligned where the interface allows.
 */
import { type Memory, type NumberColumn, PAGE_SIZE_BYTES } from "@millrace/core";
import type { SeededRandom } from "@millrace/host-test";
import { expect, test } from "vitest";
import { sameBytes } from "../../src/kernels/byte-twin.js";
import {
  ENTRIES_PER_PAGE,
  ENTRY_WORDS,
  MAX_INSERTION_RUN,
  SCATTER_SCRATCH_SLOTS,
} from "../../src/kernels/kernel-layouts.js";
import type { Kernels } from "../../src/kernels/kernels.js";
import { MAX_NEEDLES, needlesSlots, writeNeedles } from "../../src/kernels/needles.js";
import { availableImplementation, bothKernels, shuffled, writePageTable } from "./kernel-memory.js";
import { randomRuns } from "./random-runs.js";

const NUM_PAGES = 16;
const PAGE_SLOTS = PAGE_SIZE_BYTES / 8;
const LENGTHS = [0, 1, 2, 3, 4, 5, 15, 16, 17, 18, 31, 33, 63, 64, 65, 100, 2047, 2048, 2049, 4096, 5000];

/** Makes memories with the same content, and lets both make the same calls. */
function agree(
  random: SeededRandom,
  fill: (memory: Memory) => void,
  calls: (kernels: Kernels) => readonly (number | boolean)[],
): void {
  const { twin, wasm } = bothKernels(NUM_PAGES, random, fill);
  expect(wasm.implementation).toBe(availableImplementation);
  expect(twin.implementation).toBe("typescript");
  const expected = calls(twin);
  expect(calls(wasm)).toEqual(expected);
  const wrong = wasm.memory.i32.findIndex((word, i) => word !== twin.memory.i32[i]);
  if (wrong >= 0) {
    expect({ word: wrong, value: wasm.memory.i32[wrong] }).toEqual({ word: wrong, value: twin.memory.i32[wrong] });
  }
}

/** Writes rows of random sizes from `slot` on, and returns the slot of each. */
function writeRows(memory: Memory, slot: number, numRows: number, maxSlots: number, random: SeededRandom): number[] {
  return Array.from({ length: numRows }, () => {
    const at = slot;
    const numSlots = random.chance(0.02) ? random.between(30, 60) : random.between(1, maxSlots);
    memory.i32[at * 2] = numSlots * 8;
    slot += numSlots;
    return at;
  });
}

function writeWords(memory: Memory, slot: number, stride: number, values: readonly number[]): void {
  values.forEach((value, i) => {
    memory.i32[slot * 2 + i * stride] = value;
  });
}

test("copyRows copies rows in any order, from plain arrays and from entries, until there is no room", () => {
  randomRuns(100, (random) => {
    const numRows = random.pick([0, 1, 2, 5, 100, 300]);
    const stride = random.pick([1, ENTRY_WORDS]);
    const room = random.pick([0, 1, random.below(PAGE_SLOTS), PAGE_SLOTS]);
    agree(
      random,
      (memory) => {
        const rows = shuffled(writeRows(memory, 3, numRows, random.pick([1, 3, 12]), random), random);
        writeWords(memory, 8 * PAGE_SLOTS + 1, stride, rows);
      },
      (kernels) => {
        const pointers = 8 * PAGE_SLOTS + 1;
        const copied = kernels.copyRows(pointers, stride, numRows, 10 * PAGE_SLOTS, 10 * PAGE_SLOTS + room);
        return [copied, kernels.endSlot];
      },
    );
  });
});

test("listRows finds the rows of a page up to its end, the array's end, or a row of size 0", () => {
  randomRuns(60, (random) => {
    const numRows = random.pick([0, 1, 7, 200]);
    const isFollowedByZero = random.chance(0.5);
    const maxRows = random.pick([numRows >> 1, numRows, 1000]);
    let end = 0;
    agree(
      random,
      (memory) => {
        const rows = writeRows(memory, 3, numRows, 8, random);
        const last = rows.at(-1);
        end = last === undefined ? 3 : last + memory.i32[last * 2]! / 8;
        memory.i32[end * 2] = 0;
        if (isFollowedByZero) end += 5;
      },
      (kernels) => [kernels.listRows(3, end, 12 * PAGE_SLOTS, maxRows)],
    );
  });
});

test("partitionRows fills partitions in order and stops at the first row that has no room", () => {
  randomRuns(60, (random) => {
    const numRows = random.pick([0, 1, 50, 300]);
    const numPartitions = random.pick([1, 2, 16]);
    const shift = random.pick([0, 28, 31]);
    agree(
      random,
      (memory) => {
        const rows = shuffled(writeRows(memory, 3, numRows, random.pick([3, 8]), random), random);
        writeWords(memory, 8 * PAGE_SLOTS, 1, rows);
        for (let i = 0; i < numPartitions; i++) {
          const begin = 10 * PAGE_SLOTS + i * 1000;
          const room = random.chance(0.2) ? random.below(20) : 1000;
          writeWords(memory, 9 * PAGE_SLOTS + i, 1, [begin, begin + room]);
        }
      },
      (kernels) => {
        const hashes = 8 * PAGE_SLOTS + 1000;
        const mask = numPartitions - 1;
        return [kernels.partitionRows(8 * PAGE_SLOTS, hashes, numRows, shift, mask, 9 * PAGE_SLOTS)];
      },
    );
  });
});

const TABLE = 0;
const TO_TABLE = 16;
const COUNTS = 64;
const SCRATCH = COUNTS + 3 * 128;
const ENTRY_PAGES = 6;

/** Writes entries that differ in some bits only, and two tables of pages in random order. */
function writeEntries(memory: Memory, random: SeededRandom): void {
  const masks = Array.from({ length: 4 }, () => random.pick([0, 0, 1, 0xff, 0x80000000, random.seed()]));
  for (let slot = 2 * PAGE_SLOTS; slot < (2 + ENTRY_PAGES) * PAGE_SLOTS; slot += 2) {
    for (let word = 0; word < 4; word++) memory.i32[slot * 2 + word] = random.seed() & masks[word]!;
  }
  writePageTable(memory, TABLE, 2, ENTRY_PAGES, random);
  writePageTable(memory, TO_TABLE, 2 + ENTRY_PAGES, ENTRY_PAGES, random);
}

test("the kernels of sorts do the same for every range and bit", () => {
  expect(SCRATCH + SCATTER_SCRATCH_SLOTS).toBeLessThan(2 * PAGE_SLOTS);
  randomRuns(60, (random) => {
    const most = ENTRY_PAGES * ENTRIES_PER_PAGE;
    const from = random.pick([0, 1, ENTRIES_PER_PAGE - 1, ENTRIES_PER_PAGE, random.below(most)]);
    const to = Math.min(
      most,
      from + random.pick([1, 2, MAX_INSERTION_RUN, MAX_INSERTION_RUN + 1, 300, ENTRIES_PER_PAGE, 5000, most]),
    );
    const bit = random.pick([0, 8, 24, 27, 31, 32, 56, 63, 64, 88, 95, 96, 120, 127]);
    const numDigits = random.pick([1, 2, 3]);
    const middle = random.pick([from, to, from + random.below(to - from)]);
    agree(
      random,
      (memory) => writeEntries(memory, random),
      (kernels) => {
        const results = [kernels.firstVaryingBit(TABLE, from, to, bit)];
        kernels.countDigits(TABLE, from, to, bit & 95, numDigits, COUNTS);
        kernels.beginScatter(TO_TABLE, from, to, COUNTS, SCRATCH);
        kernels.scatterByDigit(TABLE, TO_TABLE, from, middle, to, bit & 95, SCRATCH);
        kernels.scatterByDigit(TABLE, TO_TABLE, middle, to, to, bit & 95, SCRATCH);
        results.push(kernels.findRun(TO_TABLE, from, to, bit), kernels.endOfRun(TO_TABLE, from, to, bit));
        results.push(kernels.orderShortRuns(TO_TABLE, from, to, bit, 128));
        kernels.permuteByDigit(TABLE, from, to, bit & 95, COUNTS, SCRATCH);
        results.push(kernels.orderShortRuns(TABLE, from, to, Math.max(0, bit - 1), 96));
        kernels.copyEntries(TABLE, TO_TABLE, from, from + Math.floor((to - from) / 2));
        // What the scratch holds between is an implementation's own business.
        kernels.memory.i32.fill(0, SCRATCH * 2, (SCRATCH + SCATTER_SCRATCH_SLOTS) * 2);
        return results;
      },
    );
  });
});

const SPECIAL_NUMBERS = [0, -0, Number.NaN, Infinity, -Infinity, 1, -1, 5e-324, -5e-324, 2 ** 53, 1e308];

test("hashes are the same for every kind of number, for nulls, and for numbers of rows that are no multiple of four", () => {
  randomRuns(100, (random) => {
    const numRows = random.pick([0, 1, 2, 3, 4, 5, 100]);
    const column: NumberColumn = {
      kind: random.pick(["int32", "float64", "timestamp", "int64"] as const),
      fieldSlot: random.between(1, 2),
      nullWord: 1,
      nullMask: random.pick([0, 1, 2, 0x80000000 | 0]),
    };
    agree(
      random,
      (memory) => {
        const rows = Array.from({ length: numRows }, (_, i) => 3 + i * 4);
        writeWords(memory, PAGE_SLOTS, 1, shuffled(rows, random));
        for (const row of rows) {
          const slot = row + column.fieldSlot;
          if (column.kind === "int32")
            memory.i32[slot * 2] = random.pick([0, 1, -1, 2 ** 31 - 1, -(2 ** 31), random.seed()]);
          else if (column.kind === "int64")
            memory.i64[slot] = BigInt.asIntN(64, random.pick([0n, 1n, -1n, 2n ** 63n, 2n ** 63n - 1n]));
          else if (random.chance(0.5)) memory.f64[slot] = random.pick(SPECIAL_NUMBERS);
          // NaNs of other bits.
          else if (random.chance(0.3)) memory.i32[slot * 2 + 1] = random.pick([0x7ff80001, 0x7ff00001, 0xfff12345]);
        }
      },
      (kernels) => {
        kernels.tableHashes(column, PAGE_SLOTS, numRows, 0x12345678, -5, 2 * PAGE_SLOTS);
        kernels.partitionHashes(column, PAGE_SLOTS, numRows, 3 * PAGE_SLOTS);
        return [];
      },
    );
  });
});

test("flat tables are filled and searched alike, up to one empty bucket", () => {
  randomRuns(60, (random) => {
    const size = random.pick([2, 8, 256, 1024]);
    const numHashes = random.pick([0, 1, size >> 1, size - 1]);
    const numProbes = random.pick([0, 1, 33, 500]);
    const [hashes, pointers, probes, table, out] = [0, 1, 2, 3, 4].map((page) => page * PAGE_SLOTS) as [
      number,
      number,
      number,
      number,
      number,
    ];
    agree(
      random,
      (memory) => {
        const drawn = Array.from({ length: numHashes }, () => random.pick([random.seed(), random.below(20)]));
        writeWords(memory, hashes, 1, drawn);
        for (let i = 0; i < numHashes; i++) memory.i32[pointers * 2 + i] = i + 1;
        writeWords(
          memory,
          probes,
          1,
          Array.from({ length: numProbes }, () => random.pick([random.seed(), ...drawn.slice(0, 20)])),
        );
        memory.i32.fill(0, table * 2, (table + size) * 2);
      },
      (kernels) => {
        kernels.insert(hashes, pointers, numHashes, table, size - 1);
        kernels.probe(probes, numProbes, table, size - 1, out);
        return [];
      },
    );
  });
});

test("checksums are the same at every place and length", () => {
  randomRuns(40, (random) => {
    const from = random.below(10) * 4;
    agree(
      random,
      () => {},
      (kernels) => LENGTHS.map((length) => kernels.checksum(from, length * 4)),
    );
  });
});

test("findBytes finds up to four bytes, wherever they are, up to the end of the array", () => {
  randomRuns(100, (random) => {
    const from = random.below(40);
    const length = random.pick(LENGTHS);
    const bytes = random.pick([sameBytes(10), sameBytes(0xff), 0x0a0d2c22, random.seed()]);
    const maxPositions = random.pick([0, 1, 5, 10_000]);
    agree(
      random,
      (memory) => {
        for (let i = 0; i < 5100; i++)
          if (random.chance(0.1)) memory.u8[i] = (bytes >>> random.pick([0, 8, 16, 24])) & 0xff;
      },
      (kernels) => [kernels.findBytes(from, length, bytes, PAGE_SLOTS, maxPositions)],
    );
  });
});

test("findNeedles finds needles that overlap, begin alike, are alike, and stand at the end", () => {
  randomRuns(150, (random) => {
    const from = random.below(40);
    const length = random.pick(LENGTHS);
    const letters = random.pick(["a", "ab", "abcdefgh", "\u0000\u00ffa"]);
    const text = (size: number) =>
      Uint8Array.from({ length: size }, () => letters.charCodeAt(random.below(letters.length)));
    const needles = Array.from({ length: random.between(1, MAX_NEEDLES) }, () =>
      text(random.pick([1, 2, 3, 4, 9, 20])),
    );
    const maxMatches = random.pick([0, MAX_NEEDLES - 1, MAX_NEEDLES, 50, 10_000]);
    expect(needlesSlots(needles)).toBeLessThan(PAGE_SLOTS);
    agree(
      random,
      (memory) => {
        memory.u8.set(text(5100));
        writeNeedles(memory, PAGE_SLOTS, needles);
      },
      (kernels) => [kernels.findNeedles(from, length, PAGE_SLOTS, 2 * PAGE_SLOTS, maxMatches)],
    );
  });
});

test("numbers are gathered and added in the same order", () => {
  randomRuns(60, (random) => {
    const count = random.pick([0, 1, 3, 4, 5, 1000]);
    const numSums = random.pick([0, 1, 50]);
    const [values, indexes, offsets, out, targets] = [0, 1, 2, 3, 4].map((page) => page * PAGE_SLOTS) as [
      number,
      number,
      number,
      number,
      number,
    ];
    agree(
      random,
      (memory) => {
        for (let i = 0; i < PAGE_SLOTS; i++) {
          // Of all sizes, so that sums are rounded, and differ when they are made in another order.
          memory.f64[values + i] = random.next() * 2 ** random.between(-30, 30);
          memory.f64[targets + i] = random.next();
        }
        writeWords(
          memory,
          indexes,
          1,
          Array.from({ length: count }, () => random.below(500)),
        );
        let offset = 0;
        for (let i = 0; i <= numSums; i++) {
          memory.i32[offsets * 2 + i] = offset;
          offset = Math.min(count, offset + random.below(12));
        }
      },
      (kernels) => {
        kernels.sumGathered(offsets, numSums, indexes, values, out);
        kernels.gatherNumbers(values, indexes, count, out + 1000);
        kernels.scatterAdd(targets, indexes, values, count);
        return [];
      },
    );
  });
});
