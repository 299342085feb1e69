import type { Source, SourceSplit } from "@millrace/core";
import { nodeHost } from "@millrace/host-node";
import { TestHost } from "@millrace/host-test";
import { JobGraphBuilder } from "@millrace/job-graph";
import { describe, expect, it } from "vitest";
import { allOf, code, runGraph, startGraph } from "../support/run-graph.js";
import { watchedMemory } from "../support/watched-memory.js";

const PARALLELISM = 7;
/** A record of 4 kB: a hundred of them are more than the pages of one call. */
const TEXT = "x".repeat(4000);
/** Records in and out of one call: 16 MB, a hundred times the five pages or so that a call has for input, output and overdraft. */
const RECORDS_OF_CALL = 4096;

/** Is a source whose splits give numbered records with a text, as fast as they are asked for. */
function textSource(recordsPerSplit: number, text = TEXT): Source<unknown> {
  return {
    name: "texts",
    createSplits: async (count) => Array.from({ length: count }, (_, index) => ({ index })),
    *read({ index }: SourceSplit) {
      for (let i = 0; i < recordsPerSplit; i += 16) {
        yield Array.from({ length: 16 }, (_, j) => ({ id: index * recordsPerSplit + i + j, text }));
      }
    },
  };
}

describe("[RT41] one call of user code with a hundred times its memory, at parallelism 7", () => {
  const idsOf = (count: number): number[] => Array.from({ length: count }, (_, id) => id);

  it.each(["written to the collector", "returned as an array", "returned as a generator"])(
    "mapPartition: as much goes in as comes out, %s",
    async (form) => {
      const graph = new JobGraphBuilder();
      const source = graph.add({ kind: "source", source: 0, parameters: undefined }, [], { parallelism: PARALLELISM });
      const dam = graph.input(source, { local: { kind: "materialize" } });
      const mapped = graph.add({ kind: "mapPartition", function: 1 }, [dam], { parallelism: PARALLELISM });
      const size = { kind: "map", function: 2, operator: graph.operator("size", 9) } as const;
      const sized = graph.add({ kind: "forward" }, [graph.input(mapped, {}, { kind: "rebalance" })], { chain: [size] });
      graph.add({ kind: "collect", index: 0 }, [sized]);
      const mapPartition = (records: Iterable<unknown>, out: { collect(record: unknown): void }) => {
        if (form === "returned as a generator") return pass(records);
        if (form === "returned as an array") return [...records];
        for (const record of records) out.collect(record);
        return undefined;
      };
      const memory = watchedMemory(100);
      const objects = [
        textSource(RECORDS_OF_CALL),
        code("mapPartition", mapPartition),
        code("map", ({ id, text }: { id: number; text: string }) => [id, text.length]),
      ];
      const [records] = await runGraph(graph.build(), objects, { memory });
      const expected = idsOf(PARALLELISM * RECORDS_OF_CALL).map((id) => [id, TEXT.length]);
      expect((records as [number, number][]).toSorted((a, b) => a[0] - b[0])).toEqual(expected);
      memory.assertNothingLeft();
    },
    60_000,
  );

  it.each(["collector", "array", "generator"])(
    "flatMap: one record makes so many, by %s",
    async (form) => {
      const graph = new JobGraphBuilder();
      const source = graph.add({ kind: "collection", records: 0 }, [], { parallelism: PARALLELISM });
      const flatMap = { kind: "flatMap", function: 1, operator: graph.operator("many", 8) } as const;
      const many = graph.add({ kind: "forward" }, [source], { parallelism: PARALLELISM, chain: [flatMap] });
      const size = { kind: "map", function: 2, operator: graph.operator("size", 9) } as const;
      const sized = graph.add({ kind: "forward" }, [graph.input(many, {}, { kind: "rebalance" })], { chain: [size] });
      graph.add({ kind: "collect", index: 0 }, [sized]);
      const make = (first: number, out: { collect(record: unknown): void }) => {
        const records = (function* () {
          for (let i = 0; i < RECORDS_OF_CALL; i++) yield { id: first * RECORDS_OF_CALL + i, text: TEXT };
        })();
        if (form === "generator") return records;
        if (form === "array") return [...records];
        for (const record of records) out.collect(record);
        return undefined;
      };
      const memory = watchedMemory(100);
      const objects = [
        Array.from({ length: PARALLELISM }, (_, i) => i),
        code("flatMap", make),
        code("map", ({ id, text }: { id: number; text: string }) => [id, text.length]),
      ];
      const [records] = await runGraph(graph.build(), objects, { memory });
      const expected = idsOf(PARALLELISM * RECORDS_OF_CALL).map((id) => [id, TEXT.length]);
      expect((records as [number, number][]).toSorted((a, b) => a[0] - b[0])).toEqual(expected);
      memory.assertNothingLeft();
    },
    60_000,
  );
});

describe("[RT41] one group with a hundred times the memory of its call, at parallelism 7", () => {
  it.each(["collector", "generator"])(
    "reduceGroup: as much goes in as comes out, by %s",
    async (form) => {
      const graph = new JobGraphBuilder();
      const source = graph.add({ kind: "source", source: 0, parameters: undefined }, [], { parallelism: PARALLELISM });
      const attach = {
        kind: "map",
        function: 3,
        operator: graph.operator("attach", 7),
      } as const;
      const keyed = graph.add({ kind: "forward" }, [source], { parallelism: PARALLELISM, chain: [attach] });
      const keys = [{ path: "group" }];
      const sorted = graph.input(keyed, { local: { kind: "sort", keys } }, { kind: "hash", keys });
      const reduced = graph.add(
        { kind: "groupReduce", function: 1, group: { keys, value: undefined }, strategy: "sorted" },
        [sorted],
        { parallelism: PARALLELISM },
      );
      const size = { kind: "map", function: 2, operator: graph.operator("size", 9) } as const;
      const sized = graph.add({ kind: "forward" }, [graph.input(reduced, {}, { kind: "rebalance" })], {
        chain: [size],
      });
      graph.add({ kind: "collect", index: 0 }, [sized]);
      const memory = watchedMemory(160);
      const reduceGroup = (records: Iterable<unknown>, out: { collect(record: unknown): void }) => {
        if (form === "generator") return pass(records);
        for (const record of records) out.collect(record);
        return undefined;
      };
      const objects = [
        textSource(RECORDS_OF_CALL / 4),
        code("reduceGroup", reduceGroup),
        code("map", ({ id, text }: { id: number; text: string }) => [id, text.length]),
        code("map", ({ id, text }: { id: number; text: string }) => ({ id, text, group: id % 2 })),
      ];
      const [records] = await runGraph(graph.build(), objects, { memory });
      const expected = Array.from({ length: (PARALLELISM * RECORDS_OF_CALL) / 4 }, (_, id) => [id, TEXT.length]);
      expect((records as [number, number][]).toSorted((a, b) => a[0] - b[0])).toEqual(expected);
      memory.assertNothingLeft();
    },
    60_000,
  );
});

function* pass(records: Iterable<unknown>): Generator<unknown> {
  yield* records;
}

describe("[RT42] tasks that read one producer on two ways", () => {
  const build = (isMaterialized: boolean) => {
    const graph = new JobGraphBuilder();
    const source = graph.add({ kind: "source", source: 0, parameters: undefined });
    const key = [{ path: "id" }];
    const other = graph.input(source, isMaterialized ? { local: { kind: "materialize" } } : {});
    const join = {
      kind: "join",
      joinType: "semi",
      strategy: "hash-build-second",
      leftKeys: key,
      rightKeys: key,
      leftValue: undefined,
      rightValue: undefined,
      result: { kind: "left" },
    } as const;
    const joined = graph.add(join, [other, graph.input(source)]);
    graph.add({ kind: "collect", index: 0 }, [joined]);
    return graph.build();
  };

  it.each([true, false])("end, whether the plan materializes one of them or not: %s", async (isMaterialized) => {
    const memory = watchedMemory(40);
    const [records] = await runGraph(build(isMaterialized), [textSource(4000)], { memory });
    expect(records).toHaveLength(4000);
    memory.assertNothingLeft();
  });
});

describe("the scheduler", () => {
  it("[RT40] lets no task wait for another that has always something to do", async () => {
    const graph = new JobGraphBuilder();
    const busy = graph.add({ kind: "source", source: 0, parameters: undefined });
    const busyMap = { kind: "map", function: 2, operator: graph.operator("busy", 8) } as const;
    graph.add({ kind: "collect", index: 0 }, [graph.add({ kind: "forward" }, [busy], { chain: [busyMap] })]);
    const calm = graph.add({ kind: "source", source: 1, parameters: undefined });
    const calmMap = { kind: "map", function: 3, operator: graph.operator("calm", 9) } as const;
    graph.add({ kind: "collect", index: 1 }, [graph.add({ kind: "forward" }, [calm], { chain: [calmMap] })]);
    let numBusy = 0;
    let busyWhenCalmEnded = 0;
    const objects = [
      textSource(20_000, "short"),
      textSource(160, TEXT),
      code("map", (record: unknown) => {
        numBusy++;
        return record;
      }),
      code("map", (record: unknown) => {
        busyWhenCalmEnded = numBusy;
        return record;
      }),
    ];
    await runGraph(graph.build(), objects);
    expect(numBusy).toBe(20_000);
    expect(busyWhenCalmEnded).toBeLessThan(20_000);
  });

  it("gives each subtask a function object of its own", async () => {
    const graph = new JobGraphBuilder();
    const source = graph.add({ kind: "collection", records: 0 }, [], { parallelism: PARALLELISM });
    const count = { kind: "map", function: 1, operator: graph.operator("count", 9) } as const;
    const counted = graph.add({ kind: "forward" }, [source], { parallelism: PARALLELISM, chain: [count] });
    graph.add({ kind: "collect", index: 0 }, [counted], { parallelism: PARALLELISM });
    const lives: string[] = [];
    const make = () => ({
      count: 0,
      open(context: { subtaskIndex: number }) {
        lives.push(`open ${context.subtaskIndex}`);
      },
      map() {
        return ++this.count;
      },
      close() {
        lives.push(`close after ${this.count}`);
      },
    });
    const records = Array.from({ length: 700 }, (_, i) => i);
    const [counts] = await runGraph(graph.build(), [records, { method: "map", make }]);
    expect(counts).toEqual(Array.from({ length: 7 }, () => Array.from({ length: 100 }, (_, i) => i + 1)).flat());
    expect(lives.toSorted()).toEqual([
      ...Array.from({ length: 7 }, () => "close after 100"),
      ...Array.from({ length: 7 }, (_, i) => `open ${i}`),
    ]);
  });

  it("[RT45] lets the event loop turn, so that a job can be cancelled by a timer while it works", async () => {
    const host = nodeHost();
    const memory = watchedMemory(256);
    const graph = endless();
    const job = startGraph(graph, [textSource(Number.POSITIVE_INFINITY)], { host, memory });
    host.timers.setTimer(30, () => void job.cancel("enough"));
    await expect(job.result).rejects.toMatchObject({ code: "JOB_CANCELLED", cause: "enough" });
    memory.assertNothingLeft();
  });

  it("ends a source that never gives anything when the job is cancelled", async () => {
    const host = new TestHost();
    const memory = watchedMemory(256);
    let isClosed = false;
    const silent: Source<unknown> = {
      name: "silence",
      createSplits: async () => [{ index: 0 }],
      async *read(_split, { signal }) {
        try {
          yield [{ id: 1 }];
          await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        } finally {
          isClosed = true;
        }
      },
    };
    const job = startGraph(endless(), [silent], { host, memory });
    await host.time.advance(5);
    await job.cancel("enough");
    await expect(job.result).rejects.toMatchObject({ code: "JOB_CANCELLED" });
    expect(isClosed).toBe(true);
    memory.assertNothingLeft();
    host.assertNothingLeft();
  });

  it("does not wait for ever for a source that does not hear of the cancellation", async () => {
    const host = new TestHost();
    const memory = watchedMemory(256);
    const deaf: Source<unknown> = {
      name: "deaf",
      createSplits: async () => [{ index: 0 }],
      async *read() {
        yield [{ id: 1 }];
        await new Promise(() => {});
      },
    };
    const job = startGraph(endless(), [deaf], { host, memory });
    await host.time.advance(5);
    const cancelled = job.cancel();
    await host.time.advance(60_000);
    await cancelled;
    await expect(job.result).rejects.toMatchObject({ code: "JOB_CANCELLED" });
    memory.assertNothingLeft();
    host.assertNothingLeft();
  });

  it("[RT44] hands on what is not a full page when nobody has anything else to do", async () => {
    const host = new TestHost();
    const seen: unknown[] = [];
    const note = (record: unknown): unknown => {
      seen.push(record);
      return record;
    };
    const graph = new JobGraphBuilder();
    const source = graph.add({ kind: "source", source: 0, parameters: undefined });
    const noting = { kind: "map", function: 1, operator: graph.operator("note", 9) } as const;
    const noted = graph.add({ kind: "forward" }, [graph.input(source, {}, { kind: "rebalance" })], { chain: [noting] });
    graph.add({ kind: "collect", index: 0 }, [noted]);
    const slow: Source<unknown> = {
      name: "slow",
      createSplits: async () => [{ index: 0 }],
      async *read() {
        for (let i = 0; i < 3; i++) {
          yield [i];
          await new Promise<void>((resolve) => host.timers.setTimer(10, resolve));
        }
      },
    };
    const job = startGraph(graph.build(), [slow, code("map", note)], { host });
    await host.time.advance(5);
    expect(seen).toEqual([0]);
    await host.time.advance(10);
    expect(seen).toEqual([0, 1]);
    await host.time.advance(30);
    expect(await allOf((await job.result).records(0))).toEqual([0, 1, 2]);
  });
});

function endless() {
  const graph = new JobGraphBuilder();
  const source = graph.add({ kind: "source", source: 0, parameters: undefined });
  const keyed = graph.input(source, {}, { kind: "hash", keys: [{ path: "id" }] });
  graph.add({ kind: "collect", index: 0 }, [graph.add({ kind: "forward" }, [keyed], { parallelism: 3 })], {
    parallelism: 3,
  });
  return graph.build();
}
