/** Where records lie, how they move, and which order is promised. */
import { describe, expect, test } from "vitest";
import { expectError } from "./expect-error.js";
import { type Flow, from, fromIterable, grouped, keysOf, orderOf, type Rec } from "./programs.js";

const numbers = (count: number): Flow => fromIterable(Array.from({ length: count }, (_, n) => ({ n, k: n % 5 })));
const ns = (records: Rec[]): number[] => records.map((r) => r.n);
const environment = { parallelism: 3 };

describe("[O10] parallelism", () => {
  const seen = (_values: Iterable<Rec>, _out: unknown, context: Rec) => [context.numParallelSubtasks];
  test("is the operator's own setting, else the environment's, else 1", async () => {
    expect(await from(1).mapPartition(seen).collect()).toEqual([1]);
    expect(await from(1).mapPartition(seen).collect({ environment })).toEqual([3, 3, 3]);
    expect(await from(1).mapPartition(seen).parallel(2).collect({ environment })).toEqual([2, 2]);
  });

  test("of a union is the larger one of its inputs, of a sink that of its input", async () => {
    const wide = from(1, 2, 3, 4)
      .map((n: number) => n)
      .parallel(4);
    expect(await from(5).union(wide).mapPartition(seen).parallel(4).collect()).toEqual([4, 4, 4, 4]);
    expect(await from(5).union(from(6)).collect({ environment })).toEqual([5, 6]);
  });

  test("of what gathers everything is 1", async () => {
    const context: Rec[] = [];
    const reduced = from(1, 2).reduce(undefined, (a: number, _b: number, c: Rec) => context.push(c) && a);
    await reduced.collect({ environment });
    expect(context[0].numParallelSubtasks).toBe(1);
  });

  test("inside of an iteration is that of the iteration", async () => {
    const loop = from(1, 2, 3).iterate(1);
    const result = loop.closeWith(loop.mapPartition(seen)).parallel(2);
    expect(await result.collect({ environment })).toEqual([2, 2]);
  });
});

test("[O11] records stay in their partition, or are dealt round robin", async () => {
  const spread = numbers(7)
    .map((r: Rec) => r)
    .parallel(3);
  expect((await spread.partitions()).map(ns)).toEqual([
    [0, 3, 6],
    [1, 4],
    [2, 5],
  ]);
  const kept = spread.filter(() => true).parallel(3);
  expect((await kept.partitions()).map(ns)).toEqual([
    [0, 3, 6],
    [1, 4],
    [2, 5],
  ]);
  const two = spread.map((r: Rec) => r).parallel(2);
  // One line of all partitions, 0 3 6 1 4 2 5, is dealt to two.
  expect((await two.partitions()).map(ns)).toEqual([
    [0, 6, 4, 5],
    [3, 1, 2],
  ]);
});

describe("[O12] equal keys meet in one partition", () => {
  test.each([1, 2, 7])("of %i by hash", async (parallelism) => {
    const partitions = await numbers(50)
      .partition({ kind: "hash", keys: keysOf("k") })
      .parallel(parallelism)
      .partitions();
    expect(partitions).toHaveLength(parallelism);
    const homes = new Map<number, Set<number>>();
    partitions.forEach((records, index) => {
      for (const { k } of records) homes.set(k, (homes.get(k) ?? new Set()).add(index));
    });
    expect([...homes.values()].map((set) => set.size)).toEqual([1, 1, 1, 1, 1]);
  });

  test("by the user's partitioner", async () => {
    const byKey = numbers(6).partition({
      kind: "custom",
      keys: keysOf("k"),
      partitioner: (key: unknown, n: number) => (key as number) % n,
    });
    expect((await byKey.parallel(2).partitions()).map(ns)).toEqual([
      [0, 2, 4, 5],
      [1, 3],
    ]);
    const groups = numbers(6)
      .groupReduce(
        grouped(["k"], [], (key: number) => (key === 0 ? 1 : 0)),
        (v: Iterable<Rec>) => [ns([...v])],
      )
      .parallel(2);
    expect(await groups.partitions()).toEqual([[[1], [2], [3], [4]], [[0, 5]]]);
  });

  test("and a partitioner that returns no partition is an error", async () => {
    for (const bad of [2, -1, 0.5, Number.NaN, undefined, "0", 0n]) {
      const program = numbers(3).partition({ kind: "custom", keys: keysOf("k"), partitioner: (() => bad) as never });
      await expectError(program.parallel(2).collect(), "INVALID_RESULT", {
        where: { operator: "Partition" },
        says: ["from 0 to 1"],
      });
    }
  });
});

test("[O13] collect gives one partition after the other", async () => {
  const spread = numbers(5)
    .map((r: Rec) => r)
    .parallel(2);
  expect(ns(await spread.collect())).toEqual([0, 2, 4, 1, 3]);
});

test.each([1, 2, 7])("[O70] rebalance evens out %i partitions", async (parallelism) => {
  const skewed = numbers(20)
    .partition({ kind: "custom", keys: keysOf("k"), partitioner: () => 0 })
    .parallel(3);
  const sizes = (await skewed.partition({ kind: "rebalance" }).parallel(parallelism).partitions()).map((p) => p.length);
  expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  expect(sizes.reduce((a, b) => a + b)).toBe(20);
});

test("[O71] moving by key changes nothing else", async () => {
  const moved = await numbers(30)
    .partition({ kind: "hash", keys: keysOf("k") })
    .parallel(4)
    .collect();
  expect(ns(moved).sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, n) => n));
});

describe("[O72] ranges", () => {
  test.each([1, 2, 7])("%i of them follow one another, and equal keys stay together", async (parallelism) => {
    const ordering = orderOf("-k");
    const ranged = numbers(33).partition({ kind: "range", ordering, distribution: undefined }).parallel(parallelism);
    const partitions = await ranged.partitions();
    const seen = partitions.filter((p) => p.length > 0).map((p) => p.map((r) => r.k));
    expect(partitions.flat()).toHaveLength(33);
    for (let i = 1; i < seen.length; i++) expect(Math.min(...seen[i - 1]!)).toBeGreaterThan(Math.max(...seen[i]!));
  });
});

test("[O73] borders of a distribution belong to the partition before them", async () => {
  const distribution = { boundary: (partition: number) => [partition * 2] };
  const ranged = numbers(5)
    .partition({ kind: "range", ordering: orderOf("n"), distribution })
    .parallel(3);
  expect((await ranged.partitions()).map(ns)).toEqual([[0], [1, 2], [3, 4]]);
  const bad = { boundary: () => 3 as unknown as unknown[] };
  const broken = numbers(5)
    .partition({ kind: "range", ordering: orderOf("n"), distribution: bad })
    .parallel(2);
  await expectError(broken.collect(), "INVALID_RESULT", { where: { operator: "Partition" } });
});

test("[O74] sortPartition sorts each partition", async () => {
  const sorted = numbers(7)
    .map((r: Rec) => r)
    .parallel(2)
    .sortPartition("-n")
    .parallel(2);
  expect((await sorted.partitions()).map(ns)).toEqual([
    [6, 4, 2, 0],
    [5, 3, 1],
  ]);
});

test.each([1, 2, 7])("[O75] orderBy sorts everything, in %i partitions", async (parallelism) => {
  const shuffled = numbers(23)
    .partition({ kind: "hash", keys: keysOf("n") })
    .parallel(4);
  const ordered = shuffled.orderBy("-k", "n").parallel(parallelism);
  const rows = await ordered.collect();
  const expected = [...rows].sort((a, b) => b.k - a.k || a.n - b.n);
  expect(rows).toEqual(expected);
  expect((await ordered.partitions()).flat()).toEqual(expected);
  expect(ns(await ordered.first(3).collect())).toEqual([4, 9, 14]);
});
