export type { Accumulator, AccumulatorClass, AccumulatorResult } from "./accumulator.js";
export { checkAccumulatorClass } from "./check-class.js";
export { DoubleCounter, IntCounter, LongCounter } from "./counters.js";
export {
  AverageAccumulator,
  Histogram,
  ListAccumulator,
  MaximumAccumulator,
  MinimumAccumulator,
} from "./distributions.js";
