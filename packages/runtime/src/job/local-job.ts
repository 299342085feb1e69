import type { Accumulator, Configuration, CustomType, Host } from "@millrace/core";
import type { JobGraph } from "@millrace/job-graph";
import type { TaskReport } from "../metrics/task-metrics.js";
import type { SpillSpace } from "../spill/spill-space.js";
import type { JobMemory } from "./job-memory.js";
import type { JobObjects } from "./job-objects.js";
import type { VertexProgress } from "./job-progress.js";

/** Says what to run, and with what. @beta */
export interface LocalJobOptions {
  /** The plan. */
  readonly graph: JobGraph;
  /** What the plan names and does not hold. */
  readonly objects: JobObjects;
  /** What the process can do. */
  readonly host: Host;
  /** Where the pages of all tasks come from. */
  readonly memory: JobMemory;
  /** Makes a place to spill to; the job closes each that it asked for. */
  readonly createSpillSpace: () => SpillSpace;
  /** Cancels the job when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** The custom types that declared types of the plan name; none when left out. */
  readonly customTypes?: readonly CustomType[] | undefined;
  /** Whether records between fused functions are copied and checked as if they had travelled; false when left out. */
  readonly checksRecords?: boolean | undefined;
  /** Empty when left out. */
  readonly jobParameters?: Configuration | undefined;
  /** The local paths of cached files by name; none when left out. */
  readonly cachedFiles?: ReadonlyMap<string, string> | undefined;
  /** 0 when left out. */
  readonly attemptNumber?: number | undefined;
  /** Hears that the first sink is about to commit: from there on the job must not be run again. */
  readonly onCommit?: (() => void) | undefined;
  /** Hears whenever a task ended, and every few milliseconds while tasks work. */
  readonly onProgress?: ((progress: VertexProgress) => void) | undefined;
}

/**
 * Is a job that runs in this thread. It starts when it is made, in a later turn of the event loop.
 * @internal
 */
export interface LocalJob {
  /**
   * Resolves when all tasks ended, all sinks committed and everything was given back; rejects with the first failure, or with
   * JOB_CANCELLED, once nothing of the job runs or is left any more. Only what sinks have committed stays: a job of which one fails to commit
   * rejects with COMMIT_FAILED, also when it was cancelled meanwhile.
   */
  readonly result: Promise<LocalJobResult>;
  /** Cancels the job; resolves when it ended, however it did. It comes too late for a job whose sinks commit. */
  cancel(reason?: unknown): Promise<void>;
}

/** Is what a job leaves that succeeded. @internal */
export interface LocalJobResult {
  /** The merged accumulators, by name. */
  readonly accumulators: ReadonlyMap<string, Accumulator<never, unknown>>;
  /** What every task did, in the order of the plan. */
  readonly tasks: readonly TaskReport[];
  /**
   * Returns what reached collecting sink number `index`, in batches, partition after partition. It can be read once; each batch
   * belongs to the reader.
   */
  records(index: number): AsyncIterableIterator<readonly unknown[]>;
  /** Drops the records that nobody read, and what they were kept in. A no-op the second time. */
  close(): void;
}
