import { describe, expect, test } from "vitest";
import { expectError } from "./expect-error.js";
import { call, col, from, grouped, lit, type Rec } from "./programs.js";

const environment = { parallelism: 2 };

test("[O20] map gives one record for each", async () => {
  expect(
    await from(1, 2, 3)
      .map((n: number) => n * 2)
      .collect(),
  ).toEqual([2, 4, 6]);
  expect(
    await from(1)
      .map(() => null)
      .collect(),
  ).toEqual([null]);
});

test("[O21] flatMap gives what is returned and what is written, in the order in which it happens", async () => {
  const both = from("ab").flatMap(function* (text: string, out: Rec) {
    out.collect(`${text} first`);
    yield "second";
    out.collect("third");
    yield* new Set(["fourth"]);
  });
  expect(await both.collect()).toEqual(["ab first", "second", "third", "fourth"]);
  expect(
    await from(1, 2)
      .flatMap((n: number) => (n === 1 ? [] : new Set([n, n, 3])))
      .collect(),
  ).toEqual([2, 3]);
  expect(
    await from(1)
      .flatMap(() => new Map([["k", 1]]))
      .collect(),
  ).toEqual([["k", 1]]);
  expect(
    await from(1)
      .flatMap(() => new Float64Array([1.5]))
      .collect(),
  ).toEqual([1.5]);
});

test("[O22] mapPartition is called once per subtask, also for an empty partition", async () => {
  const sizes = from(1)
    .mapPartition((values: Iterable<number>) => [[...values].length])
    .parallel(3);
  expect(await sizes.collect()).toEqual([1, 0, 0]);
});

test("[O23] filter keeps what is true", async () => {
  expect(
    await from(1, 2, 3)
      .filter((n: number) => n > 1)
      .collect(),
  ).toEqual([2, 3]);
  const rows = from({ a: 1 }, { a: null }, { a: 5 });
  expect(await rows.filter(call("gt", col("a"), lit(2))).collect()).toEqual([{ a: 5 }]);
  expect(await rows.filter(call("not", call("gt", col("a"), lit(2)))).collect()).toEqual([{ a: 1 }]);
  await expectError(rows.filter(call("add", col("a"), lit("x"))).collect(), "INVALID_EXPRESSION", {
    where: { operator: "Filter", subtask: 0 },
  });
});

test("[O24] project orders, drops and repeats fields", async () => {
  expect(await from([1, "a", true]).project("2", "0", "2").collect()).toEqual([[true, 1, true]]);
  expect(
    await from({ a: { b: 1 } }, { a: null })
      .project("a.b", "zzz")
      .collect(),
  ).toEqual([
    [1, null],
    [null, null],
  ]);
  await expectError(from({ a: 1 }).project("a.b").collect(), "UNKNOWN_FIELD", { where: { operator: "Project" } });
});

test("[O25] select makes a row of expressions", async () => {
  const selected = from({ a: 2, b: "X" }).select({ sum: call("add", col("a"), lit(1)), b: call("lower", col("b")) });
  expect(await selected.collect()).toEqual([{ sum: 3, b: "x" }]);
  expect(Object.keys((await selected.collect())[0])).toEqual(["sum", "b"]);
});

test("[O26] operators over one record keep the order of a partition", async () => {
  const chain = from(5, 3, 9, 1, 7, 2)
    .map((n: number) => n)
    .filter((n: number) => n > 1)
    .flatMap((n: number) => [n, -n])
    .mapAsync(async (n: number) => n);
  expect(await chain.collect()).toEqual([5, -5, 3, -3, 9, -9, 7, -7, 2, -2]);
  expect(
    await from(0, 1, 2, 3)
      .map((n: number) => n)
      .filter(() => true)
      .partitions({ environment }),
  ).toEqual([
    [0, 2],
    [1, 3],
  ]);
});

describe("[O27] a group or partition is read once", () => {
  const twice = (values: Iterable<Rec>) => [[...values].length, [...values].length];
  test("a second pass is an error", async () => {
    for (const program of [
      from(1).mapPartition(twice),
      from(1).groupReduce(grouped(undefined), twice),
      from(1).groupCombine(grouped(["*"]), twice),
      from(1).coGroup(from(2), ["*"], ["*"], twice),
      from(1).coGroupRaw(from(2), undefined, undefined, (_: unknown, right: Iterable<Rec>) => twice(right)),
    ]) {
      await expectError(program.collect(), "ITERABLE_CONSUMED", {
        where: { operator: program.operator.settings.name },
        says: ["second time", "[...values]"],
      });
    }
  });

  test("so is going on after leaving early", async () => {
    const restarted = from(1, 2).mapPartition((values: Iterable<number>) => {
      for (const _first of values) break;
      return values;
    });
    await expectError(restarted.collect(), "ITERABLE_CONSUMED");
  });

  test("and reading after the call", async () => {
    const kept: Iterator<unknown>[] = [];
    const program = from(1, 2, 3).groupReduce(grouped(["*"]), (values: Iterable<unknown>) => {
      const last = kept.at(-1);
      kept.push(values[Symbol.iterator]());
      return [last === undefined ? 0 : last.next().value];
    });
    await expectError(program.collect(), "ITERABLE_CONSUMED", { says: ["after the call"] });
  });

  test("a generator may read while its results are taken", async () => {
    const lazy = from(1, 2).mapPartition(function* (values: Iterable<number>) {
      for (const value of values) yield value + 1;
    });
    expect(await lazy.collect()).toEqual([2, 3]);
  });
});
