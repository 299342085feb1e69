import type { Host } from "@millrace/core";
import { TestHost } from "@millrace/host-test";
import { expect } from "vitest";
import type { JobMemory, LocalJob } from "../../src/index.js";
import { watchedHost } from "./watched-host.js";
import { watchedMemory } from "./watched-memory.js";

/**
 * Starts a job again and again, and cancels it a step later each time, until it ends before that. Every time nothing may be left. Returns how many were
 * cancelled.
 *
 * @param stepsBetween - how many steps later the next one is cancelled
 */
export async function cancelEverywhere(
  numPages: number,
  start: (host: Host, memory: JobMemory) => LocalJob,
  onEnd: (job: LocalJob) => unknown = () => undefined,
  stepsBetween = 1,
): Promise<number> {
  for (let n = 1, numCancelled = 0; ; n += stepsBetween, numCancelled++) {
    const host = new TestHost();
    const memory = watchedMemory(numPages);
    let job: LocalJob | undefined;
    const watched = watchedHost(host, (call) => {
      if (call === n) void job?.cancel();
    });
    job = start(watched, memory);
    const outcome = await job.result.catch((error: unknown) => error);
    memory.assertNothingLeft();
    if (!(outcome instanceof Error)) {
      await onEnd(job);
      (await job.result).close();
      return numCancelled;
    }
    expect(outcome).toMatchObject({ code: "JOB_CANCELLED" });
    host.assertNothingLeft();
  }
}
