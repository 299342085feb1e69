import type { RuntimeContext } from "./runtime-context.js";

/**
 * Is what every function object may have besides the function itself. A plain function has none of it.
 * @public
 */
export interface Lifecycle {
  /** Called once per subtask, and inside of an iteration once per superstep, before the first record. */
  open?(context: RuntimeContext): void;
  /** Called after the last record, also when the function failed. It must not throw for a function that was not opened. */
  close?(): void;
  /** Returns a fresh function object for another subtask. Without it the object is copied field by field. */
  clone?(): this;
}
