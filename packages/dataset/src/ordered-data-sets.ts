import type {
  DataDistribution,
  Order,
  OrderByOperator,
  PartitionOperator,
  SortPartitionOperator,
} from "@millrace/common-api";
import type { ExpressionOver, Key } from "@millrace/core";
import type { Data } from "./data/data.js";
import { nodeOf } from "./data/node-state.js";
import { DataSet } from "./data-set.js";
import type { RecordSelector } from "./keys/keyed.js";
import {
  orderByOperator,
  sortPartitionOperator,
  withDistribution,
  withOrders,
} from "./transformations/partition-transformations.js";

/** Is a data set in a global order, which further keys can refine. @public */
export class OrderedDataSet<out T> extends DataSet<T> {
  /** Sorts records that are equal so far by a further field or key selector. */
  thenBy<S>(
    this: Data<S>,
    key: Key<S> | RecordSelector<S> | ExpressionOver<S>,
    order: Order = "ascending",
  ): OrderedDataSet<S> {
    const { operator, environment } = nodeOf(this);
    const { input, ordering } = operator as OrderByOperator;
    const refined = orderByOperator(input, key, order, ordering);
    environment.operators.forget(operator);
    return environment.factory.ordered<S>(refined, environment);
  }
}

/** Is a data set whose partitions are sorted, which further keys can refine (B055). @public */
export class SortedPartitionDataSet<out T> extends DataSet<T> {
  /** Sorts records that are equal so far by a further field or key selector. */
  override sortPartition<S>(
    this: Data<S>,
    key: Key<S> | RecordSelector<S> | ExpressionOver<S>,
    order: Order = "ascending",
  ): SortedPartitionDataSet<S> {
    const { operator, environment } = nodeOf(this);
    const { input, ordering, settings } = operator as SortPartitionOperator;
    const refined = sortPartitionOperator(input, key, order, ordering);
    refined.settings.parallelism = settings.parallelism;
    environment.operators.forget(operator);
    return environment.factory.sortedPartition<S>(refined, environment);
  }
}

/** Is a data set partitioned by ranges of keys (B054). @public */
export class PartitionedDataSet<out T> extends DataSet<T> {
  /** Says which way each part of the key goes; as many orders as parts. */
  withOrders(...orders: readonly Order[]): PartitionedDataSet<T> {
    return replaced<T>(this, (operator) => withOrders(operator, orders));
  }

  /** Gives the borders of the ranges, which are sampled otherwise. */
  withDistribution(distribution: DataDistribution): PartitionedDataSet<T> {
    return replaced<T>(this, (operator) => withDistribution(operator, distribution));
  }
}

function replaced<T>(data: Data<T>, change: (operator: PartitionOperator) => PartitionOperator): PartitionedDataSet<T> {
  const { operator, environment } = nodeOf(data);
  const changed = change(operator as PartitionOperator);
  changed.settings.parallelism = operator.settings.parallelism;
  environment.operators.forget(operator);
  return environment.factory.partitioned<T>(changed, environment);
}
