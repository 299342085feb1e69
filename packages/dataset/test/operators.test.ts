import { type Operator, operatorOf } from "@millrace/common-api";
import { Decimal, RichMapFunction, types } from "@millrace/core";
import { describe, expect, test } from "vitest";
import { count, type DataSet, max, min, sum } from "../src/index.js";
import { errorOf, recording } from "./recording-engine.js";

interface Row {
  id: number;
  who: string;
  user: { zip: string };
}

const { env, engine } = recording();
const rows: DataSet<Row> = env.fromElements({ id: 1, who: "a", user: { zip: "z" } });
const others = env.fromElements({ id: 1, name: "b" });
const rowType = types.row({ id: types.int32, who: types.string, user: types.row({ zip: types.string }) });
const declared = env.fromCollection<Row>([], rowType);

/** Shows an operator's own properties, without what every operator has. */
function of(data: object): Record<string, unknown> {
  return operatorOf(data) as unknown as Record<string, unknown>;
}

const field = (path: string) => ({ kind: "field", path });

describe("functions", () => {
  class AddOne extends RichMapFunction<Row, number> {
    override map(row: Row): number {
      return row.id + 1;
    }
  }

  test("[D30] a function, or an object with the method of its operator", () => {
    const fn = (row: Row) => row.id;
    expect(of(rows.map(fn))).toMatchObject({ kind: "map", function: { target: fn, method: "map" } });
    const object = new AddOne();
    expect(of(rows.map(object))).toMatchObject({ function: { target: object, method: "map" } });
    const reduce = { reduceGroup: () => [1], combine: () => [] };
    expect(of(rows.reduceGroup(reduce))).toMatchObject({
      function: { target: reduce, method: "reduceGroup" },
      combine: { target: reduce, method: "combine" },
    });
    expect(of(rows.reduceGroup(() => [1])).combine).toBeUndefined();
  });

  test("[D30] what no engine could call is refused, with the way out", async () => {
    const plain = rows as unknown as Record<string, (fn: unknown) => unknown>;
    const refused: readonly [string, unknown, string][] = [
      ["map", null, "method map"],
      ["map", undefined, "method map"],
      ["map", "id", "method map"],
      ["map", { flatMap: () => [] }, "method map"],
      ["map", AddOne, "new AddOne"],
      ["map", async () => 1, "mapAsync"],
      ["map", { map: async () => 1 }, "mapAsync"],
      ["filter", async () => true, "mapAsync"],
      ["reduce", async () => 1, "mapAsync"],
      ["flatMap", async () => [], "mapAsync"],
      ["flatMap", async function* () {}, "mapAsync"],
      ["map", function* () {}, "flatMap"],
    ];
    for (const [method, fn, phrase] of refused) {
      const error = await errorOf(() => plain[method]?.call(rows, fn));
      expect(error.code, `${method} ${String(fn)}`).toBe("INVALID_FUNCTION");
      expect(error.message).toContain(phrase);
      expect(error.where.line).toBeGreaterThan(0);
    }
    const pairs = rows.join(others).where("id").equalTo("id");
    const generator = function* () {} as never;
    expect((await errorOf(() => pairs.with(generator))).message).toContain("flatWith");
    rows.mapAsync(async (row) => row.id);
    const stream = async function* () {} as never;
    expect((await errorOf(() => rows.mapAsync(stream))).message).toContain("flatMap after mapAsync");
  });

  test("[D31] a function that assigns a captured variable is refused when the plan is made", async () => {
    let n = 0;
    const counting = rows.map((row) => {
      n++;
      return row.id;
    });
    const error = await errorOf(() => counting.collect());
    expect(error.code).toBe("CAPTURED_VARIABLE_ASSIGNED");
    expect(error.message).toContain("accumulator");
    expect(error.where.operator).toMatch(/^Map at operators\.test\.ts/);
    expect(n).toBe(0);
  });
});

describe("functions that return nothing", () => {
  test("[D32] are refused when the plan is made, if their source shows it", async () => {
    const forgotten = (row: Row) => {
      void row.id;
    };
    const silent: readonly DataSet<unknown>[] = [
      rows.map(forgotten as never),
      rows.map({ map: forgotten } as never),
      rows.mapAsync((async (row: Row) => {
        void row.id;
      }) as never),
      rows.filter(forgotten as never),
      rows.reduce(forgotten as never),
      rows
        .join(others)
        .where("id")
        .equalTo("id")
        .with(forgotten as never),
      rows.cross(others).with(forgotten as never),
    ];
    for (const data of silent) {
      const error = await errorOf(() => data.collect());
      expect(error.code).toBe("INVALID_RESULT");
      expect(error.message).toContain("missing return");
      expect(error.where.file).toMatch(/operators\.test\.ts$/);
    }
    const failing = rows.map(() => {
      throw new Error("always");
    });
    await failing.collect();
    await rows.flatMap(() => {}).collect();
  });
});

describe("keys", () => {
  test("[D40] fields, positions and selectors; equal fields count once, wherever they stand", () => {
    const select = (row: Row) => row.id % 2;
    const grouping = of(rows.groupBy("id", "who", select, "id").first(1)).grouping;
    expect(grouping).toMatchObject({
      keys: [field("id"), field("who"), { kind: "selector", function: { target: select } }],
    });
    const tuples = env.fromElements([1, "a"]);
    expect(of(tuples.groupBy(1).first(1)).grouping).toMatchObject({ keys: [field("1")] });
    const join = of(rows.join(rows).where("id", "id").equalTo("id", "id"));
    expect(join.leftKeys).toEqual([field("id"), field("id")]);
  });

  test("[D41] an unknown field of a declared type is refused with near names, through operators that keep the type", async () => {
    const kept = [
      declared,
      declared.filter((row) => row.id > 0),
      declared.distinct("id"),
      declared.orderBy("id"),
      declared.rebalance().first(3),
      declared.union(declared),
      declared.semiJoin(others).where("id").equalTo("id"),
    ];
    for (const data of kept) {
      const error = await errorOf(() => data.groupBy("whoo" as "who"));
      expect(error.code).toBe("UNKNOWN_FIELD");
      expect(error.message).toContain('Did you mean "who"?');
      expect(error.where.operator).toMatch(/^GroupBy at operators\.test\.ts/);
    }
    expect((await errorOf(() => declared.project("id").groupBy(1 as 0))).code).toBe("UNKNOWN_FIELD");
    expect((await errorOf(() => declared.groupBy("user.zap" as "user.zip"))).code).toBe("UNKNOWN_FIELD");
    declared.map((row) => ({ other: row.id })).groupBy("other");
  });

  test("[D95] a sort by a selector that returns its record is one by the whole record", () => {
    const whole = [{ key: field("*"), order: "ascending" }];
    expect(of(rows.sortPartition((row) => row, "ascending"))).toMatchObject({ ordering: whole });
    expect(of(rows.orderBy(($x1) => $x1, "ascending"))).toMatchObject({ ordering: whole });
    const others = [(row: Row) => row.id, (row: Row) => [row], (row: Row, other = row) => other, (_: Row) => rows];
    for (const other of others) {
      expect(of(rows.sortPartition(other as (row: Row) => Row, "ascending"))).toMatchObject({
        ordering: [{ key: { kind: "selector" } }],
      });
    }
  });

  test("[D42] malformed and missing keys are INVALID_KEY; a composite field and * are keys", async () => {
    for (const key of ["", "user.", ".id", "*.id", -1, 1.5, {}, null]) {
      expect((await errorOf(() => rows.groupBy(key as "id"))).code, String(key)).toBe("INVALID_KEY");
    }
    const none = rows as unknown as { groupBy: () => unknown };
    expect((await errorOf(() => none.groupBy())).code).toBe("INVALID_KEY");
    rows.groupBy("user");
    declared.groupBy("*" as "id");
    declared.groupBy("user.*" as "user");
  });

  test("[D43] keys of a join have equal length, or one side has one selector", async () => {
    const half = rows.join(others).where("id", "who");
    const error = await errorOf(() => half.equalTo(...(["id"] as never)));
    expect(error.code).toBe("KEY_MISMATCH");
    expect(error.message).toContain("where() has 2 parts and equalTo() has 1 part");
    half.equalTo((other) => [other.id, other.name]);
    rows
      .coGroup(others)
      .where((row) => [row.id, row.who])
      .equalTo("id", "name");
  });

  test("[D44] a partitioner takes a key of one part", async () => {
    const even = (key: number, n: number) => key % n;
    expect(of(rows.groupBy("id").withPartitioner(even).first(1)).grouping).toMatchObject({ partitioner: even });
    expect(of(rows.partitionCustom(even, "id"))).toMatchObject({ partitioning: { kind: "custom", partitioner: even } });
    const joined = rows.join(others).where("id").equalTo("id").withPartitioner(even);
    expect(of(joined).partitioner).toBe(even);
    expect(of(joined.with((row) => row.id)).partitioner).toBe(even);
    const coGroup = rows.coGroup(others).where("id").equalTo("id").withPartitioner(even);
    expect(of(coGroup.with(() => [1])).partitioner).toBe(even);
    const two = () => rows.groupBy("id", "who").withPartitioner(even);
    expect((await errorOf(two)).code).toBe("INVALID_KEY");
    expect((await errorOf(() => rows.partitionCustom(3 as never, "id"))).code).toBe("INVALID_FUNCTION");
  });

  test("[D45] groups are sorted by any kind of key, after any kind of grouping (B075)", () => {
    const byName = (row: Row) => row.who;
    const sorted = rows
      .groupBy((row) => row.id)
      .sortGroup(byName, "descending")
      .sortGroup("id");
    expect(of(sorted.first(1)).grouping).toMatchObject({
      keys: [{ kind: "selector" }],
      order: [
        { key: { kind: "selector", function: { target: byName } }, order: "descending" },
        { key: field("id"), order: "ascending" },
      ],
    });
  });

  test("[D46] two parts of a key without a name make no row of aggregates", async () => {
    const grouping = rows.groupBy(
      (row) => row.id,
      (row) => row.who,
    );
    const error = await errorOf(() => grouping.aggregate({ n: count() }));
    expect(error.code).toBe("INVALID_KEY");
    expect(error.message).toContain("as(");
    grouping.aggregate(count());
  });
});

describe("operators over one data set", () => {
  test("[D50] counts are integers of at least 1", async () => {
    for (const n of [0, -1, 1.5, Number.NaN, "3"]) {
      expect((await errorOf(() => rows.first(n as number))).code, String(n)).toBe("INVALID_ARGUMENT");
      expect((await errorOf(() => rows.iterate(n as number))).code, String(n)).toBe("INVALID_ARGUMENT");
    }
  });

  test("[D51] a project after a project takes fields of the first one's tuple (B024)", () => {
    const twice = rows.project("who", "id").project(1);
    expect(of(twice)).toMatchObject({ kind: "project", fields: ["1"], input: { fields: ["who", "id"] } });
    expect(of(rows.project("id", "id")).fields).toEqual(["id", "id"]);
  });

  test("[D52] aggregations add up in the order of their calls (B029); strings cannot be summed", async () => {
    const chained = rows.groupBy("who").sum("id").andMin("who").andMax("id");
    expect(of(chained)).toMatchObject({
      kind: "aggregate",
      aggregations: [
        { aggregation: "sum", field: "id" },
        { aggregation: "min", field: "who" },
        { aggregation: "max", field: "id" },
      ],
      input: operatorOf(rows),
    });
    expect((await errorOf(() => declared.sum("who" as "id"))).code).toBe("UNSUPPORTED_AGGREGATION");
    expect((await errorOf(() => declared.aggregate({ a: sum("who" as "id") }))).code).toBe("UNSUPPORTED_AGGREGATION");
    env.fromCollection([{ price: Decimal.of("1.5") }], types.row({ price: types.decimal(10, 2) })).sum("price");
  });

  test("[D53] named aggregates make rows or tuples; none is an error", async () => {
    expect(of(rows.groupBy("who").aggregate({ n: count(), top: max("id") }))).toMatchObject({
      kind: "summarize",
      shape: "row",
      aggregates: [
        { name: "n", aggregate: "count", argument: undefined },
        { name: "top", aggregate: "max", argument: "id" },
      ],
    });
    expect(of(rows.aggregate(min("id"), count())).shape).toBe("tuple");
    expect((await errorOf(() => rows.aggregate({}))).code).toBe("INVALID_ARGUMENT");
    const clash = () => rows.groupBy("user.zip").aggregate({ user: count() });
    expect((await errorOf(clash)).message).toContain('"user"');
    const wrong = { n: "id" } as unknown as { n: ReturnType<typeof count> };
    expect((await errorOf(() => rows.aggregate(wrong))).message).toContain("sum(field)");
  });

  test("[D54] distinct without a key compares whole records (B034)", () => {
    expect(of(rows.distinct()).keys).toEqual([field("*")]);
    expect(of(rows.distinct("who")).keys).toEqual([field("who")]);
  });

  test("[D55] orders refine: sortPartition, orderBy with thenBy, ranges with orders and borders", async () => {
    const order = [
      { key: field("who"), order: "descending" },
      { key: field("id"), order: "ascending" },
    ];
    expect(of(rows.sortPartition("who", "descending").sortPartition("id"))).toMatchObject({ ordering: order });
    expect(of(rows.orderBy("who", "descending").thenBy("id"))).toMatchObject({ kind: "orderBy", ordering: order });
    const distribution = { boundary: (partition: number) => [partition] };
    const ranges = rows
      .partitionByRange("who", "id")
      .withOrders("descending", "ascending")
      .withDistribution(distribution);
    expect(of(ranges)).toMatchObject({ partitioning: { kind: "range", ordering: order, distribution } });
    expect((await errorOf(() => rows.partitionByRange("id").withOrders())).code).toBe("INVALID_ARGUMENT");
    expect((await errorOf(() => rows.orderBy("id", "up" as "ascending"))).message).toContain('"descending"');
    expect((await errorOf(() => rows.partitionByRange("id").withDistribution({} as never))).code).toBe(
      "INVALID_ARGUMENT",
    );
  });

  test("[D56] mapAsync has bounded concurrency, no timeout and no retries unless asked for", async () => {
    const operator = of(rows.mapAsync(async (row) => row.id));
    expect(operator.options).toMatchObject({ concurrency: 16, timeoutMs: undefined, numRetries: 0, isOrdered: true });
    const { retryDelayMs } = operator.options as { retryDelayMs: (attempt: number) => number };
    expect([1, 2, 3, 20].map(retryDelayMs)).toEqual([100, 200, 400, 10_000]);
    const given = of(
      rows.mapAsync(async (row) => row.id, { concurrency: 2, timeoutMs: 5, numRetries: 3, retryDelayMs: 7 }),
    );
    expect((given.options as { retryDelayMs: (attempt: number) => number }).retryDelayMs(9)).toBe(7);
    for (const options of [{ concurrency: 0 }, { timeoutMs: 0 }, { numRetries: -1 }, { retryDelayMs: -1 }]) {
      expect((await errorOf(() => rows.mapAsync(async () => 1, options))).code).toBe("INVALID_ARGUMENT");
    }
    for (const options of [{ ordered: true }, { isOrdered: 1 }, null]) {
      const error = await errorOf(() => rows.mapAsync(async () => 1, options as never));
      expect(error.code, JSON.stringify(options)).toBe("INVALID_ARGUMENT");
      expect(error.where.line).toBeGreaterThan(0);
    }
  });

  test("[D57] types, names and parallelism are settings of the operator", async () => {
    const data = rows
      .map((row) => row)
      .returns(rowType)
      .name("named")
      .setParallelism(3);
    expect((operatorOf(data) as Operator).settings).toMatchObject({
      name: "named",
      parallelism: 3,
      resultType: rowType,
    });
    expect((await errorOf(() => rows.returns("string" as never))).code).toBe("INVALID_ARGUMENT");
    const hinted = rows.reduce((a) => a).setCombineHint("hash");
    expect(of(hinted).combineHint).toBe("hash");
    expect((await errorOf(() => rows.reduce((a) => a, "fast" as "hash"))).code).toBe("INVALID_HINT");
  });
});

describe("operators over two data sets", () => {
  test("[D58] a join is pairs until it is told otherwise; each kind refuses the hints that it cannot follow", async () => {
    const pairs = rows.leftOuterJoin(others).where("id").equalTo("id");
    expect(of(pairs)).toMatchObject({ kind: "join", joinType: "left-outer", result: { kind: "pair" } });
    expect(of(rows.joinWithTiny(others).where("id").equalTo("id")).hint).toBe("broadcast-hash-second");
    expect(of(rows.joinWithHuge(others).where("id").equalTo("id")).hint).toBe("broadcast-hash-first");
    expect(of(rows.antiJoin(others).where("id").equalTo("id"))).toMatchObject({
      joinType: "anti",
      result: { kind: "left" },
    });
    const refused = [
      () => rows.leftOuterJoin(others, "broadcast-hash-first"),
      () => rows.rightOuterJoin(others, "broadcast-hash-second"),
      () => rows.fullOuterJoin(others, "broadcast-hash-first"),
      () => rows.fullOuterJoin(others, "broadcast-hash-second"),
      () => rows.semiJoin(others, "broadcast-hash-first"),
      () => rows.join(others, "quickly" as "repartition-sort-merge"),
    ];
    for (const join of refused) expect((await errorOf(join)).code).toBe("INVALID_HINT");
    rows.leftOuterJoin(others, "broadcast-hash-second");
    rows.join(others, "broadcast-hash-first");
  });

  test("[D59] a projection is a row of last names, or a tuple as soon as a position or a whole record is taken (B038)", async () => {
    const pairs = rows.join(others).where("id").equalTo("id");
    const row = pairs.projectFirst("who", "user.zip").projectSecond("name");
    expect(of(row).result).toMatchObject({
      kind: "projection",
      shape: "row",
      fields: [
        { side: "first", path: "who", name: "who" },
        { side: "first", path: "user.zip", name: "zip" },
        { side: "second", path: "name", name: "name" },
      ],
    });
    const tuple = pairs.projectSecond("name").projectFirst();
    expect(of(tuple).result).toMatchObject({
      shape: "tuple",
      fields: [
        { side: "second", path: "name", name: undefined },
        { side: "first", path: "*", name: undefined },
      ],
    });
    expect((await errorOf(() => pairs.projectFirst("id").projectSecond("id"))).message).toContain('"id"');
    expect(of(rows.cross(others).projectFirst("id")).result).toMatchObject({ kind: "projection" });
  });

  test("[D60] coGroups keep an order for each side, crosses a hint, unions their common type", () => {
    const coGroup = rows
      .coGroup(others)
      .where("id")
      .equalTo("id")
      .sortFirstGroup("who")
      .sortSecondGroup("name", "descending");
    expect(of(coGroup.with(() => [1]))).toMatchObject({
      kind: "coGroup",
      leftOrder: [{ key: field("who"), order: "ascending" }],
      rightOrder: [{ key: field("name"), order: "descending" }],
    });
    expect(of(rows.coGroupPartitions(others).with(() => [1])).leftKeys).toBeUndefined();
    expect(
      of(
        rows
          .coGroupPartitionsBy(others)
          .where("id")
          .equalTo("id")
          .with(() => [1]),
      ),
    ).toMatchObject({
      kind: "coGroupRaw",
      leftKeys: [field("id")],
    });
    expect(of(rows.crossWithTiny(others)).hint).toBe("second-is-small");
    expect(of(rows.crossWithHuge(others).with((l) => l.id)).hint).toBe("first-is-small");
    expect(of(rows.union(rows)).kind).toBe("union");
  });
});

describe("the environment of functions", () => {
  test("[D63] broadcast sets are given with or without a name, each name once", async () => {
    const data = rows
      .map((row) => row.id)
      .withBroadcastSet(others)
      .withBroadcastSet(rows, "rows");
    expect(of(data).functionSettings).toMatchObject({
      broadcastInputs: [
        { name: undefined, operator: operatorOf(others) },
        { name: "rows", operator: operatorOf(rows) },
      ],
    });
    expect((await errorOf(() => data.withBroadcastSet(others, "rows"))).code).toBe("DUPLICATE_NAME");
    expect((await errorOf(() => data.withBroadcastSet(others, ""))).code).toBe("INVALID_ARGUMENT");
    expect((await errorOf(() => data.withBroadcastSet(null as never))).code).toBe("INVALID_ARGUMENT");
    const settings = of(data.withParameters({ limit: 3 })).functionSettings as {
      parameters: { get(name: string): unknown };
    };
    expect(settings.parameters.get("limit")).toBe(3);
  });

  test("[D64] forwarded and read fields are declared by methods or by the class, not by both", async () => {
    class Forwarding extends RichMapFunction<Row, Row> {
      static readonly forwardedFields = ["id", ["who", ["who", "user.zip"]]];
      static readonly readFields = ["id"];
      override map(row: Row): Row {
        return row;
      }
    }
    const byClass = rows.map(new Forwarding());
    expect(of(byClass).functionSettings).toMatchObject({
      semantics: {
        forwardedFields: [
          [
            { from: "id", to: "id" },
            { from: "who", to: "who" },
            { from: "who", to: "user.zip" },
          ],
        ],
        readFields: [["id"]],
      },
    });
    expect((await errorOf(() => byClass.withForwardedFields("id"))).message).toContain("forwardedFields");
    const second = rows
      .join(others)
      .where("id")
      .equalTo("id")
      .with((row) => row)
      .withForwardedFieldsSecond(["name", "who"]);
    expect(of(second).functionSettings).toMatchObject({
      semantics: { forwardedFields: [[], [{ from: "name", to: "who" }]] },
    });
    expect((await errorOf(() => rows.map((row) => row).withForwardedFieldsSecond("id"))).code).toBe("INVALID_ARGUMENT");
    const except = declared
      .map((row) => row)
      .withNonForwardedFields("who")
      .withReadFields("id");
    expect(of(except).functionSettings).toMatchObject({
      semantics: {
        forwardedFields: [
          [
            { from: "id", to: "id" },
            { from: "user", to: "user" },
          ],
        ],
        readFields: [["id"]],
      },
    });
    expect((await errorOf(() => rows.map((row) => row).withNonForwardedFields("id"))).code).toBe("INVALID_ARGUMENT");
    const unknownInput = () => declared.map((row) => row).withForwardedFields(["idd", "id"]);
    expect((await errorOf(unknownInput)).code).toBe("UNKNOWN_FIELD");
  });
});

void engine;
