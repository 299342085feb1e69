import { SeededRandom } from "@millrace/host-test";
import { type JobGraph, JobGraphBuilder } from "@millrace/job-graph";
import { describe, expect, it } from "vitest";
import { code, runGraph } from "../support/run-graph.js";
import { runSubtasks } from "../support/run-subtasks.js";

const seed = Number(process.env.FUZZ_SEED ?? 5);
const count = Number(process.env.FUZZ_COUNT ?? 20);

interface Dealt {
  readonly id: number;
  readonly producer: number;
  readonly text: string;
}

/** Deals records that lie unevenly in `producers` subtasks, from as many edges as asked for, to `consumers`; each tells its own number. */
function dealingGraph(producers: number, consumers: number, numEdges: number) {
  const graph = new JobGraphBuilder();
  const source = graph.add({ kind: "collection", records: 0 });
  const uneven = graph.add(
    { kind: "forward" },
    [graph.input(source, {}, { kind: "custom", key: { path: "producer" }, partitioner: 1 })],
    { parallelism: producers },
  );
  const edges = Array.from({ length: numEdges }, () => ({ source: uneven, ship: { kind: "rebalance" } as const }));
  const dealt = graph.add(
    { kind: "mapPartition", function: 2 },
    [graph.input(edges, { local: { kind: "materialize" } })],
    {
      parallelism: consumers,
    },
  );
  graph.add({ kind: "collect", index: 0 }, [dealt], { parallelism: consumers });
  return graph.build();
}

const objectsFor = (records: readonly Dealt[]) => [
  records,
  code("partition", (producer: number) => producer),
  code("mapPartition", (group: Iterable<Dealt>) => {
    const ids = Array.from(group, ({ id }) => id);
    return [{ number: ids.length, ids }];
  }),
];

describe(`records that are dealt by turns (FUZZ_SEED=${seed}, FUZZ_COUNT=${count})`, () => {
  it.each([
    ["by producers in one slot", runGraph],
    ["by producers that each run by itself", runSubtasks],
  ])("[RT64] differ in number by one at most, %s", async (_way, run) => {
    const random = new SeededRandom(seed);
    for (let i = 0; i < count; i++) {
      const producers = random.between(1, 6);
      const consumers = random.between(1, 7);
      const numEdges = random.between(1, 2);
      const numRecords = random.between(0, 400);
      const size = random.below(4) === 0 ? 60_000 : random.below(300);
      const records = Array.from({ length: size > 300 ? numRecords % 20 : numRecords }, (_, id) => ({
        id,
        producer: Math.min(random.below(producers), random.below(producers)),
        text: "x".repeat(size),
      }));
      const [collected] = await run(dealingGraph(producers, consumers, numEdges), objectsFor(records));
      const parts = collected as { readonly number: number; readonly ids: readonly number[] }[];
      const numbers = parts.map(({ number }) => number);
      expect(Math.max(...numbers) - Math.min(...numbers), `${i}: ${producers} to ${consumers}`).toBeLessThanOrEqual(1);
      const expected = records.flatMap(({ id }) => new Array<number>(numEdges).fill(id));
      expect(parts.flatMap(({ ids }) => ids).toSorted((a, b) => a - b)).toEqual(expected);
    }
  });

  it("control: producers that each deal alone, without the task that deals what is left, are further apart", async () => {
    const alone = { graphOf: (graph: JobGraph) => graph };
    let most = 0;
    for (let numRecords = 1; numRecords < 30; numRecords++) {
      const records = Array.from({ length: numRecords }, (_, id) => ({ id, producer: id % 3, text: "" }));
      const [collected] = await runSubtasks(dealingGraph(3, 7, 1), objectsFor(records), alone);
      const numbers = (collected as { readonly number: number }[]).map(({ number }) => number);
      most = Math.max(most, Math.max(...numbers) - Math.min(...numbers));
    }
    expect(most).toBeGreaterThan(1);
  });
});
