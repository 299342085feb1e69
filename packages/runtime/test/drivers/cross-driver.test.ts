import { JobGraphBuilder } from "@millrace/job-graph";
import { describe, expect, it } from "vitest";
import { code, runGraph } from "../support/run-graph.js";

const LARGE_TEXT = "large".repeat(10_000);

function crossGraph(inner: "first" | "second", result: { kind: "pair" } | { kind: "function"; function: number }) {
  const graph = new JobGraphBuilder();
  const sources = [0, 1].map((records) => graph.add({ kind: "collection", records }));
  const inputs = sources.map((source, side) => {
    const isInner = (side === 0) === (inner === "first");
    const local = isInner ? ({ kind: "materialize" } as const) : ({ kind: "none" } as const);
    return graph.input(source, { local }, { kind: isInner ? "broadcast" : "rebalance" });
  });
  const cross = graph.add({ kind: "cross", inner, result }, inputs, { parallelism: 3, memoryWeight: 1 });
  graph.add({ kind: "collect", index: 0 }, [cross], { parallelism: 3 });
  return graph.build();
}

function texts(records: readonly unknown[]): string[] {
  return records.map((record) => JSON.stringify(record)).sort();
}

describe.each(["first", "second"] as const)("a cross whose inner side is the %s", (inner) => {
  it.each([
    [0, 5],
    [5, 0],
    [1, 1],
    [700, 30],
    [30, 700],
  ])("[O58] pairs %i records with %i", async (numLeft, numRight) => {
    const left = Array.from({ length: numLeft }, (_, l) => ({ l, text: l === 3 ? LARGE_TEXT : "left".repeat(l % 40) }));
    const right = Array.from({ length: numRight }, (_, r) => [r, r === 2 ? LARGE_TEXT : "right"]);
    const [records] = await runGraph(crossGraph(inner, { kind: "pair" }), [left, right]);
    expect(records).toHaveLength(numLeft * numRight);
    const ids = (records as [{ l: number; text: string }, [number, string]][]).map(([{ l, text }, [r, other]]) => {
      return `${l} ${text.length} ${r} ${other.length}`;
    });
    const expected = left.flatMap(({ l, text }) =>
      right.map(([r, other]) => `${l} ${text.length} ${r} ${String(other).length}`),
    );
    expect(texts(ids)).toEqual(texts(expected));
  });

  it("[O52] gives what the function makes of a pair", async () => {
    const graph = crossGraph(inner, { kind: "function", function: 2 });
    const add = (a: number, b: number): number => a * 100 + b;
    const [records] = await runGraph(graph, [[1, 2], [3, 4], code("cross", add)]);
    expect((records as number[]).toSorted()).toEqual([103, 104, 203, 204]);
  });
});
