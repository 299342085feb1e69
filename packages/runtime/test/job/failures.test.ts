import { type Host, isMillraceError } from "@millrace/core";
import { sweepFailures, TestHost } from "@millrace/host-test";
import { describe, expect, it } from "vitest";
import type { LocalJob } from "../../src/index.js";
import { allOf, code, startGraph } from "../support/run-graph.js";
import { sampleJob } from "../support/sample-job.js";
import { watchedHost } from "../support/watched-host.js";
import { type WatchedMemory, watchedMemory } from "../support/watched-memory.js";

const NUM_RECORDS = 12;
const NUM_PAGES = 260;

function start(host: Host, memory: WatchedMemory, parallelism = 2, numRecords = NUM_RECORDS) {
  const job = sampleJob(numRecords, parallelism);
  return { ...job, job: startGraph(job.graph, job.objects, { host, memory }) };
}

function byId(records: readonly unknown[]): unknown[] {
  return (records as { id: number }[]).toSorted((a, b) => a.id - b.id);
}

describe("a job with something of everything", () => {
  it.each([1, 2, 7])("gives what it should at parallelism %i, and leaves nothing", async (parallelism) => {
    const host = new TestHost();
    const memory = watchedMemory(parallelism === 7 ? 1200 : NUM_PAGES);
    const { job, expected, log } = start(host, memory, parallelism);
    const result = await job.result;
    expect(byId(await allOf(result.records(0)))).toEqual(expected);
    expect(byId(log.written)).toEqual(expected);
    expect(log).toMatchObject({ isCommitted: true, isAborted: false, numOpen: 0 });
    memory.assertNothingLeft();
    host.assertNothingLeft();
  });

  it("[RT46] leaves nothing when it is cancelled, at whichever step", async () => {
    let numCancelled = 0;
    for (let n = 1; ; n++) {
      const host = new TestHost();
      const memory = watchedMemory(NUM_PAGES);
      let job: LocalJob | undefined;
      let cancelled: Promise<void> | undefined;
      const watched = watchedHost(host, (call) => {
        if (call === n) cancelled = job?.cancel("enough");
      });
      const started = start(watched, memory);
      job = started.job;
      const outcome = await job.result.then(
        () => undefined,
        (error: unknown) => error,
      );
      await cancelled;
      memory.assertNothingLeft();
      expect(started.log.numOpen).toBe(0);
      if (outcome === undefined) {
        (await job.result).close();
        host.assertNothingLeft();
        break;
      }
      host.assertNothingLeft();
      expect(outcome).toMatchObject({ code: "JOB_CANCELLED", cause: "enough" });
      expect(started.log).toMatchObject({ isCommitted: false, isAborted: true });
      numCancelled++;
    }
    expect(numCancelled).toBeGreaterThan(100);
  }, 120_000);

  it("fails with an error of ours, and leaves nothing, whichever request for a page is refused", async () => {
    const unrefused = watchedMemory(NUM_PAGES);
    await start(new TestHost(), unrefused).job.result;
    let numFailed = 0;
    for (let n = 1; n <= unrefused.numTakes; n++) {
      const host = new TestHost();
      const memory = watchedMemory(NUM_PAGES, (request) => request === n);
      const { job, log, expected } = start(host, memory);
      try {
        const result = await job.result;
        expect(byId(await allOf(result.records(0)))).toEqual(expected);
      } catch (error) {
        expect(isMillraceError(error), String(error)).toBe(true);
        expect(log).toMatchObject({ isCommitted: false, numOpen: 0 });
        numFailed++;
      }
      memory.assertNothingLeft();
      host.assertNothingLeft();
    }
    expect(numFailed).toBeGreaterThan(0);
  });

  it("[RT47] fails with the first failure of user code, and leaves nothing, at whichever record that is", async () => {
    for (let n = 1; n <= NUM_RECORDS * 2; n++) {
      const host = new TestHost();
      const memory = watchedMemory(NUM_PAGES);
      const { graph, objects, log } = sampleJob(NUM_RECORDS, 2);
      let numCalls = 0;
      const failing = code("flatMap", (record: unknown) => {
        if (++numCalls === n) throw new RangeError("no more");
        return [record, record];
      });
      const { result } = startGraph(graph, objects.with(1, failing), { host, memory });
      if (n > NUM_RECORDS) {
        (await result).close();
      } else {
        await expect(result).rejects.toMatchObject({
          code: "FUNCTION_FAILED",
          where: { operator: "twice" },
          cause: { message: "no more" },
        });
        expect(log).toMatchObject({ isCommitted: false, isAborted: true, numOpen: 0 });
      }
      memory.assertNothingLeft();
      host.assertNothingLeft();
    }
  });

  it("[RT11] fails with SPILL_FAILED, and leaves nothing, whichever call of the disk fails", async () => {
    let host = new TestHost();
    const { numFailures } = await sweepFailures(
      ["scratchFolder", "scratchCreate", "scratchWrite", "scratchRead"],
      {},
      () => {
        host = new TestHost();
        return host.files;
      },
      async () => {
        const memory = watchedMemory(110);
        const { job, log } = start(host, memory, 2, 120);
        try {
          (await job.result).close();
        } catch (error) {
          expect(error).toMatchObject({ code: "SPILL_FAILED" });
          expect(log).toMatchObject({ isCommitted: false, isAborted: true, numOpen: 0 });
        }
        memory.assertNothingLeft();
        host.assertNothingLeft();
      },
    );
    expect(numFailures).toBeGreaterThan(10);
  });

  it("[O111] is cancelled with the reason also while it waits for memory", async () => {
    const host = new TestHost();
    const memory = watchedMemory(NUM_PAGES);
    const demand = { owner: "another job", minPages: NUM_PAGES, maxPages: NUM_PAGES, weight: 0 };
    const taken = await memory.allocate([demand], new AbortController().signal);
    const controller = new AbortController();
    const { graph, objects } = sampleJob(NUM_RECORDS, 2);
    const { result } = startGraph(graph, objects, { host, memory, signal: controller.signal });
    await host.time.advance(1);
    controller.abort("enough");
    await expect(result).rejects.toMatchObject({ code: "JOB_CANCELLED", cause: "enough" });
    memory.release(taken);
    memory.assertNothingLeft();
  });

  it("control: what is not given back is found", async () => {
    const memory = watchedMemory(NUM_PAGES);
    const demand = { owner: "test", minPages: 1, maxPages: 1, weight: 0 };
    const budgets = await memory.allocate([demand], new AbortController().signal);
    expect(() => memory.assertNothingLeft()).toThrow("1 pages are in use");
    budgets[0]!.take();
    expect(() => memory.release(budgets)).toThrow("Pages were not given back: test: 1");
    const host = new TestHost();
    host.scratch.makeFolder();
    expect(() => host.assertNothingLeft()).toThrow("INVARIANT_VIOLATED");
  });
});
