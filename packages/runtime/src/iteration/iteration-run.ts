import type { IterationState } from "./iteration-state.js";

/** Is a running iteration. */
export interface IterationRun {
  readonly state: IterationState;
}
