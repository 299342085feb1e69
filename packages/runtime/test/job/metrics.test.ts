import { TestHost } from "@millrace/host-test";
import { JobGraphBuilder } from "@millrace/job-graph";
import { describe, expect, it } from "vitest";
import { startGraph } from "../support/run-graph.js";

describe("the report of a job", () => {
  it("says of every task what it read, sent, spilled and waited for", async () => {
    const host = new TestHost();
    const records = Array.from({ length: 500 }, (_, id) => ({ id, text: "x".repeat(5000) }));
    const graph = new JobGraphBuilder();
    const source = graph.add({ kind: "collection", records: 0 });
    const sorted = graph.input(source, { local: { kind: "sort", keys: [{ path: "id" }] } }, { kind: "rebalance" });
    const forward = graph.add({ kind: "forward" }, [sorted], { parallelism: 2 });
    graph.add({ kind: "collect", index: 0 }, [forward], { parallelism: 2 });
    const result = await startGraph(graph.build(), [records], { host, numPages: 40 }).result;
    result.close();
    const [first, ...others] = result.tasks;
    expect(first).toMatchObject({
      vertex: 0,
      name: "collection",
      subtaskIndex: 0,
      read: { numRecords: 0, numPages: 0 },
    });
    expect(first!.sent.numRecords).toBe(500);
    expect(first!.sent.numBytes).toBeGreaterThan(500 * 5000);
    expect(first!.numBytesSpilled).toBe(0);
    expect(others.map(({ vertex, subtaskIndex, read }) => [vertex, subtaskIndex, read.numRecords])).toEqual([
      [1, 0, 250],
      [1, 1, 250],
      [2, 0, 250],
      [2, 1, 250],
    ]);
    for (const { vertex, numBytesSpilled, numBytesRestored } of others) {
      if (vertex === 1) expect(Math.min(numBytesSpilled, numBytesRestored)).toBeGreaterThan(0);
    }
    expect(result.tasks.every(({ numSteps }) => numSteps > 0)).toBe(true);
  });

  it("measures in which of its waits the time went", async () => {
    const host = new TestHost();
    const graph = new JobGraphBuilder();
    const source = graph.add({ kind: "source", source: 0, parameters: undefined });
    graph.add({ kind: "collect", index: 0 }, [source]);
    const slow = {
      name: "slow",
      createSplits: async () => [{ index: 0 }],
      async *read() {
        yield [1];
        await new Promise<void>((resolve) => host.timers.setTimer(100, resolve));
        yield [2];
      },
    };
    const job = startGraph(graph.build(), [slow], { host });
    await host.time.advance(200);
    const { tasks } = await job.result;
    expect(tasks.map(({ idleMs, backPressuredMs }) => [idleMs, backPressuredMs])).toEqual([
      [100, 0],
      [100, 0],
    ]);
  });

  it("[RT91] counts the supersteps of each task in an iteration, and what all of them together read and sent", async () => {
    const graph = new JobGraphBuilder();
    const iteration = graph.addIteration("bulk", { parallelism: 2, maxIterations: 4 });
    const inside = { parallelism: 2, iteration };
    const source = graph.add({ kind: "collection", records: 0 });
    const head = graph.add({ kind: "bulkHead" }, [source], inside);
    const step = graph.add({ kind: "forward" }, [graph.input(head, {}, { kind: "rebalance" })], inside);
    graph.add({ kind: "bulkTail" }, [step], inside);
    graph.add({ kind: "collect", index: 0 }, [graph.input([{ source: head, output: 1 }])], { parallelism: 2 });
    const records = Array.from({ length: 300 }, (_, id) => ({ id }));
    const result = await startGraph(graph.build(), [records], { host: new TestHost() }).result;
    result.close();
    const ofTasks = (name: string) => result.tasks.filter((task) => task.name === name);
    for (const name of ["bulkHead", "forward", "bulkTail"]) {
      expect(
        ofTasks(name).map(({ numSupersteps }) => numSupersteps),
        name,
      ).toEqual([4, 4]);
    }
    for (const name of ["collection", "collect"]) expect(ofTasks(name)[0]!.numSupersteps, name).toBe(0);
    expect(ofTasks("forward").reduce((sum, { read }) => sum + read.numRecords, 0)).toBe(4 * 300);
  });
});
