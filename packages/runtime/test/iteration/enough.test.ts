/** In an iteration, who needs no more says so for one superstep: the next one begins anew, when all tasks have ended this one. */
import { LongSumAggregator, type RuntimeContext } from "@millrace/core";
import { type DriverSpec, JobGraphBuilder } from "@millrace/job-graph";
import { describe, expect, it } from "vitest";
import { cancelEverywhere } from "../support/cancel-everywhere.js";
import { runGraph, startGraph } from "../support/run-graph.js";
import { watchedMemory } from "../support/watched-memory.js";

const NUM_SUPERSTEPS = 4;
const NUM_KEPT = 20;
const TEXT = "x".repeat(200);

interface Item {
  readonly id: number;
  readonly count: number;
  readonly text: string;
}

const first: DriverSpec = {
  kind: "first",
  count: NUM_KEPT,
  group: { keys: undefined, value: undefined },
  strategy: "all",
};

/** What happened in each superstep. */
interface Seen {
  readonly lives: string[];
  /** By superstep, counted from 1: calls of the function. */
  readonly numCalls: number[];
  /** By superstep: what the aggregator of the one before says. */
  readonly aggregated: (number | undefined)[];
}

/** Makes a function that gives a hundred records of each, one superstep older, as far as anybody wants them. */
function growing(seen: Seen) {
  const make = () => ({
    context: undefined as RuntimeContext | undefined,
    open(context: RuntimeContext) {
      this.context = context;
      const superstep = context.getSuperstepNumber();
      seen.lives.push(`open ${superstep}`);
      const before = context.getPreviousIterationAggregate("calls") as bigint | null;
      seen.aggregated[superstep] = before === null ? undefined : Number(before);
    },
    *flatMap({ id, count, text }: Item) {
      const superstep = this.context!.getSuperstepNumber();
      seen.numCalls[superstep] = (seen.numCalls[superstep] ?? 0) + 1;
      (this.context!.getIterationAggregator("calls") as LongSumAggregator).aggregate(1n);
      for (let i = 0; i < 100; i++) yield { id: id * 100 + i, count: count + 1, text };
    },
    close() {
      seen.lives.push(`close ${this.context!.getSuperstepNumber()}`);
    },
  });
  return { method: "flatMap", make };
}

/** Builds a bulk iteration: head -> flatMap -> join with a constant input -> first -> tail; beside it a tail that reads all that the join gives, or nothing. */
function graphOf(parallelism: number, hasTermination: boolean) {
  const graph = new JobGraphBuilder();
  const aggregators = [{ name: "calls", factory: 2, convergence: undefined }];
  const iteration = graph.addIteration("bulk", { parallelism, maxIterations: NUM_SUPERSTEPS, aggregators });
  const inside = { parallelism, iteration };
  const source = graph.add({ kind: "collection", records: 0 });
  const known = graph.add({ kind: "collection", records: 3 });
  const head = graph.add({ kind: "bulkHead" }, [source], inside);
  const grow = { kind: "flatMap", function: 1, operator: graph.operator("grow", 100) } as const;
  const grown = graph.add({ kind: "forward" }, [graph.input(head, {}, { kind: "rebalance" })], {
    ...inside,
    chain: [grow],
  });
  const joined = graph.add(
    {
      kind: "join",
      joinType: "semi",
      strategy: "hash-build-second",
      leftKeys: [{ path: "text" }],
      rightKeys: [{ path: "text" }],
      leftValue: undefined,
      rightValue: undefined,
      result: { kind: "left" },
    },
    [grown, graph.input(known, {}, { kind: "broadcast" })],
    inside,
  );
  graph.add({ kind: "bulkTail" }, [graph.add(first, [joined], inside)], inside);
  if (hasTermination) graph.add({ kind: "terminationTail" }, [joined], inside);
  graph.add({ kind: "collect", index: 0 }, [graph.input([{ source: head, output: 1 }])], { parallelism });
  return graph.build();
}

const start = Array.from({ length: 2000 }, (_, id): Item => ({ id, count: 0, text: TEXT }));

describe.each([1, 7])("[RT55] first in the step of a bulk iteration at parallelism %i", (parallelism) => {
  const supersteps = Array.from({ length: NUM_SUPERSTEPS }, (_, i) => i + 1);
  const livesOf = (superstep: number, event: string): string[] =>
    Array.from({ length: parallelism }, () => `${event} ${superstep}`);

  it.each([false, true])("gives what it should (another reader wants all: %s)", async (hasTermination) => {
    const seen: Seen = { lives: [], numCalls: [], aggregated: [] };
    const memory = watchedMemory(1024);
    const objects = [start, growing(seen), () => new LongSumAggregator(), [{ text: TEXT }]];
    const [records] = await runGraph(graphOf(parallelism, hasTermination), objects, { memory });
    expect(records).toHaveLength(NUM_KEPT * parallelism);
    expect((records as Item[]).every(({ count }) => count === NUM_SUPERSTEPS)).toBe(true);
    expect(seen.lives).toEqual(supersteps.flatMap((n) => [...livesOf(n, "open"), ...livesOf(n, "close")]));
    // Whatever was called in a superstep was aggregated in it: nobody is late.
    expect(seen.aggregated.slice(1)).toEqual([undefined, ...seen.numCalls.slice(1, NUM_SUPERSTEPS)]);
    if (hasTermination) expect(seen.numCalls.slice(1, 3)).toEqual([2000, NUM_KEPT * parallelism]);
    else expect(seen.numCalls[1]).toBeLessThan(2000);
    memory.assertNothingLeft();
  });

  it("leaves nothing when it is cancelled, at whichever step", async () => {
    const graph = graphOf(Math.min(parallelism, 2), false);
    const numCancelled = await cancelEverywhere(
      1024,
      (host, memory) => {
        const seen: Seen = { lives: [], numCalls: [], aggregated: [] };
        const objects = [start.slice(0, 100), growing(seen), () => new LongSumAggregator(), [{ text: TEXT }]];
        return startGraph(graph, objects, { host, memory });
      },
      undefined,
      parallelism,
    );
    expect(numCancelled).toBeGreaterThan(20);
  });
});
