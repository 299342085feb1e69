/** What the local engine does around a job; what operators mean is held by the conformance kit. */
import { type JobProgress, type JobResult, LongCounter } from "@millrace/core";
import { ExecutionEnvironment } from "@millrace/dataset";
import { nodeHost } from "@millrace/host-node";
import { TestHost } from "@millrace/host-test";
import { afterAll, describe, expect, test } from "vitest";
import { localEngine, localEngineFactory } from "../src/index.js";

const engine = localEngine(nodeHost(), { memory: "64MiB" });
afterAll(() => engine.close());

const environment = (options = {}) => ExecutionEnvironment.onEngine(engine, { progress: false, ...options });

describe("results", () => {
  test("records of several sinks come to whoever asks", async () => {
    const env = environment({ parallelism: 3 });
    const numbers = env.generateSequence(1, 5000);
    const [all, few] = await Promise.all([numbers.collect(), numbers.filter((n) => n <= 3).collect()]);
    expect(all).toHaveLength(5000);
    expect([...few].sort()).toEqual([1, 2, 3]);
  });

  test("accumulators of all subtasks are merged", async () => {
    const env = environment({ parallelism: 7 });
    const numbers = env.generateSequence(1, 1000).map((n, context) => {
      context.getAccumulator("seen", LongCounter).add(1n);
      return n;
    });
    numbers.filter(() => false).output({ name: "nothing", openWriter: async () => nowhere });
    const result = await env.execute("count");
    expect(result.jobName).toBe("count");
    expect(result.getAccumulatorResult("seen", LongCounter)).toBe(1000n);
  });

  test("progress is told of every vertex, to the end", async () => {
    const told: JobProgress[] = [];
    const env = environment({ parallelism: 3 });
    const data = env
      .fromElements(1, 2, 3, 4)
      .name("numbers")
      .rebalance()
      .name("spread")
      .map((n) => n)
      .name("mapped");
    expect(await data.collect({ onProgress: (progress) => told.push(progress) })).toHaveLength(4);
    const ended = told.filter(({ operator }, index) => operator !== told[index + 1]?.operator);
    expect(ended.map(({ operator }) => operator.replace(/ at .*/, ""))).toEqual([
      "numbers",
      "spread -> mapped",
      "Collect",
    ]);
    expect(ended.map(({ numRecords }) => numRecords)).toEqual([4, 4, 4]);
    expect(told.at(-1)).toMatchObject({ numOperatorsDone: 3, numOperators: 3 });
  });

  test("[D94] what hears of progress and throws fails the job, once and for all", async () => {
    let numCalls = 0;
    const data = environment().fromElements(1, 2, 3);
    const onProgress = () => {
      numCalls++;
      throw new RangeError("no screen");
    };
    const failure = await data.collect({ onProgress }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "FUNCTION_FAILED", cause: { message: "no screen" } });
    expect(String(failure)).toContain("onProgress threw RangeError: no screen");
    expect(numCalls).toBe(1);
    const wrong = data.collect({ onProgress: "loud" as never });
    await expect(wrong).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  test("[O118] a result tells what each subtask did", async () => {
    const env = environment({ parallelism: 2 });
    const numbers = env.generateSequence(1, 100_000).name("numbers");
    const sums = numbers
      .map((n) => ({ key: n % 10, n }))
      .name("keyed")
      .groupBy("key")
      .sum("n");
    await sums.name("sums").collect();
    const { metrics } = env.getLastJobExecutionResult() as JobResult;
    const of = (task: string) => metrics.filter((each) => each.task.startsWith(task));
    expect(of("numbers").map(({ subtaskIndex }) => subtaskIndex)).toEqual([0, 1]);
    const total = (task: string, what: "numRecordsRead" | "numRecordsSent") =>
      of(task).reduce((sum, each) => sum + each[what], 0);
    expect(total("numbers", "numRecordsRead")).toBe(0);
    expect(total("sums", "numRecordsSent")).toBe(10);
    expect(total("Collect", "numRecordsRead")).toBe(10);
    for (const each of metrics) {
      expect(each.busyMs).toBeGreaterThan(0);
      expect(each.numBytesRead >= each.numPagesRead && each.numBytesSent >= each.numPagesSent).toBe(true);
      expect(each.numBytesSpilled + each.numBytesRestored + each.numSupersteps).toBe(0);
    }
  });

  test("[O118] a result tells what was spilled, and of supersteps", async () => {
    const env = environment({ memory: "1MiB" });
    const rows = env.generateSequence(1, 60_000).map((n) => ({ n, text: `record number ${n}` }));
    const ordered = rows.orderBy("n", "descending").name("ordered");
    expect(await ordered.count()).toBe(60_000);
    const numSpilled = env.getLastJobExecutionResult()!.metrics.reduce((sum, each) => sum + each.numBytesSpilled, 0);
    expect(numSpilled).toBeGreaterThan(1 << 20);
    const loop = env.fromElements(1).iterate(5);
    await loop.closeWith(loop.map((n) => n + 1).name("more")).collect();
    const inLoop = env.getLastJobExecutionResult()!.metrics.filter(({ task }) => task.includes("more"));
    expect(inLoop.map(({ numSupersteps }) => numSupersteps)).toEqual([5]);
  });

  test("a job is started again as often as it may be", async () => {
    const env = environment({ executionRetries: 2 });
    const attempts = env.fromElements(1).map((_, context) => {
      if (context.attemptNumber < 2) throw new Error("again");
      return context.attemptNumber;
    });
    expect(await attempts.collect()).toEqual([2]);
  });
});

const nowhere = { write: () => undefined, close: async () => undefined, abort: async () => undefined };

describe("ends", () => {
  test("a signal cancels a job, and its reason is the cause", async () => {
    const controller = new AbortController();
    const env = environment({ signal: controller.signal });
    const endless = env.fromElements(1).flatMap(function* () {
      for (let n = 0; ; n++) {
        if (n === 100_000) controller.abort("enough");
        yield n;
      }
    });
    await expect(endless.count()).rejects.toMatchObject({ code: "JOB_CANCELLED", cause: "enough" });
  });

  test("leaving the records early cancels nothing that others need", async () => {
    const env = environment();
    const numbers = env.generateSequence(1, 100_000);
    for await (const n of numbers) if (n === 10) break;
    expect(await numbers.count()).toBe(100_000);
  });

  test("an engine that was closed starts no more", async () => {
    const own = localEngine(nodeHost());
    const env = ExecutionEnvironment.onEngine(own);
    expect(await env.fromElements(1).collect()).toEqual([1]);
    await own.close();
    await expect(async () => env.fromElements(1).collect()).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(async () => env.fromElements(1).explain()).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});

describe("records of any shape", () => {
  test("[O8] null keys of more shapes than one layout grows to are one group", async () => {
    const shapes = Array.from({ length: 70 }, (_, i): Record<string, number> => ({ [`p${i}`]: i }));
    const sizes = environment()
      .fromCollection(shapes)
      .groupBy("a")
      .reduceGroup((records) => [[...records].length]);
    expect(await sizes.collect()).toEqual([70]);
  });

  test("[O41] records with a field whose name is empty are compared as a whole", async () => {
    const data = environment().fromElements({ "": 1, b: { "": 1 } }, { "": 1, b: { "": 2 } }, { "": 1, b: { "": 1 } });
    expect(await data.distinct().count()).toBe(2);
  });
});

describe("failures", () => {
  test("[O94] an error of ours that a driver throws tells the operator and the subtask", async () => {
    const keys = environment()
      .fromElements({ a: 1 })
      .groupBy("a.b" as "a")
      .first(1)
      .name("few");
    await expect(keys.collect()).rejects.toMatchObject({
      code: "UNKNOWN_FIELD",
      where: { operator: "few", subtask: 0 },
    });
    const sums = environment()
      .fromElements({ a: "1" })
      .sum("a" as never)
      .name("total");
    await expect(sums.collect()).rejects.toMatchObject({
      code: "UNSUPPORTED_AGGREGATION",
      where: { operator: "total" },
    });
  });

  test.each([1, 2])("the event loop has turns while functions take long, at parallelism %i", async (parallelism) => {
    const controller = new AbortController();
    const calls = { count: 0 };
    const numbers = environment().fromCollection(Array.from({ length: 400 }, (_, i) => i));
    const slow = numbers.map((n) => {
      for (const end = performance.now() + 5; performance.now() < end; );
      if (++calls.count === 3) setImmediate(() => controller.abort());
      return n;
    });
    slow.setParallelism(parallelism);
    await expect(slow.count({ signal: controller.signal })).rejects.toMatchObject({ code: "JOB_CANCELLED" });
    expect(calls.count).toBeLessThan(50);
  });

  test("[O111] a sink that never answers does not keep a job from being cancelled", async () => {
    const host = new TestHost();
    const own = localEngine(host, { memory: "16MiB" });
    const env = ExecutionEnvironment.onEngine(own, { progress: false });
    const controller = new AbortController();
    let isStuck = false;
    const stuck = {
      write: () => {
        isStuck = true;
        return new Promise<void>(() => undefined);
      },
    };
    env.fromElements(1).output(stuck);
    const outcome = env.execute("stuck", { signal: controller.signal }).catch((error: unknown) => error);
    while (!isStuck) await host.timers.advance(1);
    controller.abort();
    await host.timers.advance(60_000);
    expect(await outcome).toMatchObject({ code: "JOB_CANCELLED" });
    await own.close();
  });
});

describe("settings", () => {
  test("a figure for memory that is none is heard of when the engine is made", () => {
    expect(() => localEngine(nodeHost(), { memory: "much" })).toThrow(/INVALID_ARGUMENT/);
  });

  test("a job that needs more memory than its environment has says how much would do", async () => {
    const sorted = environment({ memory: "128KiB" })
      .fromElements(2, 1)
      .orderBy((n) => n, "ascending");
    const error = await sorted.collect().catch((reason: Error) => reason);
    expect(error).toMatchObject({ code: "INSUFFICIENT_MEMORY" });
    const [, figure] = /memory: "([\d.]+[KM]iB)"/.exec((error as Error).message) ?? [];
    const enough = environment({ memory: figure })
      .fromElements(2, 1)
      .orderBy((n) => n, "ascending");
    expect(await enough.collect()).toEqual([1, 2]);
  });

  test("parallelism is 1 unless somebody says otherwise", () => {
    expect([engine.defaultParallelism({}), engine.defaultParallelism({ parallelism: 5 })]).toEqual([1, 5]);
  });

  test("the factory is found before that of the collection engine", () => {
    const factory = localEngineFactory(nodeHost());
    expect([factory.name, factory.rank]).toEqual(["local", 100]);
    expect(factory.create({}).name).toBe("local");
  });

  test("functions may be sent somewhere and run as they come back", async () => {
    const sent: string[] = [];
    const travelling = localEngine(nodeHost(), {
      functionTransport: async (functions) => {
        sent.push(...functions.map(({ where }) => String(where.operator)));
        return { functions: functions.map(() => (n: number) => n * 100) };
      },
    });
    const env = ExecutionEnvironment.onEngine(travelling);
    const data = env
      .fromElements(1, 2)
      .map((n) => n + 1)
      .name("mapped");
    expect(await data.collect()).toEqual([100, 200]);
    expect(sent).toEqual(["mapped"]);
    await travelling.close();
  });
});
