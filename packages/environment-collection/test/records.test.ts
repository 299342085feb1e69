/** What records are, and that nobody sees another's changes: adversarial functions on both sides of every operator. */
import { type AggregatorFactory, DoubleSumAggregator, types } from "@millrace/core";
import { describe, expect, test } from "vitest";
import { expectError } from "./expect-error.js";
import { col, type Flow, from, grouped, keysOf, orderOf, type Rec, run } from "./programs.js";

/** Spoils whatever record it gets, at every depth. */
function spoil(value: Rec): Rec {
  if (Array.isArray(value)) {
    for (const element of value) spoil(element);
    value.push("spoiled");
  } else if (value instanceof Date) value.setTime(0);
  else if (value instanceof Uint8Array) value.fill(255);
  else if (value instanceof Map) value.set("spoiled", true);
  else if (typeof value === "object" && value !== null) {
    for (const field of Object.values(value)) spoil(field);
    value.spoiled = true;
  }
  return value;
}

const RECORD = {
  id: 1,
  tags: ["a"],
  at: new Date(5),
  bytes: new Uint8Array([1, 2]),
  map: new Map([["k", [1]]]),
  user: { zip: "z" },
};
const data = (): Flow => from(structuredClone(RECORD), { ...structuredClone(RECORD), id: 2 });

/** Every operator with user code, with a function that spoils all it can reach and gives what it was asked for. */
const SPOILERS: Record<string, (input: Flow) => Flow> = {
  map: (d) => d.map(spoil),
  flatMap: (d) => d.flatMap((r: Rec) => [spoil(r), spoil(r)]),
  filter: (d) => d.filter((r: Rec) => spoil(r) !== undefined),
  mapPartition: (d) => d.mapPartition((values: Iterable<Rec>) => [...values].map(spoil)),
  mapAsync: (d) => d.mapAsync(async (r: Rec) => spoil(r)),
  reduce: (d) => d.reduce(undefined, (a: Rec, b: Rec) => spoil(spoil(b) && a)),
  groupReduce: (d) => d.groupReduce(grouped(["id"]), (values: Iterable<Rec>) => [...values].map(spoil)),
  groupCombine: (d) => d.groupCombine(grouped(["id"]), (values: Iterable<Rec>) => [...values].map(spoil)),
  selector: (d) => d.distinct((r: Rec) => spoil(r).id),
  join: (d) => d.join(d, ["id"], ["id"], (a: Rec, b: Rec) => [spoil(a), spoil(b)]),
  coGroup: (d) =>
    d.coGroup(d, ["id"], ["id"], (a: Iterable<Rec>, b: Iterable<Rec>) => [[...a].map(spoil), [...b].map(spoil)]),
  coGroupRaw: (d) =>
    d.coGroupRaw(d, undefined, undefined, (a: Iterable<Rec>, b: Iterable<Rec>) => [
      [...a].map(spoil),
      [...b].map(spoil),
    ]),
  cross: (d) => d.cross(d, (a: Rec, b: Rec) => [spoil(a), spoil(b)]),
  partitioner: (d) =>
    d.partition({
      kind: "custom",
      keys: keysOf("user"),
      partitioner: ((key: Rec) => (spoil(key) ? 0 : 0)) as never,
    }),
  broadcast: (d) =>
    d.map((r: Rec, context: Rec) => [r.id, spoil(context.getBroadcastVariable("all")).length]).withBroadcast(d, "all"),
  bulkIteration: (d) => {
    const loop = d.iterate(2);
    return loop.closeWith(loop.map(spoil));
  },
  deltaIteration: (d) => {
    const delta = d.iterateDelta(d, 2, "id");
    const joined = delta.workset.join(delta.solutionSet, ["id"], ["id"], (a: Rec, b: Rec) => spoil(b) && spoil(a));
    return delta.closeWith(joined, joined);
  },
};

describe.each(Object.entries(SPOILERS))("a function of %s that changes its records", (_name, spoiler) => {
  test.each([1, 2, 7])("[O1] shows that to no other reader, at parallelism %i", async (parallelism) => {
    const input = data().map((r: Rec) => r);
    const { records } = await run([spoiler(input), input, spoiler(input)], { environment: { parallelism } });
    expect(records[1]).toEqual(expect.arrayContaining([RECORD, { ...RECORD, id: 2 }]));
    expect(records[1]).toHaveLength(2);
    expect(new Set(records[2])).toEqual(new Set(records[0]));
  });
});

test("[O1] a record that is given twice and changed in between is two records", async () => {
  const kept: Rec[] = [];
  const program = from(1).flatMap((n: number, out: Rec) => {
    const record = { n };
    kept.push(record);
    out.collect(record);
    record.n = 2;
    out.collect(record);
    record.n = 3;
    return [];
  });
  const both = await run([program, program.map((r: Rec) => Object.assign(kept[0], { n: 99 }) && r)]);
  expect(both.records).toEqual([
    [{ n: 1 }, { n: 2 }],
    [{ n: 1 }, { n: 2 }],
  ]);
});

test("[O1] records that a reduce has seen stay as they were", async () => {
  const input = from({ k: 1, list: [1] }, { k: 1, list: [2] }, { k: 1, list: [3] });
  const folded = input.reduce(["k"], (a: Rec, b: Rec) => {
    a.list.push(...b.list);
    return a;
  });
  const { records } = await run([folded, input]);
  expect(records).toEqual([
    [{ k: 1, list: [1, 2, 3] }],
    [
      { k: 1, list: [1] },
      { k: 1, list: [2] },
      { k: 1, list: [3] },
    ],
  ]);
});

test("[O1] what the client does to a collected record changes no other result", async () => {
  const input = from({ n: 1 });
  const { records } = await run([input, input]);
  records[0]![0].n = 5;
  expect(records[1]).toEqual([{ n: 1 }]);
});

test("[O2] a record that contradicts the declared type is an error with operator, field and record", async () => {
  const program = from(1, 2)
    .map((n: number) => ({ id: n, name: n === 2 ? 7 : "x" }))
    .returns(types.row({ id: types.int32, name: types.string }))
    .named("Map at job.ts:4:2");
  await expectError(program.collect(), "RECORD_TYPE_MISMATCH", {
    where: { operator: "Map at job.ts:4:2", subtask: 0, field: "name" },
    says: [/got 7/, /string/, /id: 2/],
  });
});

test("[O2] a declared type is checked where records are only kept, too", async () => {
  const program = from({ a: 1 }, { a: "x" })
    .filter(() => true)
    .returns(types.row({ a: types.int32 }));
  await expectError(program.collect(), "RECORD_TYPE_MISMATCH", { where: { operator: "Filter", field: "a" } });
});

test("[O2] what is no data is refused with its path", async () => {
  const program = from(1).map(() => ({ deep: { f: () => 1 } }));
  await expectError(program.collect(), "RECORD_NOT_DATA", { where: { operator: "Map", field: "deep.f" } });
  await expectError(
    from(1)
      .flatMap((_: Rec, out: Rec) => out.collect(new Set([1])))
      .collect(),
    "RECORD_NOT_DATA",
  );
  await expectError(from({ s: Symbol("x") }).collect(), "RECORD_NOT_DATA", { where: { operator: "Collection" } });
});

test("[O3] null, undefined and absent fields are one null", async () => {
  const rows = from({ k: null, n: 1 }, { n: 2 }, { k: undefined, n: 4 });
  expect(await rows.aggregate(["k"], ["sum", "n"]).collect()).toHaveLength(1);
  expect(await rows.summarize(["k"], { n: ["sum", "n"] }).collect()).toEqual([{ k: null, n: 7 }]);
  expect(await from([undefined], [null]).distinct().collect()).toEqual([[null]]);
});

const ASCENDING = [null, -Infinity, -1, 0, 1, Infinity, NaN, 1n, "", "B", "a", "\ud83d\ude00", "\uffff"];

test("[O4, O5] one order of values, and its exact reverse", async () => {
  const shuffled = [...ASCENDING].reverse().map((v) => ({ v }));
  const values = (rows: Rec[]) => rows.map((r) => r.v ?? null);
  expect(
    values(
      await from(...shuffled)
        .orderBy("v")
        .collect(),
    ),
  ).toEqual(ASCENDING);
  expect(
    values(
      await from(...shuffled)
        .sortPartition("-v")
        .collect(),
    ),
  ).toEqual([...ASCENDING].reverse());
});

test("[O4] -0 and 0 are one key, as are NaN and NaN", async () => {
  expect(await from(0, -0, NaN, NaN, 0).distinct().collect()).toEqual([0, NaN]);
  expect(
    await from({ k: -0 })
      .join(from({ k: 0 }), ["k"], ["k"])
      .collect(),
  ).toHaveLength(1);
  expect(
    await from({ k: NaN })
      .join(from({ k: NaN }), ["k"], ["k"])
      .collect(),
  ).toHaveLength(1);
});

test("[O6] sorts are stable", async () => {
  const rows = from({ k: 1, n: 1 }, { k: 0, n: 2 }, { k: 1, n: 3 }, { k: 0, n: 4 });
  const n = (records: Rec[]) => records.map((r) => r.n);
  expect(n(await rows.sortPartition("k").collect())).toEqual([2, 4, 1, 3]);
  expect(n(await rows.sortPartition("-k").collect())).toEqual([1, 3, 2, 4]);
  expect(n(await rows.orderBy("-k").collect())).toEqual([1, 3, 2, 4]);
  const sortedGroups = rows.groupReduce(grouped(undefined, orderOf("k")), (values: Iterable<Rec>) => [...values]);
  expect(n(await sortedGroups.collect())).toEqual([2, 4, 1, 3]);
});

test("[O7] fields, nested paths, positions, selectors and expressions are keys", async () => {
  const rows = from({ u: { zip: 1 }, t: ["x", 5] }, { u: { zip: 1 }, t: ["y", 5] }, { u: { zip: 2 }, t: ["x", 6] });
  const sizes = async (...keys: (string | ((r: Rec) => unknown))[]) =>
    (await rows.groupReduce(grouped(keys), (values: Iterable<Rec>) => [[...values].length]).collect()).sort();
  expect(await sizes("u.zip")).toEqual([1, 2]);
  expect(await sizes("u")).toEqual([1, 2]);
  expect(await sizes("t.0")).toEqual([1, 2]);
  expect(await sizes("u.zip", "t.0")).toEqual([1, 1, 1]);
  expect(await sizes((r) => r.t[1] % 5)).toEqual([1, 2]);
  expect(await sizes("*")).toEqual([1, 1, 1]);
});

test("[O7] a selector that returns a tuple matches several parts of the other side", async () => {
  const left = from({ a: 1, b: "x" }, { a: 1, b: "y" }, { a: 2, b: null });
  const right = from([1, "x"], [1, "z"], [2, null]);
  for (const parallelism of [1, 3]) {
    const joined = await left
      .join(right, ["a", "b"], [(t: Rec) => [t[0], t[1]]])
      .collect({ environment: { parallelism } });
    expect(joined).toEqual([[{ a: 1, b: "x" }, [1, "x"]]]);
  }
});

test("[O8] null is a key like any other to groups", async () => {
  const rows = from({ k: null, n: 1 }, { k: 1, n: 2 }, { n: 3 });
  const counts = await rows.summarize(["k"], { n: ["count"] }).collect({ environment: { parallelism: 3 } });
  expect(new Set(counts)).toEqual(
    new Set([
      { k: null, n: 2 },
      { k: 1, n: 1 },
    ]),
  );
  expect(await rows.distinct("k").collect()).toHaveLength(2);
});

const fail = () => {
  throw new Error("called for an empty input");
};
const none = from();
const two: Flow = from(1, 2);
const EMPTY: Record<string, Flow> = {
  map: none.map(fail),
  flatMap: none.flatMap(fail),
  filter: none.filter(fail),
  project: none.project("0"),
  select: none.select({ a: col("a") }),
  mapAsync: none.mapAsync(fail),
  reduce: none.reduce(undefined, fail),
  "grouped reduce": none.reduce(["a"], fail),
  groupReduce: none.groupReduce(grouped(undefined), fail),
  "grouped groupReduce": none.groupReduce(grouped(["a"]), fail),
  groupCombine: none.groupCombine(grouped(["a"]), fail),
  "whole groupCombine": none.groupCombine(grouped(undefined), fail),
  aggregate: none.aggregate(undefined, ["sum", "a"]),
  "grouped aggregate": none.aggregate(["a"], ["sum", "a"]),
  "grouped summarize": none.summarize(["a"], { n: ["count"] }),
  selectBy: none.selectBy(undefined, "min", "a"),
  distinct: none.distinct(),
  first: none.first(3),
  join: none.join(two, ["*"], ["*"], fail),
  "join with nothing": two.join(none, ["*"], ["*"], fail),
  "left outer join": none.join(two, ["*"], ["*"], fail, { joinType: "left-outer" }),
  semi: two.join(none, ["*"], ["*"], { kind: "left" }, { joinType: "semi" }),
  coGroup: none.coGroup(none, ["*"], ["*"], fail),
  cross: none.cross(two, fail),
  "cross with nothing": two.cross(none, fail),
  union: none.union(none),
  rebalance: none.partition({ kind: "rebalance" }),
  hash: none.partition({ kind: "hash", keys: keysOf("a") }),
  range: none.partition({ kind: "range", ordering: orderOf("a"), distribution: undefined }),
  sortPartition: none.sortPartition("a"),
  orderBy: none.orderBy("a"),
};

test.each(Object.entries(EMPTY))("[O9] %s of an empty input is empty", async (_name, program) => {
  for (const parallelism of [1, 2, 7]) {
    expect(await program.collect({ environment: { parallelism } })).toEqual([]);
  }
});

test("[O9] iterations over an empty input are empty", async () => {
  const loop = none.iterate(3);
  expect(await loop.closeWith(loop.map(fail)).collect()).toEqual([]);
  const delta = none.iterateDelta(none, 3, "id");
  const sum: AggregatorFactory<number> = () => new DoubleSumAggregator();
  delta.iteration.aggregators.push({ name: "sum", factory: sum as never, convergence: undefined });
  expect(await delta.closeWith(delta.workset, delta.workset).collect()).toEqual([]);
});
