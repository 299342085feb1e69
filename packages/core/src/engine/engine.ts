import type { Accumulator, AccumulatorClass, AccumulatorResult } from "../accumulators/index.js";
import type { EnvironmentOptions } from "../configuration/index.js";
import type { ErrorPlace } from "../errors/index.js";
import type { Host } from "../host/index.js";

/**
 * Runs plans. This interface, with the operators of the common API, is all that the author of an engine implements; programs
 * find the engine through {@link registerEngine}.
 *
 * @typeParam Plan - what it runs; the common API's `Plan` for every engine that programs can find
 * @public
 */
export interface Engine<in Plan> {
  /** The engine's name, such as `collection`. */
  readonly name: string;
  /** The host that the program's own side uses: clock, terminal, files. */
  readonly host: Host;
  /** Returns the parallelism of operators that say nothing, in an environment with these options. */
  defaultParallelism(options: EnvironmentOptions): number;
  /**
   * Starts a job and returns at once. Failures to start come through the job's `result`.
   * The engine does not change the plan and keeps no reference to it after the job.
   */
  start(plan: Plan, job: JobOptions): Job;
  /** Returns how the engine would run the plan, without running it. */
  explain(plan: Plan, options: EnvironmentOptions): Promise<string>;
  /** Cancels all jobs and releases everything; the engine is of no use afterwards. */
  close(): Promise<void>;
}

/** Says how one job is run. @public */
export interface JobOptions {
  /** The name of the job, as its result and its errors show it. */
  readonly name: string;
  /** The options of the environment that the program was written against. */
  readonly environment: EnvironmentOptions;
  /** Cancels the job when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** Files to bring to every worker before user code asks for them, by name (B013). */
  readonly cachedFiles: ReadonlyMap<string, string>;
  /** What runs once in every worker, in this order, before user code does; promises are waited for. */
  readonly setUp?: readonly SetUpFunction[] | undefined;
  /** Told about the job's phases as they change; for showing progress. */
  readonly onProgress?: ((progress: JobProgress) => void) | undefined;
}

/** Is what prepares a worker for user code: it configures packages, for example. The same object stands for one function. @public */
export interface SetUpFunction {
  /** Prepares the worker. */
  readonly value: () => unknown;
  /** Where the program gave it, for messages. */
  readonly where: ErrorPlace;
}

/** Tells how far a job is. @public */
export interface JobProgress {
  /** The operator at work. */
  readonly operator: string;
  /** How many operators are done. */
  readonly numOperatorsDone: number;
  /** How many operators the job has; inside of an iteration they count once. */
  readonly numOperators: number;
  /** Records that left the operator so far. */
  readonly numRecords: number;
}

/** Is a job that was started. @public */
export interface Job {
  /** Names the job; unique in its engine. */
  readonly id: string;
  /** Resolves when the job is done and all its outputs are committed; rejects with the first error, or JOB_CANCELLED. */
  result(): Promise<JobResult>;
  /**
   * Returns the records that reached the plan's collecting sink number `index`, in batches. Each sink can be read once.
   * Ending the iteration early cancels the job.
   */
  records(index: number): AsyncIterable<readonly unknown[]>;
  /** Cancels the job; resolves when nothing of it runs or is left any more. */
  cancel(): Promise<void>;
}

/** Tells what one subtask of a job did. A task is an operator with what was fused to it. @public */
export interface SubtaskMetrics {
  /** The task: the names of its operators. */
  readonly task: string;
  /** 0-based. */
  readonly subtaskIndex: number;
  /** Records that came from other tasks; a source has none. */
  readonly numRecordsRead: number;
  /** Bytes of the pages in which they came. */
  readonly numBytesRead: number;
  /** Pages in which they came; a full one has 32 KiB. */
  readonly numPagesRead: number;
  /** Records sent to other tasks; one that goes to two of them counts twice. */
  readonly numRecordsSent: number;
  /** Bytes of the pages in which they went. */
  readonly numBytesSent: number;
  /** Pages in which they went. */
  readonly numPagesSent: number;
  /** Bytes written to temporary files because they did not fit the memory. */
  readonly numBytesSpilled: number;
  /** Bytes read from temporary files. */
  readonly numBytesRestored: number;
  /** Milliseconds of work. */
  readonly busyMs: number;
  /** Milliseconds of waiting for input, or for something from outside. */
  readonly idleMs: number;
  /** Milliseconds of waiting for room in the output, because who reads it is slower. */
  readonly backPressuredMs: number;
  /** Supersteps of the iteration that the task is part of; 0 outside of one. */
  readonly numSupersteps: number;
}

/** Is what a finished job tells. @public */
export interface JobResult {
  /** The id of the job. */
  readonly jobId: string;
  /** The name of the job. */
  readonly jobName: string;
  /** How long the job ran, in milliseconds. */
  readonly netRuntime: number;
  /** What each subtask did, in the order of the plan; empty with an engine that does not measure, such as the collection engine. */
  readonly metrics: readonly SubtaskMetrics[];
  /** Returns the value of an accumulator by the class it was made with; undefined when no subtask used the name. */
  getAccumulatorResult<A extends Accumulator<never, unknown>>(
    name: string,
    type: AccumulatorClass<A>,
  ): AccumulatorResult<A>;
  getAccumulatorResult(name: string): unknown;
  /** Returns the values of all accumulators by name. */
  getAllAccumulatorResults(): ReadonlyMap<string, unknown>;
}

/** Makes engines; what an engine package registers. @public */
export interface EngineFactory<in Plan> {
  /** The name by which programs ask for the engine, such as `collection`. */
  readonly name: string;
  /** The factory with the highest rank makes the ambient environment. The collection environment has 0, local 100, a command line's 1000. */
  readonly rank: number;
  /** Makes an engine for an environment with these options. */
  create(options: EnvironmentOptions): Engine<Plan>;
}
