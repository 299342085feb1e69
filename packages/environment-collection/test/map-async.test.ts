import { describe, expect, test } from "vitest";
import { expectError } from "./expect-error.js";
import { type ManualTimer, plainHost } from "./plain-host.js";
import { from, run, start } from "./programs.js";

/** Lets all that can go on without a timer go on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

/** Calls that end when the test says so. */
class Calls {
  readonly pending = new Map<unknown, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  readonly started: unknown[] = [];
  readonly signals: AbortSignal[] = [];

  readonly fn = (value: unknown, _context: unknown, signal: AbortSignal): Promise<unknown> => {
    this.started.push(value);
    this.signals.push(signal);
    return new Promise((resolve, reject) => this.pending.set(value, { resolve, reject }));
  };

  async finish(...values: unknown[]): Promise<void> {
    for (const value of values) {
      this.pending.get(value)?.resolve(`done ${value}`);
      this.pending.delete(value);
      await settle();
    }
  }
}

describe("[O28] mapAsync", () => {
  test("has at most so many calls pending, and keeps the order", async () => {
    const calls = new Calls();
    const result = from(1, 2, 3, 4).mapAsync(calls.fn, { concurrency: 2 }).collect();
    await settle();
    expect(calls.started).toEqual([1, 2]);
    await calls.finish(2);
    expect(calls.started).toEqual([1, 2, 3]);
    await calls.finish(3, 1, 4);
    expect(await result).toEqual(["done 1", "done 2", "done 3", "done 4"]);
  });

  test("or gives results as they come", async () => {
    const calls = new Calls();
    const result = from(1, 2, 3).mapAsync(calls.fn, { concurrency: 3, isOrdered: false }).collect();
    await settle();
    await calls.finish(2, 3, 1);
    expect(await result).toEqual(["done 2", "done 3", "done 1"]);
  });

  test("takes plain values, opens and closes its function, in every subtask", async () => {
    const log: string[] = [];
    const fn = {
      open: () => void log.push("open"),
      close: () => void log.push("close"),
      map: (n: number) => n + 1,
    };
    expect(
      await from(1, 2, 3)
        .mapAsync(fn)
        .collect({ environment: { parallelism: 2 } }),
    ).toEqual([2, 4, 3]);
    expect(log).toEqual(["open", "close", "open", "close"]);
    expect(await from().mapAsync(fn).collect()).toEqual([]);
  });

  test("takes copies of results", async () => {
    const kept: { n: number }[] = [];
    const program = from(1, 2).mapAsync(
      async (n: number) => {
        for (const earlier of kept) earlier.n = 99;
        const record = { n };
        kept.push(record);
        return record;
      },
      { concurrency: 1 },
    );
    expect(await program.collect()).toEqual([{ n: 1 }, { n: 2 }]);
  });
});

describe("[O29] a call of mapAsync", () => {
  test("that fails ends the job, and the others are told", async () => {
    const calls = new Calls();
    const result = expectError(from(1, 2, 3).mapAsync(calls.fn, { concurrency: 2 }).collect(), "FUNCTION_FAILED", {
      where: { operator: "MapAsync", subtask: 0 },
      says: ["boom", "for 2"],
    });
    await settle();
    calls.pending.get(2)?.reject(new Error("boom"));
    const error = await result;
    expect((error.cause as Error).message).toBe("boom");
    expect(calls.started).toEqual([1, 2]);
    expect(calls.signals[0]?.aborted).toBe(true);
  });

  test("that throws at once is the same", async () => {
    const program = from(1).mapAsync(() => {
      throw new Error("boom");
    });
    await expectError(program.collect(), "FUNCTION_FAILED", { says: ["boom"] });
  });

  test("that takes too long fails with TIMEOUT, and its signal aborts", async () => {
    const timers: ManualTimer[] = [];
    const calls = new Calls();
    const job = from(1)
      .mapAsync(calls.fn, { timeoutMs: 500 })
      .collect({ host: plainHost(timers) });
    const result = expectError(job, "TIMEOUT", { where: { operator: "MapAsync" }, says: ["500 ms"] });
    await settle();
    expect(timers.map((t) => t.delayMs)).toEqual([500]);
    timers[0]?.fire();
    await result;
    expect(calls.signals[0]?.aborted).toBe(true);
  });

  test("that is in time leaves no timer", async () => {
    const timers: ManualTimer[] = [];
    const calls = new Calls();
    const result = from(1)
      .mapAsync(calls.fn, { timeoutMs: 500 })
      .collect({ host: plainHost(timers) });
    await settle();
    await calls.finish(1);
    expect(await result).toEqual(["done 1"]);
    expect(timers.map((t) => t.isCancelled)).toEqual([true]);
  });

  test("is made again after its delay", async () => {
    const timers: ManualTimer[] = [];
    const calls = new Calls();
    const delays = { numRetries: 2, retryDelayMs: (attempt: number) => attempt * 100 };
    const result = from("x")
      .mapAsync(calls.fn, delays)
      .collect({ host: plainHost(timers) });
    for (const delayMs of [100, 200]) {
      await settle();
      calls.pending.get("x")?.reject(new Error("busy"));
      await settle();
      expect(timers.at(-1)?.delayMs).toBe(delayMs);
      timers.at(-1)?.fire();
    }
    await settle();
    await calls.finish("x");
    expect(await result).toEqual(["done x"]);
    expect(calls.started).toEqual(["x", "x", "x"]);
  });

  test("is made again no more often than asked", async () => {
    const timers: ManualTimer[] = [];
    const attempts: number[] = [];
    const fn = async (n: number) => {
      attempts.push(n);
      throw new Error("always");
    };
    const result = expectError(
      from(1)
        .mapAsync(fn, { numRetries: 1 })
        .collect({ host: plainHost(timers) }),
      "FUNCTION_FAILED",
    );
    await settle();
    timers[0]?.fire();
    await result;
    expect(attempts).toEqual([1, 1]);
  });

  test("is told when the job is cancelled, and a delay is not waited for", async () => {
    const timers: ManualTimer[] = [];
    const calls = new Calls();
    const program = from(1, 2).mapAsync(calls.fn, { concurrency: 2, numRetries: 1 });
    const job = start([program], { host: plainHost(timers) });
    await settle();
    calls.pending.get(1)?.reject(new Error("busy"));
    await settle();
    await job.cancel();
    await expectError(job.result(), "JOB_CANCELLED");
    expect(calls.signals[1]?.aborted).toBe(true);
    expect(timers.every((t) => t.isCancelled)).toBe(true);
  });

  test("whose retry delay cannot be computed fails the job", async () => {
    const options = {
      numRetries: 1,
      retryDelayMs: () => {
        throw new Error("no delay");
      },
    };
    const program = from(1).mapAsync(async () => Promise.reject(new Error("x")), options);
    await expectError(run([program]), "FUNCTION_FAILED", { where: { operator: "MapAsync" }, says: ["no delay"] });
  });
});
