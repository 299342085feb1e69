import type { BulkIterationOperator, Operator } from "@millrace/common-api";
import type { AggregateDataSet } from "../aggregate-data-set.js";
import type { DataSet } from "../data-set.js";
import type { EnvironmentState } from "../environment/environment-state.js";
import type { Grouping } from "../groupings/grouping.js";
import type { IterativeDataSet } from "../iterations/iterative-data-set.js";
import type { CoGroup } from "../joins/co-group.js";
import type { CrossDataSet } from "../joins/cross-data-set.js";
import type { JoinDataSet } from "../joins/join-data-set.js";
import type { OperatorCall } from "../operators/operator-call.js";
import type { OrderedDataSet, PartitionedDataSet, SortedPartitionDataSet } from "../ordered-data-sets.js";
import type { ReduceDataSet } from "../reduce-data-set.js";
import type { SourceDataSet } from "../source-data-set.js";
import type { CoGroupDraft, JoinDraft } from "../transformations/two-input-transformations.js";
import type { UdfDataSet } from "../udf-data-set.js";
import type { NodeState } from "./node-state.js";

/**
 * Makes data sets of operators. Data sets return each other's classes from their methods; they reach them through this
 * interface, which the environment carries, instead of importing each other in circles.
 * @internal
 */
export interface DataSetFactory {
  /** Makes a data set that can do nothing special. */
  dataSet<T>(operator: Operator, environment: EnvironmentState): DataSet<T>;
  /** Makes a data set that only stands for the state of a loop, and is no result. */
  placeholder<T>(operator: Operator, environment: EnvironmentState): DataSet<T>;
  /** Makes the data set of a source. */
  source<T>(operator: Operator, environment: EnvironmentState): SourceDataSet<T>;
  /** Makes the data set of an operator with a function. */
  udf<T>(operator: Operator, environment: EnvironmentState): UdfDataSet<T>;
  /** Makes the data set of a reduce, which takes a combine hint. */
  reduce<T>(operator: Operator, environment: EnvironmentState): ReduceDataSet<T>;
  /** Makes the data set of an aggregate, which takes more aggregates. */
  aggregate<T>(operator: Operator, environment: EnvironmentState): AggregateDataSet<T>;
  /** Makes the data set of a sort of partitions, which takes more keys. */
  sortedPartition<T>(operator: Operator, environment: EnvironmentState): SortedPartitionDataSet<T>;
  /** Makes the data set of an order, which takes more keys. */
  ordered<T>(operator: Operator, environment: EnvironmentState): OrderedDataSet<T>;
  /** Makes the data set of range partitions, which takes orders and borders. */
  partitioned<T>(operator: Operator, environment: EnvironmentState): PartitionedDataSet<T>;
  /** Makes the pairs of a join. */
  join<L, R>(draft: JoinDraft, call: OperatorCall, environment: EnvironmentState): JoinDataSet<L, R>;
  /** Makes the pairs of a cross. */
  cross<L, R>(operator: Operator, environment: EnvironmentState): CrossDataSet<L, R>;
  /** Makes the groups of two data sets. */
  coGroup<L, R>(draft: CoGroupDraft, environment: EnvironmentState): CoGroup<L, R>;
  /** Makes the groups of one data set. */
  grouping<T, K extends readonly unknown[]>(node: NodeState, keys: readonly unknown[]): Grouping<T, K>;
  /** Makes the partial solution of an iteration. */
  iterative<T>(operator: BulkIterationOperator, environment: EnvironmentState): IterativeDataSet<T>;
}
