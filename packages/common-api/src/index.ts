// Engines
export { type Deferred, deferred } from "./engine/deferred.js";
export { EngineJobs } from "./engine/engine-jobs.js";
export {
  type ArrivedFunctions,
  arrivedOf,
  type FunctionTransport,
  functionsOfPlan,
  nothingArrived,
  sendFunctions,
  type TransportedFunction,
  type TransportedFunctions,
  type TransportedJob,
} from "./engine/function-transport.js";
export {
  type CapturedData,
  PlanJob,
  type PlanJobAttempt,
  type PlanJobOutcome,
  type PlanJobWork,
} from "./engine/plan-job.js";
export type { Batch } from "./engine/record-batches.js";
export { runSetUp } from "./engine/set-up.js";
export { takeCollections } from "./engine/take-collections.js";
// Functions
export { type DataSetHandles, dataSetHandles, OPERATOR, operatorOf } from "./functions/data-set-handle.js";
export { instantiate } from "./functions/instantiate.js";
export type { AnyFunction, SourceLocation, UserFunction } from "./functions/user-function.js";
export { userFunctionsOf } from "./functions/user-functions-of.js";
// Keys and orders
export type { KeyPart, Keys, Order, Ordering, Partitioner } from "./keys/keys.js";
// Operators
export { CollectionSourceOperator, CollectOperator, SinkOperator, SourceOperator } from "./operators/endpoints.js";
export {
  type AggregateName,
  AggregateOperator,
  type CombineHint,
  DistinctOperator,
  type FieldAggregation,
  FirstOperator,
  GroupCombineOperator,
  GroupedOperator,
  type GroupingSpec,
  GroupReduceOperator,
  type NamedAggregate,
  ReduceOperator,
  SelectByOperator,
  SummarizeOperator,
} from "./operators/grouping-operators.js";
export {
  BulkIterationOperator,
  type BulkStep,
  DeltaIterationOperator,
  type DeltaStep,
  type IterationAggregator,
  PartialSolutionOperator,
  SolutionSetOperator,
  WorksetOperator,
} from "./operators/iteration-operators.js";
export { type LogicalOperator, logical, type OperatorKind } from "./operators/logical-operator.js";
export {
  type BroadcastInput,
  type FunctionSettings,
  Operator,
  type OperatorCommon,
  type OperatorSettings,
  type SemanticProperties,
  SingleInputOperator,
  TwoInputOperator,
} from "./operators/operator.js";
export {
  type DataDistribution,
  OrderByOperator,
  type Partitioning,
  PartitionOperator,
  SortPartitionOperator,
} from "./operators/partition-operators.js";
export {
  type AsyncOptions,
  FilterOperator,
  FlatMapOperator,
  MapAsyncOperator,
  MapOperator,
  MapPartitionOperator,
  ProjectOperator,
  SelectOperator,
} from "./operators/record-operators.js";
export {
  CoGroupOperator,
  CoGroupRawOperator,
  type CoGroupSpec,
  type CrossHint,
  CrossOperator,
  type JoinHint,
  JoinOperator,
  type JoinSpec,
  type JoinType,
  type PairResult,
  type ProjectedField,
  UnionOperator,
} from "./operators/two-input-operators.js";
// Plans
export { dependenciesOf, functionSettingsOf } from "./plan/dependencies.js";
export { dumpPlan, type JsonValue, type OperatorDump, type PlanDump } from "./plan/dump.js";
export { explainPlan } from "./plan/explain.js";
export { type IterationBody, type IterationOperator, placeholdersOf } from "./plan/iterations.js";
export { parallelismOf } from "./plan/parallelism.js";
export { Plan } from "./plan/plan.js";
export { recordTypesOf } from "./plan/record-types.js";
