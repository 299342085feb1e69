import type { Configuration } from "../configuration/index.js";
import type { Host } from "../host/index.js";
import type { FileSystem } from "./file-system.js";

/**
 * Is what an engine gives to sources and sinks: the host, file systems by path, and the job's cancellation.
 * @public
 */
export interface IoContext {
  /** What the process can do. */
  readonly host: Host;
  /** Aborts when the job is cancelled or failed; long reads and writes give up then. */
  readonly signal: AbortSignal;
  /** What was given to the source or sink by `withParameters`; empty otherwise. */
  readonly parameters: Configuration;
  /**
   * Returns the file system that a path belongs to: by its scheme, else the host's own.
   * Throws UNSUPPORTED_BY_HOST when there is none.
   */
  fileSystemOf(path: string): FileSystem;
}

/** Is an {@link IoContext} for one of several subtasks. @public */
export interface SubtaskIoContext extends IoContext {
  /** 0-based. */
  readonly subtaskIndex: number;
  /** At least 1. */
  readonly numParallelSubtasks: number;
  /** Where counts such as skipped lines are added: names become accumulators of the job. */
  count(name: string, increment: number): void;
}
