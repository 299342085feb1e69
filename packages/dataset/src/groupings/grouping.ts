import type { CombineHint, Order, Partitioner } from "@millrace/common-api";
import type { Comparable, ExpressionOver, Key, KeyOf, Numeric } from "@millrace/core";
import type { AggregateDataSet } from "../aggregate-data-set.js";
import type { AggregateOf, AggregateResults, AggregateRow } from "../aggregates/aggregates.js";
import type { Flat } from "../data/data.js";
import type { DataSet } from "../data-set.js";
import type { ReduceFunction } from "../functions/function-types.js";
import type { Keyed, KeyRow, KeyTuple, RecordSelector } from "../keys/keyed.js";
import type { ReduceDataSet } from "../reduce-data-set.js";
import {
  aggregateOperator,
  reduceOperator,
  selectByOperator,
  summarizeOperator,
} from "../transformations/grouping-transformations.js";
import { GroupedDataSet, partitionedSpec, sortedSpec, stateOf } from "./grouped-data-set.js";
import { SortedGrouping } from "./sorted-grouping.js";

/** Is a data set grouped by a key. Nothing is computed before one of its methods says what becomes of each group. @public */
export class Grouping<out T, out K extends readonly unknown[]> extends GroupedDataSet<T, K> {
  /**
   * Folds each group to one record. The function is associative and keeps the key; it is not called for a group of one record
   * (B070).
   */
  reduce<S>(this: Keyed<S, unknown>, fn: ReduceFunction<S>, hint?: CombineHint): ReduceDataSet<S> {
    const { node, spec } = stateOf(this);
    return node.environment.factory.reduce<S>(reduceOperator(node.operator, spec, fn, hint), node.environment);
  }

  /** Adds a field up in each group; the other fields are those of the group's last record (B028). */
  sum<S>(this: Keyed<S, unknown>, field: KeyOf<S, Numeric>): AggregateDataSet<S> {
    return aggregated<S>(this, "sum", field);
  }

  /** Takes the least value of a field in each group; the other fields are those of the group's last record. */
  min<S>(this: Keyed<S, unknown>, field: KeyOf<S, Comparable>): AggregateDataSet<S> {
    return aggregated<S>(this, "min", field);
  }

  /** Takes the greatest value of a field in each group; the other fields are those of the group's last record. */
  max<S>(this: Keyed<S, unknown>, field: KeyOf<S, Comparable>): AggregateDataSet<S> {
    return aggregated<S>(this, "max", field);
  }

  /** Keeps the record of each group that is least in `fields`, compared one after the other; the first of equals (B032). */
  minBy<S>(this: Keyed<S, unknown>, ...fields: readonly [KeyOf<S, Comparable>, ...KeyOf<S, Comparable>[]]): DataSet<S> {
    return selected<S>(this, "min", fields);
  }

  /** Keeps the record of each group that is greatest in `fields`, compared one after the other; the first of equals. */
  maxBy<S>(this: Keyed<S, unknown>, ...fields: readonly [KeyOf<S, Comparable>, ...KeyOf<S, Comparable>[]]): DataSet<S> {
    return selected<S>(this, "max", fields);
  }

  /** Makes a tuple of each group: the parts of the key, then the aggregates. */
  aggregate<S, X extends readonly unknown[], const A extends readonly [AggregateOf<S>, ...AggregateOf<S>[]]>(
    this: Keyed<S, X>,
    ...aggregates: A
  ): DataSet<[...KeyTuple<S, X>, ...AggregateResults<S, A>]>;
  /** Makes a row of each group: the fields of the key in the shape they had, then the aggregates by the names given here. */
  aggregate<S, X extends readonly unknown[], const A extends Readonly<Record<string, AggregateOf<S>>>>(
    this: Keyed<S, X>,
    aggregates: A,
  ): DataSet<Flat<KeyRow<S, X> & AggregateRow<S, A>>>;
  aggregate(this: Keyed<unknown, unknown>, ...aggregates: readonly unknown[]): DataSet<never> {
    const { node, spec } = stateOf(this);
    const operator = summarizeOperator(node.operator, spec, aggregates);
    return node.environment.factory.dataSet<never>(operator, node.environment);
  }

  /** Sorts each group by a field or key selector; further calls sort equal records by further keys (B074). */
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
  ): Grouping<S, X> {
    const state = stateOf(this);
    return new Grouping<S, X>(state.node, partitionedSpec(state, partitioner));
  }
}

function aggregated<S>(grouping: Keyed<S, unknown>, name: "sum" | "min" | "max", field: unknown): AggregateDataSet<S> {
  const { node, spec } = stateOf(grouping);
  const operator = aggregateOperator(node.operator, spec, name, field);
  return node.environment.factory.aggregate<S>(operator, node.environment);
}

function selected<S>(grouping: Keyed<S, unknown>, extreme: "min" | "max", fields: readonly unknown[]): DataSet<S> {
  const { node, spec } = stateOf(grouping);
  const operator = selectByOperator(node.operator, spec, extreme, fields);
  return node.environment.factory.dataSet<S>(operator, node.environment);
}
