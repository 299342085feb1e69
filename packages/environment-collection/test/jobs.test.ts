import { PlanJob, type PlanJobAttempt } from "@millrace/common-api";
import {
  type JobProgress,
  MillraceError,
  type RuntimeContext,
  registerEngine,
  registeredEngines,
  type Sink,
  type Source,
} from "@millrace/core";
import { describe, expect, test } from "vitest";
import { collectionEngine, collectionEngineFactory } from "../src/index.js";
import { expectError } from "./expect-error.js";
import { type ManualTimer, plainHost } from "./plain-host.js";
import { type Flow, from, fromIterable, fromSource, planOf, run, sinkInto, start } from "./programs.js";

const options = { name: "j", environment: {}, cachedFiles: new Map<string, string>() };
const boom = (): never => {
  throw new Error("boom");
};

async function all(batches: AsyncIterable<readonly unknown[]>): Promise<unknown[]> {
  const records: unknown[] = [];
  for await (const batch of batches) records.push(...batch);
  return records;
}

/** Lets the event loop turn once. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A source that gives one record and then waits until the job is cancelled. */
function endless(log: string[] = []): Flow {
  const source: Source<number> = {
    name: "endless",
    createSplits: async () => [{ index: 0 }],
    async *read(_split, { signal }) {
      try {
        yield [1];
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("gave up"))));
      } finally {
        log.push("released");
      }
    },
  };
  return fromSource(source);
}

describe("[O110] results", () => {
  test("tell the job's name, id and run time", async () => {
    const engine = collectionEngine(plainHost());
    const result = await engine.start(planOf([from(1)]), options).result();
    expect([result.jobName, result.jobId, result.netRuntime]).toEqual(["j", "collection-1", 0]);
  });

  test("come in batches, each sink's once", async () => {
    const job = start([fromIterable(Array.from({ length: 3000 }, (_, n) => n)), from("x")]);
    const sizes: number[] = [];
    for await (const batch of job.records(0)) sizes.push(batch.length);
    expect(sizes).toEqual([1024, 1024, 952]);
    expect(await all(job.records(1))).toEqual(["x"]);
    expect(() => job.records(0)).toThrow(/ITERABLE_CONSUMED/);
    for (const index of [2, -1, 0.5]) expect(() => job.records(index)).toThrow(/INVALID_ARGUMENT/);
  });

  test("of a failed job fail, and nobody needs to ask", async () => {
    const job = start([from(1), from(1).map(boom)]);
    await expectError(all(job.records(0)), "FUNCTION_FAILED");
    await expectError(job.result(), "FUNCTION_FAILED");
    start([from(1).map(boom)]);
    await start([from(2)]).result();
  });

  test("begin after the caller has the job", async () => {
    const log: string[] = [];
    const job = start([from(1).map((n: number) => log.push("ran") && n)]);
    log.push("started");
    await job.result();
    expect(log).toEqual(["started", "ran"]);
  });
});

test("[O120] programs of many thousand operators run", async () => {
  let last = from(0);
  for (let count = 0; count < 10_000; count++) last = last.map((n: number) => n + 1);
  expect(await last.collect()).toEqual([10_000]);
});

test("[O15] what the program changes after the start changes nothing", async () => {
  const records = [{ n: 1 }];
  const program = fromIterable(records).map((r: { n: number }) => r.n);
  const job = start([program], { environment: { parallelism: 2 } });
  records.push({ n: 2 });
  program.parallel(9).named("Other");
  expect(await all(job.records(0))).toEqual([1]);
});

describe("[O111] cancelling", () => {
  test("by cancel() waits until nothing is left", async () => {
    const log: string[] = [];
    const job = start([endless(log)]);
    await turn();
    await job.cancel();
    expect(log).toEqual(["released"]);
    const error = await expectError(job.result(), "JOB_CANCELLED");
    expect(error.message).toContain('"test job"');
    await expectError(all(job.records(0)), "JOB_CANCELLED");
  });

  test.each(["signal", "environment"] as const)("by the %s's signal, before and during the job", async (where) => {
    const given = (signal: AbortSignal) => (where === "signal" ? { signal } : { environment: { signal } });
    await expectError(endless().collect(given(AbortSignal.abort())), "JOB_CANCELLED");
    const controller = new AbortController();
    const job = start([endless()], given(controller.signal));
    setImmediate(() => controller.abort("the user left"));
    expect((await expectError(job.result(), "JOB_CANCELLED")).cause).toBe("the user left");
  });

  test("by a function between two records", async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const program = from(1, 2, 3).map((n: number) => {
      seen.push(n);
      if (n === 2) controller.abort();
      return n;
    });
    await expectError(program.collect({ signal: controller.signal }), "JOB_CANCELLED");
    expect(seen).toEqual([1, 2]);
  });

  test("by leaving the records early", async () => {
    const log: string[] = [];
    const job = start([endless(log)]);
    await turn();
    await job.records(0)[Symbol.asyncIterator]().return?.();
    expect(log).toEqual(["released"]);
    await expectError(job.result(), "JOB_CANCELLED");
    const done = start([from(1, 2)]);
    for await (const batch of done.records(0)) {
      expect(batch).toEqual([1, 2]);
      break;
    }
    await done.result();
  });

  test("an endless loop of supersteps", async () => {
    const controller = new AbortController();
    const loop = from(0).iterate(1_000_000_000);
    const step = loop.map((n: number) => {
      if (n === 100) controller.abort();
      return n + 1;
    });
    await expectError(loop.closeWith(step).collect({ signal: controller.signal }), "JOB_CANCELLED");
  });

  test("a job that has ended does nothing", async () => {
    const controller = new AbortController();
    const job = start([from(1)], { signal: controller.signal });
    await job.result();
    controller.abort();
    await job.cancel();
    expect((await job.result()).jobName).toBe("test job");
    expect(await all(job.records(0))).toEqual([1]);
  });

  test("is heard while synchronous code runs, since the event loop gets turns", async () => {
    const timers: ManualTimer[] = [];
    const host = plainHost(timers);
    let now = 0;
    const ticking = { ...host, clock: { now: () => 0, monotonic: () => (now += 15) } };
    const loop = from(0).iterate(50);
    const job = start([loop.closeWith(loop.map((n: number) => n + 1))], { host: ticking });
    for (let round = 0; round < 1000 && timers.length < 3; round++) {
      await Promise.resolve();
      if (timers.at(-1)?.isCancelled === false && timers.length < 3) timers.at(-1)?.fire();
    }
    expect(timers.length).toBeGreaterThanOrEqual(3);
    expect(timers[0]?.delayMs).toBe(0);
    const ended = job.cancel();
    timers.at(-1)?.fire();
    await ended;
    await expectError(job.result(), "JOB_CANCELLED");
  });
});

describe("[O117] a job that failed before it was cancelled", () => {
  test("ends with its failure, and is not run again", async () => {
    const controller = new AbortController();
    const attempts: number[] = [];
    const cancelling: Sink<unknown> = {
      name: "cancelling",
      openWriter: async () => ({ write() {}, close: async () => undefined, abort: async () => undefined }),
      abort: async () => controller.abort(),
    };
    const failing = from(1).map((_n: number, c: RuntimeContext) => {
      attempts.push(c.attemptNumber);
      return boom();
    });
    const given = { signal: controller.signal, environment: { executionRetries: 2 } };
    await expectError(start([sinkInto(failing, cancelling)], given).result(), "FUNCTION_FAILED", { says: ["boom"] });
    expect(attempts).toEqual([0]);
  });

  test("also when the failure is that of one of several asynchronous calls", async () => {
    const controller = new AbortController();
    const failing = from(1, 2).mapAsync(async (n: number, _c: RuntimeContext, signal: AbortSignal) => {
      if (n === 1) return boom();
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      controller.abort();
      return n;
    });
    await expectError(failing.collect({ signal: controller.signal }), "FUNCTION_FAILED", { says: ["boom"] });
  });
});

describe("[O112] retries", () => {
  const failsUntil = (attempt: number) =>
    from(1, 2).map((n: number, c: RuntimeContext) => (c.attemptNumber < attempt ? boom() : n + c.attemptNumber));

  test("start a failed job again from its sources", async () => {
    expect(await failsUntil(2).collect({ environment: { executionRetries: 2 } })).toEqual([3, 4]);
  });

  test("end with the last failure", async () => {
    await expectError(failsUntil(3).collect({ environment: { executionRetries: 2 } }), "FUNCTION_FAILED");
    await expectError(failsUntil(1).collect(), "FUNCTION_FAILED");
  });

  test("end with the first failure when a source cannot be read a second time", async () => {
    let numReads = 0;
    const once: Source<number> = {
      name: "once",
      createSplits: async () => [{ index: 0 }],
      read: () => {
        if (numReads++ === 0) return [[1, 2]];
        throw new MillraceError({ code: "ITERABLE_CONSUMED", what: "The stream was read" });
      },
    };
    const failing = fromSource(once).map(() => boom());
    await expectError(failing.collect({ environment: { executionRetries: 3 } }), "FUNCTION_FAILED");
    expect(numReads).toBe(2);
  });

  test("begin with fresh accumulators and function objects", async () => {
    const fn = {
      calls: 0,
      map(this: { calls: number }, n: number, c: RuntimeContext) {
        c.addAccumulator("calls", {
          add() {},
          getLocalValue: () => this.calls,
          resetLocal() {},
          toState: () => 0,
          mergeState() {},
        });
        this.calls += 1;
        return c.attemptNumber === 0 ? boom() : n;
      },
    };
    const { result } = await run([from(1).map(fn)], { environment: { executionRetries: 1 } });
    expect(result.getAccumulatorResult("calls")).toBe(1);
  });

  test("[O116] are not for what fails after a sink has begun to commit, whatever that is", async () => {
    const attempts: number[] = [];
    const run = async (_prepared: unknown, { attemptNumber, commitBegins }: PlanJobAttempt): Promise<never> => {
      attempts.push(attemptNumber);
      if (attemptNumber === 1) commitBegins();
      throw new Error("the lights went out");
    };
    const environment = { executionRetries: 5 };
    const job = new PlanJob(
      "1",
      planOf([from(1)]),
      plainHost(),
      { ...options, environment },
      { prepare: () => 0, run },
    );
    await expect(job.result()).rejects.toThrow("the lights went out");
    expect(attempts).toEqual([0, 1]);
  });

  test("are not for cancelled jobs", async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const program = from(1).map((n: number, c: RuntimeContext) => {
      seen.push(c.attemptNumber);
      controller.abort();
      return n === 1 ? boom() : n;
    });
    const environment = { executionRetries: 5 };
    await expectError(program.collect({ environment, signal: controller.signal }), "JOB_CANCELLED");
    expect(seen).toEqual([0]);
  });
});

test("[O113] progress is told before and after each operator", async () => {
  const seen: JobProgress[] = [];
  await from(1, 2)
    .map((n: number) => n)
    .named("Map at x")
    .collect({ onProgress: (progress) => seen.push(progress) });
  expect(seen.map((p) => [p.operator, p.numOperatorsDone, p.numOperators, p.numRecords])).toEqual([
    ["Collection", 0, 3, 0],
    ["Collection", 1, 3, 2],
    ["Map at x", 1, 3, 0],
    ["Map at x", 2, 3, 2],
    ["Collect", 2, 3, 0],
    ["Collect", 3, 3, 2],
  ]);
});

describe("[O115] what sets workers up", () => {
  const where = { operator: "setUp at job.ts:3" };

  test("runs once before user code, in order, and is waited for", async () => {
    const log: string[] = [];
    const setUp = [
      { value: () => turn().then(() => log.push("first")), where },
      { value: () => log.push("second"), where },
    ];
    const engine = collectionEngine(plainHost());
    const plan = () => planOf([from(1).map(() => log.push("map"))]);
    await engine.start(plan(), { ...options, setUp }).result();
    await collectionEngine(plainHost())
      .start(plan(), { ...options, setUp })
      .result();
    expect(log).toEqual(["first", "second", "map", "map"]);
  });

  test("fails the job with its place when it throws, and runs again with the next", async () => {
    let numRuns = 0;
    const value = (): void => {
      if (numRuns++ === 0) boom();
    };
    const setUp = [{ value, where }];
    const engine = collectionEngine(plainHost());
    await expectError(engine.start(planOf([from(1)]), { ...options, setUp }).result(), "FUNCTION_FAILED", {
      says: ["The function that was given to env.setUp threw Error: boom"],
      where,
    });
    await engine.start(planOf([from(1)]), { ...options, setUp }).result();
    expect(numRuns).toBe(2);
  });
});

describe("[O114] the engine", () => {
  test("that is closed has cancelled its jobs and starts no more", async () => {
    const engine = collectionEngine(plainHost());
    const log: string[] = [];
    const job = engine.start(planOf([endless(log)]), options);
    await turn();
    await engine.close();
    await expectError(job.result(), "JOB_CANCELLED");
    expect(log).toEqual(["released"]);
    expect(() => engine.start(planOf([from(1)]), options)).toThrow(/was closed/);
    await engine.close();
  });

  test("is found under its name with the least rank", () => {
    registerEngine(collectionEngineFactory(plainHost()));
    const factory = registeredEngines().find(({ name }) => name === "collection");
    expect(factory?.rank).toBe(0);
    const engine = factory?.create({});
    expect([engine?.name, engine?.defaultParallelism({}), engine?.defaultParallelism({ parallelism: 4 })]).toEqual([
      "collection",
      1,
      4,
    ]);
  });

  test("explains plans", async () => {
    const text = await collectionEngine(plainHost()).explain(planOf([from(1).first(3)]), { parallelism: 2 });
    expect(text).toContain("First: 3");
  });
});
