/**
 * Joins by hashing against code that any reader can check: for every kind of join, either build side, and amounts of memory from more than
 * enough to the least there is, which sends partitions through several levels of recursion and through chunks.
 */
import { types } from "@millrace/core";
import { SeededRandom } from "@millrace/host-test";
import type { DriverSpec, JoinKind } from "@millrace/job-graph";
import { describe, expect, test } from "vitest";
import { createHashJoinDriver } from "../../src/drivers/hash-join-driver.js";
import { minHashJoinPages } from "../../src/hash/join-table.js";
import {
  bagOf,
  expectNothingLeft,
  runDriver,
  runSteps,
  TestContext,
  type TestTask,
  type TypedRecords,
} from "./doubles.js";

const FUZZ_SEED = Number(process.env.FUZZ_SEED ?? 1);
const FUZZ_COUNT = Number(process.env.FUZZ_COUNT ?? 40);

type JoinSpec = Extract<DriverSpec, { kind: "join" }>;

const KINDS: readonly JoinKind[] = ["inner", "left-outer", "right-outer", "full-outer", "semi", "anti"];
const SIDES = ["hash-build-first", "hash-build-second"] as const;

type Row = { k: number | null; v: number; s?: string };
const rowType = types.row({ k: types.nullable(types.int32), v: types.int32, s: types.optional(types.string) });

function joinSpec(joinType: JoinKind, strategy: JoinSpec["strategy"], result?: JoinSpec["result"]): JoinSpec {
  return {
    kind: "join",
    joinType,
    strategy,
    leftKeys: [{ path: "k" }],
    rightKeys: [{ path: "k" }],
    leftValue: undefined,
    rightValue: undefined,
    result: result ?? (joinType === "semi" || joinType === "anti" ? { kind: "left" } : { kind: "pair" }),
  };
}

/** What a join means: rules [O50] and [O51]. */
function joined(kind: JoinKind, left: readonly Row[], right: readonly Row[]): unknown[] {
  const byKey = new Map<number, Row[]>();
  for (const row of right) if (row.k !== null) byKey.set(row.k, [...(byKey.get(row.k) ?? []), row]);
  const results: unknown[] = [];
  const matched = new Set<Row>();
  for (const row of left) {
    const matches = row.k === null ? [] : (byKey.get(row.k) ?? []);
    for (const match of matches) matched.add(match);
    if (kind === "semi" ? matches.length > 0 : kind === "anti" && matches.length === 0) results.push(row);
    if (kind === "semi" || kind === "anti") continue;
    results.push(...matches.map((match) => [row, match]));
    if (matches.length === 0 && (kind === "left-outer" || kind === "full-outer")) results.push([row, null]);
  }
  if (kind === "right-outer" || kind === "full-outer") {
    results.push(...right.filter((row) => !matched.has(row)).map((row) => [null, row]));
  }
  return results;
}

function input(rows: readonly Row[]): TypedRecords[] {
  return [{ type: rowType as never, records: rows }];
}

function runJoin(
  spec: JoinSpec,
  left: readonly Row[],
  right: readonly Row[],
  numPages: number,
  more: Partial<TestTask> = {},
) {
  const context = new TestContext({ inputs: [input(left), input(right)], numPages, ...more });
  const results = runDriver((each) => createHashJoinDriver(spec, each), context);
  return { results, context };
}

function expectJoin(
  kind: JoinKind,
  strategy: JoinSpec["strategy"],
  left: readonly Row[],
  right: readonly Row[],
  numPages: number,
): TestContext {
  const { results, context } = runJoin(joinSpec(kind, strategy), left, right, numPages);
  expect(bagOf(results)).toEqual(bagOf(joined(kind, left, right)));
  return context;
}

function uniform(numKeys: number, perKey: number): Row[] {
  return Array.from({ length: numKeys * perKey }, (_, i) => ({ k: i % numKeys, v: i }));
}

describe("every kind of join with either build side", () => {
  for (const kind of KINDS) {
    for (const strategy of SIDES) {
      test(`${kind}, ${strategy}: in memory, at one level, at several levels`, () => {
        const random = new SeededRandom(7);
        const row = (v: number): Row => ({
          k: random.chance(0.05) ? null : random.below(4000),
          v,
          s: "x".repeat(random.below(250)),
        });
        const left = Array.from({ length: 6000 }, (_, v) => row(v));
        const right = Array.from({ length: 5000 }, (_, v) => row(v));
        const inMemory = expectJoin(kind, strategy, left, right, 200);
        expect(inMemory.spill.numBytesWritten).toBe(0);
        expectJoin(kind, strategy, left, right, 33);
        for (const numPages of [16, 11, minHashJoinPages()]) {
          expect(expectJoin(kind, strategy, left, right, numPages).spill.numBytesWritten).toBeGreaterThan(0);
        }
      });

      test(`${kind}, ${strategy}: an empty side, or two`, () => {
        for (const numPages of [minHashJoinPages(), 100]) {
          expectJoin(kind, strategy, [], [], numPages);
          expectJoin(kind, strategy, uniform(3000, 2), [], numPages);
          expectJoin(kind, strategy, [], uniform(3000, 2), numPages);
        }
      });

      test(`${kind}, ${strategy}: all keys equal, and far more of them than memory holds`, () => {
        const build = uniform(1, 7000);
        const probe = uniform(1, 3);
        const [left, right] = strategy === "hash-build-first" ? [build, probe] : [probe, build];
        expectJoin(kind, strategy, left, right, minHashJoinPages());
        expectJoin(kind, strategy, right, left, minHashJoinPages());
      });

      test(`${kind}, ${strategy}: massive skew, and keys that only one side has`, () => {
        const left = [...uniform(2000, 3), ...uniform(2, 100), { k: null, v: -1 }, { k: null, v: -2 }];
        const right = [
          ...uniform(3000, 1).map(({ k, v }) => ({ k: k! + 1000, v })),
          ...uniform(1, 300),
          { k: null, v: 1 },
        ];
        for (const numPages of [minHashJoinPages(), 12, 64]) expectJoin(kind, strategy, left, right, numPages);
      });

      test(`${kind}, ${strategy}: rows larger than a page on both sides, in memory and spilled`, () => {
        const big = (k: number, size: number): Row => ({ k, v: size, s: "y".repeat(size) });
        const left = [...uniform(3000, 1), big(1, 50_000), big(2, 100_000), big(2, 33_000), big(-1, 40_000)];
        const right = [...uniform(3000, 1), big(2, 90_000), big(2, 32_700), big(1, 32_740), big(-2, 32_744)];
        for (const numPages of [minHashJoinPages(), 100]) expectJoin(kind, strategy, left, right, numPages);
      });
    }
  }
});

describe("a table that does not fit the cache, so that probe rows wait for others of their partition", () => {
  const big = (k: number): Row => ({ k, v: k, s: "b".repeat(40_000) });
  const build = [...uniform(70_000, 1), big(3), { k: null, v: 7 }];
  const probe = [...uniform(30_000, 2).map(({ k, v }) => ({ k: k! * 3, v })), big(3), big(-3)];
  const typed = types.row({ k: types.int32, v: types.int32, s: types.optional(types.string) });

  for (const kind of KINDS) {
    test(`${kind}, twice`, () => {
      for (const numPages of [450, 3000]) {
        const context = new TestContext({ inputs: [input(build), []], numPages, isConstant: [true, false] });
        const driver = createHashJoinDriver(joinSpec(kind, "hash-build-first"), context);
        for (const [rows, type] of [
          [probe, typed],
          [[...probe.slice(0, 20_000), { k: null, v: 1 }, { k: null, v: 2 }], rowType],
        ] as const) {
          context.setInput(1, [{ type: type as never, records: rows }]);
          context.out.records.length = 0;
          runSteps(driver.run());
          expect(bagOf(context.out.records)).toEqual(bagOf(joined(kind, build, rows)));
        }
        driver.close();
        expectNothingLeft(context);
      }
    });
  }
});

test(`random joins (FUZZ_SEED=${FUZZ_SEED}, FUZZ_COUNT=${FUZZ_COUNT})`, () => {
  for (let seed = FUZZ_SEED; seed < FUZZ_SEED + FUZZ_COUNT; seed++) {
    const random = new SeededRandom(seed);
    const numKeys = random.pick([1, 3, 100, 5000]);
    const most = numKeys < 10 ? 60 : 5000;
    const side = (): Row[] =>
      Array.from({ length: random.below(most) }, (_, v) => ({
        k: random.chance(0.03) ? null : random.below(numKeys),
        v,
        s: "z".repeat(random.chance(0.002) ? 40_000 : random.below(40)),
      }));
    const left = side();
    const right = side();
    const numPages = random.pick([minHashJoinPages(), 9, 13, 20, 40, 300]);
    const kind = random.pick(KINDS);
    const strategy = random.pick(SIDES);
    const { results } = runJoin(joinSpec(kind, strategy), left, right, numPages, { seed: random.seed() });
    expect(bagOf(results), `seed ${seed}: ${kind} ${strategy} with ${numPages} pages`).toEqual(
      bagOf(joined(kind, left, right)),
    );
  }
});

describe("layouts that meet", () => {
  test("[RT32] int32 and float64 keys, and records that lack the key", () => {
    const asInt: TypedRecords = {
      type: types.row({ k: types.int32, v: types.int32 }) as never,
      records: uniform(500, 2),
    };
    const asFloat: TypedRecords = {
      type: types.row({ v: types.int32, k: types.nullable(types.float64) }) as never,
      records: uniform(800, 1).map(({ k, v }) => ({ v, k: k === 3 ? null : k! / 2 })),
    };
    const without: TypedRecords = { type: types.row({ v: types.int32 }) as never, records: [{ v: 1 }, { v: 2 }] };
    const asAny: TypedRecords = {
      type: types.row({ k: types.any, v: types.any }) as never,
      records: [
        { k: 7, v: 70 },
        { k: "7", v: 71 },
      ],
    };
    const rows = (parts: TypedRecords[]): Row[] =>
      parts.flatMap(({ records }) => records.map((r) => ({ k: null, ...(r as object) }) as Row));
    const left = [asInt, without, asFloat, asAny, asInt];
    const right = [asFloat, asAny, asInt, without];
    const inOrder = (records: readonly unknown[]): unknown[] =>
      records.map((pair) => (pair as (Row | null)[]).map((row) => (row === null ? null : [row.k ?? null, row.v])));
    for (const kind of ["inner", "full-outer"] as const) {
      for (const strategy of SIDES) {
        for (const numPages of [minHashJoinPages(), 10, 100]) {
          const context = new TestContext({ inputs: [left, right], numPages });
          const results = runDriver((each) => createHashJoinDriver(joinSpec(kind, strategy), each), context);
          expect(bagOf(inOrder(results))).toEqual(bagOf(inOrder(joined(kind, rows(left), rows(right)))));
        }
      }
    }
  });

  test("[RT33] generated code and interpreted code give the same", () => {
    const [left, right] = [uniform(100, 3), uniform(150, 2)];
    const spec = joinSpec("full-outer", "hash-build-first");
    const generated = runJoin(spec, left, right, 20, { code: "generated" });
    const interpreted = runJoin(spec, left, right, 20, { code: "interpreted" });
    expect(bagOf(interpreted.results)).toEqual(bagOf(generated.results));
  });
});

describe("the cases of the reference", () => {
  function expectPairs(build: Row[], probe: Row[], numPages: number, expected: number): TestContext {
    let numPairs = 0;
    const spec = joinSpec("inner", "hash-build-first", { kind: "projection", shape: "tuple", fields: [] });
    const context = new TestContext({ inputs: [input(build), input(probe)], numPages });
    context.out.collect = () => numPairs++;
    context.out.collectRow = () => numPairs++;
    runDriver((each) => createHashJoinDriver(spec, each), context);
    expect(numPairs).toBe(expected);
    return context;
  }

  test("R030 in memory", () => {
    expectPairs(uniform(10_000, 3), uniform(10_000, 10), 896, 300_000);
  });

  test("R031 one recursion", () => {
    expectPairs(uniform(20_000, 3), uniform(20_000, 10), 32, 600_000);
  });

  test("[RT30] R031 massive collisions, which Flink gives up", () => {
    const build = [...uniform(10_000, 3), ...Array.from({ length: 20_000 }, (_, v) => ({ k: 40_559, v }))];
    const probe = [...uniform(10_000, 10), ...Array.from({ length: 5 }, (_, v) => ({ k: 40_559, v }))];
    expectPairs(build, probe, 16, 300_000 + 100_000);
  });

  test("R032 spilled partitions without probe rows are not read", () => {
    const build = uniform(100_000, 1);
    const all = expectPairs(build, build, 16, 100_000);
    const sparse = expectPairs(build, uniform(1, 1), 16, 1);
    expect(sparse.spill.numPagesRead).toBeLessThan(all.spill.numPagesRead / 4);
  });

  test("R035 a Bloom filter keeps probe rows without a match off the disk", () => {
    const build = uniform(40_000, 1);
    const probe = uniform(40_000, 1).map(({ k, v }) => ({ k: k! + 1_000_000, v }));
    const small = expectPairs(build, [], 40, 0).spill.numBytesWritten;
    const withProbe = expectPairs(build, probe, 40, 0).spill.numBytesWritten;
    expect(withProbe - small).toBeLessThan(40_000 * 24 * 0.3);
  });

  test("join drivers: counts of pairs", () => {
    for (const [keys1, per1, keys2, per2, pairs] of [
      [20, 1, 10, 2, 20],
      [20, 1, 20, 1, 20],
      [20, 1, 20, 20, 400],
      [20, 20, 20, 1, 400],
      [20, 20, 20, 20, 8000],
    ] as const) {
      expectPairs(uniform(keys1, per1), uniform(keys2, per2), 8, pairs);
      expectPairs(uniform(keys2, per2), uniform(keys1, per1), 8, pairs);
    }
  });
});

describe("R034 a table that is probed again in each superstep", () => {
  for (const kind of KINDS) {
    test(`${kind}: in memory, and spilled`, () => {
      const build = [...uniform(3000, 2), { k: null, v: 5 }, { k: 1, v: 1, s: "w".repeat(40_000) }];
      const probes = [uniform(4000, 1), [], uniform(10, 30), [...uniform(2000, 1), { k: null, v: 6 }]];
      for (const numPages of [8, 12, 20, 40, 100]) {
        const context = new TestContext({ inputs: [input(build), []], numPages, isConstant: [true, false] });
        const driver = createHashJoinDriver(joinSpec(kind, "hash-build-first"), context);
        for (const probe of probes) {
          context.setInput(1, input(probe));
          context.out.records.length = 0;
          runSteps(driver.run());
          expect(bagOf(context.out.records)).toEqual(bagOf(joined(kind, build, probe)));
        }
        driver.close();
        expectNothingLeft(context);
      }
    });
  }
});

describe("what becomes of a pair", () => {
  const left = uniform(300, 2);
  const right = uniform(200, 2);

  test("[O52] a function, a flat function, projections", () => {
    for (const kind of KINDS.slice(0, 4)) {
      const pairs = joined(kind, left, right) as [Row | null, Row | null][];
      const sum = (a: Row | null, b: Row | null): unknown => ({ sum: (a?.v ?? 0) + (b?.v ?? 0) });
      const two = function* (a: Row | null, b: Row | null): Generator<unknown> {
        yield a?.v ?? null;
        yield b?.v ?? null;
      };
      const functions = [sum, two] as never;
      const numPages = kind === "inner" ? 8 : 64;
      const run = (result: JoinSpec["result"]): unknown[] =>
        runJoin(joinSpec(kind, "hash-build-second", result), left, right, numPages, { functions }).results;
      expect(bagOf(run({ kind: "function", function: 0 }))).toEqual(bagOf(pairs.map(([a, b]) => sum(a, b))));
      expect(bagOf(run({ kind: "flatFunction", function: 1 }))).toEqual(
        bagOf(pairs.flatMap(([a, b]) => [...two(a, b)])),
      );
      const fields = [
        { side: "first", path: "v", name: "__proto__" },
        { side: "second", path: "v", name: undefined },
      ] as const;
      expect(bagOf(run({ kind: "projection", shape: "tuple", fields }))).toEqual(
        bagOf(pairs.map(([a, b]) => [a?.v ?? null, b?.v ?? null])),
      );
      const rows = run({ kind: "projection", shape: "row", fields });
      expect(rows.map((row) => Object.keys(row as object))).toEqual(rows.map(() => ["__proto__", "v"]));
    }
  });

  test("projections of fields of every kind, by the page", () => {
    const nested = types.row({ a: types.string, b: types.int64 });
    const type = types.row({
      k: types.int32,
      text: types.nullable(types.string),
      bytes: types.bytes,
      nested: types.nullable(nested),
      list: types.array(types.int32),
      big: types.int64,
      maybe: types.optional(types.float64),
    });
    const random = new SeededRandom(FUZZ_SEED);
    const rows = (num: number) =>
      Array.from({ length: num }, () => ({
        k: random.below(60),
        text: random.chance(0.2) ? null : random.pick(["", "short", "Ω and others ".repeat(random.below(9))]),
        bytes: new Uint8Array(random.below(20)).fill(7),
        nested: random.chance(0.3) ? null : { a: "x".repeat(random.below(12)), b: 5n },
        list: [1, 2, random.below(5)],
        big: BigInt(random.below(1000)) << 40n,
        ...(random.chance(0.5) ? { maybe: 0.5 } : {}),
      }));
    const left = rows(400);
    const right = rows(300);
    const names = ["text", "k", "bytes", "nested", "big"] as const;
    for (const more of [[], ["list"], ["maybe"]] as const) {
      const paths = [...names, ...more];
      const fields = paths.flatMap((path) => [
        { side: "first", path, name: undefined } as const,
        { side: "second", path, name: `${path}2` } as const,
      ]);
      const pick = (row: object, path: string): unknown => (row as Record<string, unknown>)[path] ?? null;
      const expected = left.flatMap((a) =>
        right.filter((b) => b.k === a.k).map((b) => paths.flatMap((path) => [pick(a, path), pick(b, path)])),
      );
      const inputs = [left, right].map((records) => [{ type: type as never, records }]);
      for (const strategy of SIDES) {
        const spec = joinSpec("inner", strategy, { kind: "projection", shape: "tuple", fields });
        const context = new TestContext({ inputs, numPages: 80 });
        const tuples = runDriver((each) => createHashJoinDriver(spec, each), context);
        expect(bagOf(tuples)).toEqual(bagOf(expected));
        const named = joinSpec("inner", strategy, { kind: "projection", shape: "row", fields });
        const other = new TestContext({ inputs, numPages: 80 });
        const objects = runDriver((each) => createHashJoinDriver(named, each), other) as object[];
        expect(Object.keys(objects[0]!)).toEqual(fields.map(({ path, name }) => name ?? path));
        expect(bagOf(objects.map((each) => Object.values(each)))).toEqual(bagOf(expected));
      }
    }
  });

  test("records behind an attached key", () => {
    const keyed = (rows: readonly unknown[], type: unknown): TypedRecords[] => [
      {
        type: types.tuple(types.int32, type as typeof types.int32) as never,
        records: rows.map((row, i) => [i % 50, row]),
      },
    ];
    const spec = {
      ...joinSpec("inner", "hash-build-first"),
      leftKeys: [{ path: "0" }],
      rightKeys: [{ path: "0" }],
      leftValue: 1,
      rightValue: 1,
    };
    const words = left.map(({ v }) => `word ${v}`);
    for (const [rows, type] of [
      [left, rowType],
      [words, types.string],
    ] as const) {
      const expected = rows.flatMap((row, i) => right.filter((_, j) => j % 50 === i % 50).map((other) => [row, other]));
      for (const numPages of [8, 64]) {
        const context = new TestContext({ inputs: [keyed(rows, type), keyed(right, rowType)], numPages });
        const results = runDriver((each) => createHashJoinDriver(spec, each), context);
        expect(bagOf(results)).toEqual(bagOf(expected));
      }
    }
  });
});

describe("failures leave nothing behind", () => {
  const left = uniform(9000, 2);
  const right = uniform(9000, 1);
  const spec = joinSpec("full-outer", "hash-build-first");
  const create = (numPages: number): TestContext => new TestContext({ inputs: [input(left), input(right)], numPages });

  test("the n-th page request or call of the disk fails, for every n", () => {
    for (const what of ["budget", "spill"] as const) {
      let numFailures = 0;
      for (let n = 1; ; n++) {
        const context = create(9);
        context[what].failAt = n;
        try {
          runDriver((each) => createHashJoinDriver(spec, each), context);
          break;
        } catch (error) {
          expect(error).toMatchObject({ name: "MillraceError" });
          numFailures++;
        }
      }
      expect(numFailures).toBeGreaterThan(20);
    }
  });

  test("the n-th page request fails where kernels have pages of their own, for every n", () => {
    const inputs = [input(uniform(2000, 1)), input(uniform(2000, 1))];
    for (let n = 1; ; n++) {
      const context = new TestContext({ inputs, numPages: 60 });
      context.budget.failAt = n;
      try {
        runDriver((each) => createHashJoinDriver(spec, each), context);
        expect(n).toBeGreaterThan(10);
        break;
      } catch (error) {
        expect(error).toMatchObject({ name: "MillraceError", code: "INVALID_ARGUMENT" });
      }
    }
  });

  test("control: without close, pages and files are left", () => {
    const context = create(9);
    context.spill.failAt = 30;
    expect(() => runSteps(createHashJoinDriver(spec, context).run())).toThrow("SPILL_FAILED");
    expect(context.budget.numFree).toBeLessThan(context.budget.numPages);
    expect(context.spill.files.size).toBeGreaterThan(0);
  });

  test("cancelled at every step", () => {
    const numSteps = runSteps(createHashJoinDriver(spec, create(9)).run());
    expect(numSteps).toBeGreaterThan(20);
    for (let step = 0; step < numSteps; step++) {
      const context = create(9);
      const driver = createHashJoinDriver(spec, context);
      runSteps(driver.run(), step);
      driver.close();
      expectNothingLeft(context);
    }
  });
});
