import { expect, test } from "vitest";
import { call, col, from, grouped, lit, type Rec } from "./programs.js";

test("word count", async () => {
  const counts = from("to be", "or not to be")
    .flatMap((line: string) => line.split(" "))
    .map((word: string) => ({ word, count: 1 }))
    .aggregate(["word"], ["sum", "count"]);
  expect(await counts.collect()).toEqual([
    { word: "to", count: 2 },
    { word: "be", count: 2 },
    { word: "or", count: 1 },
    { word: "not", count: 1 },
  ]);
  expect(new Set(await counts.collect({ environment: { parallelism: 3 } }))).toEqual(new Set(await counts.collect()));
});

test("join, filter by expression, order", async () => {
  const orders = from({ id: 1, c: 1 }, { id: 2, c: 2 }, { id: 3, c: null });
  const customers = from({ c: 1, name: "x" }, { c: null, name: "n" });
  expect(await orders.join(customers, ["c"], ["c"], (o: Rec, c: Rec) => [o.id, c.name]).collect()).toEqual([[1, "x"]]);
  expect(await orders.join(customers, ["c"], ["c"], { kind: "pair" }, { joinType: "full-outer" }).collect()).toEqual([
    [
      { id: 1, c: 1 },
      { c: 1, name: "x" },
    ],
    [{ id: 2, c: 2 }, null],
    [{ id: 3, c: null }, null],
    [null, { c: null, name: "n" }],
  ]);
  expect(
    await orders
      .filter(call("gt", col("id"), lit(1)))
      .orderBy("-id")
      .first(1)
      .collect(),
  ).toEqual([{ id: 3, c: null }]);
});

test("bulk and delta iterations", async () => {
  const loop = from(1, 2).iterate(5);
  expect(await loop.closeWith(loop.map((x: number) => x * 2)).collect()).toEqual([32, 64]);
  const loop2 = from(1).iterate(100);
  const next = loop2.map((x: number) => x + 1);
  expect(
    await loop2
      .closeWith(
        next,
        next.filter((x: number) => x < 7),
      )
      .collect(),
  ).toEqual([7]);

  const vertices = from({ id: 1, c: 1 }, { id: 2, c: 2 }, { id: 3, c: 3 }, { id: 4, c: 4 });
  const edges = from([1, 2], [2, 1], [2, 3], [3, 2]);
  const delta = vertices.iterateDelta(vertices, 10, "id");
  const candidates = delta.workset
    .join(edges, ["id"], ["0"], (v: Rec, e: Rec) => ({ id: e[1], c: v.c }))
    .groupReduce(grouped(["id"]), (values: Iterable<Rec>) => {
      const all = [...values];
      return [all.reduce((a, b) => (b.c < a.c ? b : a))];
    });
  const changed = candidates.join(delta.solutionSet, ["id"], ["id"], {
    kind: "flatFunction",
    function: { target: (a: Rec, b: Rec) => (a.c < b.c ? [a] : []), method: "join" },
  });
  const result = delta.closeWith(changed, changed);
  for (const parallelism of [1, 3]) {
    const rows = await result.collect({ environment: { parallelism } });
    expect(rows.sort((a, b) => a.id - b.id).map((r) => r.c)).toEqual([1, 1, 1, 4]);
  }
});
