import type { CollectionSourceOperator, CollectOperator, SinkOperator, SourceOperator } from "./endpoints.js";
import type {
  AggregateOperator,
  DistinctOperator,
  FirstOperator,
  GroupCombineOperator,
  GroupReduceOperator,
  ReduceOperator,
  SelectByOperator,
  SummarizeOperator,
} from "./grouping-operators.js";
import type {
  BulkIterationOperator,
  DeltaIterationOperator,
  PartialSolutionOperator,
  SolutionSetOperator,
  WorksetOperator,
} from "./iteration-operators.js";
import type { Operator } from "./operator.js";
import type { OrderByOperator, PartitionOperator, SortPartitionOperator } from "./partition-operators.js";
import type {
  FilterOperator,
  FlatMapOperator,
  MapAsyncOperator,
  MapOperator,
  MapPartitionOperator,
  ProjectOperator,
  SelectOperator,
} from "./record-operators.js";
import type {
  CoGroupOperator,
  CoGroupRawOperator,
  CrossOperator,
  JoinOperator,
  UnionOperator,
} from "./two-input-operators.js";

/** Is the closed set of operators; an engine switches over `kind` and handles every one. @public */
export type LogicalOperator =
  | SourceOperator
  | CollectionSourceOperator
  | SinkOperator
  | CollectOperator
  | MapOperator
  | FlatMapOperator
  | MapPartitionOperator
  | FilterOperator
  | MapAsyncOperator
  | ProjectOperator
  | SelectOperator
  | ReduceOperator
  | GroupReduceOperator
  | GroupCombineOperator
  | AggregateOperator
  | SummarizeOperator
  | SelectByOperator
  | DistinctOperator
  | FirstOperator
  | JoinOperator
  | CoGroupOperator
  | CoGroupRawOperator
  | CrossOperator
  | UnionOperator
  | PartitionOperator
  | SortPartitionOperator
  | OrderByOperator
  | BulkIterationOperator
  | PartialSolutionOperator
  | DeltaIterationOperator
  | WorksetOperator
  | SolutionSetOperator;

/** Names a kind of operator. @public */
export type OperatorKind = LogicalOperator["kind"];

/** Narrows an operator to the closed set, so that a switch over its kind is exhaustive. @public */
export function logical(operator: Operator): LogicalOperator {
  return operator as LogicalOperator;
}
