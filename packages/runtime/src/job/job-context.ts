import type { Configuration, CustomType, ErrorPlace, Host, IoContext, RecordCopies, SourceSplit } from "@millrace/core";
import type { OperatorInfo } from "@millrace/job-graph";
import type { PageCursor } from "../rows/row-cursor.js";
import type { LayoutTable } from "../rows/stream-layout.js";
import type { SpillSpace } from "../spill/spill-space.js";
import type { JobAccumulators } from "./job-accumulators.js";
import type { JobObjects } from "./job-objects.js";
import type { SinkRun } from "./sink-run.js";

/** Is what all tasks of a job in one slot share. */
export interface JobContext {
  readonly name: string;
  readonly host: Host;
  readonly objects: JobObjects;
  /** Aborts when the job failed or was cancelled. */
  readonly signal: AbortSignal;
  readonly layouts: LayoutTable;
  readonly spill: SpillSpace;
  readonly copies: RecordCopies;
  readonly customTypes: readonly CustomType[];
  /** Whether records between fused functions are copied and checked. */
  readonly checksRecords: boolean;
  readonly jobParameters: Configuration;
  readonly cachedFiles: ReadonlyMap<string, string>;
  readonly attemptNumber: number;
  /** The secret of the job's hash tables. */
  readonly hashSeed: { readonly low: number; readonly high: number };
  readonly accumulators: JobAccumulators;
  /** Makes what a source or sink of the job is given; its signal is that of the job when left out. */
  ioContext(operator: OperatorInfo, signal?: AbortSignal): IoContext;
  /** Returns the next split for a task of a source; undefined when there is none left for it. */
  nextSplit(vertex: number, subtaskIndex: number): Promise<SourceSplit | undefined>;
  /** Returns the run of a sink, which was initialised. */
  sinkRun(vertex: number): SinkRun;
  /** Takes the page of rows that a cursor is at, which reached a collecting sink. */
  collectPage(index: number, subtaskIndex: number, page: PageCursor): void;
  /** Returns what is shared by all tasks of the slot under `key`, made on first use. */
  shared<T>(key: string, make: () => T): T;
  /** Is waited for before the job ends, however it does. It must not reject for long: what it throws is dropped. */
  cleanUp(work: Promise<unknown>): void;
  /** Throws JOB_CANCELLED when the job was cancelled. */
  throwIfCancelled(): void;
}

/** Says where a task of an operator is, for errors. */
export function placeOfTask(operator: OperatorInfo, subtaskIndex?: number): ErrorPlace {
  return {
    operator: operator.name,
    ...(subtaskIndex === undefined ? {} : { subtask: subtaskIndex }),
    ...operator.location,
  };
}
