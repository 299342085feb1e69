/** mapAsync: rules [O28] and [O29]. */

import { deferred, type MapAsyncOperator } from "@millrace/common-api";
import { checkOne, MillraceError } from "@millrace/core";
import { throwIfCancelled } from "../execution/job-attempt.js";
import type { OperatorRun } from "../execution/operator-run.js";
import type { Partitions } from "../execution/partitions.js";
import { Subtask } from "../subtask/subtask.js";
import { UserCode } from "../subtask/user-code.js";

/** Replaces each record by what the function's promise resolves to, with a bounded number of calls pending at once. */
export async function mapAsync(run: OperatorRun<MapAsyncOperator>): Promise<Partitions> {
  const initialized = new Map();
  const partitions: unknown[][] = [];
  for (const [index, records] of run.forwardedInput.entries()) {
    const subtask = new Subtask(run, index, initialized);
    const code = new UserCode(subtask, run.operator.function);
    try {
      code.open();
      partitions.push(await new PendingCalls(run, code, subtask).all(records));
    } catch (error) {
      code.closeQuietly();
      throw error;
    }
    code.close();
    subtask.end();
  }
  return partitions;
}

/** Calls the function for the records of one subtask: `concurrency` lines of calls, each taking the next record that is left. */
class PendingCalls {
  readonly #run: OperatorRun<MapAsyncOperator>;
  readonly #code: UserCode;
  readonly #subtask: Subtask;
  /** Aborts when a call failed for good or the job was cancelled: the others are told to give up. */
  readonly #stop = new AbortController();
  /** What to do when `#stop` aborts, of each pending call and delay. */
  readonly #stops = new Set<() => void>();

  constructor(run: OperatorRun<MapAsyncOperator>, code: UserCode, subtask: Subtask) {
    this.#run = run;
    this.#code = code;
    this.#subtask = subtask;
  }

  async all(records: readonly unknown[]): Promise<unknown[]> {
    const { concurrency, isOrdered } = this.#run.operator.options;
    const finished: unknown[] = [];
    const inOrder: unknown[] = new Array(records.length);
    const next = records.entries();
    const line = async (): Promise<void> => {
      for (const [index, record] of next) {
        if (this.#stop.signal.aborted) return;
        const result = await this.#withRetries(record);
        inOrder[index] = result;
        finished.push(result);
      }
    };
    const stop = (): void => this.#abort(this.#run.job.cancelled());
    this.#run.job.signal.addEventListener("abort", stop);
    try {
      throwIfCancelled(this.#run.job);
      const lines = Array.from({ length: Math.min(concurrency, records.length) }, () =>
        line().catch((error: unknown) => {
          this.#abort(error);
          throw error;
        }),
      );
      // All lines are waited for, so that nothing of a failed subtask runs on.
      await Promise.allSettled(lines);
      // The first failure, or that the job was cancelled before any.
      this.#stop.signal.throwIfAborted();
    } finally {
      this.#run.job.signal.removeEventListener("abort", stop);
    }
    return isOrdered ? inOrder : finished;
  }

  /** Ends all pending calls and delays. They do not listen to the signal themselves: Node.js takes more than ten listeners for a leak. */
  #abort(reason: unknown): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort(reason);
    for (const stop of this.#stops) stop();
  }

  async #withRetries(record: unknown): Promise<unknown> {
    const { numRetries, retryDelayMs } = this.#run.operator.options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(record);
      } catch (error) {
        if (this.#stop.signal.aborted) throw this.#stop.signal.reason;
        if (attempt > numRetries) throw error;
        await this.#delay(this.#run.calling("retryDelayMs", () => retryDelayMs(attempt)));
      }
    }
  }

  async #once(record: unknown): Promise<unknown> {
    const { timeoutMs } = this.#run.operator.options;
    const call = new AbortController();
    const giveUp = deferred<never>();
    const stop = (): void => giveUp.reject(this.#stop.signal.reason);
    const timer =
      timeoutMs === undefined
        ? undefined
        : this.#run.job.host.timers.setTimer(timeoutMs, () => giveUp.reject(this.#timedOut(timeoutMs)));
    this.#stops.add(stop);
    giveUp.promise.catch((reason: unknown) => call.abort(reason));
    try {
      const started = this.#code.start(record, call.signal);
      const result = await Promise.race([started, giveUp.promise]);
      return this.#subtask.takenIn(checkOne(result, this.#run.operator.function.method));
    } catch (error) {
      throw this.#code.failure(error, record);
    } finally {
      timer?.cancel();
      this.#stops.delete(stop);
    }
  }

  #timedOut(timeoutMs: number): MillraceError {
    return new MillraceError({
      code: "TIMEOUT",
      what: `A call of mapAsync's function took longer than ${timeoutMs} ms`,
      expected: "an answer within the timeout",
      where: this.#subtask.place(),
      fix: "Raise timeoutMs, or set numRetries to call again.",
    });
  }

  /** Waits, but not longer than until the subtask stops. */
  async #delay(delayMs: number): Promise<void> {
    const elapsed = deferred<void>();
    const stop = (): void => elapsed.reject(this.#stop.signal.reason);
    const timer = this.#run.job.host.timers.setTimer(delayMs, () => elapsed.resolve());
    this.#stops.add(stop);
    try {
      await elapsed.promise;
    } finally {
      timer.cancel();
      this.#stops.delete(stop);
    }
  }
}
