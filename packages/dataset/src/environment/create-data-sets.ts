import type { Operator } from "@millrace/common-api";
import { AggregateDataSet } from "../aggregate-data-set.js";
import type { DataSetFactory } from "../data/data-set-factory.js";
import type { NodeState } from "../data/node-state.js";
import { DataSet } from "../data-set.js";
import { Grouping } from "../groupings/grouping.js";
import { IterativeDataSet } from "../iterations/iterative-data-set.js";
import { CoGroup } from "../joins/co-group.js";
import { CrossDataSet } from "../joins/cross-data-set.js";
import { JoinDataSet } from "../joins/join-data-set.js";
import { keysOf } from "../keys/key-parts.js";
import { OperatorCall } from "../operators/operator-call.js";
import { OrderedDataSet, PartitionedDataSet, SortedPartitionDataSet } from "../ordered-data-sets.js";
import { ReduceDataSet } from "../reduce-data-set.js";
import { applyClassDeclarations } from "../semantics/forwarded-fields.js";
import { SourceDataSet } from "../source-data-set.js";
import { joinOperator } from "../transformations/two-input-transformations.js";
import { UdfDataSet } from "../udf-data-set.js";
import type { EnvironmentState } from "./environment-state.js";

/** Notes an operator as one of the environment's, and returns the node of its data set. */
function node(operator: Operator, environment: EnvironmentState): NodeState {
  applyClassDeclarations(operator);
  environment.operators.add(operator);
  return { operator, environment };
}

/** Makes every kind of data set. @internal */
export const dataSetFactory: DataSetFactory = {
  dataSet: <T>(operator: Operator, environment: EnvironmentState) => new DataSet<T>(node(operator, environment)),
  placeholder: <T>(operator: Operator, environment: EnvironmentState) => new DataSet<T>({ operator, environment }),
  source: <T>(operator: Operator, environment: EnvironmentState) => new SourceDataSet<T>(node(operator, environment)),
  udf: <T>(operator: Operator, environment: EnvironmentState) => new UdfDataSet<T>(node(operator, environment)),
  reduce: <T>(operator: Operator, environment: EnvironmentState) => new ReduceDataSet<T>(node(operator, environment)),
  aggregate: <T>(operator: Operator, environment: EnvironmentState) =>
    new AggregateDataSet<T>(node(operator, environment)),
  sortedPartition: <T>(operator: Operator, environment: EnvironmentState) =>
    new SortedPartitionDataSet<T>(node(operator, environment)),
  ordered: <T>(operator: Operator, environment: EnvironmentState) => new OrderedDataSet<T>(node(operator, environment)),
  partitioned: <T>(operator: Operator, environment: EnvironmentState) =>
    new PartitionedDataSet<T>(node(operator, environment)),
  join: (draft, call, environment) =>
    new JoinDataSet(node(joinOperator(draft, { kind: "pair" }, call), environment), draft),
  cross: <L, R>(operator: Operator, environment: EnvironmentState) =>
    new CrossDataSet<L, R>(node(operator, environment)),
  coGroup: (draft, environment) => new CoGroup(draft, environment),
  grouping: (of, keys) => {
    const call = new OperatorCall("GroupBy");
    return new Grouping(of, { keys: keysOf(keys, of.operator, call), order: [], partitioner: undefined });
  },
  iterative: (operator, environment) =>
    new IterativeDataSet({ operator: operator.partialSolution, environment }, operator),
};
