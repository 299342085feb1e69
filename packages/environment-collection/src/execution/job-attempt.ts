import type { Operator } from "@millrace/common-api";
import type { Configuration, Host, MillraceError, RecordCopies, TypeInformation } from "@millrace/core";
import type { CollectionRuntimeContext } from "../subtask/collection-runtime-context.js";
import type { FunctionObjects } from "../subtask/function-objects.js";
import type { JobAccumulators } from "./job-accumulators.js";
import type { PerSubtask } from "./per-subtask.js";

/** Is what all operators of one run of a job share. A retried job has one for each run. */
export interface JobAttempt {
  readonly host: Host;
  /** 0 for the first run. */
  readonly attemptNumber: number;
  readonly jobParameters: Configuration;
  /** Paths by the names under which the program registered them. */
  readonly cachedFiles: ReadonlyMap<string, string>;
  /** The types of the records of operators, as far as they are known. */
  readonly recordTypes: ReadonlyMap<Operator, TypeInformation<unknown>>;
  readonly copies: RecordCopies;
  readonly accumulators: JobAccumulators;
  readonly functionObjects: FunctionObjects;
  readonly contexts: PerSubtask<CollectionRuntimeContext>;
  /** Aborts when the job is cancelled. */
  readonly signal: AbortSignal;
  /** Makes the error of a cancelled job. */
  readonly cancelled: () => MillraceError;
  /** Is called before the first sink commits: the job is not run again from there on. */
  readonly commitBegins: () => void;
  /** Lets the event loop turn if it has waited for long, so that timers fire and signals are heard. */
  readonly pause: () => Promise<void>;
}

/** Throws JOB_CANCELLED once the job was cancelled. */
export function throwIfCancelled(job: JobAttempt): void {
  if (job.signal.aborted) throw job.cancelled();
}
