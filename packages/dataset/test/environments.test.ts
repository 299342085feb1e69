import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type EnvironmentOptions, LongSumAggregator, registerEngine } from "@millrace/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { atCallSite, ExecutionEnvironment } from "../src/index.js";
import { errorOf, RecordingEngine, recording } from "./recording-engine.js";

describe("engines", () => {
  const slot = globalThis as { [key: symbol]: Map<string, unknown> | undefined };
  const key = Symbol.for("millrace.engines.v1");
  let before: Map<string, unknown> | undefined;
  beforeAll(() => {
    before = slot[key];
    slot[key] = new Map();
  });
  afterAll(() => {
    slot[key] = before;
  });

  test("[D11] without an engine the error names packages to install", async () => {
    const error = await errorOf(() => ExecutionEnvironment.getExecutionEnvironment());
    expect(error.code).toBe("NO_ENGINE");
    expect(error.message).toContain('"millrace"');
    expect(error.message).toContain("@millrace/environment-collection");
  });

  test("[D11] the engine of the highest rank is the ambient one, others are found by name", async () => {
    registerEngine({ name: "low", rank: 0, create: () => Object.assign(new RecordingEngine(), { name: "low" }) });
    registerEngine({ name: "high", rank: 9, create: () => Object.assign(new RecordingEngine(), { name: "high" }) });
    expect(ExecutionEnvironment.getExecutionEnvironment().id).toContain("high");
    expect(ExecutionEnvironment.createEnvironment("low").id).toContain("low");
    const error = await errorOf(() => ExecutionEnvironment.createEnvironment("none"));
    expect(error.expected).toContain("high, low");
  });
});

describe("options", () => {
  test("[D12] are checked when the environment is made", async () => {
    for (const options of [
      { parallelism: 0 },
      { parallelism: 1.5 },
      { parallelism: 1e9 },
      { memory: "much" },
      { memory: 0 },
      { memory: true as never },
      { executionRetries: -1 },
      { executionMode: "fast" as "batch" },
      { signal: {} as AbortSignal },
      { jobParameters: "a=1" as never },
      { progress: "yes" as never },
      { overwriteFiles: 1 as never },
      { paralellism: 2 } as EnvironmentOptions,
      null as never,
      "memory=1GiB" as never,
    ]) {
      expect((await errorOf(() => recording(options))).code, JSON.stringify(options)).toBe("INVALID_ARGUMENT");
    }
    const typo = await errorOf(() => recording({ paralellism: 2 } as EnvironmentOptions));
    expect(typo.message).toContain("Did you mean parallelism?");
    const { env } = recording({ memory: "1.5GiB", parallelism: 3, executionMode: "batch-forced" });
    expect(env.options.parallelism).toBe(3);
    expect(env.parallelism).toBe(2);
    expect(env.id).not.toBe(recording().env.id);
  });
});

describe("options of a run", () => {
  test("[D96] a run refuses options that it does not have, and a signal in their place", async () => {
    const { env, engine } = recording();
    const rows = env.fromElements({ id: 1 });
    const { signal } = new AbortController();
    const misspelled = { sginal: signal } as never;
    for (const run of [
      () => rows.collect(misspelled),
      () => rows.count(misspelled),
      () => rows.print(misspelled),
      () => rows.stream(misspelled).next(),
      () => env.execute("job", misspelled),
      () => env.executeAsync("job", misspelled),
    ]) {
      rows.writeAsText("never");
      const error = await errorOf(run);
      expect(error.code).toBe("INVALID_ARGUMENT");
      expect(error.message).toContain("Did you mean signal?");
      expect(error.message).toContain("environments.test.ts");
    }
    expect((await errorOf(() => rows.collect(signal as never))).message).toContain("{ signal }");
    expect((await errorOf(() => rows.count("name" as never))).message).toContain('"name"');
    expect((await errorOf(() => rows.count(null as never))).message).toContain("null");
    rows.writeAsText("never");
    expect((await errorOf(() => env.execute("job", { jobName: "other" } as never))).code).toBe("INVALID_ARGUMENT");
    expect(engine.jobs).toHaveLength(0);
    await rows.toTable({ maxCellLength: 3, jobName: "printed" });
    expect(engine.jobs).toHaveLength(1);
  });

  test("[D12] a signal is checked before a job is started", async () => {
    const { env, engine } = recording();
    const rows = env.fromElements(1);
    const signal = new AbortController() as unknown as AbortSignal;
    expect((await errorOf(() => rows.collect({ signal }))).code).toBe("INVALID_ARGUMENT");
    rows.output({ write: () => undefined });
    expect((await errorOf(() => env.execute("job", { signal }))).message).toContain("controller.signal");
    expect(engine.jobs).toHaveLength(0);
  });
});

describe("programs", () => {
  test("[D10] nothing runs and nothing is read before a method that runs", () => {
    const { env, engine } = recording();
    let numReads = 0;
    const reading = {
      *[Symbol.iterator]() {
        numReads++;
        yield 1;
      },
    };
    env
      .fromCollection(reading)
      .map((n) => n)
      .output({ write: () => undefined });
    expect(engine.jobs).toEqual([]);
    expect(numReads).toBe(0);
  });

  test("[D13] execute takes the waiting sinks, also when it fails", async () => {
    const { env, engine } = recording();
    env.fromElements(1).output({ write: () => undefined });
    engine.failure = new Error("disk full");
    await expect(env.execute()).rejects.toThrow("disk full");
    const error = await errorOf(() => env.execute());
    expect(error.code).toBe("NO_SINKS");
    for (const name of ["collect()", "count()", "print()"]) expect(error.message).toContain(name);
    expect(error.where.line).toBeGreaterThan(0);
  });

  test("[D13] a plan that cannot be made takes the sinks too", async () => {
    const { env } = recording();
    const loop = env.fromElements(1).iterate(2);
    loop.map((n) => n).output({ write: () => undefined });
    expect((await errorOf(() => env.execute())).code).toBe("ITERATION_NOT_CLOSED");
    expect((await errorOf(() => env.execute())).code).toBe("NO_SINKS");
  });

  test("[D13] execute refuses options in the place of the name", async () => {
    const { env } = recording();
    env.fromElements(1).output({ write: () => undefined });
    const error = await errorOf(() => env.execute({ signal: new AbortController().signal } as never));
    expect(error.code).toBe("INVALID_ARGUMENT");
    expect(error.message).toContain("execute(undefined, { signal })");
    expect(error.where.line).toBeGreaterThan(0);
  });

  test("[D14] collect runs its own data set and leaves waiting sinks alone", async () => {
    const { env, engine } = recording();
    const data = env.fromElements(1, 2);
    data.output({ write: () => undefined });
    engine.batches = [[1], [2]];
    expect(await data.collect()).toEqual([1, 2]);
    expect(engine.plan.sinks.map((sink) => sink.kind)).toEqual(["collect"]);
    await env.execute("named");
    expect(engine.plan.sinks.map((sink) => sink.kind)).toEqual(["sink"]);
    expect(engine.plan.jobName).toBe("named");
  });

  test("[D14] count asks the engine for one number; print writes a table", async () => {
    const { env, engine } = recording();
    const data = env.fromElements({ word: "be", n: 2 });
    engine.batches = [[{ n: 7 }]];
    expect(await data.count()).toBe(7);
    expect(engine.plan.operators.map((operator) => operator.kind)).toContain("summarize");
    engine.batches = [[{ word: "be", n: 2 }]];
    await data.print();
    expect(engine.terminal.text).toBe("word  n\n────  ─\nbe    2\n");
    await data.printToError();
    expect(engine.terminal.errors).toBe(engine.terminal.text);
  });

  test("[D17] leaving a loop over the records cancels the job, ending it does not", async () => {
    const { env, engine } = recording();
    engine.batches = [[1, 2], [3]];
    const seen: number[] = [];
    for await (const n of env.fromElements(0)) {
      seen.push(n);
      if (n === 2) break;
    }
    expect(seen).toEqual([1, 2]);
    expect(engine.jobs[0]?.isCancelled).toBe(true);
    for await (const n of env.fromElements(0).stream({ jobName: "all" })) seen.push(n);
    expect(seen).toEqual([1, 2, 1, 2, 3]);
    expect(engine.jobs[1]?.isCancelled).toBe(false);
    engine.failure = new Error("broken");
    await expect(env.fromElements(0).collect()).rejects.toThrow("broken");
  });

  test("[D18] a handle waits for or cancels its job; disposing cancels what still runs", async () => {
    const { env, engine } = recording();
    env.fromElements(1).output({ write: () => undefined });
    const handle = await env.executeAsync("later");
    expect(handle.id).toBe("job-1");
    expect((await handle.result()).jobName).toBe("later");
    await handle.cancel();
    expect(engine.jobs[0]?.isCancelled).toBe(false);
    env.fromElements(1).output({ write: () => undefined });
    {
      await using _running = await env.executeAsync();
    }
    expect(engine.jobs[1]?.isCancelled).toBe(true);
    await env[Symbol.asyncDispose]();
    expect(engine.isClosed).toBe(true);
  });

  test("[D19] cached files and signals go with every job", async () => {
    const { env, engine } = recording({ signal: AbortSignal.abort("environment") });
    env.registerCachedFile("words.txt", "words");
    expect((await errorOf(() => env.registerCachedFile("other.txt", "words"))).code).toBe("DUPLICATE_NAME");
    const own = new AbortController();
    await env.fromElements(1).collect({ signal: own.signal, jobName: "cached" });
    const { options } = engine.jobs[0]!;
    expect([...options.cachedFiles]).toEqual([["words", "words.txt"]]);
    expect(options.signal?.aborted).toBe(true);
    expect(options.name).toBe("cached");
  });

  test("[D24] set-up functions go with every job that is started after", async () => {
    const { env, engine } = recording();
    await env.fromElements(1).collect();
    const [first, second] = [() => 1, async () => 2];
    env.setUp(first);
    await env.fromElements(1).collect();
    env.setUp(second);
    await env.fromElements(1).collect();
    const given = engine.jobs.map(({ options }) => (options.setUp ?? []).map(({ value }) => value));
    expect(given).toEqual([[], [first], [first, second]]);
    expect(engine.jobs[2]?.options.setUp?.[0]?.where.operator).toMatch(/^setUp at environments\.test\.ts:\d+/);
    expect((await errorOf(() => env.setUp("x" as never))).code).toBe("INVALID_FUNCTION");
    let numRuns = 0;
    const error = await errorOf(() => env.setUp(() => numRuns++));
    expect([error.code, numRuns]).toEqual(["CAPTURED_VARIABLE_ASSIGNED", 0]);
  });

  test("[D20] the last result is kept, and a job without a name says when it was started", async () => {
    const { env, engine } = recording();
    expect(env.getLastJobExecutionResult()).toBeUndefined();
    await env.fromElements(1).collect();
    expect(env.getLastJobExecutionResult()?.jobId).toBe("job-1");
    expect(engine.plan.jobName).toMatch(/^Millrace job of \d{4}-\d{2}-\d{2}T/);
  });

  test("[D21] createProgramPlan gives the plan without running it", async () => {
    const { env, engine } = recording();
    env.fromElements(1).output({ write: () => undefined });
    expect(env.createProgramPlan("a", false).sinks.length).toBe(1);
    expect(env.createProgramPlan("b").jobName).toBe("b");
    expect((await errorOf(() => env.createProgramPlan())).code).toBe("NO_SINKS");
    expect(engine.jobs).toEqual([]);
  });
});

describe("memory", () => {
  test("[D23] data sets that the program has dropped are not kept alive", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const { env } = recording();
    const dropped = Array.from({ length: 100 }, () => new WeakRef(env.fromElements(1).map((n) => n)));
    const kept = env.fromElements(1).name("kept");
    // References that were made or read in this turn are held until it ends.
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    expect(dropped.filter((reference) => reference.deref() !== undefined).length).toBeLessThan(5);
    expect(await env.explain()).toContain("kept");
    void kept;
  });
});

describe("explain", () => {
  test("[D15] shows waiting sinks and every data set that nothing reads, and keeps the sinks", async () => {
    const { env } = recording();
    const source = env.fromElements({ a: 1 }).name("source");
    source.map((r) => r).name("unread");
    source
      .filter(() => true)
      .name("written")
      .output({ write: () => undefined });
    const text = await env.explain();
    for (const name of ["source", "unread", "written", "Collect"]) expect(text).toContain(name);
    expect(text.match(/^Collect\b/gm)?.length).toBe(1);
    expect((await env.explain()).length).toBe(text.length);
    await env.execute();
  });

  test("[D15] leaves out what another operator replaced and what an open loop has", async () => {
    const { env } = recording();
    const rows = env.fromElements({ a: 1, b: 2 });
    rows.groupBy("a").sum("b").andMin("b").name("aggregated");
    rows
      .join(rows)
      .where("a")
      .equalTo("a")
      .with((l) => l)
      .name("joined");
    rows
      .iterate(3)
      .map((r) => r)
      .name("inside");
    const text = await env.explain();
    expect(text.match(/^Collect\b/gm)?.length).toBe(2);
    expect(text).not.toContain("inside");
  });

  test("[D15] of one data set shows that one; of an empty program it is NO_SINKS", async () => {
    const { env } = recording();
    expect((await errorOf(() => env.explain())).code).toBe("NO_SINKS");
    const data = env.fromElements(1).name("one");
    env.fromElements(2).name("two");
    const text = await data.explain();
    expect(text).toContain("one");
    expect(text).not.toContain("two");
  });
});

describe("places", () => {
  test("[D16] operators are named by the line of the program that made them", async () => {
    const { env, engine } = recording();
    await env
      .fromElements(1)
      .map((n) => n + 1)
      .name("plus one")
      .filter((n) => n > 1)
      .collect();
    const names = engine.plan.operators.map((operator) => operator.settings.name);
    expect(names[0]).toMatch(/^Collection at environments\.test\.ts:\d+:\d+$/);
    expect(names[1]).toBe("plus one");
    expect(names[2]).toMatch(/^Filter at environments\.test\.ts:\d+:\d+$/);
    expect(engine.plan.operators[2]?.location?.file).toMatch(/environments\.test\.ts$/);
  });

  test("[D16] composed operations name the line that called them for all their parts", async () => {
    const { env, engine } = recording();
    await env
      .fromElements(1)
      .runOperation((input) => input.map((n) => n + 1).filter((n) => n > 1))
      .collect();
    const [, map, filter] = engine.plan.operators;
    expect(map?.location).toEqual(filter?.location);
    const built = atCallSite(() => atCallSite(() => env.fromElements(1)));
    await built.collect();
    expect(engine.plan.operators[0]?.location?.line).toBeGreaterThan(0);
  });

  test("[D16] errors name the operator and the line", async () => {
    const { env } = recording();
    const error = await errorOf(() => env.fromElements(1).first(0));
    expect(error.where.operator).toMatch(/^First at environments\.test\.ts:/);
    expect(error.where.file).toMatch(/environments\.test\.ts$/);
    expect(error.message).toContain("at least 1");
    expect((await errorOf(() => env.fromElements(1).name(" "))).code).toBe("INVALID_ARGUMENT");
    expect((await errorOf(() => env.fromElements(1).setParallelism(0))).code).toBe("INVALID_ARGUMENT");
  });

  test("[D22] data sets of two environments do not meet", async () => {
    const { env } = recording();
    const other = recording().env.fromElements(1);
    const data = env.fromElements(1);
    const meetings = [
      () => data.union(other),
      () => data.cross(other),
      () => data.join(other),
      () => data.coGroup(other),
      () => data.map((n) => n).withBroadcastSet(other),
      () => data.iterate(2).closeWith(other),
      () => data.iterateDelta(other, 2, (n) => n),
    ];
    for (const meet of meetings) expect((await errorOf(meet)).code).toBe("ENVIRONMENT_MISMATCH");
    expect((await errorOf(() => data.union([1] as never))).code).toBe("INVALID_ARGUMENT");
  });
});

describe("iterations", () => {
  test("[D61] close once; names of aggregators are unique and one criterion is enough", async () => {
    const { env } = recording();
    const loop = env.fromElements(1).iterate(3);
    loop.closeWith(loop.map((n) => n));
    expect((await errorOf(() => loop.closeWith(loop))).code).toBe("INVALID_ITERATION");
    const make = () => new LongSumAggregator();
    loop.registerAggregator("a", make);
    expect((await errorOf(() => loop.registerAggregator("a", make))).code).toBe("DUPLICATE_NAME");
    loop.registerConvergenceCriterion("b", make, () => true);
    const second = () => loop.registerConvergenceCriterion("c", make, () => true);
    expect((await errorOf(second)).code).toBe("INVALID_ITERATION");
    expect((await errorOf(() => loop.registerAggregator("d", null as never))).code).toBe("INVALID_FUNCTION");
    expect((await errorOf(() => env.fromElements(1).iterate(0))).code).toBe("INVALID_ARGUMENT");
  });

  test("[D61] an iteration has its own name and parallelism", async () => {
    const { env, engine } = recording();
    const loop = env.fromElements(1).iterate(3).name("loop").setParallelism(4);
    await loop
      .closeWith(
        loop.map((n) => n),
        loop.filter((n) => n > 0),
      )
      .collect();
    const iteration = engine.plan.operators.find((operator) => operator.kind === "bulkIteration");
    expect(iteration?.settings).toMatchObject({ name: "loop", parallelism: 4 });
    expect(iteration).toMatchObject({ maxIterations: 3, step: { termination: { kind: "filter" } } });
  });

  test("[D62] a solution set is read by its own key only", async () => {
    const { env, engine } = recording();
    const rows = env.fromElements({ id: 1, n: 2 });
    const delta = rows.iterateDelta(rows, 5, "id").setSolutionSetUnmanaged(true).name("delta").setParallelism(2);
    const wrong = () =>
      delta.workset
        .join(delta.solutionSet)
        .where("id")
        .equalTo("n" as "id");
    const error = await errorOf(wrong);
    expect(error.code).toBe("INVALID_KEY");
    expect(error.message).toContain('"id"');
    const joined = delta.solutionSet
      .join(delta.workset)
      .where("id")
      .equalTo("id")
      .with((s) => s);
    await delta.closeWith(joined, joined).collect();
    const iteration = engine.plan.operators.find((operator) => operator.kind === "deltaIteration");
    expect(iteration).toMatchObject({ maxIterations: 5, isSolutionSetUnmanaged: true });
    const select = (row: { id: number }) => row.id;
    const bySelector = rows.iterateDelta(rows, 5, select);
    bySelector.workset.join(bySelector.solutionSet).where("id").equalTo(select);
    expect((await errorOf(() => delta.closeWith(joined, joined))).code).toBe("INVALID_ITERATION");
  });
});
