/** Who needs no more of an input says so, and whoever nobody needs any more ends: as on success, and with nothing left. */
import type { Source } from "@millrace/core";
import { TestHost } from "@millrace/host-test";
import { type DriverSpec, JobGraphBuilder, type JobInput } from "@millrace/job-graph";
import { describe, expect, it } from "vitest";
import { cancelEverywhere } from "../support/cancel-everywhere.js";
import { allOf, code, runGraph, startGraph } from "../support/run-graph.js";
import { watchedMemory } from "../support/watched-memory.js";

/** A page holds far fewer of them than a test may have called for when it says that somebody stopped early. */
const TEXT = "x".repeat(500);
/** More than all channels of a small plan hold. */
const MANY = 200_000;
const FORWARD = { kind: "forward" } as const;
const SOURCE = { kind: "source", source: 0, parameters: undefined } as const;

const first = (count: number): DriverSpec => ({
  kind: "first",
  count,
  group: { keys: undefined, value: undefined },
  strategy: "all",
});

/** What a source did. */
interface Reading {
  numRead: number;
  numClosed: number;
  /** Resolves when some thousand records were read. */
  readonly wasRead: Promise<void>;
}

/** Makes a source whose splits never end, unless they are left. */
function endlessSource(isAsync = false): { readonly source: Source<unknown>; readonly reading: Reading } {
  let resolve = (): void => {};
  const wasRead = new Promise<void>((resolvePromise) => {
    resolve = resolvePromise;
  });
  const reading: Reading = { numRead: 0, numClosed: 0, wasRead };
  function* read() {
    try {
      for (let id = 0; ; id++) {
        if (++reading.numRead === 1000) resolve();
        yield [{ id, text: TEXT }];
      }
    } finally {
      reading.numClosed++;
    }
  }
  async function* readAsync() {
    for (const batch of read()) {
      await undefined;
      yield batch;
    }
  }
  const source: Source<unknown> = {
    name: "endless",
    createSplits: async (count) => Array.from({ length: count }, (_, index) => ({ index })),
    read: isAsync ? readAsync : read,
  };
  return { source, reading };
}

/** Makes a source of three records that come when another one was read for a while. */
function lateSource(reading: Reading): Source<unknown> {
  return {
    name: "late",
    createSplits: async () => [{ index: 0 }],
    async *read() {
      await reading.wasRead;
      yield [1, 2, 3];
    },
  };
}

/** A rich function that passes records on, and what became of its objects. */
function watchedMap() {
  const lives: string[] = [];
  let numCalls = 0;
  const make = () => ({
    open: () => void lives.push("open"),
    map(record: unknown) {
      numCalls++;
      return record;
    },
    close: () => void lives.push("close"),
  });
  return { entry: { method: "map", make }, lives, numCalls: () => numCalls };
}

const chained = (graph: JobGraphBuilder, kind: "map" | "flatMap", ref: number) => [
  { kind, function: ref, operator: graph.operator(`function ${ref}`, 50 + ref) } as const,
];

describe("[RT53] a task that nobody needs ends", () => {
  it.each([
    { isAsync: false, parallelism: 1 },
    { isAsync: true, parallelism: 1 },
    { isAsync: false, parallelism: 3 },
    { isAsync: true, parallelism: 3 },
  ])("with the reading of a source that has no end: %o", async ({ isAsync, parallelism }) => {
    const { source, reading } = endlessSource(isAsync);
    const { entry, lives, numCalls } = watchedMap();
    const graph = new JobGraphBuilder();
    const read = graph.add(SOURCE, [], { parallelism });
    const byId = { kind: "hash", keys: [{ path: "id" }] } as const;
    const mapped = graph.add(FORWARD, [graph.input(read, {}, byId)], { parallelism, chain: chained(graph, "map", 1) });
    const local = graph.add(first(5), [mapped], { parallelism });
    graph.add({ kind: "collect", index: 0 }, [graph.add(first(5), [local])]);
    const memory = watchedMemory(256);
    const [records] = await runGraph(graph.build(), [source, entry], { memory });
    expect(records).toHaveLength(5);
    expect(reading.numClosed).toBe(parallelism);
    expect(numCalls()).toBeLessThan(20_000 * parallelism);
    expect(lives.toSorted()).toEqual([
      ...Array.from({ length: parallelism }, () => "close"),
      ...Array.from({ length: parallelism }, () => "open"),
    ]);
    memory.assertNothingLeft();
  });

  it("while it waits for a record that never comes: the source hears of it, and the job does not wait", async () => {
    const host = new TestHost();
    let heard: unknown;
    const silent: Source<unknown> = {
      name: "silent",
      createSplits: async () => [{ index: 0 }],
      async *read(_split, { signal }) {
        yield [1, 2];
        await new Promise<void>((resolve) => {
          signal.addEventListener("abort", () => {
            heard = signal.reason;
            resolve();
          });
        });
      },
    };
    const graph = new JobGraphBuilder();
    graph.add({ kind: "collect", index: 0 }, [graph.add(first(2), [graph.add(SOURCE)])]);
    const memory = watchedMemory(64);
    const result = await startGraph(graph.build(), [silent], { host, memory }).result;
    expect(await allOf(result.records(0))).toEqual([1, 2]);
    expect(heard).toMatchObject({ name: "AbortError" });
    memory.assertNothingLeft();
    host.assertNothingLeft();
  });

  it("without a record, when none is needed", async () => {
    const { source, reading } = endlessSource();
    const graph = new JobGraphBuilder();
    graph.add({ kind: "collect", index: 0 }, [graph.add(first(0), [graph.add(SOURCE)])]);
    expect(await runGraph(graph.build(), [source])).toEqual([[]]);
    expect(reading.numRead).toBeLessThan(5000);
  });

  it.each(["materialize", "sort"] as const)("while it takes an endless input in: %s", async (kind) => {
    const { source, reading } = endlessSource(true);
    const { entry, lives } = watchedMap();
    const graph = new JobGraphBuilder();
    const local: JobInput["local"] = kind === "sort" ? { kind, keys: [{ path: "id" }] } : { kind };
    const dam = graph.add(FORWARD, [graph.input(graph.add(SOURCE), { local })], { chain: chained(graph, "map", 1) });
    const finite = graph.add({ kind: "source", source: 2, parameters: undefined });
    graph.add({ kind: "collect", index: 0 }, [graph.add(first(3), [graph.input([dam, finite])])]);
    const memory = watchedMemory(256);
    const [records] = await runGraph(graph.build(), [source, entry, lateSource(reading)], { memory });
    expect(records).toEqual([1, 2, 3]);
    expect(reading.numClosed).toBe(1);
    expect(lives).toEqual(["open", "close"]);
    memory.assertNothingLeft();
  });

  it("while it reads one side of a join, the other being taken in beside it", async () => {
    const { source, reading } = endlessSource(true);
    const graph = new JobGraphBuilder();
    const read = graph.add(SOURCE);
    const keys = [{ path: "id" }];
    const joined = graph.add(
      {
        kind: "join",
        joinType: "semi",
        strategy: "hash-build-second",
        leftKeys: keys,
        rightKeys: keys,
        leftValue: undefined,
        rightValue: undefined,
        result: { kind: "left" },
      },
      [graph.input(read, { local: { kind: "materialize" } }), graph.input(read)],
    );
    const finite = graph.add({ kind: "source", source: 1, parameters: undefined });
    graph.add({ kind: "collect", index: 0 }, [graph.add(first(3), [graph.input([joined, finite])])]);
    const memory = watchedMemory(256);
    expect(await runGraph(graph.build(), [source, lateSource(reading)], { memory })).toEqual([[1, 2, 3]]);
    expect(reading.numClosed).toBe(1);
    memory.assertNothingLeft();
  });

  it("with calls of an asynchronous function pending, whose signals abort", async () => {
    const { source, reading } = endlessSource(true);
    const graph = new JobGraphBuilder();
    const options = { concurrency: 12, timeoutMs: undefined, numRetries: 3, isOrdered: false, retryDelayMs: 2 };
    const mapped = graph.add({ kind: "mapAsync", function: 1, options }, [graph.add(SOURCE)]);
    graph.add({ kind: "collect", index: 0 }, [graph.add(first(4), [mapped])]);
    const lives: string[] = [];
    let numAborted = 0;
    let start = (): void => {};
    const started = new Promise<void>((resolve) => {
      start = resolve;
    });
    const make = () => ({
      open: () => void lives.push("open"),
      mapAsync({ id }: { id: number }, _context: unknown, signal: AbortSignal) {
        if (id < 4) return started.then(() => id);
        if (id === 10) start();
        return new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            numAborted++;
            reject(signal.reason);
          });
        });
      },
      close: () => void lives.push("close"),
    });
    const memory = watchedMemory(256);
    const [records] = await runGraph(graph.build(), [source, { method: "mapAsync", make }, () => 1], { memory });
    expect((records as number[]).toSorted()).toEqual([0, 1, 2, 3]);
    expect(numAborted).toBeGreaterThan(6);
    expect(lives).toEqual(["open", "close"]);
    expect(reading.numClosed).toBe(1);
    memory.assertNothingLeft();
  });

  it("whose calls of an asynchronous function are waited for, though input comes while it drops it", async () => {
    const graph = new JobGraphBuilder();
    const options = { concurrency: 1, timeoutMs: undefined, numRetries: 0, isOrdered: true, retryDelayMs: 2 };
    const read = graph.add({ kind: "collection", records: 0 });
    const mapped = graph.add({ kind: "mapAsync", function: 1, options }, [read]);
    graph.add({ kind: "collect", index: 0 }, [graph.add(first(1), [mapped])]);
    const slowly = async (record: unknown) => {
      for (let turn = 0; turn < 20; turn++) await undefined;
      return record;
    };
    const memory = watchedMemory(64);
    expect(await runGraph(graph.build(), [[1, 2, 3], code("mapAsync", slowly), () => 1], { memory })).toEqual([[1]]);
    memory.assertNothingLeft();
  });

  it.each([false, true])(
    "in the middle of what one call returned, which is told so (records are checked: %s)",
    async (checksRecords) => {
      const graph = new JobGraphBuilder();
      const records = graph.add({ kind: "collection", records: 0 });
      const many = graph.add(FORWARD, [records], { chain: chained(graph, "flatMap", 1) });
      graph.add({ kind: "collect", index: 0 }, [graph.add(first(4), [many])]);
      let numClosed = 0;
      const endless = function* (start: number) {
        try {
          for (let i = start; ; i++) yield i;
        } finally {
          numClosed++;
        }
      };
      const memory = watchedMemory(64);
      const [kept] = await runGraph(graph.build(), [[7], code("flatMap", endless)], { memory, checksRecords });
      expect(kept).toEqual([7, 8, 9, 10]);
      expect(numClosed).toBe(1);
      memory.assertNothingLeft();
    },
  );

  it("and what fails then fails the job: nothing that a program throws is swallowed", async () => {
    const graph = new JobGraphBuilder();
    const records = graph.add({ kind: "collection", records: 0 });
    const many = graph.add(FORWARD, [records], { chain: chained(graph, "flatMap", 1) });
    graph.add({ kind: "collect", index: 0 }, [graph.add(first(4), [many])]);
    const failing = function* () {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: that is the point
        throw new Error("while it is closed");
      }
    };
    const memory = watchedMemory(64);
    const error = await runGraph(graph.build(), [[7], code("flatMap", failing)], { memory }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "FUNCTION_FAILED", where: { operator: "function 1" } });
    memory.assertNothingLeft();
  });
});

describe("[RT54] a task of which one output is wanted and another one is not", () => {
  it.each(["collect", "sink"] as const)("goes on for the one that is: %s", async (kind) => {
    const graph = new JobGraphBuilder();
    const read = graph.add({ kind: "collection", records: 0 });
    const { entry, numCalls } = watchedMap();
    const mapped = graph.add(FORWARD, [read], { chain: chained(graph, "map", 1) });
    graph.add({ kind: "collect", index: 0 }, [graph.add(first(2), [mapped])]);
    const written: unknown[] = [];
    const sink = {
      name: "list",
      openWriter: async () => ({ write: (record: unknown) => void written.push(record), close: async () => {} }),
    };
    if (kind === "sink") graph.add({ kind: "sink", sink: 2, parameters: undefined }, [mapped]);
    else graph.add({ kind: "collect", index: 1 }, [mapped]);
    const memory = watchedMemory(256);
    const numbers = Array.from({ length: MANY }, (_, i) => i);
    const [few, all] = await runGraph(graph.build(), [numbers, entry, sink], { memory });
    expect(few).toHaveLength(2);
    expect(kind === "sink" ? written : all).toEqual(numbers);
    expect(numCalls()).toBe(MANY);
    memory.assertNothingLeft();
  });

  it("goes on for one task of a consumer while another has enough", async () => {
    const graph = new JobGraphBuilder();
    const read = graph.add({ kind: "collection", records: 0 });
    const ofOne = { kind: "custom", key: { path: "part" }, partitioner: 1 } as const;
    const firsts = graph.add(first(3), [graph.input(read, {}, ofOne)], { parallelism: 2 });
    graph.add({ kind: "collect", index: 0 }, [firsts], { parallelism: 2 });
    const records = Array.from({ length: MANY }, (_, id) => ({ id, part: id === MANY - 1 ? 1 : 0 }));
    const memory = watchedMemory(64);
    const [kept] = await runGraph(graph.build(), [records, code("partition", (part: number) => part)], { memory });
    expect((kept as { id: number }[]).map(({ id }) => id)).toEqual([0, 1, 2, MANY - 1]);
    memory.assertNothingLeft();
  });

  it("forgets what is on disk for the one that has enough", async () => {
    const { source, reading } = endlessSource(true);
    const graph = new JobGraphBuilder();
    const read = graph.add(SOURCE);
    const finite = graph.add({ kind: "source", source: 1, parameters: undefined });
    const blocking = { source: read, mode: "blocking" } as const;
    graph.add({ kind: "collect", index: 0 }, [graph.add(first(3), [graph.input([blocking, finite])])]);
    const memory = watchedMemory(64);
    expect(await runGraph(graph.build(), [source, lateSource(reading)], { memory })).toEqual([[1, 2, 3]]);
    memory.assertNothingLeft();
  });
});

describe("[RT46] a job that ends early and is cancelled meanwhile", () => {
  it("leaves nothing, at whichever step", async () => {
    let last: Reading | undefined;
    const twice = function* (record: unknown) {
      yield record;
      yield record;
    };
    const graph = new JobGraphBuilder();
    const read = graph.add(SOURCE, [], { parallelism: 2 });
    const many = graph.add(FORWARD, [graph.input(read, {}, { kind: "rebalance" })], {
      parallelism: 2,
      chain: chained(graph, "flatMap", 1),
    });
    const local = graph.add(first(40), [many], { parallelism: 2 });
    graph.add({ kind: "collect", index: 0 }, [graph.add(first(40), [local])]);
    const numCancelled = await cancelEverywhere(
      256,
      (host, memory) => {
        const { source, reading } = endlessSource(true);
        last = reading;
        return startGraph(graph.build(), [source, code("flatMap", twice)], { host, memory });
      },
      async (job) => {
        expect(await allOf((await job.result).records(0))).toHaveLength(40);
        expect(last?.numClosed).toBe(2);
      },
    );
    expect(numCancelled).toBeGreaterThan(30);
  });
});
