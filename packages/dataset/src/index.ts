/// <reference lib="esnext.disposable" preserve="true" />

// Environments and jobs

// Functions
export { type PerSlot, perSlot } from "@millrace/closures";
// Data sets
export { AggregateDataSet } from "./aggregate-data-set.js";
// Groupings and aggregates
export {
  type Aggregate,
  type AggregateArgument,
  type AggregateOf,
  type AggregateResult,
  type AggregateResults,
  type AggregateRow,
  avg,
  count,
  countDistinct,
  max,
  min,
  sum,
} from "./aggregates/aggregates.js";
export type { Data, Flat, JoinInput, Loose, UnionOf } from "./data/data.js";
// What the classes above are made of; for no one else.
export type { DataSetFactory } from "./data/data-set-factory.js";
export type { NodeState } from "./data/node-state.js";
export { DataSet } from "./data-set.js";
export type { EnvironmentState, OperatorRegistry } from "./environment/environment-state.js";
export { ExecutionEnvironment } from "./environment/execution-environment.js";
export type { FilePaths } from "./environment/source-environment.js";
export { SourceEnvironment } from "./environment/source-environment.js";
export type { AnyIterable } from "./environment/stream-source.js";
export type {
  CoGroupFunction,
  CrossFunction,
  Emitted,
  FilterFunction,
  FilterGuard,
  FlatCrossFunction,
  FlatJoinFunction,
  FlatMapFunction,
  GroupCombineFunction,
  GroupReduceFunction,
  JoinFunction,
  MapAsyncFunction,
  MapFunction,
  MapPartitionFunction,
  Out,
  ReduceFunction,
} from "./functions/function-types.js";
export { GroupedDataSet } from "./groupings/grouped-data-set.js";
export { Grouping } from "./groupings/grouping.js";
export { SortedGrouping } from "./groupings/sorted-grouping.js";
// Iterations
export { DeltaIteration, type DeltaLoop, SolutionSet } from "./iterations/delta-iteration.js";
export { IterativeDataSet } from "./iterations/iterative-data-set.js";
export { JobHandle, type RunOptions } from "./jobs/job-handle.js";
// Joins, coGroups and crosses
export { CoGroup, CoGroupPartitions } from "./joins/co-group.js";
export { CrossDataSet } from "./joins/cross-data-set.js";
export { JoinDataSet } from "./joins/join-data-set.js";
export { PairProjection } from "./joins/pair-projection.js";
export type { PairKey, Pairs, PickedField, Picks, Projected } from "./joins/projection-types.js";
export { EqualTo, SolutionWhere, Where } from "./joins/where.js";
// Keys
export type {
  Bases,
  EqualKeys,
  Keyed,
  KeyRow,
  KeyTuple,
  MatchAll,
  PartValue,
  RecordSelector,
} from "./keys/keyed.js";
// Composite operations
export { atCallSite } from "./operators/call-site.js";
export type { OperatorCall } from "./operators/operator-call.js";
export { OrderedDataSet, PartitionedDataSet, SortedPartitionDataSet } from "./ordered-data-sets.js";
// Parameters and tables
export { ParameterTool } from "./parameters/parameter-tool.js";
export type { TableOptions } from "./printing/table.js";
export { ReduceDataSet } from "./reduce-data-set.js";
export { ResultDataSet } from "./result-data-set.js";
export type { ForwardedField } from "./semantics/forwarded-fields.js";
// Sinks
export { DataSink } from "./sinks/data-sink.js";
export type { RecordConsumer } from "./sinks/sinks.js";
export { SourceDataSet } from "./source-data-set.js";
export type { MapAsyncOptions } from "./transformations/record-transformations.js";
export type { CoGroupDraft, JoinDraft, KeyPair } from "./transformations/two-input-transformations.js";
export { UdfDataSet } from "./udf-data-set.js";
// Utilities
export type { Checksum } from "./utilities/checksum.js";
export type { ColumnSummary } from "./utilities/column-summary.js";
export type { PartitionCount } from "./utilities/partition-functions.js";
export type { SampleOptions } from "./utilities/sampling.js";
