import type { GroupingSpec } from "@millrace/common-api";
import type { PlainRecord } from "@millrace/core";
import type { NodeState } from "../data/node-state.js";
import type { DataSet } from "../data-set.js";
import type { GroupCombineFunction, GroupReduceFunction } from "../functions/function-types.js";
import { orderingOf, partitionerOf } from "../keys/key-parts.js";
import type { Keyed } from "../keys/keyed.js";
import { OperatorCall } from "../operators/operator-call.js";
import {
  firstOperator,
  groupCombineOperator,
  groupReduceOperator,
} from "../transformations/grouping-transformations.js";
import type { UdfDataSet } from "../udf-data-set.js";

/** Is what every grouping can do: reduce each group as a whole. @public */
export abstract class GroupedDataSet<out T, out K> implements Keyed<T, K> {
  declare readonly "~element": T;
  declare readonly "~key": K;
  /** The data set that is grouped. @internal */
  protected readonly node: NodeState;
  /** How it is grouped. @internal */
  protected readonly spec: GroupingSpec;

  /** @internal */
  constructor(node: NodeState, spec: GroupingSpec) {
    this.node = node;
    this.spec = spec;
  }

  /**
   * Reduces each group to none, one or many records. The group can be read once. A function object with a `combine` method is
   * called on parts of groups before they are moved (B071, B072).
   */
  reduceGroup<R extends PlainRecord = never, C extends PlainRecord = never>(
    fn: GroupReduceFunction<T, R, C>,
  ): UdfDataSet<R | NoInfer<C>> {
    const { operator, environment } = this.node;
    return environment.factory.udf<R>(groupReduceOperator(operator, this.spec, fn), environment);
  }

  /** Combines parts of groups where they lie; several results may have the same key (B027). */
  combineGroup<R extends PlainRecord = never, C extends PlainRecord = never>(
    fn: GroupCombineFunction<T, R, C>,
  ): UdfDataSet<R | NoInfer<C>> {
    const { operator, environment } = this.node;
    return environment.factory.udf<R>(groupCombineOperator(operator, this.spec, fn), environment);
  }

  /** Keeps the first `n` records of each group, in the order of the group if it is sorted (B033). */
  first(n: number): DataSet<T> {
    const { operator, environment } = this.node;
    return environment.factory.dataSet<T>(firstOperator(operator, this.spec, n), environment);
  }
}

/** Is what a grouping keeps for itself. @internal */
export interface GroupingState {
  readonly node: NodeState;
  readonly spec: GroupingSpec;
}

/**
 * Returns what a grouping keeps for itself. Methods take the element type from `this`, so that groupings are covariant, and
 * there the class is not known.
 * @internal
 */
export function stateOf(grouping: Keyed<unknown, unknown>): GroupingState {
  return grouping as unknown as GroupingState;
}

/** Returns a grouping whose groups are sorted by one more key. @internal */
export function sortedSpec({ node, spec }: GroupingState, key: unknown, order: unknown): GroupingSpec {
  const call = new OperatorCall("SortGroup");
  return { ...spec, order: [...spec.order, ...orderingOf(key, order, node.operator, call)] };
}

/** Returns a grouping with a partitioner of its own. @internal */
export function partitionedSpec({ spec }: GroupingState, partitioner: unknown): GroupingSpec {
  return { ...spec, partitioner: partitionerOf(partitioner, spec.keys ?? [], new OperatorCall("WithPartitioner")) };
}
