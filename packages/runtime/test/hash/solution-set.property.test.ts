/** The solution set compared with a Map, over random upserts, layouts, sizes of rows and memory. */

import { keyText, Memory, RowLayout, type TypeInformation, types } from "@millrace/core";
import { SeededRandom, TestHost } from "@millrace/host-test";
import type { JoinKind } from "@millrace/job-graph";
import { expect, test } from "vitest";
import { solutionJoinDriver } from "../../src/drivers/solution-join-driver.js";
import { HashKeys } from "../../src/hash/hash-keys.js";
import { MIN_SOLUTION_SET_PAGES } from "../../src/hash/solution-set.js";
import { collectEachRow } from "../../src/rows/collect-each-row.js";
import type { PageCursor } from "../../src/rows/row-cursor.js";
import { RowPairOrder } from "../../src/rows/row-order.js";
import type { StreamLayout } from "../../src/rows/stream-layout.js";
import type { DriverContext, RecordOutput } from "../../src/task/driver.js";
import { assertAllReturned, pageBudget } from "../support/budgets.js";
import { byId, type Entry, HASH_SEED, Rows, run, Solution } from "../support/solutions.js";

const BASE_SEED = Number(process.env.FUZZ_SEED ?? 20_261_123);
const NUM_CASES = 40 * Number(process.env.FUZZ_COUNT ?? 1);

function randomSolution(random: SeededRandom, numPages: number): Solution {
  const solution = new Solution(numPages);
  const numUpserts = [0, 1, 100, 3000, 9000][random.below(5)]!;
  const numKeys = random.between(1, 4000);
  const textLength = [0, 10, 200][random.below(3)]!;
  const hasTwoLayouts = random.chance(0.3);
  const changesSize = random.chance(0.5);
  for (let i = 0; i < numUpserts; i++) {
    const id = random.below(numKeys);
    const length = changesSize ? random.below(textLength + 1) : textLength;
    const text = random.chance(0.001) ? "x".repeat(40_000) : "abc".repeat(length);
    solution.upsert({ id, value: i, text }, hasTwoLayouts && random.chance(0.4) ? solution.other : solution.declared);
  }
  return solution;
}

for (let i = 0; i < NUM_CASES; i++) {
  const seed = BASE_SEED + i;
  test(`a solution set has the last row of each key (seed ${seed})`, () => {
    const random = new SeededRandom(seed);
    const solution = randomSolution(random, [MIN_SOLUTION_SET_PAGES, 20, 64, 300][random.below(4)]!);
    const expected = [...solution.expected.values()].sort(byId);
    expect(solution.all()).toEqual(expected);
    // Reading changes nothing, and rows can be replaced afterwards.
    solution.upsert({ id: 7, value: -1, text: "" }, solution.declared);
    expect(solution.all()).toEqual([...solution.expected.values()].sort(byId));
    solution.set.close();
    assertAllReturned(solution.budget);
    expect(solution.spill.files.size).toBe(0);
  });

  test(`a join with a solution set is that with a map (seed ${seed})`, () => {
    const random = new SeededRandom(seed);
    const solution = randomSolution(random, [MIN_SOLUTION_SET_PAGES, 30, 200][random.below(3)]!);
    const probes = Array.from({ length: random.below(3000) }, (_, n) => ({
      id: random.chance(0.05) ? null : random.below(5000),
      n,
    }));
    const isFirst = random.chance(0.5);
    const kinds: JoinKind[] = isFirst ? ["inner", "right-outer"] : ["inner", "left-outer", "semi", "anti"];
    const joinType = random.pick(kinds);
    const results = join(solution, probes, joinType, isFirst, random.between(2, 9));
    expect(sortedTexts(results)).toEqual(sortedTexts(expectedJoin(solution.expected, probes, joinType, isFirst)));
    solution.set.close();
    assertAllReturned(solution.budget);
    expect(solution.spill.files.size).toBe(0);
  });
}

interface Probe {
  readonly id: number | null;
  readonly n: number;
}

function expectedJoin(rows: Map<number, Entry>, probes: readonly Probe[], kind: JoinKind, isFirst: boolean): unknown[] {
  return probes.flatMap((probe) => {
    const found = probe.id === null ? undefined : rows.get(probe.id);
    if (kind === "semi") return found === undefined ? [] : [probe];
    if (kind === "anti") return found === undefined ? [probe] : [];
    if (found === undefined && kind === "inner") return [];
    return [isFirst ? [found ?? null, probe] : [probe, found ?? null]];
  });
}

function join(
  solution: Solution,
  probes: readonly Probe[],
  joinType: JoinKind,
  isFirst: boolean,
  numPages: number,
): unknown[] {
  const type = types.row({ id: types.nullable(types.float64), n: types.int32 });
  const layout = solution.layouts.add(RowLayout.of(type as unknown as TypeInformation<unknown>));
  const results: unknown[] = [];
  const out: RecordOutput = {
    isFull: false,
    collect: (record) => void results.push(record),
    collectRow: (memory, slot, { serializer }) => void results.push(serializer.read(memory, slot)),
    collectRows: (memory, slot, end, layout) => collectEachRow(out, memory, slot, end, layout),
  };
  const budget = pageBudget(numPages);
  const context = {
    budget,
    spill: solution.spill,
    layouts: solution.layouts,
    out,
    hashSeed: HASH_SEED,
    clock: new TestHost().clock,
    pages: () => new ProbePages(probes, layout),
    throwIfCancelled: () => {},
  } as unknown as DriverContext;
  const driver = solutionJoinDriver(
    {
      kind: "join",
      joinType,
      strategy: isFirst ? "solution-first" : "solution-second",
      leftKeys: [{ path: "id" }],
      rightKeys: [{ path: "id" }],
      leftValue: undefined,
      rightValue: undefined,
      result: joinType === "semi" || joinType === "anti" ? { kind: "left" } : { kind: "pair" },
    },
    context,
    solution.set,
  );
  run(driver.run());
  driver.close();
  assertAllReturned(budget);
  return results;
}

/** Gives a row a page. */
class ProbePages implements PageCursor {
  readonly memory = new Memory(new ArrayBuffer(1 << 12));
  readonly slot = 0;
  readonly numRows = 1;
  readonly layout: StreamLayout;
  endSlot = 0;
  isAtEnd = false;
  readonly #records: Iterator<Probe>;

  constructor(records: readonly Probe[], layout: StreamLayout) {
    this.#records = records.values();
    this.layout = layout;
  }

  nextPage(): boolean {
    const { done, value } = this.#records.next();
    this.isAtEnd = done === true;
    if (done === true) return false;
    this.endSlot = this.layout.serializer.write(value, this.memory, 0, this.memory.numSlots);
    return true;
  }
}

function sortedTexts(records: readonly unknown[]): string[] {
  return records.map((record) => keyText(record)).sort();
}

test("a row is found by a key of another layout, where it was replaced last", () => {
  const solution = new Solution(MIN_SOLUTION_SET_PAGES);
  solution.upsert({ id: 1, value: 1, text: "first" }, solution.declared);
  solution.upsert({ id: 1, value: 2, text: "second" }, solution.other);
  const memory = new Rows().put(solution.other, { id: 1, text: "", value: 0 });
  const hash = new HashKeys([{ path: "id" }]).of(solution.other).hash(memory, 0, HASH_SEED);
  const equality = new RowPairOrder([{ path: "id" }], [{ path: "id" }]);
  const row = solution.set.find(memory, 0, solution.other, hash, equality)!;
  expect(row.layout.serializer.read(row.memory, row.slot)).toEqual({ id: 1, text: "second", value: 2 });
  solution.set.close();
});

test("when the n-th call of the disk fails, the error is the disk's, and nothing is left", () => {
  let numFailures = 0;
  for (let n = 1; ; n++) {
    const solution = new Solution(MIN_SOLUTION_SET_PAGES, n);
    let error: unknown;
    try {
      for (let i = 0; i < 1500; i++) {
        solution.upsert({ id: i % 1000, value: i, text: "some text".repeat(60) }, solution.declared);
      }
      expect(solution.all()).toHaveLength(1000);
    } catch (thrown) {
      error = thrown;
    }
    solution.set.close();
    assertAllReturned(solution.budget);
    expect(solution.spill.files.size).toBe(0);
    if (error === undefined) break;
    expect(error).toMatchObject({ code: "SPILL_FAILED" });
    numFailures++;
  }
  expect(numFailures).toBeGreaterThan(10);
});
