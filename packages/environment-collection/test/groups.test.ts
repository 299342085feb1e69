import { Decimal } from "@millrace/core";
import { describe, expect, test } from "vitest";
import { expectError } from "./expect-error.js";
import { call, col, from, grouped, lit, orderOf, type Rec } from "./programs.js";

const rows = () =>
  from(
    { k: "b", n: 3, x: "first" },
    { k: "a", n: 1, x: "second" },
    { k: "b", n: 2, x: "third" },
    { k: "a", n: 1, x: "fourth" },
  );
const parallelisms = [1, 2, 7];

describe("[O30] reduce", () => {
  test("folds each group from left to right", async () => {
    const folded = rows().reduce(["k"], (a: Rec, b: Rec) => ({ k: a.k, x: `(${a.x} ${b.x})` }));
    expect(await folded.collect()).toEqual([
      { k: "b", x: "(first third)" },
      { k: "a", x: "(second fourth)" },
    ]);
    expect(
      await from(1, 2, 3)
        .reduce(undefined, (a: number, b: number) => a * 10 + b)
        .collect(),
    ).toEqual([123]);
  });

  test("of one record is that record, with no call", async () => {
    const fail = () => {
      throw new Error("called");
    };
    expect(await from({ k: 1 }, { k: 2 }).reduce(["k"], fail).collect()).toEqual([{ k: 1 }, { k: 2 }]);
  });

  test.each(parallelisms)("gathers everything when there is no key, at parallelism %i", async (parallelism) => {
    const sum = from(1, 2, 3, 4)
      .map((n: number) => n)
      .reduce(undefined, (a: number, b: number) => a + b);
    expect(await sum.collect({ environment: { parallelism } })).toEqual([10]);
  });
});

test("[O31] reduceGroup is called once per group", async () => {
  const sizes = (values: Iterable<Rec>, out: Rec) => {
    const all = [...values];
    out.collect([all[0].k, all.length]);
  };
  for (const parallelism of parallelisms) {
    const result = await rows()
      .groupReduce(grouped(["k"]), sizes)
      .collect({ environment: { parallelism } });
    expect(new Set(result.map(String))).toEqual(new Set(["b,2", "a,2"]));
    const all = rows().groupReduce(grouped(undefined), (values: Iterable<Rec>) => [[...values].length]);
    expect(await all.collect({ environment: { parallelism } })).toEqual([4]);
  }
});

test("[O32] combineGroup is called where the records lie", async () => {
  const sizes = (values: Iterable<Rec>) => [[...values].length];
  expect(
    await rows()
      .groupCombine(grouped(["k"]), sizes)
      .collect(),
  ).toEqual([2, 2]);
  const spread = await rows()
    .groupCombine(grouped(["k"]), sizes)
    .parallel(2)
    .partitions();
  expect(spread).toEqual([[2], [2]]);
  const total = rows().groupCombine(grouped(undefined), sizes).parallel(3);
  expect((await total.collect()).reduce((a: number, b: number) => a + b)).toBe(4);
});

test("[O33] a combiner is not needed", async () => {
  const fail = () => {
    throw new Error("combined");
  };
  const counted = rows().groupReduce(grouped(["k"]), (values: Iterable<Rec>) => [[...values].length], fail);
  expect(await counted.collect()).toEqual([2, 2]);
});

test("[O34] groups are sorted by any kind of key", async () => {
  const xs = (values: Iterable<Rec>) => [[...values].map((r) => r.x).join(" ")];
  expect(
    await rows()
      .groupReduce(grouped(["k"], orderOf("-n", "x")), xs)
      .collect(),
  ).toEqual(["first third", "fourth second"]);
  const selector = { kind: "selector", function: { target: (r: Rec) => r.x.length, method: "getKey" } } as const;
  const bySelector = grouped([(r: Rec) => r.k === "a"], [{ key: selector, order: "descending" }]);
  expect(await rows().groupReduce(bySelector, xs).collect()).toEqual(["first third", "second fourth"]);
  const expression = { kind: "expression", expression: call("negate", col("n")), name: undefined } as const;
  const byExpression = grouped([call("upper", col("k"))], [{ key: expression, order: "ascending" }]);
  expect(await rows().groupReduce(byExpression, xs).collect()).toEqual(["first third", "second fourth"]);
  expect(
    await rows()
      .first(1, grouped(["k"], orderOf("n")))
      .collect(),
  ).toMatchObject([{ x: "third" }, { x: "second" }]);
});

describe("[O35] sum, min and max", () => {
  const d = Decimal.of;
  const cases: [string, unknown[], unknown, unknown, unknown][] = [
    ["numbers", [1, 2.5, -4], -0.5, -4, 2.5],
    ["numbers beyond 32 bits", [2147483647, 2147483647], 4294967294, 2147483647, 2147483647],
    ["bigints beyond 64 bits", [2n ** 63n, 2n ** 63n], 2n ** 64n, 2n ** 63n, 2n ** 63n],
    ["decimals", [d("0.10"), d("0.2"), d("-1")], d("-0.70"), d("-1"), d("0.2")],
    ["nulls among them", [null, 3, undefined, 4], 7, 3, 4],
    ["nulls only", [null, null], null, null, null],
    ["NaN", [1, NaN, 2], NaN, 1, NaN],
    ["infinities", [Infinity, -Infinity], NaN, -Infinity, Infinity],
    ["one", [5], 5, 5, 5],
  ];
  test.each(cases)("of %s", async (_name, values, sum, min, max) => {
    const input = from(...values.map((v) => ({ k: 1, a: v, b: v, c: v })));
    const result = await input.aggregate(["k"], ["sum", "a"], ["min", "b"], ["max", "c"]).collect();
    expect(result).toEqual([{ k: 1, a: sum, b: min, c: max }]);
  });

  test.each([
    ["strings", ["b", "a", "B"], "B", "b"],
    ["dates", [new Date(2), new Date(1)], new Date(1), new Date(2)],
    ["booleans", [true, false], false, true],
    ["bytes", [new Uint8Array([1, 0]), new Uint8Array([1])], new Uint8Array([1]), new Uint8Array([1, 0])],
    [
      "tuples",
      [
        [1, "b"],
        [1, "a"],
      ],
      [1, "a"],
      [1, "b"],
    ],
  ])("min and max of %s", async (_name, values, min, max) => {
    const input = from(...values.map((v) => [v, v]));
    expect(await input.aggregate(undefined, ["min", "0"], ["max", "1"]).collect()).toEqual([[min, max]]);
  });

  test.each([
    ["strings", "sum", ["a", "b"]],
    ["one string", "sum", ["a"]],
    ["numbers and bigints", "sum", [1, 1n]],
    ["numbers and strings", "min", [1, "a"]],
    ["dates", "sum", [new Date()]],
    ["tuples and rows", "max", [[1], { a: 1 }]],
  ] as const)("of %s by %s is an error", async (_name, aggregation, values) => {
    const input = from(...values.map((v) => ({ v })));
    await expectError(input.aggregate(undefined, [aggregation, "v"]).collect(), "UNSUPPORTED_AGGREGATION", {
      where: { operator: "Aggregate", field: "v", subtask: 0 },
    });
  });
});

describe("[O36] aggregates in place", () => {
  test("replace fields of the last record, at any depth", async () => {
    const nested = from({ k: 1, s: { n: 1, m: "x" }, t: [1, 2] }, { k: 1, s: { n: 5, m: "y" }, t: [3, 4] });
    expect(await nested.aggregate(["k"], ["sum", "s.n"], ["max", "t.0"]).collect()).toEqual([
      { k: 1, s: { n: 6, m: "y" }, t: [3, 4] },
    ]);
    expect(await nested.aggregate(["k"], ["min", "t.1"]).collect()).toMatchObject([{ t: [3, 2] }]);
  });

  test("of one field twice: the last one counts, and both read the records as they came", async () => {
    expect(await from([1], [2]).aggregate(undefined, ["sum", "0"], ["max", "0"]).collect()).toEqual([[2]]);
    expect(await from([1], [2]).aggregate(undefined, ["max", "0"], ["sum", "0"]).collect()).toEqual([[3]]);
  });

  test("of an absent field add it", async () => {
    expect(await from({ a: 1 }, {}).aggregate(undefined, ["sum", "a"]).collect()).toEqual([{ a: 1 }]);
  });

  test("of no records are none", async () => {
    expect(await from().aggregate(undefined, ["sum", "a"]).collect()).toEqual([]);
  });
});

test("[O37] the other fields are those of one record", async () => {
  expect(await rows().aggregate(["k"], ["sum", "n"]).collect()).toEqual([
    { k: "b", n: 5, x: "third" },
    { k: "a", n: 2, x: "fourth" },
  ]);
});

describe("[O38] named aggregates", () => {
  test("keep key fields in shape", async () => {
    const nested = from({ u: { zip: 1, name: "x" }, a: 2 }, { u: { zip: 1, name: "y" }, a: 3 });
    expect(await nested.summarize(["u.zip"], { total: ["sum", "a"], n: ["count"] }).collect()).toEqual([
      { u: { zip: 1 }, total: 5, n: 2 },
    ]);
    const both = nested.summarize(["u.name", "u.zip"], { m: ["max", "a"] });
    expect(await both.collect()).toEqual([
      { u: { name: "x", zip: 1 }, m: 2 },
      { u: { name: "y", zip: 1 }, m: 3 },
    ]);
  });

  test("name what a selector or expression gives", async () => {
    const total = { total: ["sum", "n"] } as Record<string, ["sum", string]>;
    expect(
      await rows()
        .summarize([(r: Rec) => r.k], total)
        .collect(),
    ).toEqual([
      { key: "b", total: 5 },
      { key: "a", total: 2 },
    ]);
    expect(
      await rows()
        .summarize([(r: Rec) => ({ letter: r.k })], total)
        .collect(),
    ).toEqual([
      { letter: "b", total: 5 },
      { letter: "a", total: 2 },
    ]);
    const program = rows().summarize(["k"], { twice: ["sum", call("multiply", col("n"), lit(2))] });
    expect(await program.collect()).toMatchObject([{ twice: 10 }, { twice: 4 }]);
  });

  test("of tuples are rows of f0, f1, … or tuples of keys, then aggregates", async () => {
    const tuples = from(["x", 1], ["x", 2], ["y", 4]);
    expect(await tuples.summarize(["0"], { total: ["sum", "1"] }).collect()).toEqual([
      { f0: "x", total: 3 },
      { f0: "y", total: 4 },
    ]);
    expect(await tuples.summarize(["0"], { s: ["sum", "1"], n: ["count"] }, "tuple").collect()).toEqual([
      ["x", 3, 2],
      ["y", 4, 1],
    ]);
    const two = from([1, 2, 3]).summarize(["1", "0"], { n: ["count"] }, "tuple");
    expect(await two.collect()).toEqual([[2, 1, 1]]);
  });
});

describe("[O39] aggregates of everything", () => {
  const all = {
    n: ["count"],
    present: ["count", "v"],
    distinct: ["countDistinct", "v"],
    sum: ["sum", "v"],
    avg: ["avg", "v"],
    min: ["min", "v"],
    max: ["max", "v"],
  } as const;
  const of = (...values: unknown[]) => from(...values.map((v) => ({ v }))).summarize(undefined, all as never);

  test.each(parallelisms)("are one record, also of no records, at parallelism %i", async (parallelism) => {
    const environment = { parallelism };
    const empty = { n: 0, present: 0, distinct: 0, sum: null, avg: null, min: null, max: null };
    expect(await of().collect({ environment })).toEqual([empty]);
    expect(await of(null).collect({ environment })).toEqual([{ ...empty, n: 1 }]);
    expect(await of(1, 4, null, 1).collect({ environment })).toEqual([
      { n: 4, present: 3, distinct: 2, sum: 6, avg: 2, min: 1, max: 4 },
    ]);
  });

  test("average bigints and decimals as numbers", async () => {
    expect(await of(1n, 2n).collect()).toMatchObject([{ sum: 3n, avg: 1.5 }]);
    expect(await of(Decimal.of("0.1"), Decimal.of("0.2")).collect()).toMatchObject([{ avg: 0.15 }]);
  });
});

test("[O40] minBy and maxBy keep whole records, the first of equals", async () => {
  expect(await rows().selectBy(["k"], "min", "n", "x").collect()).toMatchObject([{ x: "third" }, { x: "fourth" }]);
  expect(await rows().selectBy(["k"], "max", "n").collect()).toMatchObject([{ x: "first" }, { x: "second" }]);
  expect(await rows().selectBy(undefined, "min", "n").collect()).toMatchObject([{ x: "second" }]);
});

test("[O40] a null loses against every value", async () => {
  const sparse = from({ id: 1 }, { id: 2, v: 5, w: null }, { id: 3, v: 5, w: 0 }, { id: 4, v: NaN });
  const kept = async (extreme: "min" | "max", ...fields: string[]) =>
    (await sparse.selectBy(undefined, extreme, ...fields).collect()).map((r) => r.id);
  expect([await kept("min", "v"), await kept("max", "v"), await kept("min", "v", "w")]).toEqual([[2], [4], [3]]);
  expect(await kept("max", "x")).toEqual([1]);
});

test("[O41] distinct keeps one record of each key", async () => {
  expect(await rows().distinct("k").collect()).toMatchObject([{ x: "first" }, { x: "second" }]);
  expect(
    await from([1, { a: 1 }], [1, { a: 1 }], [1, { a: 2 }])
      .distinct()
      .collect(),
  ).toHaveLength(2);
  expect(
    await from(3, 1, 3, 2, 1)
      .distinct((n: number) => n % 2)
      .collect(),
  ).toEqual([3, 2]);
});

test("[O42] first keeps some records", async () => {
  expect(await from(3, 1, 2).first(2).collect()).toEqual([3, 1]);
  expect(await from(3, 1, 2).first(9).collect()).toEqual([3, 1, 2]);
  expect(
    await rows()
      .first(1, grouped(["k"]))
      .collect(),
  ).toMatchObject([{ x: "first" }, { x: "second" }]);
  for (const parallelism of parallelisms) {
    const top = rows().orderBy("-n", "x").first(2);
    expect(await top.collect({ environment: { parallelism } })).toMatchObject([{ x: "first" }, { x: "third" }]);
  }
});

test("[O43] what keeps records keeps them as they are", async () => {
  const record = { k: 1, at: new Date(3), m: new Map([["a", [1n]]]), d: Decimal.of("1.50") };
  for (const program of [
    from(record).distinct("k"),
    from(record).first(1),
    from(record).selectBy(undefined, "min", "k"),
    from(record).filter(() => true),
    from(record).orderBy("k"),
    from(record).union(from()),
  ]) {
    expect(await program.collect()).toEqual([record]);
  }
});
