import type { BroadcastHandle } from "@millrace/core";
import type { ObjectRef } from "@millrace/job-graph";

/**
 * Is user code as a task calls it: a plain function, or an object with a method of a known name and, if it has them, `open`
 * and `close`. The object belongs to one subtask.
 * @beta
 */
export interface FunctionObject {
  /** The function, or the object that has it as a method. */
  readonly target: object;
  /** The method to call when `target` is an object, such as `map`. */
  readonly method: string;
}

/**
 * Holds what a job graph names by {@link ObjectRef} and cannot hold itself, since it is code or lives in the client. The
 * environment makes it; in another process it is made of what travelled there.
 * @beta
 */
export interface JobObjects {
  /**
   * Returns a source, a sink, the records of a collection (an array), the factory or the convergence criterion of an
   * aggregator, or the function `retryDelayMs`, as it lies in the table.
   */
  get(ref: ObjectRef): unknown;
  /**
   * Returns user code for one subtask: a plain function as it is, an object copied. This is also how partitioners (method
   * `partition`) and data distributions (method `boundary`) are had. Throws INVALID_FUNCTION.
   */
  instantiate(ref: ObjectRef): FunctionObject;
  /** Returns the id in the logical plan of the data set that a function asks for by its handle; undefined for anything else. */
  dataSetIdOf(handle: BroadcastHandle<unknown>): number | undefined;
}
