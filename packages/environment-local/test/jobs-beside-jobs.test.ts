/** Jobs that run at once in one process, of one environment and of two: who has what, who waits, and what becomes of those that wait. */
import { Readable } from "node:stream";
import { PAGE_SIZE_BYTES, type Sink, type Source } from "@millrace/core";
import { ExecutionEnvironment } from "@millrace/dataset";
import { nodeHost } from "@millrace/host-node";
import { afterAll, describe, expect, test } from "vitest";
import { localEngine } from "../src/index.js";

const engine = localEngine(nodeHost(), { memory: "4MiB" });
const other = localEngine(nodeHost(), { memory: "2MiB" });
afterAll(() => Promise.all([engine.close(), other.close()]));

const environment = (memory = "4MiB", options: { readonly signal?: AbortSignal; readonly parallelism?: number } = {}) =>
  ExecutionEnvironment.onEngine(engine, { progress: false, memory, ...options });

/** Lets jobs go on as far as they can without what the test holds back. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A job that sorts, and that holds all the memory of its environment until it is told to end. */
class HeldJob {
  readonly log: string[] = [];
  end!: () => void;
  fail!: (error: unknown) => void;
  readonly result: Promise<readonly number[]>;

  constructor(env: ExecutionEnvironment, name: string, signal?: AbortSignal) {
    const told = new Promise<void>((resolve, reject) => {
      this.end = resolve;
      this.fail = reject;
    });
    told.catch(() => undefined);
    const { log } = this;
    const source: Source<number> = {
      name: "held",
      createSplits: async () => [{ index: 0 }],
      async *read() {
        log.push("began");
        yield [2, 1];
        await told;
        yield [3];
      },
    };
    const sorted = env.createInput(source).orderBy((n) => n, "ascending");
    this.result = sorted.collect(signal === undefined ? { jobName: name } : { jobName: name, signal });
    this.result.catch(() => undefined);
  }

  get hasBegun(): boolean {
    return this.log.length > 0;
  }
}

describe("[RT2] jobs of one environment", () => {
  test("wait for one that has all the memory, in the order in which they asked, and begin nothing before", async () => {
    const env = environment();
    const first = new HeldJob(env, "first");
    await settle();
    const second = new HeldJob(env, "second");
    const third = new HeldJob(env, "third");
    await settle();
    expect([first, second, third].map(({ hasBegun }) => hasBegun)).toEqual([true, false, false]);
    first.end();
    expect(await first.result).toEqual([1, 2, 3]);
    await settle();
    expect([second, third].map(({ hasBegun }) => hasBegun)).toEqual([true, false]);
    second.end();
    third.end();
    expect(await Promise.all([second.result, third.result])).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  test("that need little run beside each other, and beside one that leaves some", async () => {
    const [first, second] = [new HeldJob(environment("1MiB"), "first"), new HeldJob(environment("1MiB"), "second")];
    const maps = environment()
      .fromElements(1, 2)
      .map((n) => n + 1);
    expect(await maps.collect()).toEqual([2, 3]);
    await settle();
    expect([first.hasBegun, second.hasBegun]).toEqual([true, true]);
    for (const job of [first, second]) job.end();
    await Promise.all([first.result, second.result]);
  });

  test("begin when one before them fails, or is cancelled while it runs", async () => {
    const controller = new AbortController();
    const [failing, cancelled, last] = [
      new HeldJob(environment(), "failing"),
      new HeldJob(environment(), "cancelled", controller.signal),
      new HeldJob(environment(), "last"),
    ];
    await settle();
    failing.fail(new Error("no more"));
    await expect(failing.result).rejects.toMatchObject({ code: "FUNCTION_FAILED" });
    await settle();
    expect(cancelled.hasBegun).toBe(true);
    expect(last.hasBegun).toBe(false);
    controller.abort("enough");
    // Its source hangs until the test lets it go; the job is waited for.
    cancelled.end();
    await expect(cancelled.result).rejects.toMatchObject({ code: "JOB_CANCELLED", cause: "enough" });
    last.end();
    expect(await last.result).toEqual([1, 2, 3]);
  });
});

describe("[RT2] a job that waits", () => {
  const cancelWays: readonly (readonly [string, boolean])[] = [
    ["its own", false],
    ["that of its environment", true],
  ];
  test.each(cancelWays)(
    "is cancelled at once by a signal, %s, and those behind it go on",
    async (_, isOfEnvironment) => {
      const controller = new AbortController();
      const { signal } = controller;
      const first = new HeldJob(environment(), "first");
      const env = isOfEnvironment ? environment("4MiB", { signal }) : environment();
      const waiting = new HeldJob(env, "waiting", isOfEnvironment ? undefined : signal);
      const small = environment("512KiB")
        .fromElements(2, 1)
        .orderBy((n) => n, "ascending")
        .collect();
      await settle();
      controller.abort("enough");
      // While the first one still has everything.
      await expect(waiting.result).rejects.toMatchObject({ code: "JOB_CANCELLED", cause: "enough" });
      expect(waiting.hasBegun).toBe(false);
      first.end();
      expect(await small).toEqual([1, 2]);
      expect(await first.result).toEqual([1, 2, 3]);
    },
  );

  test("is cancelled by its handle, by leaving what reads its records, and by closing what it belongs to; its sinks never begin", async () => {
    const first = new HeldJob(environment(), "first");
    await settle();
    const log: string[] = [];
    const sink: Sink<number> = {
      name: "noting",
      initialize: async () => void log.push("initialize"),
      openWriter: async () => ({ write() {}, close: async () => undefined, abort: async () => undefined }),
      abort: async () => void log.push("abort"),
    };
    const env = environment();
    env
      .fromElements(2, 1)
      .orderBy((n) => n, "ascending")
      .output(sink);
    const handle = await env.executeAsync("waits");
    await settle();
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({ code: "JOB_CANCELLED" });
    const records = environment()
      .fromElements(2, 1)
      .orderBy((n) => n, "ascending")
      [Symbol.asyncIterator]();
    const next = records.next();
    next.catch(() => undefined);
    await settle();
    await records.return?.();
    expect(await next).toEqual({ done: true, value: undefined });
    const stream = Readable.from(
      environment()
        .fromElements(2, 1)
        .orderBy((n) => n, "ascending"),
    );
    stream.resume();
    await settle();
    stream.destroy();
    await new Promise((resolve) => stream.once("close", resolve));
    const own = localEngine(nodeHost(), { memory: "4MiB" });
    const onOwn = new HeldJob(ExecutionEnvironment.onEngine(own, { progress: false }), "on another engine");
    await settle();
    await own.close();
    await expect(onOwn.result).rejects.toMatchObject({ code: "JOB_CANCELLED" });
    expect(log).toEqual([]);
    first.end();
    expect(await first.result).toEqual([1, 2, 3]);
  });
});

describe("[RT1, RT2] jobs of two environments", () => {
  test("share the larger figure, and each stays below its own", async () => {
    const large = new HeldJob(environment(), "large");
    const small = new HeldJob(ExecutionEnvironment.onEngine(other, { progress: false }), "small");
    await settle();
    expect([large.hasBegun, small.hasBegun]).toEqual([true, false]);
    large.end();
    await large.result;
    await settle();
    // It has 2 of 4 MiB now, and a job of the larger environment takes the rest.
    const beside = new HeldJob(environment(), "beside");
    await settle();
    expect([small.hasBegun, beside.hasBegun]).toEqual([true, true]);
    const third = new HeldJob(environment("64KiB", { parallelism: 1 }), "refused");
    await expect(third.result).rejects.toMatchObject({ code: "INSUFFICIENT_MEMORY" });
    for (const job of [small, beside]) job.end();
    expect(await Promise.all([small.result, beside.result])).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  test("what never fits is refused at once, with the operators and the least figure, and with that figure it runs", async () => {
    const first = new HeldJob(environment(), "first");
    await settle();
    const needs = (memory: string) =>
      environment(memory, { parallelism: 3 })
        .generateSequence(1, 100)
        .groupBy((n) => n % 10)
        .reduceGroup((ns) => [[...ns].length])
        .name("per digit")
        .orderBy((n) => n, "ascending");
    const error = await needs("128KiB")
      .collect({ jobName: "digits" })
      .catch((failure: unknown) => failure as Error & { code: string; expected: string; what: string });
    expect(error).toMatchObject({ code: "INSUFFICIENT_MEMORY" });
    if (!("expected" in error)) throw new Error("it ran");
    expect(error.what).toContain('The job "digits" needs');
    expect(error.what).toContain("per digit (3x)");
    const figure = /at least (\S+)/.exec(error.expected)![1]!;
    expect(error.message).toContain(`{ memory: ${JSON.stringify(figure)} }`);
    const least = needs(figure).collect();
    first.end();
    expect(await least).toHaveLength(10);
    const pageLess = Math.floor(Number.parseFloat(figure) * 2 ** 20) - PAGE_SIZE_BYTES;
    await expect(needs(`${pageLess}B`).collect()).rejects.toMatchObject({ code: "INSUFFICIENT_MEMORY" });
    await first.result;
  });
});
