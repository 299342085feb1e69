import type { Source, SourceSplit } from "@millrace/core";
import { JobGraphBuilder } from "@millrace/job-graph";
import { describe, expect, it } from "vitest";
import { code, runGraph } from "../support/run-graph.js";

function numbers(count: number): { id: number; text: string }[] {
  return Array.from({ length: count }, (_, id) => ({ id, text: `record ${id}` }));
}

/** Is a source of numbered records in splits, read asynchronously. */
function asyncSource(numSplits: number, recordsPerSplit: number): Source<unknown> {
  return {
    name: "numbers",
    createSplits: async () => Array.from({ length: numSplits }, (_, index) => ({ index })),
    async *read({ index }: SourceSplit) {
      for (let i = 0; i < recordsPerSplit; i += 10) {
        await undefined;
        yield Array.from({ length: 10 }, (_, j) => ({ id: index * recordsPerSplit + i + j }));
      }
    },
  };
}

describe.each([1, 7])("a job at parallelism %i", (parallelism) => {
  it("carries a collection through forward edges", async () => {
    const graph = new JobGraphBuilder();
    const source = graph.add({ kind: "collection", records: 0 });
    const forward = graph.add({ kind: "forward" }, [source], { parallelism });
    graph.add({ kind: "collect", index: 0 }, [forward], { parallelism });
    const [records] = await runGraph(graph.build(), [numbers(20_000)]);
    expect(sorted(records!)).toEqual(numbers(20_000));
  });

  it("[O14] reads neighbouring splits of a source in one subtask", async () => {
    const graph = new JobGraphBuilder();
    const source = graph.add({ kind: "source", source: 0, parameters: undefined }, [], { parallelism });
    graph.add({ kind: "collect", index: 0 }, [source], { parallelism });
    const [records] = await runGraph(graph.build(), [asyncSource(10, 1000)]);
    expect(records).toEqual(Array.from({ length: 10_000 }, (_, id) => ({ id })));
  });

  it("brings equal keys together by the partition hash", async () => {
    const graph = new JobGraphBuilder();
    const source = graph.add({ kind: "collection", records: 0 }, [], { parallelism });
    const ship = { kind: "hash", keys: [{ path: "id" }] } as const;
    const keyed = graph.input(source, { local: { kind: "materialize" } }, ship);
    const each = graph.add({ kind: "mapPartition", function: 1 }, [keyed], { parallelism });
    graph.add({ kind: "collect", index: 0 }, [each], { parallelism });
    const input = numbers(5000).map(({ id }) => ({ id: id % 100 }));
    const countKeys = function* (values: Iterable<{ id: number }>) {
      const counts = new Map<number, number>();
      for (const { id } of values) counts.set(id, (counts.get(id) ?? 0) + 1);
      for (const [id, count] of counts) yield { id, count };
    };
    const [records] = await runGraph(graph.build(), [input, code("mapPartition", countKeys)]);
    expect(sorted(records!)).toEqual(Array.from({ length: 100 }, (_, id) => ({ id, count: 50 })));
  });
});

function sorted(records: readonly unknown[]): unknown[] {
  return (records as { id: number }[]).toSorted((a, b) => a.id - b.id);
}
