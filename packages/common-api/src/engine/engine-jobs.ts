import { MillraceError } from "@millrace/core";
import type { PlanJob } from "./plan-job.js";

/** Knows the jobs of an engine of ours, from their start until they keep nothing any more. @public */
export class EngineJobs {
  readonly #jobs = new Set<Pick<PlanJob, "closed" | "drop">>();
  readonly #name: string;
  #numStarted = 0;
  #isClosed = false;

  /** @param name - the name of the engine, with which the ids of its jobs begin */
  constructor(name: string) {
    this.#name = name;
  }

  /** Makes a job that has this id. Throws INVALID_ARGUMENT once the engine was closed. */
  start<J extends Pick<PlanJob, "closed" | "drop">>(make: (id: string) => J): J {
    this.checkIsOpen();
    const job = make(`${this.#name}-${++this.#numStarted}`);
    this.#jobs.add(job);
    void job.closed.then(() => this.#jobs.delete(job));
    return job;
  }

  /** Cancels all jobs and drops what they left; there can be no more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#jobs].map((job) => job.drop()));
  }

  /** Throws INVALID_ARGUMENT once the engine was closed. */
  checkIsOpen(): void {
    if (!this.#isClosed) return;
    throw new MillraceError({
      code: "INVALID_ARGUMENT",
      what: "The environment was closed",
      expected: "one that is open",
      fix: "Make a new environment.",
    });
  }
}
