import type { Plan } from "@millrace/common-api";
import {
  Configuration,
  type Host,
  isMillraceError,
  type Job,
  type JobOptions,
  type JobResult,
  MillraceError,
  type RecordCopies,
} from "@millrace/core";
import { deferred } from "../execution/deferred.js";
import { JobAccumulators } from "../execution/job-accumulators.js";
import type { JobAttempt } from "../execution/job-attempt.js";
import type { Partitions } from "../execution/partitions.js";
import { PerSubtask } from "../execution/per-subtask.js";
import { PlanEvaluation } from "../execution/plan-evaluation.js";
import { FunctionObjects } from "../subtask/function-objects.js";
import { localPaths } from "./cached-files.js";
import { CollectionJobResult } from "./collection-job-result.js";
import type { ArrivedFunctions } from "./function-transport.js";
import { pausesOf } from "./pauses.js";
import type { PreparedPlan } from "./prepare-plan.js";
import { batchesOf, RecordBatches } from "./record-batches.js";

/** Is what a finished job has: its result, and the records that reached each collecting sink. */
interface Outcome {
  readonly result: JobResult;
  readonly collected: readonly Partitions[];
  readonly copies: RecordCopies;
}

/** Is a job on this engine. It starts when it is made, in a later turn of the event loop's microtasks. */
export class CollectionJob implements Job {
  readonly id: string;
  readonly #plan: Plan;
  readonly #host: Host;
  readonly #options: JobOptions;
  readonly #prepare: (plan: Plan) => PreparedPlan;
  readonly #send: (plan: Plan) => Promise<ArrivedFunctions>;
  readonly #controller = new AbortController();
  readonly #outcome = deferred<Outcome>();
  readonly #ended = deferred<void>();
  readonly #sinksRead = new Set<number>();

  /** The reason of the caller's signal that aborted first; undefined when the job was cancelled by its handle. */
  #cancelReason: unknown = undefined;

  /**
   * @param prepare - reads the plan at once; what it throws is the failure of the job
   * @param send - gives the functions that run in place of the plan's, from the same turn
   */
  constructor(
    id: string,
    plan: Plan,
    host: Host,
    options: JobOptions,
    prepare: (plan: Plan) => PreparedPlan,
    send: (plan: Plan) => Promise<ArrivedFunctions>,
  ) {
    this.id = id;
    this.#plan = plan;
    this.#host = host;
    this.#options = options;
    this.#prepare = prepare;
    this.#send = send;
    // Whoever asks for the result hears of a failure; a job that nobody asks about must not end the process.
    this.#outcome.promise.catch(() => undefined);
    void this.#run();
  }

  /** Resolves when nothing of the job runs any more, however it ended. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  async result(): Promise<JobResult> {
    return (await this.#outcome.promise).result;
  }

  records(index: number): AsyncIterable<readonly unknown[]> {
    const numCollecting = this.#plan.sinks.filter(({ kind }) => kind === "collect").length;
    if (!Number.isInteger(index) || index < 0 || index >= numCollecting) {
      throw new MillraceError({
        code: "INVALID_ARGUMENT",
        what: `The records of collecting sink ${index} were asked for, and the plan has ${numCollecting}`,
        expected: "the number of a collecting sink, counted from 0",
      });
    }
    if (this.#sinksRead.has(index)) {
      throw new MillraceError({
        code: "ITERABLE_CONSUMED",
        what: `The records of collecting sink ${index} were asked for a second time`,
        expected: "one reader of each sink",
      });
    }
    this.#sinksRead.add(index);
    const batches = this.#outcome.promise.then(({ collected, copies }) => batchesOf(collected[index] ?? [], copies));
    return new RecordBatches(batches, () => this.cancel());
  }

  async cancel(): Promise<void> {
    this.#controller.abort();
    await this.ended;
  }

  async #run(): Promise<void> {
    const release = this.#followSignals();
    try {
      // The plan is read before the caller can change anything, functions are called after it has the job.
      const prepared = this.#prepare(this.#plan);
      const arrived = await this.#send(prepared.plan);
      this.#outcome.resolve(await this.#runWithRetries(prepared, arrived));
    } catch (error) {
      this.#outcome.reject(error);
    } finally {
      release();
      this.#ended.resolve();
    }
  }

  /** Runs the plan until it succeeds, is cancelled, or there are no retries left. */
  async #runWithRetries(prepared: PreparedPlan, arrived: ArrivedFunctions): Promise<Outcome> {
    const started = this.#host.clock.monotonic();
    const cachedFiles = await localPaths(this.#options.cachedFiles, this.#host);
    const numRetries = this.#options.environment.executionRetries ?? 0;
    let firstError: unknown;
    for (let attemptNumber = 0; ; attemptNumber++) {
      const attempt = this.#newAttempt(attemptNumber, prepared, cachedFiles, arrived);
      try {
        const evaluation = new PlanEvaluation(prepared.plan, prepared.parallelism, attempt, this.#options.onProgress);
        const collected = await evaluation.run();
        const netRuntime = this.#host.clock.monotonic() - started;
        return {
          result: new CollectionJobResult(this.id, this.#options.name, netRuntime, attempt.accumulators.merged()),
          collected,
          copies: prepared.copies,
        };
      } catch (error) {
        if (this.#controller.signal.aborted) throw this.#cancelled();
        if (attemptNumber === 0) firstError = error;
        // A stream has no second attempt; what is worth telling is why the first one failed.
        else if (isMillraceError(error, "ITERABLE_CONSUMED")) throw firstError;
        if (attemptNumber >= numRetries) throw error;
      }
    }
  }

  #newAttempt(
    attemptNumber: number,
    { recordTypes, copies }: PreparedPlan,
    cachedFiles: ReadonlyMap<string, string>,
    arrived: ArrivedFunctions,
  ): JobAttempt {
    return {
      host: this.#host,
      attemptNumber,
      jobParameters: new Configuration(this.#options.environment.jobParameters),
      cachedFiles,
      recordTypes,
      copies,
      accumulators: new JobAccumulators(),
      signal: this.#controller.signal,
      cancelled: () => this.#cancelled(),
      functionObjects: new FunctionObjects(arrived),
      contexts: new PerSubtask(),
      pause: pausesOf(this.#host),
    };
  }

  /** Cancels the job when a signal of the caller aborts; the function it returns stops that. */
  #followSignals(): () => void {
    const signals = [this.#options.signal, this.#options.environment.signal].filter((signal) => signal !== undefined);
    const following = signals.map((signal) => {
      const abort = (): void => {
        this.#cancelReason ??= signal.reason;
        this.#controller.abort();
      };
      if (signal.aborted) abort();
      signal.addEventListener("abort", abort);
      return () => signal.removeEventListener("abort", abort);
    });
    return () => {
      for (const stop of following) stop();
    };
  }

  #cancelled(): MillraceError {
    return new MillraceError({
      code: "JOB_CANCELLED",
      what: `The job ${JSON.stringify(this.#options.name)} was cancelled`,
      cause: this.#cancelReason,
    });
  }
}
