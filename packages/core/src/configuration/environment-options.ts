import type { ParameterValue } from "./configuration.js";

/**
 * Configures an environment and all the jobs that it runs. Operators may override the parallelism.
 * @public
 */
export interface EnvironmentOptions {
  /** How many subtasks an operator has unless it says otherwise; an integer of at least 1. Each engine has a default. */
  readonly parallelism?: number;
  /** How much memory the engine manages: bytes, or a text such as `"64MiB"` or `"2GiB"`. The collection environment ignores it. */
  readonly memory?: number | string;
  /** How often a failed job is started again, unless a sink has begun to commit; 0 by default. */
  readonly executionRetries?: number;
  /** Which exchanges are materialised; `"pipelined"` by default. The collection environment ignores it. */
  readonly executionMode?: ExecutionMode;
  /** Whether records are normalised between fused operators too, so that no plan can change a result. */
  readonly checkRecords?: boolean;
  /**
   * Whether data that functions captured are compared when a job ends with what they were when it started, so that a function that changes
   * them is found out (CAPTURE_CHANGED); false by default. What cannot be captured is refused then (CAPTURE_REFUSED).
   */
  readonly checkCaptures?: boolean;
  /** Parameters that every function can read by `context.getJobParameters()`. */
  readonly jobParameters?: Readonly<Record<string, ParameterValue>>;
  /** Whether output files are replaced by default; false. A sink's own `writeMode` wins. */
  readonly overwriteFiles?: boolean;
  /** Whether file sinks of one subtask make a directory too; false. */
  readonly alwaysCreateDirectory?: boolean;
  /** Whether progress is shown on a terminal; by default it is when standard error is one. */
  readonly progress?: boolean;
  /** Cancels every job of the environment when it aborts. */
  readonly signal?: AbortSignal;
}

/**
 * Says which exchanges between operators are materialised (B193): `pipelined` only those that would deadlock otherwise,
 * `batch` all that move records between subtasks, the `-forced` forms without or with every exception.
 * @public
 */
export type ExecutionMode = "pipelined" | "pipelined-forced" | "batch" | "batch-forced";
