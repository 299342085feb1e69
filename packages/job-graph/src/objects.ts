import type { Sink, Source } from "@millrace/core";

/**
 * Is something of a job that is no data, as the job's table holds it; a graph names it by position. Functions are what user code is:
 * also partitioners (`partition`), distributions (`boundary`), factories of aggregators (`createAggregator`), convergence criteria
 * (`isConverged`) and the delays of retries (`retryDelayMs`).
 * @public
 */
export type JobObject =
  /** `target` is a function, or an object that has it as the method `method`; each task has an object of its own. */
  | { readonly kind: "function"; readonly target: object; readonly method: string }
  | { readonly kind: "source"; readonly source: Source<unknown> }
  | { readonly kind: "sink"; readonly sink: Sink<unknown> }
  /** The records are data already, and nobody may change them. */
  | { readonly kind: "collection"; readonly records: readonly unknown[] };
