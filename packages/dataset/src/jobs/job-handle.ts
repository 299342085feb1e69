import type { Job, JobProgress, JobResult } from "@millrace/core";

/** Says how one job is run. @public */
export interface RunOptions {
  /** The name of the job; by default it says when it was started. */
  readonly jobName?: string;
  /** Cancels the job when it aborts. */
  readonly signal?: AbortSignal;
  /**
   * Is told how far the job is, some times a second at most and when an operator is done; also where no progress line is shown.
   * What it throws fails the job with FUNCTION_FAILED.
   */
  readonly onProgress?: (progress: JobProgress) => void;
}

/** Is a job that was started by `executeAsync`. Leaving an `await using` block cancels it if it still runs. @public */
export class JobHandle {
  readonly #job: Job;
  readonly #result: Promise<JobResult>;
  #isDone = false;

  /** @internal */
  constructor(job: Job, result: Promise<JobResult>) {
    this.#job = job;
    this.#result = result.finally(() => {
      this.#isDone = true;
    });
    // A handle may be dropped; the failure is reported to whoever asks for the result, not as an unhandled rejection.
    this.#result.catch(() => undefined);
  }

  /** The id of the job. */
  get id(): string {
    return this.#job.id;
  }

  /** Resolves when the job is done and its outputs are committed; rejects with its first error, or JOB_CANCELLED. */
  result(): Promise<JobResult> {
    return this.#result;
  }

  /** Cancels the job; resolves when nothing of it is left. A no-op when it is done. */
  async cancel(): Promise<void> {
    if (!this.#isDone) await this.#job.cancel();
  }

  /** Cancels the job if it still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.cancel();
  }
}
