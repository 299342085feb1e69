import type { Order, Partitioner } from "@millrace/common-api";
import type { ExpressionOver, Key } from "@millrace/core";
import type { Keyed, KeyTuple, RecordSelector } from "../keys/keyed.js";
import { GroupedDataSet, partitionedSpec, sortedSpec, stateOf } from "./grouped-data-set.js";

/** Is a data set grouped by a key, each group in an order (B076). @public */
export class SortedGrouping<out T, out K extends readonly unknown[]> extends GroupedDataSet<T, K> {
  /** Sorts records that are equal so far by a further field or key selector. */
  sortGroup<S, X extends readonly unknown[]>(
    this: Keyed<S, X>,
    key: Key<S> | RecordSelector<S> | ExpressionOver<S>,
    order: Order = "ascending",
  ): SortedGrouping<S, X> {
    const state = stateOf(this);
    return new SortedGrouping<S, X>(state.node, sortedSpec(state, key, order));
  }

  /** Decides by a function of the key, which must have one part, to which partition each group goes (B077). */
  withPartitioner<S, X extends readonly unknown[]>(
    this: Keyed<S, X>,
    partitioner: Partitioner<KeyTuple<S, X>[0]>,
  ): SortedGrouping<S, X> {
    const state = stateOf(this);
    return new SortedGrouping<S, X>(state.node, partitionedSpec(state, partitioner));
  }
}
