import type { IoContext, SubtaskIoContext } from "./io-context.js";

/**
 * Writes records to the outside. The order of calls, for one job:
 * `initialize` once; per subtask `openWriter`, `write`…, then `close` when its input ended or `abort` when the job failed;
 * at last `commit` once when all subtasks closed, or `abort` once, which also follows a `commit` that failed. After `abort` nothing of the output may be left.
 * @public
 */
export interface Sink<in T> {
  /** What plans and errors call it, such as `CSV to out.csv`. */
  readonly name: string;
  /** Where the output appears, such as a path; two sinks of one job with the same place are refused. Absent: nowhere that could clash. */
  readonly place?: string;
  /** Prepares the output as a whole, before any writer is opened: checks that it may be written, makes a directory. */
  initialize?: (context: IoContext, numWriters: number) => Promise<void>;
  /** Opens the writer of one subtask. */
  openWriter: (context: SubtaskIoContext) => Promise<SinkWriter<T>>;
  /**
   * Makes the output visible, after all writers were closed. Sinks commit one after the other; when one throws, the job fails with
   * COMMIT_FAILED, what others have committed stays, and the job is not run again.
   */
  commit?: (context: IoContext) => Promise<void>;
  /** Removes whatever was written. Called at most once, after every writer was closed or aborted. */
  abort?: (context: IoContext) => Promise<void>;
}

/** Writes the records of one subtask. @public */
export interface SinkWriter<in T> {
  /** Takes one record. A returned promise holds back the next record; return nothing while there is room. */
  write: (record: T) => void | Promise<void>;
  /** Writes out what is left and releases everything. */
  close: () => Promise<void>;
  /** Releases everything without finishing. */
  abort: () => Promise<void>;
}

/** Says what happens when an output exists: `no-overwrite` is an error (FILE_EXISTS), `overwrite` replaces it when the job succeeds. @public */
export type WriteMode = "no-overwrite" | "overwrite";
