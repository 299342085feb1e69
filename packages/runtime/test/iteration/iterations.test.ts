import { type ConvergenceCriterion, LongSumAggregator, type RuntimeContext } from "@millrace/core";
import { TestHost } from "@millrace/host-test";
import { JobGraphBuilder } from "@millrace/job-graph";
import { describe, expect, it } from "vitest";
import { createSpillSpace } from "../../src/index.js";
import { cancelEverywhere } from "../support/cancel-everywhere.js";
import { code, runGraph, startGraph } from "../support/run-graph.js";
import { runSubtasks, startSubtasks } from "../support/run-subtasks.js";

interface Counted {
  readonly id: number;
  readonly count: number;
}

/** All tasks in one slot, and each of them by itself on frames. */
const ways = [1, 7].flatMap((parallelism) => [
  { parallelism, way: "in one slot", run: runGraph },
  { parallelism, way: "on frames", run: runSubtasks },
]);

const FORWARD = { kind: "forward" } as const;

/** Builds a bulk iteration whose step is one map, and perhaps a filter as termination criterion. */
function bulkGraph(
  parallelism: number,
  options: { maxIterations: number; hasTermination?: boolean; hasAggregator?: boolean },
) {
  const graph = new JobGraphBuilder();
  const { maxIterations, hasTermination = false, hasAggregator = false } = options;
  const aggregators = hasAggregator ? [{ name: "sum", factory: 3, convergence: 4 }] : [];
  const iteration = graph.addIteration("bulk", { parallelism, maxIterations, aggregators });
  const inside = { parallelism, iteration };
  const source = graph.add({ kind: "collection", records: 0 });
  const head = graph.add({ kind: "bulkHead" }, [source], inside);
  const map = { kind: "map", function: 1, operator: graph.operator("step", 100) } as const;
  const step = graph.add(FORWARD, [graph.input(head, {}, { kind: "rebalance" })], { ...inside, chain: [map] });
  graph.add({ kind: "bulkTail" }, [step], inside);
  if (hasTermination) {
    const filter = { kind: "filter", function: 2, operator: graph.operator("termination", 101) } as const;
    const criterion = graph.add(FORWARD, [step], { ...inside, chain: [filter] });
    graph.add({ kind: "terminationTail" }, [criterion], inside);
  }
  const result = graph.input([{ source: head, output: 1 }]);
  graph.add({ kind: "collect", index: 0 }, [result], { parallelism });
  return graph.build();
}

const start = Array.from({ length: 1000 }, (_, id): Counted => ({ id, count: 0 }));
const increment = ({ id, count }: Counted): Counted => ({ id, count: count + 1 });

describe.each(ways)("a bulk iteration at parallelism $parallelism, $way", ({ parallelism, run }) => {
  it("[O60] [RT60] runs its step n times", async () => {
    const graph = bulkGraph(parallelism, { maxIterations: 5 });
    const [records] = await run(graph, [start, code("map", increment)]);
    expect(byId(records!)).toEqual(start.map(({ id }) => ({ id, count: 5 })));
  });

  it("[O61] [RT60] ends after the first superstep in which the termination criterion has no records", async () => {
    const graph = bulkGraph(parallelism, { maxIterations: 50, hasTermination: true });
    const isLow = ({ count }: Counted): boolean => count < 8;
    const [records] = await run(graph, [start, code("map", increment), code("filter", isLow)]);
    expect(byId(records!)).toEqual(start.map(({ id }) => ({ id, count: 8 })));
  });

  it("[O62] [O68] [RT61] merges aggregators and ends when the criterion is true", async () => {
    const seen: (bigint | null)[] = [];
    const counting = (record: Counted, context: RuntimeContext): Counted => {
      context.getIterationAggregator<bigint>("sum").aggregate(1n);
      if (record.id === 3) seen.push(context.getPreviousIterationAggregate<bigint>("sum"));
      return { ...record, count: context.getSuperstepNumber() };
    };
    const criterion: ConvergenceCriterion<bigint> = (superstep, sum) => superstep === 4 && sum === 1000n;
    const graph = bulkGraph(parallelism, { maxIterations: 50, hasAggregator: true });
    const objects = [start, code("map", counting), undefined, () => new LongSumAggregator(), criterion];
    const [records] = await run(graph, objects);
    expect(byId(records!)).toEqual(start.map(({ id }) => ({ id, count: 4 })));
    expect(seen).toEqual([null, 1000n, 1000n, 1000n]);
  });

  it("gives the initial records through a step without any", async () => {
    const graph = bulkGraph(parallelism, { maxIterations: 3 });
    const [records] = await run(graph, [[], code("map", increment)]);
    expect(records).toEqual([]);
  });
});

interface Vertex {
  readonly id: number;
  readonly component: number;
}

/** Builds connected components: neighbours of what changed get its component, and take it when it is lower than their own. */
function componentsGraph(parallelism: number, maxIterations: number) {
  const graph = new JobGraphBuilder();
  const iteration = graph.addIteration("delta", { parallelism, maxIterations });
  const inside = { parallelism, iteration };
  const keys = [{ path: "id" }];
  const byKey = { kind: "hash", keys } as const;
  const vertices = graph.add({ kind: "collection", records: 0 });
  const edges = graph.add({ kind: "collection", records: 1 });
  const head = graph.add(
    { kind: "deltaHead", keys, value: undefined },
    [graph.input(vertices, {}, byKey), graph.input(vertices, {}, byKey)],
    inside,
  );
  const toNeighbours = graph.add(
    {
      kind: "join",
      joinType: "inner",
      strategy: "hash-build-second",
      leftKeys: keys,
      rightKeys: [{ path: "from" }],
      leftValue: undefined,
      rightValue: undefined,
      result: { kind: "function", function: 2 },
    },
    [head, graph.input(edges, {}, { kind: "hash", keys: [{ path: "from" }] })],
    inside,
  );
  const updates = graph.add(
    {
      kind: "join",
      joinType: "inner",
      strategy: "solution-second",
      leftKeys: keys,
      rightKeys: keys,
      leftValue: undefined,
      rightValue: undefined,
      result: { kind: "flatFunction", function: 3 },
    },
    [graph.input(toNeighbours, {}, byKey)],
    inside,
  );
  const lowest = graph.add(
    { kind: "mapPartition", function: 4 },
    [graph.input(updates, { local: { kind: "sort", keys: [...keys, { path: "component" }] } })],
    inside,
  );
  graph.add({ kind: "worksetTail" }, [graph.input(lowest, {}, byKey)], inside);
  graph.add({ kind: "solutionTail", keys, value: undefined }, [graph.input(lowest, {}, byKey)], inside);
  graph.add({ kind: "collect", index: 0 }, [graph.input([{ source: head, output: 1 }])], { parallelism });
  return graph.build();
}

const line = Array.from({ length: 30 }, (_, i) => i);
const ids = [...line, ...line.map((i) => 100 + i)];
const pairs = line.slice(1).flatMap((i) => [
  [i - 1, i],
  [i, i - 1],
  [100 + i - 1, 100 + i],
  [100 + i, 100 + i - 1],
]);
const objects = [
  ids.map((id): Vertex => ({ id, component: id })),
  pairs.map(([from, to]) => ({ from, to })),
  code("join", (vertex: Vertex, edge: { to: number }): Vertex => ({ id: edge.to, component: vertex.component })),
  code("join", (found: Vertex, known: Vertex) => (found.component < known.component ? [found] : [])),
  code("mapPartition", function* (sorted: Iterable<Vertex>) {
    let last: number | undefined;
    for (const vertex of sorted) {
      if (vertex.id !== last) yield vertex;
      last = vertex.id;
    }
  }),
];

describe.each(ways)("a delta iteration at parallelism $parallelism, $way", ({ parallelism, run }) => {
  it("[O63] [O64] [RT60] updates the solution set until the workset is empty", async () => {
    const [records] = await run(componentsGraph(parallelism, 100), objects, {
      numPages: run === runGraph ? 4096 : 256,
    });
    expect(byId(records!)).toEqual(ids.map((id) => ({ id, component: id < 100 ? 0 : 100 })));
  });

  it("[O64] ends after the greatest number of supersteps", async () => {
    const [records] = await run(componentsGraph(parallelism, 2), objects, { numPages: run === runGraph ? 4096 : 256 });
    const lowest = (id: number): number => Math.max(id < 100 ? 0 : 100, id - 2);
    expect(byId(records!)).toEqual(ids.map((id) => ({ id, component: lowest(id) })));
  });
});

describe.each([1, 7])("a delta iteration at parallelism %i in one slot", (parallelism) => {
  it("leaves nothing when it is cancelled, at whichever step", async () => {
    const graph = componentsGraph(Math.min(parallelism, 2), 3);
    const numCancelled = await cancelEverywhere(
      400,
      (host, memory) => startGraph(graph, objects, { host, memory }),
      undefined,
      3,
    );
    expect(numCancelled).toBeGreaterThan(30);
  });
});

describe("a delta iteration on frames", () => {
  it("[RT65] leaves nothing when it is cancelled, after any number of frames", async () => {
    let numCancelled = 0;
    for (let n = 1; ; n += 7) {
      let numFrames = 0;
      let onCancel: (() => void) | undefined;
      const cancelled = new Promise<void>((resolve) => {
        onCancel = resolve;
      });
      const hosts: TestHost[] = [];
      const job = startSubtasks(componentsGraph(2, 3), objects, {
        changed: ({ send }) => {
          const host = new TestHost();
          hosts.push(host);
          return {
            host,
            createSpillSpace: () => createSpillSpace(host),
            send: (frame, stream) => {
              if (++numFrames === n) onCancel?.();
              return send(frame, stream);
            },
          };
        },
      });
      const all = Promise.all(job.subtasks.map(({ result }) => result));
      await Promise.race([cancelled, all]);
      await Promise.all(job.subtasks.map((subtask) => subtask.cancel()));
      const outcomes = await Promise.allSettled(job.subtasks.map(({ result }) => result));
      job.assertNothingLeft();
      for (const host of hosts) host.assertNothingLeft();
      const failures = outcomes.flatMap((each) => (each.status === "rejected" ? [each.reason.code] : []));
      if (failures.length === 0) break;
      expect(new Set(failures)).toEqual(new Set(["JOB_CANCELLED"]));
      numCancelled++;
    }
    expect(numCancelled).toBeGreaterThan(10);
  });

  it("is refused without a way to the coordinator", async () => {
    const running = runSubtasks(componentsGraph(1, 3), objects, { changed: () => ({ endSuperstep: undefined }) });
    await expect(running).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});

function byId(records: readonly unknown[]): unknown[] {
  return (records as { id: number }[]).toSorted((a, b) => a.id - b.id);
}
