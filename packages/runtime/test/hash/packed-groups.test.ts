/**
 * Aggregates of groups that are packed into tuples, against the same groups in less memory than that takes, where rows are kept whole, and against code
 * on lists of values.
 */
import { compareValues, type TypeInformation, types } from "@millrace/core";
import { SeededRandom } from "@millrace/host-test";
import type { AggregateSpec, DriverSpec, KeyFieldSpec } from "@millrace/job-graph";
import { describe, expect, test } from "vitest";
import { createAggregateDriver, createSummarizeDriver } from "../../src/drivers/aggregate-drivers.js";
import { minHashAggregationPages } from "../../src/drivers/hash-aggregation.js";
import { packedInPlace, packedSummary } from "../../src/drivers/packed-results.js";
import { SlotAggregates } from "../../src/hash/aggregates/slot-aggregates.js";
import { randomRuns } from "../kernels/random-runs.js";
import { layoutOfType } from "../sort/doubles.js";
import { bagOf, expectNothingLeft, runDriver, runSteps, TestContext, type TypedRecords } from "./doubles.js";

type Row = Record<string, unknown>;
type Summary = Extract<DriverSpec, { kind: "summarize" }>;
type InPlace = Extract<DriverSpec, { kind: "aggregate" }>;

/** The least memory in which rows are packed. */
const LEAST_PACKED = 32;

function summaryOf(keys: readonly string[], aggregates: readonly AggregateSpec[]): Summary {
  return {
    kind: "summarize",
    aggregates,
    keyNames: keys.map((path, part) => ({ part, shape: { kind: "field", path } })),
    shape: "row",
    group: { keys: keys.map((path): KeyFieldSpec => ({ path })), value: undefined },
    strategy: "hash",
  };
}

function summaries(spec: Summary, parts: readonly TypedRecords[], numPages: number, seed = 1): unknown[] {
  const context = new TestContext({ inputs: [parts], numPages, seed });
  return runDriver((each) => createSummarizeDriver(spec, each), context);
}

/** Texts that tell NaN and bigints, and not -0 from 0: which zero a key has is that of the group's first row. */
function texts(records: readonly unknown[]): string[] {
  return bagOf(
    records.map((record) =>
      JSON.parse(
        JSON.stringify(record, (_name, value) => {
          if (typeof value === "bigint") return `${value}n`;
          return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
        }),
      ),
    ),
  );
}

function modelOf(rows: readonly Row[], { aggregates, group: { keys = [] } }: Summary): Row[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = keys.map(({ path }) => `${typeof row[path]} ${String(row[path] ?? null)}`).join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()].map((group) => {
    const result: Row = {};
    for (const { path } of keys) result[path] = group[0]![path] ?? null;
    for (const { name, aggregate, argument } of aggregates) {
      const all = group.map((row) => (argument === undefined ? 1 : (row[argument as string] ?? null)));
      result[name] = aggregateOf(
        aggregate,
        all.filter((value) => value !== null),
      );
    }
    return result;
  });
}

function aggregateOf(aggregate: string, values: readonly unknown[]): unknown {
  if (aggregate === "count") return values.length;
  if (values.length === 0) return null;
  if (aggregate === "min") return values.reduce((a, b) => (compareValues(b, a) < 0 ? b : a));
  if (aggregate === "max") return values.reduce((a, b) => (compareValues(b, a) > 0 ? b : a));
  const isBig = typeof values[0] === "bigint";
  const sum = isBig
    ? (values as bigint[]).reduce((a, b) => a + b, 0n)
    : (values as number[]).reduce((a, b) => a + b, 0);
  return aggregate === "sum" ? sum : Number(sum) / values.length;
}

const KEY_KINDS = {
  int32: { type: types.int32, make: (n: number) => n - 3 },
  float64: {
    type: types.float64,
    make: (n: number) => [0, Number.NaN, Number.NEGATIVE_INFINITY, 5e-324, 1e300][n] ?? n / 4,
  },
  int64: { type: types.int64, make: (n: number) => [2n ** 63n - 1n, -(2n ** 63n), -1n][n] ?? BigInt(n) << 31n },
  timestamp: { type: types.timestamp, make: (n: number) => new Date(n * 1e9 - 5) },
  boolean: { type: types.boolean, make: (n: number) => n % 2 === 0 },
  enum: { type: types.enum("z", "y", "x"), make: (n: number) => ["z", "y", "x"][n % 3] },
} as const;
type KeyKind = keyof typeof KEY_KINDS;

const AGGREGATES: AggregateSpec[] = [
  { name: "rows", aggregate: "count", argument: undefined },
  ...(["i", "f", "b"] as const).flatMap((argument) =>
    (["sum", "avg", "min", "max", "count"] as const).map((aggregate) => ({
      name: `${aggregate} ${argument}`,
      aggregate,
      argument,
    })),
  ),
  { name: "max d", aggregate: "max", argument: "d" },
];

const valueFields = {
  i: types.nullable(types.int32),
  f: types.float64,
  b: types.nullable(types.int64),
  d: types.nullable(types.timestamp),
  s: types.string,
};

/** Numbers of which sums are exact, so that they do not depend on how they are added. */
function valuesOf(random: SeededRandom): Row {
  const orNull = <T>(value: T): T | null => (random.chance(0.2) ? null : value);
  return {
    i: orNull(random.pick([2 ** 31 - 1, -(2 ** 31), random.below(100)])),
    f: random.chance(0.02) ? random.pick([Number.NaN, Number.POSITIVE_INFINITY]) : random.below(1000) / 8,
    b: orNull(random.pick([0n, 2n ** 63n - 1n, -(2n ** 63n), BigInt(random.below(1000))])),
    d: orNull(new Date(random.below(5))),
    s: "s".repeat(random.below(9)),
  };
}

describe("[RT78] aggregates are the same in tuples, in slots and on lists", () => {
  test("any kinds of keys, any memory", () => {
    randomRuns(12, (random) => {
      const kinds = Array.from({ length: random.between(1, 3) }, () =>
        random.pick(Object.keys(KEY_KINDS) as KeyKind[]),
      );
      const keys = kinds.map((_, i) => `k${i}`);
      const numValues = random.pick([1, 3, 40, 3000]);
      const numRows = random.pick([1, 500, 6000]);
      const rows = Array.from({ length: numRows }, () => {
        const row = valuesOf(random);
        kinds.forEach((kind, i) => {
          const skewed = random.chance(0.3) ? 0 : random.below(numValues);
          row[`k${i}`] = random.chance(0.05) ? null : KEY_KINDS[kind].make(skewed);
        });
        return row;
      });
      const keyFields = Object.fromEntries(
        kinds.map((kind, i) => [`k${i}`, types.nullable(KEY_KINDS[kind].type as never)]),
      );
      const type = types.row({ ...keyFields, ...valueFields }) as TypeInformation<unknown>;
      const parts = [{ type: type as never, records: rows }];
      const count = random.between(1, AGGREGATES.length);
      const spec = summaryOf(keys, AGGREGATES.slice(0, count));
      const expected = texts(modelOf(rows, spec));
      for (const numPages of [minHashAggregationPages(), LEAST_PACKED - 1, LEAST_PACKED, LEAST_PACKED + 1, 70, 300]) {
        expect(texts(summaries(spec, parts, numPages, random.seed()))).toEqual(expected);
      }
    });
  });

  test("the input is a hundred times the memory, and each key is there once, or twice, far apart", () => {
    const spec = summaryOf(["k"], AGGREGATES.slice(0, 3));
    const type = types.row({ k: types.int32, i: types.int32 });
    for (const repeat of [1, 2]) {
      const records = Array.from({ length: 60_000 * repeat }, (_, n) => ({ k: (n % 60_000) * 7, i: n }));
      const context = new TestContext({ inputs: [[{ type: type as never, records }]], numPages: LEAST_PACKED });
      const results = runDriver((each) => createSummarizeDriver(spec, each), context) as Row[];
      expect(context.spill.numBytesWritten).toBeGreaterThan(0);
      expect(results.length).toBe(60_000);
      expect(texts(results)).toEqual(texts(modelOf(records, spec)));
    }
  });

  test("so many groups that tables are divided, with memory for tuples to wait, little, and too little for the groups", () => {
    const spec = summaryOf(["k"], [{ name: "sum", aggregate: "sum", argument: "f" }]);
    const type = types.row({ k: types.int32, f: types.float64 });
    const random = new SeededRandom(5);
    const records = Array.from({ length: 260_000 }, () => ({ k: random.below(120_000), f: random.below(64) / 4 }));
    const expected = texts(modelOf(records, spec));
    for (const numPages of [1500, 1200, 100]) {
      expect(texts(summaries(spec, [{ type: type as never, records }], numPages))).toEqual(expected);
    }
  });

  test("all keys are one, and all are null", () => {
    const spec = summaryOf(["k"], AGGREGATES);
    const type = types.row({ k: types.nullable(types.int64), ...valueFields });
    const random = new SeededRandom(9);
    for (const k of [7n, null]) {
      const records = Array.from({ length: 4000 }, () => ({ k, ...valuesOf(random) }));
      const results = summaries(spec, [{ type: type as never, records }], 40);
      expect(texts(results)).toEqual(texts(modelOf(records, spec)));
    }
  });

  test("NaN is one key, and a zero has the sign of the first row", () => {
    const spec = summaryOf(["k"], [{ name: "rows", aggregate: "count", argument: undefined }]);
    const type = types.row({ k: types.float64 });
    const records = [-0, Number.NaN, 0, Number.NaN, 1].map((k) => ({ k }));
    const results = summaries(spec, [{ type: type as never, records }], 40) as Row[];
    expect(results.map(({ k, rows }) => [k, rows])).toEqual([
      [-0, 2],
      [Number.NaN, 2],
      [1, 1],
    ]);
  });

  test("aggregates in place keep the rest of the first row", () => {
    const spec: InPlace = {
      kind: "aggregate",
      aggregations: [
        { aggregation: "sum", field: "f" },
        { aggregation: "max", field: "i" },
      ],
      group: { keys: [{ path: "k" }], value: undefined },
      strategy: "hash",
    };
    const type = types.row({
      k: types.nullable(types.int32),
      x: types.nullable(types.int64),
      f: types.float64,
      i: types.int32,
    });
    const records = Array.from({ length: 5000 }, (_, n) => ({
      k: n % 800 === 5 ? null : n % 800,
      x: n % 3 === 0 ? null : BigInt(n),
      f: n / 2,
      i: -n,
    }));
    const run = (numPages: number): unknown[] =>
      runDriver(
        (each) => createAggregateDriver(spec, each),
        new TestContext({ inputs: [[{ type: type as never, records }]], numPages }),
      );
    const slots = texts(run(LEAST_PACKED - 1));
    expect(slots.length).toBe(800);
    for (const numPages of [LEAST_PACKED, 100]) expect(texts(run(numPages))).toEqual(slots);
  });
});

describe("[RT78] layouts that meet", () => {
  const spec = summaryOf(["k"], AGGREGATES.slice(0, 4));
  const int = (n: number) => n % 500;

  function expectSame(parts: readonly TypedRecords[]): void {
    const rows = parts.flatMap(({ records }) => records as Row[]);
    const expected = texts(modelOf(rows, spec));
    for (const numPages of [minHashAggregationPages(), LEAST_PACKED, 60, 200]) {
      expect(texts(summaries(spec, parts, numPages))).toEqual(expected);
    }
  }

  const records = (make: (n: number) => Row): Row[] => Array.from({ length: 2000 }, (_, n) => make(n));

  test("whole numbers and others, fields that are missing or come later", () => {
    const whole = {
      type: types.row({ k: types.int32, i: types.int32 }),
      records: records((n) => ({ k: int(n), i: n })),
    };
    const real = {
      type: types.row({ i: types.float64, k: types.float64, x: types.string }),
      records: records((n) => ({ i: n / 2, k: int(n) + (n % 2) / 2, x: "x" })),
    };
    const keyless = { type: types.row({ i: types.nullable(types.int32) }), records: records((n) => ({ i: n })) };
    const valueless = { type: types.row({ k: types.int32 }), records: records((n) => ({ k: int(n) })) };
    const parts = [whole, real, keyless, valueless] as never as TypedRecords[];
    expectSame(parts);
    expectSame([...parts].reverse());
  });

  test("keys or values become of another kind when groups are on disk already", () => {
    const whole = {
      type: types.row({ k: types.int32, i: types.int32 }),
      records: Array.from({ length: 30_000 }, (_, n) => ({ k: n, i: n % 10 })),
    };
    const text = {
      type: types.row({ k: types.string, i: types.int32 }),
      records: records((n) => ({ k: `${int(n)}`, i: n })),
    };
    expectSame([whole, text] as never);
    expectSame([text, whole] as never);
  });
});

test("[RT78] of which rows tuples are made", () => {
  const layoutsOf = (type: unknown) => {
    const context = new TestContext({ inputs: [], numPages: 40 });
    return { context, layout: layoutOfType(context.layouts, type as never) };
  };
  const isPacked = (type: unknown, keys: readonly string[]): boolean => {
    const { context, layout } = layoutsOf(type);
    const spec = summaryOf(keys, [{ name: "sum", aggregate: "sum", argument: "f" }]);
    return (
      packedSummary(spec, layout, new SlotAggregates([{ aggregate: "sum", argument: "f" }], undefined), context) !==
      undefined
    );
  };
  const type = types.row({ k: types.int32, s: types.string, f: types.float64, n: types.row({ v: types.int64 }) });
  expect(isPacked(type, ["k"])).toBe(true);
  expect(isPacked(type, ["k", "f", "n.v"])).toBe(true);
  expect(isPacked(type, ["k", "s"])).toBe(false);
  expect(isPacked(type, ["*"])).toBe(false);
  const { context, layout } = layoutsOf(type);
  const inPlace: InPlace = {
    kind: "aggregate",
    aggregations: [{ aggregation: "sum", field: "f" }],
    group: { keys: [{ path: "k" }], value: undefined },
    strategy: "hash",
  };
  const sums = new SlotAggregates([{ aggregate: "sum", argument: "f" }], undefined);
  // The first row of a group has a string, which a tuple has no place for.
  expect(packedInPlace(inPlace, layout, sums, context)).toBeUndefined();
});

describe("[RT11] packed groups leave nothing behind", () => {
  const spec = summaryOf(["k"], AGGREGATES.slice(0, 3));
  const type = types.row({ k: types.int32, i: types.int32 });
  const records = Array.from({ length: 30_000 }, (_, n) => ({ k: n, i: n }));

  function contextFailing(failAt: number, what: "page" | "disk"): TestContext {
    const context = new TestContext({ inputs: [[{ type: type as never, records }]], numPages: LEAST_PACKED });
    if (what === "page") context.budget.failAt = failAt;
    else context.spill.failAt = failAt;
    return context;
  }

  test.each(["page", "disk"] as const)("the n-th request of a %s fails, for every n", (what) => {
    let hasFailed = true;
    // Most requests are alike; the steps between them grow.
    for (let failAt = 1; hasFailed; failAt += Math.ceil(failAt / 6)) {
      const context = contextFailing(failAt, what);
      hasFailed = false;
      const driver = createSummarizeDriver(spec, context);
      try {
        runSteps(driver.run());
      } catch {
        hasFailed = true;
      }
      driver.close();
      expectNothingLeft(context);
    }
  });
});
