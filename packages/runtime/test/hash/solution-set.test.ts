/** Solution sets of many supersteps: whose rows change their size, and that are larger than their memory. */

import { SeededRandom } from "@millrace/host-test";
import { expect, test } from "vitest";
import { MIN_SOLUTION_SET_PAGES } from "../../src/hash/solution-set.js";
import { assertAllReturned } from "../support/budgets.js";
import { run, Solution } from "../support/solutions.js";

const SEED = Number(process.env.FUZZ_SEED ?? 20_261_123);

/** Replaces all rows in the order of their keys, `length` saying how long the text of each is. */
function replaceAll(solution: Solution, numKeys: number, value: number, length: (id: number) => number): void {
  for (let id = 0; id < numKeys; id++) {
    solution.upsert({ id, value, text: "x".repeat(length(id)) }, solution.declared);
  }
}

/** Compares all rows with those of the map; cheaper than comparing arrays. */
function expectAll(solution: Solution): void {
  let numRows = 0;
  let numWrong = 0;
  run(
    solution.set.walk((memory, slot, { serializer }) => {
      const { id, value, text } = serializer.read(memory, slot) as { id: number; value: number; text: string };
      const expected = solution.expected.get(id);
      if (expected?.value !== value || expected.text !== text) numWrong++;
      numRows++;
      return true;
    }),
  );
  expect({ numRows, numWrong }).toEqual({ numRows: solution.expected.size, numWrong: 0 });
}

/** Loads all partitions that are spilled, as a lookup does; returns how many bytes that reads. */
function loadAll({ set, spill }: Solution): number {
  const numRead = spill.numBytesRead;
  run(set.beginLoading(spill));
  for (let partition = 0; partition < set.numPartitions; partition++) {
    if (set.isSpilled(partition)) run(set.passes(partition, function* () {}));
  }
  set.endLoading(spill);
  return spill.numBytesRead - numRead;
}

function close(solution: Solution): void {
  solution.set.close();
  assertAllReturned(solution.budget);
  expect(solution.spill.files.size).toBe(0);
}

// A directory of one page has room for 5461 rows, and partitions are few where there are few pages: directories of several pages are what these are about.
const GROWING = [
  ...[40, 65, 85, 110, 150].map((numPages) => [40_000, numPages] as const),
  ...[130, 175, 220, 300].map((numPages) => [60_000, numPages] as const),
];

test.each(GROWING)("[RT70] %d rows that grow twice, in the order of their keys, with %d pages", (numKeys, numPages) => {
  const solution = new Solution(numPages);
  for (const [value, length] of [0, 7, 16].entries()) replaceAll(solution, numKeys, value, () => length);
  expectAll(solution);
  close(solution);
});

test.each([13, 40, 90, 200, 350])(
  `[RT70] rows that grow and shrink from superstep to superstep, with %d pages (seed ${SEED})`,
  (numPages) => {
    const random = new SeededRandom(SEED + numPages);
    const solution = new Solution(numPages);
    for (let superstep = 0; superstep < 6; superstep++) {
      replaceAll(solution, 15_000, superstep, (id) => (id * 37 + superstep * 11) % random.pick([3, 50, 200]));
      if (random.chance(0.7)) loadAll(solution);
      if (random.chance(0.3)) expectAll(solution);
    }
    expectAll(solution);
    close(solution);
  },
);

test.each([MIN_SOLUTION_SET_PAGES, 24, 60])(
  "[RT71] a set that does not grow takes no more disk, however many supersteps there are, with %d pages",
  (numPages) => {
    const solution = new Solution(numPages);
    const numKeys = 16_000;
    const setBytes = numKeys * 150;
    for (let superstep = 0; superstep < 16; superstep++) {
      replaceAll(solution, numKeys, superstep, () => 110);
      // There may be twenty passes; what was appended is cut by them, not read by each, but for parts of a block or two.
      expect(loadAll(solution)).toBeLessThan(16 * setBytes);
      expect(solution.spill.numBytesOnDisk).toBeLessThan(5 * setBytes);
    }
    expectAll(solution);
    expect(solution.spill.numBytesOnDisk).toBeGreaterThan(setBytes);
    close(solution);
  },
);

test("[RT71] a set that does not change is read about once by each lookup into all of it", () => {
  const solution = new Solution(MIN_SOLUTION_SET_PAGES);
  const numKeys = 16_000;
  replaceAll(solution, numKeys, 0, () => 110);
  loadAll(solution);
  for (let superstep = 0; superstep < 3; superstep++) {
    // Passes that turn out to be too large read until they are full.
    expect(loadAll(solution)).toBeLessThan(4 * numKeys * 150);
  }
  expectAll(solution);
  close(solution);
});

test.each([MIN_SOLUTION_SET_PAGES, 100])(
  "[RT71] rows larger than a page that change take no more disk, however many supersteps there are, with %d pages",
  (numPages) => {
    const solution = new Solution(numPages);
    const [numKeys, numLarge, length] = [300, 60, 40_000];
    for (let superstep = 0; superstep < 12; superstep++) {
      replaceAll(solution, numKeys, superstep, (id) => (id < numLarge ? length + superstep : 500));
      expect(solution.spill.numBytesOnDisk).toBeLessThan(5 * numLarge * length);
      loadAll(solution);
    }
    expectAll(solution);
    close(solution);
  },
);
