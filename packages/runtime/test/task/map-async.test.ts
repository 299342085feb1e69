import { TestHost } from "@millrace/host-test";
import { JobGraphBuilder } from "@millrace/job-graph";
import { describe, expect, it } from "vitest";
import { allOf, code, startGraph } from "../support/run-graph.js";

type Options = Partial<{ concurrency: number; timeoutMs: number; numRetries: number; isOrdered: boolean }>;

function graphOf(options: Options) {
  const graph = new JobGraphBuilder();
  const source = graph.add({ kind: "collection", records: 0 });
  const spec = { concurrency: 4, timeoutMs: undefined, numRetries: 0, isOrdered: true, retryDelayMs: 2, ...options };
  const mapped = graph.add({ kind: "mapAsync", function: 1, options: spec }, [source]);
  graph.add({ kind: "collect", index: 0 }, [mapped]);
  return graph.build();
}

/** Runs the graph in virtual time: `answer` tells after how many milliseconds the answer to a record comes. */
function start(host: TestHost, options: Options, call: (record: number, signal: AbortSignal) => Promise<unknown>) {
  const records = Array.from({ length: 100 }, (_, i) => i);
  const mapAsync = (record: number, _context: unknown, signal: AbortSignal) => call(record, signal);
  return startGraph(graphOf(options), [records, code("mapAsync", mapAsync), () => 10], { host });
}

async function collected(host: TestHost, job: ReturnType<typeof start>): Promise<unknown[]> {
  const time = drive(host, job.result);
  const result = await job.result;
  await time;
  return allOf(result.records(0));
}

/** Lets the time go on until the job has ended. */
async function drive(host: TestHost, job: Promise<unknown>): Promise<void> {
  let hasEnded = false;
  const end = (): void => {
    hasEnded = true;
  };
  job.then(end, end);
  while (!hasEnded) await host.time.advance(1);
}

describe("mapAsync", () => {
  it("[O28] has at most so many calls pending, and keeps the order", async () => {
    const host = new TestHost();
    let numPending = 0;
    let mostPending = 0;
    const job = start(host, { concurrency: 7 }, async (record) => {
      mostPending = Math.max(mostPending, ++numPending);
      await new Promise<void>((resolve) => host.timers.setTimer((record * 7) % 13, resolve));
      numPending--;
      return record * 2;
    });
    expect(await collected(host, job)).toEqual(Array.from({ length: 100 }, (_, i) => i * 2));
    expect(mostPending).toBe(7);
    host.assertNothingLeft();
  });

  it("[O28] gives results as they come when no order is asked for", async () => {
    const host = new TestHost();
    const job = start(host, { concurrency: 100, isOrdered: false }, async (record) => {
      await new Promise<void>((resolve) => host.timers.setTimer(100 - record, resolve));
      return record;
    });
    expect(await collected(host, job)).toEqual(Array.from({ length: 100 }, (_, i) => 99 - i));
  });

  it("[O29] calls again after a delay what failed, and what took too long", async () => {
    const host = new TestHost();
    const attempts = new Map<number, number>();
    const job = start(host, { numRetries: 2, timeoutMs: 50 }, async (record) => {
      const attempt = (attempts.get(record) ?? 0) + 1;
      attempts.set(record, attempt);
      if (attempt === 1 && record % 2 === 0) throw new Error("not now");
      if (attempt === 1) await new Promise<void>((resolve) => host.timers.setTimer(60, resolve));
      return [record, attempt];
    });
    expect(await collected(host, job)).toEqual(Array.from({ length: 100 }, (_, i) => [i, 2]));
  });

  it("[O29] fails with TIMEOUT when no attempt was fast enough, and tells the other calls", async () => {
    const host = new TestHost();
    let numTold = 0;
    const job = start(host, { concurrency: 3, numRetries: 1, timeoutMs: 50 }, (_record, signal) => {
      signal.addEventListener("abort", () => numTold++);
      return new Promise(() => {});
    });
    const time = drive(host, job.result);
    await expect(job.result).rejects.toMatchObject({ code: "TIMEOUT", where: { operator: "mapAsync", subtask: 0 } });
    await time;
    expect(numTold).toBeGreaterThanOrEqual(3);
    host.assertNothingLeft();
  });

  it("[O29] tells its calls when the job is cancelled", async () => {
    const host = new TestHost();
    let numTold = 0;
    const job = start(host, { concurrency: 3 }, (record, signal) => {
      signal.addEventListener("abort", () => numTold++);
      return record < 5 ? Promise.resolve(record) : new Promise(() => {});
    });
    await host.time.advance(1);
    const cancelled = job.cancel("enough");
    await drive(host, job.result);
    await cancelled;
    await expect(job.result).rejects.toMatchObject({ code: "JOB_CANCELLED", cause: "enough" });
    expect(numTold).toBe(3);
    host.assertNothingLeft();
  });
});
