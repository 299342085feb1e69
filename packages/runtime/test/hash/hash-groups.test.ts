/**
 * Reduce, its combiner, distinct, minBy and maxBy by hashing, against code on maps, in any amount of memory.
 */
import { keyText, types } from "@millrace/core";
import { SeededRandom } from "@millrace/host-test";
import type { DriverSpec, GroupSpec } from "@millrace/job-graph";
import { describe, expect, test } from "vitest";
import {
  createHashCombineDriver,
  createHashDistinctDriver,
  createHashReduceDriver,
  createHashSelectByDriver,
} from "../../src/drivers/hash-group-drivers.js";
import { minHashGroupPages } from "../../src/hash/hash-groups.js";
import type { Driver, DriverContext } from "../../src/task/driver.js";
import {
  bagOf,
  expectNothingLeft,
  runDriver,
  runSteps,
  TestContext,
  type TestTask,
  type TypedRecords,
} from "./doubles.js";

type Row = { k: number | null; v: number | null; s?: string };
const rowType = types.row({
  k: types.nullable(types.int32),
  v: types.nullable(types.int32),
  s: types.optional(types.string),
});

const byKey: GroupSpec = { keys: [{ path: "k" }], value: undefined };
const MEMORIES = [minHashGroupPages(), 6, 9, 17, 40, 300];

function input(rows: readonly Row[], type: unknown = rowType): TypedRecords[] {
  return [{ type: type as never, records: rows }];
}

function uniform(numKeys: number, perKey: number): Row[] {
  return Array.from({ length: numKeys * perKey }, (_, i) => ({ k: i % numKeys, v: i }));
}

function groupsOf<T extends { k?: unknown }>(rows: readonly T[]): T[][] {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(keyText(row.k), [...(groups.get(keyText(row.k)) ?? []), row]);
  return [...groups.values()];
}

function run(
  create: (context: DriverContext) => Driver,
  parts: TypedRecords[],
  numPages: number,
  more: Partial<TestTask> = {},
) {
  const context = new TestContext({ inputs: [parts], numPages, ...more });
  return { results: runDriver(create, context), context };
}

const reduceSpec = (group: GroupSpec = byKey): Extract<DriverSpec, { kind: "reduce" }> => ({
  kind: "reduce",
  function: 0,
  group,
  strategy: "hash",
});

const add = (a: Row, b: Row): Row => ({ k: a.k, v: (a.v ?? 0) + (b.v ?? 0) });
const join = (a: Row, b: Row): Row => ({ k: a.k, v: null, s: `${a.s ?? a.v}${b.s ?? b.v}` });

function reduced(rows: readonly Row[], call: (a: Row, b: Row) => Row): Row[] {
  return groupsOf(rows).map(([first, ...others]) => others.reduce(call, first!));
}

describe("[O30] reduce", () => {
  for (const isDeclared of [true, false]) {
    test(`sums in any memory, declared: ${isDeclared}`, () => {
      const rows = [...uniform(9000, 3), { k: null, v: 1 }, { k: null, v: 2 }];
      for (const numPages of MEMORIES) {
        const more = { functions: [add] as never, isDeclared };
        const { results, context } = run(
          (each) => createHashReduceDriver(reduceSpec(), each),
          input(rows),
          numPages,
          more,
        );
        expect(bagOf(results)).toEqual(bagOf(reduced(rows, add)));
        expect(context.spill.numBytesWritten > 0).toBe(numPages < 40);
      }
    });
  }

  test("[RT31] rows that grow, beyond a page too, and come in order", () => {
    const random = new SeededRandom(3);
    const rows: Row[] = Array.from({ length: 4000 }, (_, i) => ({
      k: random.below(random.pick([2, 60, 500])),
      v: i,
      s: "ab".repeat(random.below(30)),
    }));
    for (const numPages of MEMORIES) {
      const { results } = run((each) => createHashReduceDriver(reduceSpec(), each), input(rows), numPages, {
        functions: [join] as never,
      });
      expect(bagOf(results)).toEqual(bagOf(reduced(rows, join)));
    }
  });

  test("[O46] a function that changes the key of its record is refused", () => {
    const turned = (a: Row, b: Row): Row => ({ k: -5, v: (a.v ?? 0) + (b.v ?? 0) });
    const rows = [...uniform(5000, 3), { k: -5, v: 1 }];
    for (const numPages of MEMORIES) {
      for (const isDeclared of [true, false]) {
        const more = { functions: [turned] as never, isDeclared };
        expect(() => run((each) => createHashReduceDriver(reduceSpec(), each), input(rows), numPages, more)).toThrow(
          expect.objectContaining({ code: "INVALID_RESULT", where: expect.objectContaining({ subtask: 0 }) }),
        );
      }
    }
  });

  test("a function whose results have other types than the records", () => {
    const half = (a: Row, b: Row): unknown => ({ k: a.k, v: ((a.v ?? 0) + (b.v ?? 0)) / 2, odd: true });
    const rows = uniform(3000, 4);
    for (const numPages of MEMORIES) {
      const { results } = run((each) => createHashReduceDriver(reduceSpec(), each), input(rows), numPages, {
        functions: [half] as never,
      });
      expect(bagOf(results)).toEqual(bagOf(reduced(rows, half as never)));
    }
  });

  test("records behind an attached key, and whole records as keys", () => {
    const keyed: TypedRecords[] = [
      {
        type: types.tuple(types.int32, types.string) as never,
        records: uniform(3000, 2).map(({ k, v }) => [k, `${v} `]),
      },
    ];
    const concat = (a: string, b: string): string => a + b;
    const equal = uniform(3000, 2).map(({ k }) => ({ k, v: 1 }));
    let numCalls = 0;
    const same = (a: Row): Row => {
      numCalls++;
      return a;
    };
    for (const numPages of MEMORIES) {
      const group = { keys: [{ path: "0" }], value: 1 };
      const attached = run((each) => createHashReduceDriver(reduceSpec(group), each), keyed, numPages, {
        functions: [concat] as never,
      });
      expect(bagOf(attached.results)).toEqual(bagOf(uniform(3000, 1).map(({ v }) => `${v} ${v! + 3000} `)));
      const whole = { keys: [{ path: "*" }], value: undefined };
      const counted = run((each) => createHashReduceDriver(reduceSpec(whole), each), input(equal), numPages, {
        functions: [same] as never,
      });
      expect(bagOf(counted.results)).toEqual(bagOf(uniform(3000, 1).map(({ k }) => ({ k, v: 1 }))));
      expect(numCalls).toBe(3000);
      numCalls = 0;
    }
  });

  test("[O46] the cases of the reference, whose function changes what a selector found", () => {
    const rows = [..."abcddeeeffff"].map((letter, i) => [letter, [letter, i + 1]]);
    const group = { keys: [{ path: "0" }], value: 1 };
    const concat = (a: [string, number], b: [string, number]): unknown => [a[0] + b[0], a[1] + b[1]];
    const record = types.tuple(types.string, types.int32);
    const parts = [{ type: types.tuple(types.string, record) as never, records: rows }];
    const { results } = run((each) => createHashReduceDriver(reduceSpec(group), each), parts, 5, {
      functions: [concat] as never,
    });
    expect(bagOf(results)).toEqual(
      bagOf([
        ["a", 1],
        ["b", 2],
        ["c", 3],
        ["dd", 9],
        ["eee", 21],
        ["ffff", 42],
      ]),
    );
  });

  test("an empty input", () => {
    expect(run((each) => createHashReduceDriver(reduceSpec(), each), input([]), 5).results).toEqual([]);
  });
});

describe("so many groups that the table is divided", () => {
  const spec: Extract<DriverSpec, { kind: "distinct" }> = { kind: "distinct", group: byKey, strategy: "hash" };
  const keyOf = (row: unknown): number => (row as Row).k!;

  function rowsOf(numKeys: number, size: number): TypedRecords[] {
    const row = (i: number): Row => ({ k: (i * 7919) % numKeys, v: i, s: "t".repeat(i % 997 === 0 ? 33_000 : size) });
    return input(
      Array.from({ length: numKeys }, (_, i) => row(i)).concat(Array.from({ length: 2000 }, (_, i) => row(i))),
    );
  }

  test("in memory", () => {
    const { results, context } = run((each) => createHashDistinctDriver(spec, each), rowsOf(60_000, 5), 2000);
    expect(new Set(results.map(keyOf)).size).toBe(60_000);
    expect(results.length).toBe(60_000);
    // Rows larger than a page are on disk anyway.
    expect(context.spill.numPagesRead).toBe(0);
    const sums = run((each) => createHashReduceDriver(reduceSpec(), each), rowsOf(60_000, 5), 2000, {
      functions: [add] as never,
    });
    const total = (sums.results as Row[]).reduce((sum, { v }) => sum + v!, 0);
    expect(sums.results.length).toBe(60_000);
    expect(total).toBe((60_000 * 59_999) / 2 + (2000 * 1999) / 2);
  });

  test("and then does not fit", () => {
    const { results, context } = run((each) => createHashDistinctDriver(spec, each), rowsOf(160_000, 400), 2000);
    expect(new Set(results.map(keyOf)).size).toBe(160_000);
    expect(results.length).toBe(160_000);
    expect(context.spill.numPagesRead).toBeGreaterThan(0);
  });
});

describe("[O33] a combiner gives parts of groups, whose sums are those of the groups", () => {
  const spec = (group: GroupSpec): Extract<DriverSpec, { kind: "reduceCombine" }> => ({
    kind: "reduceCombine",
    function: 0,
    group,
    strategy: "hash",
  });

  test("and writes nothing to disk", () => {
    for (const call of [add, join]) {
      const rows = uniform(9000, 3).map((row) => ({ ...row, s: `<${row.v}>` }));
      for (const numPages of [2, 5, 40, 300]) {
        const { results, context } = run((each) => createHashCombineDriver(spec(byKey), each), input(rows), numPages, {
          functions: [call] as never,
        });
        expect(bagOf(reduced(results as Row[], call))).toEqual(bagOf(reduced(rows, call)));
        expect(context.spill.numBytesWritten).toBe(0);
        if (numPages === 300 && call === add) expect(results.length).toBe(9000);
      }
    }
  });

  test("with the keys that were attached", () => {
    const parts = [
      {
        type: types.tuple(types.int32, types.int32) as never,
        records: [
          [1, 10],
          [2, 20],
          [1, 30],
        ],
      },
    ];
    const group = { keys: [{ path: "0" }], value: 1 };
    const { results } = run((each) => createHashCombineDriver(spec(group), each), parts, 5, {
      functions: [(a: number, b: number) => a + b] as never,
    });
    expect(bagOf(results)).toEqual(
      bagOf([
        [1, 40],
        [2, 20],
      ]),
    );
  });
});

describe("[O41] distinct", () => {
  const spec = (keys: string[]): Extract<DriverSpec, { kind: "distinct" }> => ({
    kind: "distinct",
    group: { keys: keys.map((path) => ({ path })), value: undefined },
    strategy: "hash",
  });

  test("[RT31] keeps one record of each key in any memory", () => {
    const rows = [...uniform(15_000, 2), { k: null, v: 1 }, { k: null, v: 2 }];
    for (const numPages of MEMORIES) {
      const { results } = run((each) => createHashDistinctDriver(spec(["k"]), each), input(rows), numPages);
      expect(bagOf((results as Row[]).map(({ k }) => k))).toEqual(bagOf(groupsOf(rows).map(([row]) => row!.k)));
    }
  });

  test("of whole records in layouts that differ, and large ones", () => {
    const parts: TypedRecords[] = [
      { type: types.row({ a: types.int32 }) as never, records: [{ a: 1 }, { a: 2 }] },
      {
        type: types.row({ b: types.nullable(types.string), a: types.float64 }) as never,
        records: [
          { a: 1, b: null },
          { a: 2, b: "x" },
          { a: 2.5, b: null },
          { a: 2, b: "x".repeat(50_000) },
        ],
      },
      {
        type: types.any as never,
        records: [{ a: 2, b: "x" }, { a: 1 }, "text", [1, 2], { a: 2, b: "x".repeat(50_000) }],
      },
      {
        type: types.tuple(types.int32, types.int32) as never,
        records: [
          [1, 2],
          [2, 1],
        ],
      },
      { type: types.string as never, records: ["text", "other"] },
    ];
    for (const numPages of [5, 20]) {
      const { results } = run((each) => createHashDistinctDriver(spec(["*"]), each), parts, numPages);
      const expected = new Map(parts.flatMap(({ records }) => records.map((record) => [keyText(record), record])));
      expect(results.map(keyText).sort()).toEqual([...expected.keys()].sort());
    }
  });
});

describe("[O40] minBy and maxBy", () => {
  test("keep the least or greatest record, and nulls lose", () => {
    const random = new SeededRandom(5);
    const rows: Row[] = Array.from({ length: 20_000 }, () => ({
      k: random.below(6000),
      v: random.chance(0.2) ? null : random.below(5),
      s: "s".repeat(random.below(20)),
    }));
    for (const extreme of ["min", "max"] as const) {
      const spec = { kind: "selectBy", extreme, fields: ["v", "s"], group: byKey, strategy: "hash" } as const;
      const better = (a: Row, b: Row): boolean => {
        if (a.v !== b.v) {
          if (a.v === null || b.v === null) return b.v === null;
          return extreme === "min" ? a.v < b.v : a.v > b.v;
        }
        return extreme === "min" ? a.s! < b.s! : a.s! > b.s!;
      };
      const expected = groupsOf(rows).map((group) => group.reduce((best, row) => (better(row, best) ? row : best)));
      for (const numPages of MEMORIES) {
        const { results } = run((each) => createHashSelectByDriver(spec, each), input(rows), numPages);
        expect(bagOf(results)).toEqual(bagOf(expected));
      }
    }
  });
});

describe("failures leave nothing behind", () => {
  const rows = uniform(6000, 2);
  const create = (): TestContext => new TestContext({ inputs: [input(rows)], numPages: 6, functions: [add] as never });
  const driverOf = (context: DriverContext): Driver => createHashReduceDriver(reduceSpec(), context);

  test("the n-th page request or call of the disk fails, for every n", () => {
    for (const what of ["budget", "spill"] as const) {
      let numFailures = 0;
      for (let n = 1; ; n++) {
        const context = create();
        context[what].failAt = n;
        try {
          runDriver(driverOf, context);
          break;
        } catch (error) {
          expect(error).toMatchObject({ name: "MillraceError" });
          numFailures++;
        }
      }
      expect(numFailures).toBeGreaterThan(10);
    }
  });

  test("the n-th page request fails where kernels have pages of their own, for every n", () => {
    const few = input(uniform(3000, 1));
    for (let n = 1; ; n++) {
      const context = new TestContext({ inputs: [few], numPages: 40, functions: [add] as never });
      context.budget.failAt = n;
      try {
        runDriver(driverOf, context);
        expect(n).toBeGreaterThan(10);
        break;
      } catch (error) {
        expect(error).toMatchObject({ name: "MillraceError", code: "INVALID_ARGUMENT" });
      }
    }
  });

  test("control: without close, pages and files are left", () => {
    const context = create();
    context.spill.failAt = 5;
    expect(() => runSteps(driverOf(context).run())).toThrow("SPILL_FAILED");
    expect(context.budget.numFree).toBeLessThan(context.budget.numPages);
    expect(context.spill.files.size).toBeGreaterThan(0);
  });

  test("cancelled at every step", () => {
    const numSteps = runSteps(driverOf(create()).run());
    for (let step = 0; step < numSteps; step++) {
      const context = create();
      const driver = driverOf(context);
      runSteps(driver.run(), step);
      driver.close();
      expectNothingLeft(context);
    }
  });
});
