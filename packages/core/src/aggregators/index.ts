export {
  type Aggregator,
  type AggregatorFactory,
  type ConvergenceCriterion,
  convergesAtZero,
  DoubleSumAggregator,
  LongSumAggregator,
} from "./aggregator.js";
