/**
 * Aggregates in place and named aggregates, of hashed and sorted groups and of everything, against code on lists of values.
 */
import { col, compareValues, Decimal, keyText, types } from "@millrace/core";
import { SeededRandom } from "@millrace/host-test";
import type { AggregateSpec, DriverSpec, GroupSpec, GroupStrategy } from "@millrace/job-graph";
import { describe, expect, test } from "vitest";
import { createAggregateDriver, createSummarizeDriver } from "../../src/drivers/aggregate-drivers.js";
import { minHashAggregationPages } from "../../src/drivers/hash-aggregation.js";
import { minDistinctPages } from "../../src/hash/aggregates/distinct-counts.js";
import type { Driver, DriverContext } from "../../src/task/driver.js";
import { bagOf, expectNothingLeft, runDriver, runSteps, TestContext, type TypedRecords } from "./doubles.js";

type Row = Record<string, unknown>;
type SummarizeSpec = Extract<DriverSpec, { kind: "summarize" }>;
type AggregateDriverSpec = Extract<DriverSpec, { kind: "aggregate" }>;

const FUZZ_SEED = Number(process.env.FUZZ_SEED ?? 1);
const FUZZ_COUNT = Number(process.env.FUZZ_COUNT ?? 30);
const MEMORIES = [minHashAggregationPages(), 9, 20, 60, 300];
const byKey: GroupSpec = { keys: [{ path: "k" }], value: undefined };

function groupsOf(rows: readonly Row[]): Row[][] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = keyText(row.k);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

/** What an aggregate of values is: rules [O35] and [O39]. */
function aggregated(name: string, all: readonly unknown[]): unknown {
  const values = all.filter((value) => value !== null && value !== undefined);
  if (name === "count") return values.length;
  if (name === "countDistinct") return new Set(values.map(keyText)).size;
  if (values.length === 0) return null;
  if (name === "min") return values.reduce((a, b) => (compareValues(b, a) < 0 ? b : a));
  if (name === "max") return values.reduce((a, b) => (compareValues(b, a) > 0 ? b : a));
  const sum = values.reduce(
    (a, b) => {
      if (a instanceof Decimal) return a.plus(b as Decimal);
      return typeof a === "bigint" ? a + (b as bigint) : (a as number) + (b as number);
    },
    typeof values[0] === "number"
      ? 0
      : typeof values[0] === "bigint"
        ? 0n
        : new Decimal(0n, (values[0] as Decimal).scale),
  );
  if (name === "sum") return sum;
  return (sum instanceof Decimal ? sum.toNumber() : Number(sum)) / values.length;
}

function sortedByKey(parts: readonly TypedRecords[]): TypedRecords[] {
  return parts.map(({ type, records }) => ({
    type,
    records: [...records].sort((a, b) => compareValues((a as Row).k, (b as Row).k)),
  }));
}

function run(create: (context: DriverContext) => Driver, parts: readonly TypedRecords[], numPages: number): unknown[] {
  return runDriver(create, new TestContext({ inputs: [parts], numPages }));
}

function summarizeSpec(
  aggregates: readonly AggregateSpec[],
  strategy: GroupStrategy,
  shape: "row" | "tuple" = "row",
): SummarizeSpec {
  return {
    kind: "summarize",
    aggregates,
    keyNames: strategy === "all" ? [] : [{ part: 0, shape: { kind: "field", path: "k" } }],
    shape,
    group: strategy === "all" ? { keys: undefined, value: undefined } : byKey,
    strategy,
  };
}

/** A class with a type of its own, whose order is that of its key. */
class Version {
  readonly major: number;
  readonly minor: number;

  constructor(major: number, minor: number) {
    this.major = major;
    this.minor = minor;
  }

  get order(): number {
    return this.major * 100 + this.minor;
  }
}

const versionType = types.custom<Version>("Version", {
  serialize: ({ major, minor }) => Uint8Array.of(major, minor),
  deserialize: ([major, minor]) => new Version(major!, minor!),
  keyBytes: ({ major, minor }) => Uint8Array.of(major, minor),
  isInstance: (value) => value instanceof Version,
});

/** Every aggregate of every field that it can be of. */
const fullType = types.row({
  k: types.nullable(types.int32),
  i: types.nullable(types.int32),
  f: types.float64,
  b: types.nullable(types.int64),
  d: types.nullable(types.timestamp),
  t: types.boolean,
  e: types.nullable(types.enum("z", "y", "x")),
  n: types.nullable(types.row({ v: types.nullable(types.int32) })),
  s: types.optional(types.string),
  m: types.decimal(12, 2),
});

const IN_SLOTS = ["i", "f", "b", "n.v"];
const ORDERED = [...IN_SLOTS, "d", "t"];

function fullRow(random: SeededRandom, numKeys: number): Row {
  const orNull = <T>(value: T): T | null => (random.chance(0.2) ? null : value);
  return {
    k: orNull(random.below(numKeys)),
    i: orNull(random.between(-1000, 1000)),
    f: random.pick([0, -0, 1.5, -2.25, Number.NaN, Number.POSITIVE_INFINITY, 1e300, random.next()]),
    b: orNull(random.pick([0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), BigInt(random.below(1000)), 2n ** 32n])),
    d: orNull(new Date(random.pick([0, 1e12, -5]))),
    t: random.chance(0.5),
    e: orNull(random.pick(["z", "y", "x"])),
    n: orNull({ v: orNull(random.below(10)) }),
    s: "s".repeat(random.below(12)),
    m: new Decimal(BigInt(random.between(-5000, 5000)), 2),
  };
}

function aggregatesOf(fields: readonly string[], names: readonly AggregateSpec["aggregate"][]): AggregateSpec[] {
  return fields.flatMap((argument) =>
    names.map((aggregate) => ({ name: `${aggregate} ${argument}`, aggregate, argument })),
  );
}

const SLOT_AGGREGATES: AggregateSpec[] = [
  { name: "rows", aggregate: "count", argument: undefined },
  ...aggregatesOf(IN_SLOTS, ["sum", "avg"]),
  ...aggregatesOf(ORDERED, ["min", "max"]),
  ...aggregatesOf(["s", "m", "n", "e"], ["count"]),
];
const ALL_AGGREGATES: AggregateSpec[] = [
  ...SLOT_AGGREGATES,
  ...aggregatesOf(["m"], ["sum", "avg", "min", "max"]),
  ...aggregatesOf(["s"], ["min", "max"]),
];

function fieldAt(row: Row, path: string): unknown {
  return path.split(".").reduce<unknown>((value, name) => (value as Row | null)?.[name] ?? null, row);
}

function expectedSummaries(rows: readonly Row[], aggregates: readonly AggregateSpec[]): Row[] {
  return groupsOf(rows).map((group) => summaryOf(group, aggregates, { k: group[0]!.k }));
}

function summaryOf(group: readonly Row[], aggregates: readonly AggregateSpec[], key: Row): Row {
  return Object.fromEntries([
    ...Object.entries(key),
    ...aggregates.map(({ name, aggregate, argument }) => [
      name,
      argument === undefined
        ? group.length
        : aggregated(
            aggregate,
            group.map((row) => fieldAt(row, argument as string)),
          ),
    ]),
  ]);
}

/** Texts in which numbers are cut, since sums may be added in another order. */
function texts(records: readonly unknown[]): string[] {
  return bagOf(records.map((record) => JSON.parse(JSON.stringify(record, rounded))));
}

function rounded(_name: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "number") return value;
  return Number.isFinite(value) ? Number(value.toPrecision(9)) + 0 : String(value);
}

/** Values that are equal, or not, against what their text or their bits say. */
const ANY_VALUES = [
  0,
  -0,
  Number.NaN,
  "0",
  1n,
  1,
  "n1",
  true,
  new Date(1),
  [1, null],
  { a: 1 },
  null,
  new Uint8Array(2),
];

describe("[O38] named aggregates", () => {
  for (const [what, aggregates] of [
    ["in slots", SLOT_AGGREGATES],
    ["of any kind", ALL_AGGREGATES],
  ] as const) {
    test(`${what}: hashed, sorted and of everything, in any memory`, () => {
      const random = new SeededRandom(11);
      const rows = Array.from({ length: 3000 }, () => fullRow(random, 900));
      const parts = [{ type: fullType as never, records: rows }];
      const expected = texts(expectedSummaries(rows, aggregates));
      for (const numPages of MEMORIES) {
        const hashed = run((each) => createSummarizeDriver(summarizeSpec(aggregates, "hash"), each), parts, numPages);
        expect(texts(hashed)).toEqual(expected);
      }
      const sorted = run(
        (each) => createSummarizeDriver(summarizeSpec(aggregates, "sorted"), each),
        sortedByKey(parts),
        8,
      );
      expect(texts(sorted)).toEqual(expected);
      const all = run((each) => createSummarizeDriver(summarizeSpec(aggregates, "all"), each), parts, 8);
      expect(texts(all)).toEqual(texts([summaryOf(rows, aggregates, {})]));
    });
  }

  test("enums are ordered by position, in slots and as values", () => {
    const rows = ["z", "x", "y", "x"].map((e, i) => ({ ...fullRow(new SeededRandom(i), 2), k: 1, e }));
    const parts = [{ type: fullType as never, records: rows }];
    const least = aggregatesOf(["e"], ["min", "max"]);
    const withText = [...least, ...aggregatesOf(["s"], ["max"])];
    for (const aggregates of [least, withText]) {
      for (const strategy of ["hash", "sorted", "all"] as const) {
        const [result] = run((each) => createSummarizeDriver(summarizeSpec(aggregates, strategy), each), parts, 8);
        expect(result).toMatchObject({ "min e": "z", "max e": "x" });
      }
    }
  });

  test("values of custom types, in all strategies: the least, the greatest, and records that have them", () => {
    const random = new SeededRandom(12);
    const rows = Array.from({ length: 800 }, (_, i) => ({
      k: i % 90,
      i,
      v: random.chance(0.2) ? null : new Version(random.below(40), random.below(9)),
    }));
    const type = types.row({ k: types.int32, i: types.int32, v: types.nullable(versionType) });
    const parts = [{ type: type as never, records: rows }];
    const aggregates = aggregatesOf(["v"], ["min", "max", "count"]);
    const expected = groupsOf(rows).map((group) => {
      const versions = group.map(({ v }) => v as Version | null).filter((v) => v !== null);
      versions.sort((a, b) => a.order - b.order);
      return { k: group[0]!.k, "min v": versions[0], "max v": versions.at(-1), "count v": versions.length };
    });
    for (const [strategy, numPages] of [
      ["hash", minHashAggregationPages()],
      ["hash", 60],
      ["sorted", 8],
    ] as const) {
      const input = strategy === "hash" ? parts : sortedByKey(parts);
      const results = run((each) => createSummarizeDriver(summarizeSpec(aggregates, strategy), each), input, numPages);
      expect(texts(results)).toEqual(texts(expected));
      expect((results as Row[]).every((row) => row["max v"] instanceof Version)).toBe(true);
    }
    const inPlace: AggregateDriverSpec = {
      kind: "aggregate",
      aggregations: [{ aggregation: "max", field: "v" }],
      group: byKey,
      strategy: "hash",
    };
    for (const record of run((each) => createAggregateDriver(inPlace, each), parts, 20) as Row[]) {
      expect(record.v).toEqual(expected.find(({ k }) => k === record.k)!["max v"]);
    }
  });

  test("distinct counts of sorted groups and of everything", () => {
    const random = new SeededRandom(2);
    const rows = Array.from({ length: 2000 }, () => fullRow(random, 50));
    const parts = [{ type: fullType as never, records: rows }];
    const aggregates = aggregatesOf(["i", "s", "m", "n"], ["countDistinct"]);
    const sorted = run(
      (each) => createSummarizeDriver(summarizeSpec(aggregates, "sorted"), each),
      sortedByKey(parts),
      8,
    );
    expect(texts(sorted)).toEqual(texts(expectedSummaries(rows, aggregates)));
    const all = run((each) => createSummarizeDriver(summarizeSpec(aggregates, "all"), each), parts, 8);
    expect(texts(all)).toEqual(texts([summaryOf(rows, aggregates, {})]));
  });

  describe("[RT94] distinct values of one group are counted in any memory", () => {
    const values = Array.from({ length: 20_000 }, (_, i) => (i * 7919) % 20_000);
    const rows = [...values, ...values.slice(0, 5000)].map((i) => ({
      k: 1,
      id: i,
      text: i % 3 === 0 ? null : `\ud800 ${i % 1500}`,
      any: ANY_VALUES[i % ANY_VALUES.length],
      few: i % 7,
    }));
    const type = types.row({ k: types.int32, id: types.int32, text: types.any, any: types.any, few: types.int32 });
    const last = { k: 2, id: 0, text: "", any: null, few: 0 };
    const aggregates = [
      ...aggregatesOf(["id", "text", "any"], ["countDistinct"]),
      ...aggregatesOf(["few"], ["sum", "countDistinct"]),
      ...SLOT_AGGREGATES.slice(0, 1),
    ];

    test.each([minDistinctPages(), 5, 12, 100, 3000])("%i pages", (numPages) => {
      for (const strategy of ["sorted", "all"] as const) {
        const read = strategy === "all" ? rows : [...rows, last];
        const context = new TestContext({ inputs: [[{ type: type as never, records: read }]], numPages });
        const given = runDriver((each) => createSummarizeDriver(summarizeSpec(aggregates, strategy), each), context);
        const expected = strategy === "all" ? [summaryOf(read, aggregates, {})] : expectedSummaries(read, aggregates);
        expect(texts(given)).toEqual(texts(expected));
        expect(context.spill.numBytesWritten > 0).toBe(numPages < 20);
      }
    });

    test("a value that is larger than a page, many times", () => {
      const long = "long ".repeat(20_000);
      const records = Array.from({ length: 40 }, (_, i) => ({ k: 1, s: long + (i % 9) }));
      const parts = [{ type: types.row({ k: types.int32, s: types.string }) as never, records }];
      const spec = summarizeSpec(aggregatesOf(["s"], ["countDistinct"]), "all");
      expect(run((each) => createSummarizeDriver(spec, each), parts, minDistinctPages())).toEqual([
        { "countDistinct s": 9 },
      ]);
    });

    test("with one page less it is refused before anything is read", () => {
      const spec = summarizeSpec(aggregatesOf(["id"], ["countDistinct"]), "all");
      expect(() =>
        run((each) => createSummarizeDriver(spec, each), [{ type: type as never, records: rows }], 3),
      ).toThrow(expect.objectContaining({ code: "INSUFFICIENT_MEMORY" }));
    });
  });

  test("[O39] of nothing", () => {
    const aggregates = [...aggregatesOf(["i"], ["sum", "min", "avg", "count", "countDistinct"]), SLOT_AGGREGATES[0]!];
    const none = { "sum i": null, "min i": null, "avg i": null, "count i": 0, "countDistinct i": 0, rows: 0 };
    expect(run((each) => createSummarizeDriver(summarizeSpec(aggregates, "all"), each), [], 8)).toEqual([none]);
    expect(run((each) => createSummarizeDriver(summarizeSpec(aggregates, "sorted"), each), [], 8)).toEqual([]);
    expect(run((each) => createSummarizeDriver(summarizeSpec(aggregates.slice(0, 3), "hash"), each), [], 8)).toEqual(
      [],
    );
  });

  test("of expressions, of numbers and of others", () => {
    const random = new SeededRandom(4);
    const rows = Array.from({ length: 2000 }, () => fullRow(random, 300));
    const parts = [{ type: fullType as never, records: rows }];
    const number = { name: "x", aggregate: "sum", argument: col("i").times(2).node } as never as AggregateSpec;
    const text = { name: "y", aggregate: "max", argument: col("s").concat("!").node } as never as AggregateSpec;
    const expected = groupsOf(rows).map((group) => ({
      k: group[0]!.k,
      x: aggregated(
        "sum",
        group.map(({ i }) => (i === null ? null : (i as number) * 2)),
      ),
      y: aggregated(
        "max",
        group.map(({ s }) => `${s}!`),
      ),
    }));
    for (const strategy of ["hash", "sorted"] as const) {
      const input = strategy === "hash" ? parts : sortedByKey(parts);
      const both = run((each) => createSummarizeDriver(summarizeSpec([number, text], strategy), each), input, 9);
      expect(texts(both)).toEqual(texts(expected));
      const one = run((each) => createSummarizeDriver(summarizeSpec([number], strategy), each), input, 9);
      expect(texts(one)).toEqual(texts(expected.map(({ k, x }) => ({ k, x }))));
    }
  });

  test("the key's names: fields, tuples, names, rows that are spread", () => {
    const rows = [
      { k: { a: 1, z: "p" }, i: 1 },
      { k: { a: 1, z: "p" }, i: 2 },
      { k: { a: 2, z: "ü→" }, i: 4 },
    ];
    const type = types.row({ k: types.row({ a: types.int32, z: types.string }), i: types.int32 });
    const sum: AggregateSpec = { name: "sum", aggregate: "sum", argument: "i" };
    const keys = (path: string): GroupSpec => ({ keys: [{ path }], value: undefined });
    const of = (spec: Partial<SummarizeSpec>, records: readonly unknown[], recordType: unknown): unknown[] =>
      run(
        (each) => createSummarizeDriver({ ...summarizeSpec([sum], "hash"), ...spec }, each),
        [{ type: recordType as never, records }],
        8,
      );
    const named = (shape: SummarizeSpec["keyNames"][number]["shape"]) => ({ keyNames: [{ part: 0, shape }] });
    const field = of({ group: keys("k.z"), ...named({ kind: "field", path: "k.z" }) }, rows, type);
    expect(bagOf(field)).toEqual(
      bagOf([
        { k: { z: "p" }, sum: 3 },
        { k: { z: "ü→" }, sum: 4 },
      ]),
    );
    const spread = of({ group: keys("k"), ...named({ kind: "spread" }) }, rows, type);
    expect(bagOf(spread)).toEqual(
      bagOf([
        { a: 1, z: "p", sum: 3 },
        { a: 2, z: "ü→", sum: 4 },
      ]),
    );
    const tuples = rows.map(({ k, i }) => [k.z, i]);
    const tupleType = types.tuple(types.string, types.int32);
    const second = { aggregates: [{ ...sum, argument: "1" }], group: keys("0") };
    expect(bagOf(of({ ...second, ...named({ kind: "field", path: "0" }) }, tuples, tupleType))).toEqual(
      bagOf([
        { f0: "p", sum: 3 },
        { f0: "ü→", sum: 4 },
      ]),
    );
    expect(bagOf(of({ ...second, ...named({ kind: "named", name: "sum" }) }, tuples, tupleType))).toEqual(
      bagOf([{ sum: 3 }, { sum: 4 }]),
    );
    expect(bagOf(of({ ...second, shape: "tuple" }, tuples, tupleType))).toEqual(
      bagOf([
        ["p", 3],
        ["ü→", 4],
      ]),
    );
    const attached = rows.map((row) => [row.k.a, row]);
    const group = { keys: [{ path: "0" }], value: 1 };
    expect(bagOf(of({ group, ...named({ kind: "spread" }) }, attached, types.tuple(types.int32, type)))).toEqual(
      bagOf([
        { key: 1, sum: 3 },
        { key: 2, sum: 4 },
      ]),
    );
  });
});

describe("layouts that meet", () => {
  const sums = aggregatesOf(["v"], ["sum", "min", "max", "avg", "count"]);

  function expectSums(parts: readonly TypedRecords[]): void {
    const rows = parts.flatMap(({ records }) => records as Row[]).map((row) => ({ k: null, v: null, ...row }));
    const expected = texts(expectedSummaries(rows, sums));
    for (const numPages of [minHashAggregationPages(), 100]) {
      const results = run((each) => createSummarizeDriver(summarizeSpec(sums, "hash"), each), parts, numPages);
      expect(texts(results)).toEqual(expected);
    }
    const all = run((each) => createSummarizeDriver(summarizeSpec(sums, "all"), each), parts, 8);
    expect(texts(all)).toEqual(texts([summaryOf(rows, sums, {})]));
  }

  const many = (make: (i: number) => Row): Row[] =>
    Array.from({ length: 3000 }, (_, i) => ({ k: i % 1200, ...make(i) }));
  const ints = { type: types.row({ k: types.int32, v: types.int32 }) as never, records: many((v) => ({ v })) };
  const floats = {
    type: types.row({ v: types.float64, k: types.int32 }) as never,
    records: many((i) => ({ v: i / 4 })),
  };
  const lacking = { type: types.row({ k: types.int32 }) as never, records: many(() => ({})) };
  const anything = {
    type: types.row({ k: types.any, v: types.any }) as never,
    records: many((i) => ({ v: i % 3 === 0 ? null : i })),
  };
  const nested = { type: types.row({ v: types.any }) as never, records: [{ v: 7 }, { v: null }] };

  test("int32, float64, and none", () => expectSums([lacking, ints, floats, lacking, ints]));
  test("slots first, and then values of any kind", () => expectSums([ints, floats, anything, ints, nested]));

  test("[O35] numbers and bigints do not add up", () => {
    const bigints = { type: types.row({ k: types.int32, v: types.int64 }) as never, records: [{ k: 1, v: 5n }] };
    for (const strategy of ["hash", "all"] as const) {
      const context = new TestContext({ inputs: [[ints, bigints]], numPages: 60 });
      const spec = summarizeSpec(sums.slice(0, 1), strategy);
      expect(() => runDriver((each) => createSummarizeDriver(spec, each), context)).toThrow(/UNSUPPORTED_AGGREGATION/);
    }
    const texts = { type: types.row({ k: types.int32, v: types.string }) as never, records: [{ k: 1, v: "5" }] };
    for (const strategy of ["hash", "sorted", "all"] as const) {
      const spec = summarizeSpec(sums.slice(0, 1), strategy);
      expect(() => run((each) => createSummarizeDriver(spec, each), [texts], 8)).toThrow(/sum meets the value/);
    }
  });
});

describe("[O36] aggregates in place", () => {
  const aggregations = [
    { aggregation: "sum", field: "i" },
    { aggregation: "max", field: "f" },
    { aggregation: "min", field: "n.v" },
  ] as const;

  function spec(strategy: GroupStrategy, more: Partial<AggregateDriverSpec> = {}): AggregateDriverSpec {
    const group = strategy === "all" ? { keys: undefined, value: undefined } : byKey;
    return { kind: "aggregate", aggregations, group, strategy, ...more };
  }

  function check(
    results: readonly unknown[],
    groups: readonly Row[][],
    list: AggregateDriverSpec["aggregations"],
  ): void {
    const byKeyText = new Map(results.map((row) => [keyText((row as Row).k ?? null), row as Row]));
    expect(byKeyText.size).toBe(groups.length);
    for (const group of groups) {
      const result = byKeyText.get(keyText(group[0]!.k))!;
      for (const { aggregation, field } of list) {
        const expected = aggregated(
          aggregation,
          group.map((row) => fieldAt(row, field)),
        );
        expect(texts([fieldAt(result, field)])).toEqual(texts([expected]));
      }
      // [O37] The other fields are those of one record of the group.
      expect(group.some((row) => row.m === undefined || (row.m as Decimal).compareTo(result.m as Decimal) === 0)).toBe(
        true,
      );
    }
  }

  test("hashed, sorted and of everything, in any memory", () => {
    const random = new SeededRandom(21);
    const rows = Array.from({ length: 3000 }, () => fullRow(random, 700));
    const parts = [{ type: fullType as never, records: rows }];
    for (const list of [aggregations, aggregations.slice(0, 2), [{ aggregation: "min", field: "s" }] as const]) {
      for (const numPages of MEMORIES) {
        check(
          run((each) => createAggregateDriver(spec("hash", { aggregations: list }), each), parts, numPages),
          groupsOf(rows),
          list,
        );
      }
      check(
        run((each) => createAggregateDriver(spec("sorted", { aggregations: list }), each), sortedByKey(parts), 8),
        groupsOf(rows),
        list,
      );
    }
    const [all] = run((each) => createAggregateDriver(spec("all"), each), parts, 8);
    expect((all as Row).i).toBe(
      aggregated(
        "sum",
        rows.map(({ i }) => i),
      ),
    );
    expect(run((each) => createAggregateDriver(spec("all"), each), [], 8)).toEqual([]);
  });

  test("behind an attached key, and of tuples", () => {
    const type = types.tuple(types.string, types.tuple(types.int32, types.string));
    const records = [
      ["a", [1, "x"]],
      ["b", [2, "x"]],
      ["a", [2 ** 31 - 1, "x"]],
    ];
    const attached = spec("hash", {
      aggregations: [{ aggregation: "sum", field: "0" }],
      group: { keys: [{ path: "0" }], value: 1 },
    });
    const results = run((each) => createAggregateDriver(attached, each), [{ type: type as never, records }], 8);
    expect(bagOf(results)).toEqual(
      bagOf([
        [2 ** 31, "x"],
        [2, "x"],
      ]),
    );
  });
});

test(`random aggregates (FUZZ_SEED=${FUZZ_SEED}, FUZZ_COUNT=${FUZZ_COUNT})`, () => {
  for (let seed = FUZZ_SEED; seed < FUZZ_SEED + FUZZ_COUNT; seed++) {
    const random = new SeededRandom(seed);
    const numKeys = random.pick([1, 5, 200, 4000]);
    const rows = Array.from({ length: random.below(3000) }, () => fullRow(random, numKeys));
    const aggregates = random.shuffle(random.pick([SLOT_AGGREGATES, ALL_AGGREGATES])).slice(0, random.between(1, 6));
    const numPages = random.pick(MEMORIES);
    const shape = random.pick(["row", "tuple"] as const);
    const parts = [{ type: fullType as never, records: rows }];
    const results = run(
      (each) => createSummarizeDriver(summarizeSpec(aggregates, "hash", shape), each),
      parts,
      numPages,
    );
    const expected = expectedSummaries(rows, aggregates);
    const shaped =
      shape === "row" ? expected : expected.map((row) => [row.k, ...aggregates.map(({ name }) => row[name])]);
    expect(texts(results), `seed ${seed}`).toEqual(texts(shaped));
  }
});

describe("failures leave nothing behind", () => {
  const random = new SeededRandom(1);
  const rows = Array.from({ length: 1500 }, () => fullRow(random, 1500));
  const input: TypedRecords = { type: fullType as never, records: rows };
  const distinct = Array.from({ length: 8000 }, (_, k) => ({ k }));
  const distinctInput: TypedRecords = { type: types.row({ k: types.int32 }) as never, records: distinct };

  for (const [what, aggregates, strategy, records, numPages] of [
    ["in slots", SLOT_AGGREGATES.slice(0, 4), "hash", input, minHashAggregationPages()],
    ["of any kind", ALL_AGGREGATES.slice(-2), "hash", input, minHashAggregationPages()],
    ["distinct counts", aggregatesOf(["k"], ["countDistinct"]), "all", distinctInput, minDistinctPages()],
  ] as const) {
    const create = (): TestContext => new TestContext({ inputs: [[records]], numPages });
    const driverOf = (context: DriverContext): Driver =>
      createSummarizeDriver(summarizeSpec(aggregates, strategy), context);

    test(`${what}: the n-th page request or call of the disk fails, for every n`, () => {
      for (const part of ["budget", "spill"] as const) {
        let numFailures = 0;
        for (let n = 1; ; n++) {
          const context = create();
          context[part].failAt = n;
          try {
            runDriver(driverOf, context);
            break;
          } catch (error) {
            expect(error).toMatchObject({ name: "MillraceError" });
            numFailures++;
          }
        }
        expect(numFailures).toBeGreaterThan(3);
      }
    });

    test(`${what}: cancelled at every step`, () => {
      const numSteps = runSteps(driverOf(create()).run());
      for (let step = 0; step < numSteps; step++) {
        const context = create();
        const driver = driverOf(context);
        runSteps(driver.run(), step);
        driver.close();
        expectNothingLeft(context);
      }
    });
  }
});
