import { ListAccumulator, type RuntimeContext, type Sink, type Source } from "@millrace/core";
import { nodeHost } from "@millrace/host-node";
import { JobGraphBuilder } from "@millrace/job-graph";
import { describe, expect, it } from "vitest";
import { JobAccumulators } from "../../src/job/job-accumulators.js";
import { SubtaskAccumulators } from "../../src/job/subtask-accumulators.js";
import { code, startGraph } from "../support/run-graph.js";
import { watchedMemory } from "../support/watched-memory.js";

/** A source of one split. */
function sourceOf(read: Source<unknown>["read"]): Source<unknown> {
  return { name: "numbers", createSplits: async () => [{ index: 0 }], read };
}

/** A sink that notes what it is told. */
function notingSink(log: string[]): Sink<unknown> {
  const note = (what: string) => async (): Promise<void> => void log.push(what);
  return {
    name: "noting",
    initialize: note("initialize"),
    openWriter: async () => ({ write() {}, close: note("close writer"), abort: note("abort writer") }),
    commit: note("commit"),
    abort: note("abort"),
  };
}

/** Source 0, maps by the functions that follow, and sink 1. */
function mapsIntoSink(numMaps: number) {
  const graph = new JobGraphBuilder();
  const source = graph.add({ kind: "source", source: 0, parameters: undefined });
  const maps = Array.from({ length: numMaps }, (_, i) => {
    return { kind: "map", function: i + 2, operator: graph.operator(`map ${i}`, 9 + i) } as const;
  });
  const mapped = graph.add({ kind: "forward" }, [graph.input(source, {}, { kind: "rebalance" })], { chain: maps });
  graph.add({ kind: "sink", sink: 1, parameters: undefined }, [mapped]);
  return graph.build();
}

describe("[RT45] promises that settle without the event loop", () => {
  it("let timers fire while an asynchronous source gives what it has", async () => {
    const host = nodeHost();
    const memory = watchedMemory(256);
    const source = sourceOf(async function* () {
      for (let i = 0; ; i++) yield [{ i }];
    });
    const keep = code("map", { map: (record: unknown) => record });
    const job = startGraph(mapsIntoSink(1), [source, notingSink([]), keep], { host, memory });
    host.timers.setTimer(30, () => void job.cancel("enough"));
    await expect(job.result).rejects.toMatchObject({ code: "JOB_CANCELLED", cause: "enough" });
    memory.assertNothingLeft();
  });

  it("let timers fire while asynchronous functions return what they have", async () => {
    const host = nodeHost();
    const memory = watchedMemory(256);
    const graph = new JobGraphBuilder();
    const source = graph.add({ kind: "source", source: 0, parameters: undefined });
    const mapped = graph.add(
      {
        kind: "mapAsync",
        function: 1,
        options: { concurrency: 4, timeoutMs: undefined, numRetries: 0, retryDelayMs: 1, isOrdered: true },
      },
      [graph.input(source, {}, { kind: "rebalance" })],
    );
    graph.add({ kind: "collect", index: 0 }, [mapped]);
    const endless = sourceOf(function* () {
      for (let i = 0; ; i++) yield [{ i }];
    });
    const job = startGraph(
      graph.build(),
      [endless, code("mapAsync", { mapAsync: async (record: unknown) => record })],
      {
        host,
        memory,
      },
    );
    host.timers.setTimer(30, () => void job.cancel("enough"));
    await expect(job.result).rejects.toMatchObject({ code: "JOB_CANCELLED", cause: "enough" });
    memory.assertNothingLeft();
  });
});

describe("[RT47] what fails while a job ends", () => {
  it.each(["synchronous", "asynchronous"])("hides nothing when it is the end of a %s source", async (kind) => {
    const memory = watchedMemory(256);
    const log: string[] = [];
    const end = (): never => {
      throw new Error("the end of the source failed");
    };
    const source = sourceOf(() => {
      let i = 0;
      const next = () => ({ done: false, value: [i++] });
      return kind === "synchronous"
        ? { [Symbol.iterator]: () => ({ next, return: end }) }
        : { [Symbol.asyncIterator]: () => ({ next: async () => next(), return: async () => end() }) };
    });
    const map = (i: number): number => {
      if (i > 5000) throw new Error("the function failed");
      return i;
    };
    const job = startGraph(mapsIntoSink(1), [source, notingSink(log), code("map", { map })], { memory });
    await expect(job.result).rejects.toMatchObject({
      code: "FUNCTION_FAILED",
      cause: { message: "the function failed" },
    });
    expect(log).toEqual(["initialize", "abort writer", "abort"]);
    memory.assertNothingLeft();
  });

  it("is not the end of a function that was never opened", async () => {
    const log: string[] = [];
    const functionOf = (name: string, open: () => void) =>
      code("map", {
        open() {
          log.push(`open ${name}`);
          open();
        },
        map: (record: unknown) => record,
        close: () => void log.push(`close ${name}`),
      });
    const first = functionOf("first", () => {
      throw new Error("no connection");
    });
    const second = functionOf("second", () => {});
    const none = sourceOf(() => []);
    const job = startGraph(mapsIntoSink(2), [none, notingSink([]), first, second]);
    await expect(job.result).rejects.toMatchObject({ code: "FUNCTION_FAILED", cause: { message: "no connection" } });
    expect(log).toEqual(["open first", "close first"]);
  });

  it("is not a cancellation that comes later", async () => {
    const memory = watchedMemory(256);
    const sink: Sink<unknown> = {
      name: "slow to end",
      openWriter: async () => ({
        write() {},
        close: async () => {},
        abort: async () => void job.cancel("too late"),
      }),
    };
    const fails = code("map", {
      map() {
        throw new Error("the function failed");
      },
    });
    const job = startGraph(mapsIntoSink(1), [sourceOf(() => [[1]]), sink, fails], { memory });
    await expect(job.result).rejects.toMatchObject({
      code: "FUNCTION_FAILED",
      cause: { message: "the function failed" },
    });
    memory.assertNothingLeft();
  });

  it("keeps a job from committing that was cancelled while its sources ended", async () => {
    const log: string[] = [];
    const source = sourceOf(() => {
      let i = 0;
      return {
        [Symbol.asyncIterator]: () => ({
          next: async () => ({ done: false, value: [i++] }),
          return: async () => {
            void job.cancel("enough");
            return { done: true, value: undefined };
          },
        }),
      };
    });
    const graph = new JobGraphBuilder();
    const read = graph.add({ kind: "source", source: 0, parameters: undefined });
    const first = graph.add(
      { kind: "first", count: 1, group: { keys: undefined, value: undefined }, strategy: "all" },
      [read],
    );
    graph.add({ kind: "sink", sink: 1, parameters: undefined }, [first]);
    const job = startGraph(graph.build(), [source, notingSink(log)]);
    await expect(job.result).rejects.toMatchObject({ code: "JOB_CANCELLED" });
    expect(log).not.toContain("commit");
  });

  it("fails the job before anything is committed when accumulators cannot be merged", async () => {
    const log: string[] = [];
    class Unmergeable extends ListAccumulator<number> {
      override mergeState(): void {
        throw new Error("these cannot be merged");
      }
    }
    const counting = code("map", {
      open(context: RuntimeContext) {
        context.getAccumulator("numbers", Unmergeable);
      },
      map: (record: unknown) => record,
    });
    const job = startGraph(mapsIntoSink(1), [sourceOf(() => [[1, 2]]), notingSink(log), counting]);
    await expect(job.result).rejects.toMatchObject({
      code: "FUNCTION_FAILED",
      message: expect.stringContaining('accumulator "numbers" threw Error: these cannot be merged'),
    });
    expect(log).not.toContain("commit");
    expect(log.at(-1)).toBe("abort");
  });

  it("names the operator whose accumulator cannot be handed in, before anything is committed", async () => {
    const log: string[] = [];
    class Broken extends ListAccumulator<number> {
      override toState(): never {
        throw new Error("the state is lost");
      }
    }
    const counting = code("map", {
      open(context: RuntimeContext) {
        context.getAccumulator("numbers", Broken);
      },
      map: (record: unknown) => record,
    });
    const job = startGraph(mapsIntoSink(1), [sourceOf(() => [[1, 2]]), notingSink(log), counting]);
    await expect(job.result).rejects.toMatchObject({
      code: "FUNCTION_FAILED",
      where: { operator: "map 0" },
      cause: { message: "the state is lost" },
    });
    expect(log.at(-1)).toBe("abort");
  });
});

describe("accumulators of many supersteps", () => {
  /** Counts how often states of its kind are merged. */
  class CountingList extends ListAccumulator<number> {
    static numMerged = 0;
    override mergeState(state: number[]): void {
      CountingList.numMerged++;
      super.mergeState(state);
    }
  }

  it.each([0, 1, 2, 7, 8, 1000])("%i of them give all values in order, and keep few states", (numSupersteps) => {
    const job = new JobAccumulators();
    const subtask = new SubtaskAccumulators();
    for (let superstep = 0; superstep < numSupersteps; superstep++) {
      subtask.begin();
      subtask.get("values", CountingList).add(superstep);
      job.take(subtask);
    }
    CountingList.numMerged = 0;
    const values = job.merged().get("values")?.getLocalValue() ?? [];
    expect(values).toEqual(Array.from({ length: numSupersteps }, (_, i) => i));
    expect(CountingList.numMerged).toBeLessThanOrEqual(10);
  });
});
