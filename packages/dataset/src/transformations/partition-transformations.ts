import {
  type DataDistribution,
  type Operator,
  OrderByOperator,
  type Ordering,
  type Partitioning,
  PartitionOperator,
  SortPartitionOperator,
} from "@millrace/common-api";
import { keyPartOf, keysOf, orderingOf, orderOf, partitionerOf } from "../keys/key-parts.js";
import { describe, OperatorCall } from "../operators/operator-call.js";

/** @internal */
export function rebalanceOperator(input: Operator): PartitionOperator {
  return new PartitionOperator(input, { kind: "rebalance" }, new OperatorCall("Rebalance"));
}

/** @internal */
export function partitionByHashOperator(input: Operator, keys: readonly unknown[]): PartitionOperator {
  const call = new OperatorCall("PartitionByHash");
  return new PartitionOperator(input, { kind: "hash", keys: keysOf(keys, input, call) }, call);
}

/** @internal */
export function partitionCustomOperator(input: Operator, partitioner: unknown, key: unknown): PartitionOperator {
  const call = new OperatorCall("PartitionCustom");
  const keys = [keyPartOf(key, input, call)];
  const partitioning = { kind: "custom" as const, keys, partitioner: partitionerOf(partitioner, keys, call) };
  return new PartitionOperator(input, partitioning, call);
}

/** Ranges of ascending keys; `withOrders` changes that. @internal */
export function partitionByRangeOperator(input: Operator, keys: readonly unknown[]): PartitionOperator {
  const call = new OperatorCall("PartitionByRange");
  const ordering = keysOf(keys, input, call).map((key) => ({ key, order: "ascending" as const }));
  return new PartitionOperator(input, { kind: "range", ordering, distribution: undefined }, call);
}

type Ranges = Extract<Partitioning, { kind: "range" }>;

/** Returns the same partitioning with other orders; throws INVALID_ARGUMENT unless there are as many as key parts. @internal */
export function withOrders({ input, partitioning }: PartitionOperator, orders: readonly unknown[]): PartitionOperator {
  const call = new OperatorCall("PartitionByRange");
  const ranges = partitioning as Ranges;
  if (orders.length !== ranges.ordering.length) {
    throw call.error({
      code: "INVALID_ARGUMENT",
      what: `withOrders has ${orders.length} orders for a key of ${ranges.ordering.length} parts`,
      expected: "one order for each part of the key",
    });
  }
  const ordering = ranges.ordering.map(({ key }, index) => ({ key, order: orderOf(orders[index], call) }));
  return new PartitionOperator(input, { ...ranges, ordering }, call);
}

/** Returns the same partitioning with given borders. @internal */
export function withDistribution(
  { input, partitioning }: PartitionOperator,
  distribution: DataDistribution,
): PartitionOperator {
  const call = new OperatorCall("PartitionByRange");
  if (typeof distribution?.boundary !== "function") {
    throw call.error({
      code: "INVALID_ARGUMENT",
      what: `The distribution is ${describe(distribution)}`,
      expected: "an object with a function boundary(partition, numPartitions)",
    });
  }
  return new PartitionOperator(input, { ...(partitioning as Ranges), distribution }, call);
}

/** Sorts by `earlier` first, then by the new key. @internal */
export function sortPartitionOperator(
  input: Operator,
  key: unknown,
  order: unknown,
  earlier: Ordering = [],
): SortPartitionOperator {
  const call = new OperatorCall("SortPartition");
  return new SortPartitionOperator(input, [...earlier, ...orderingOf(key, order, input, call)], call);
}

/** Orders by `earlier` first, then by the new key. @internal */
export function orderByOperator(
  input: Operator,
  key: unknown,
  order: unknown,
  earlier: Ordering = [],
): OrderByOperator {
  const call = new OperatorCall("OrderBy");
  return new OrderByOperator(input, [...earlier, ...orderingOf(key, order, input, call)], call);
}
