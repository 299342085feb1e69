import {
  type Accumulator,
  Configuration,
  type Host,
  isMillraceError,
  type Job,
  type JobOptions,
  type JobResult,
  MillraceError,
  type SubtaskMetrics,
} from "@millrace/core";
import type { Plan } from "../plan/plan.js";
import { localPaths } from "./cached-files.js";
import { deferred } from "./deferred.js";
import { PlanJobResult } from "./plan-job-result.js";
import { type Batch, RecordBatches } from "./record-batches.js";

/** Is what the attempts of a job share, and what tells one from the others. @public */
export interface PlanJobAttempt {
  /** 0 for the first. */
  readonly attemptNumber: number;
  /** What the environment gives all functions. */
  readonly jobParameters: Configuration;
  /** Local paths by the names under which the program registered the files. */
  readonly cachedFiles: ReadonlyMap<string, string>;
  /** Aborts when the job is cancelled. */
  readonly signal: AbortSignal;
  /** Makes the error of a cancelled job. */
  readonly cancelled: () => MillraceError;
  /** Is to be called when what sets the job up is done and before any other user code runs. */
  readonly userCodeBegins: () => void;
  /**
   * Is to be called when all user code but sinks is done, before the first sink commits: the job is not run again from there on. What it throws is
   * the failure of the attempt, and nothing is to be committed.
   */
  readonly commitBegins: () => void;
}

/** Is what an attempt that succeeded leaves. @public */
export interface PlanJobOutcome {
  /** The merged accumulators by name. */
  readonly accumulators: ReadonlyMap<string, Accumulator<never, unknown>>;
  /** What each subtask did, in the order of the plan; left out by an engine that does not measure. */
  readonly metrics?: readonly SubtaskMetrics[] | undefined;
  /** Gives the class of the program for that of an accumulator which functions made that were sent elsewhere; undefined for all others. */
  readonly originalOf?: ((copy: object) => object | undefined) | undefined;
  /** Returns what reached collecting sink number `index`, partition after partition; asked for once. Batches belong to who reads them. */
  readonly records: (index: number) => Iterator<Batch> | AsyncIterator<Batch>;
  /** Drops what nobody will read; called at most once. */
  readonly close?: (() => void) | undefined;
}

/** Knows whether user functions change what they captured. @public */
export interface CapturedData {
  /** Notes how the data are; calls after the first do nothing. */
  begin(): void;
  /** Throws CAPTURE_CHANGED when data are not what they were when it began. */
  check(): void;
}

/** Is what an engine does for a job; what is the same for all engines is done by {@link PlanJob}. @public */
export interface PlanJobWork<Prepared> {
  /** Reads the plan at once, before the caller can change anything. What it throws is the failure of the job. */
  readonly prepare: (plan: Plan) => Prepared;
  /**
   * Runs what was prepared, once. It may be called again when it fails. It rejects with its first failure; with JOB_CANCELLED when it was
   * cancelled before it failed.
   */
  readonly run: (prepared: Prepared, attempt: PlanJobAttempt) => Promise<PlanJobOutcome>;
  /**
   * Looks at what the functions captured, at once, when the environment was given `checkCaptures`; left out by an engine that runs copies of functions,
   * which are to be compared where they run. What it throws is the failure of the job.
   */
  readonly watchCaptures?: ((plan: Plan) => CapturedData) | undefined;
}

/**
 * Is a job of an engine of ours, from its start to its end: it is prepared in the turn in which it is made and runs in a later one; attempts
 * follow each other as rule [O112] says; signals cancel it. An engine gives the work.
 * @public
 */
export class PlanJob<Prepared = unknown> implements Job {
  readonly id: string;
  readonly #plan: Plan;
  readonly #host: Host;
  readonly #options: JobOptions;
  readonly #work: PlanJobWork<Prepared>;
  readonly #controller = new AbortController();
  readonly #outcome: Promise<{ readonly result: JobResult; readonly left: PlanJobOutcome }>;
  readonly #closed = deferred<void>();
  readonly #sinksRead = new Set<number>();
  #numSinksLeft: number;
  #isClosed = false;
  #captured: CapturedData | undefined;

  /** The reason of the caller's signal that aborted first; undefined when the job was cancelled by its handle. */
  #cancelReason: unknown = undefined;
  /** Whether output may be visible that another attempt would write again. */
  #hasBegunToCommit = false;

  constructor(id: string, plan: Plan, host: Host, options: JobOptions, work: PlanJobWork<Prepared>) {
    this.id = id;
    this.#plan = plan;
    this.#host = host;
    this.#options = options;
    this.#work = work;
    this.#numSinksLeft = plan.sinks.filter(({ kind }) => kind === "collect").length;
    this.#outcome = this.#run();
    // Whoever asks for the result hears of a failure; a job that nobody asks about must not end the process.
    this.#outcome.then(
      ({ left }) => (left.close === undefined || this.#numSinksLeft === 0 ? this.#close() : undefined),
      () => this.#closed.resolve(),
    );
  }

  /** Resolves when nothing of the job runs any more, however it ended. */
  get ended(): Promise<void> {
    const nothing = (): void => undefined;
    return this.#outcome.then(nothing, nothing);
  }

  /** Resolves when the job ended and keeps no records any more: they were read or dropped, or there are none. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  async result(): Promise<JobResult> {
    return (await this.#outcome).result;
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
    const batches = this.#outcome.then(({ left }) => left.records(index));
    return new RecordBatches(batches, {
      onEnd: () => this.#sinkWasRead(),
      onLeave: () => this.drop(),
    });
  }

  async cancel(): Promise<void> {
    this.#controller.abort();
    await this.ended;
  }

  /** Cancels the job, and drops the records that were not read if it ended; for who reads no more. */
  async drop(): Promise<void> {
    await this.cancel();
    this.#numSinksLeft = 0;
    await this.#close();
  }

  /** Everything that the job left is dropped once all of it was read. */
  async #sinkWasRead(): Promise<void> {
    this.#numSinksLeft--;
    if (this.#numSinksLeft === 0) await this.#close();
  }

  async #close(): Promise<void> {
    const ended = await this.#outcome.catch(() => undefined);
    if (!this.#isClosed) ended?.left.close?.();
    this.#isClosed = true;
    this.#closed.resolve();
  }

  async #run(): Promise<{ readonly result: JobResult; readonly left: PlanJobOutcome }> {
    const release = this.#followSignals();
    try {
      // The plan is read before the caller can change anything, functions are called after it has the job.
      const prepared = this.#work.prepare(this.#plan);
      if (this.#options.environment.checkCaptures === true) this.#captured = this.#work.watchCaptures?.(this.#plan);
      return await this.#runWithRetries(prepared);
    } finally {
      release();
    }
  }

  /** Runs the plan until it succeeds, is cancelled, or there are no retries left. */
  async #runWithRetries(prepared: Prepared): Promise<{ readonly result: JobResult; readonly left: PlanJobOutcome }> {
    const started = this.#host.clock.monotonic();
    const cachedFiles = await localPaths(this.#options.cachedFiles, this.#host);
    const numRetries = this.#options.environment.executionRetries ?? 0;
    let firstError: unknown;
    for (let attemptNumber = 0; ; attemptNumber++) {
      try {
        const left = await this.#work.run(prepared, this.#newAttempt(attemptNumber, cachedFiles));
        if (!this.#hasBegunToCommit) this.#checkCaptures(left);
        const netRuntime = this.#host.clock.monotonic() - started;
        const told = { jobId: this.id, jobName: this.#options.name, netRuntime, metrics: left.metrics ?? [] };
        return { result: new PlanJobResult(told, left), left };
      } catch (error) {
        // What was changed stays so in the next attempt.
        if (this.#hasBegunToCommit || isMillraceError(error, "CAPTURE_CHANGED")) throw error;
        if (this.#controller.signal.aborted) throw isMillraceError(error, "JOB_CANCELLED") ? this.#cancelled() : error;
        if (attemptNumber === 0) firstError = error;
        // A stream has no second attempt; what is worth telling is why the first one failed.
        else if (isMillraceError(error, "ITERABLE_CONSUMED")) throw firstError;
        if (attemptNumber >= numRetries) throw error;
      }
    }
  }

  /** Compares captured data at the end of an attempt without sinks. */
  #checkCaptures(left: PlanJobOutcome): void {
    try {
      this.#captured?.check();
    } catch (error) {
      left.close?.();
      throw error;
    }
  }

  #newAttempt(attemptNumber: number, cachedFiles: ReadonlyMap<string, string>): PlanJobAttempt {
    return {
      attemptNumber,
      jobParameters: new Configuration(this.#options.environment.jobParameters),
      cachedFiles,
      signal: this.#controller.signal,
      cancelled: () => this.#cancelled(),
      userCodeBegins: () => this.#captured?.begin(),
      commitBegins: () => {
        this.#captured?.check();
        this.#hasBegunToCommit = true;
      },
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
