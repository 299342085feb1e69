import type { IterationAggregators } from "./iteration-aggregators.js";

/** Is one round of an iteration. */
export interface Superstep {
  /** 1-based. */
  readonly number: number;
  readonly aggregators: IterationAggregators;
}
