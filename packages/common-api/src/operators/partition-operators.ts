import type { Keys, Ordering, Partitioner } from "../keys/keys.js";
import { type Operator, type OperatorCommon, SingleInputOperator } from "./operator.js";

/**
 * Says where records go (B051-B054): round robin, by the partition hash of a key, by a user's function of a one-part key,
 * or by ranges of an order, whose borders are sampled unless they are given.
 * @public
 */
export type Partitioning =
  | { readonly kind: "rebalance" }
  | { readonly kind: "hash"; readonly keys: Keys }
  | { readonly kind: "custom"; readonly keys: Keys; readonly partitioner: Partitioner<unknown> }
  | { readonly kind: "range"; readonly ordering: Ordering; readonly distribution: DataDistribution | undefined };

/**
 * Gives the borders of range partitions: partition `i` of `n` holds the keys up to and including `boundary(i, n)`; the last has
 * no border. A boundary is as long as the key.
 * @public
 */
export interface DataDistribution {
  /** Returns the greatest key of a partition: an array as long as the key. */
  readonly boundary: (partition: number, numPartitions: number) => readonly unknown[];
}

/** Moves records to other partitions and changes nothing else. @public */
export class PartitionOperator extends SingleInputOperator {
  readonly kind = "partition";
  /** Says where records go. */
  readonly partitioning: Partitioning;

  constructor(input: Operator, partitioning: Partitioning, common: OperatorCommon) {
    super(input, common);
    this.partitioning = partitioning;
  }
}

/** Sorts each partition; stable (B055). @public */
export class SortPartitionOperator extends SingleInputOperator {
  readonly kind = "sortPartition";
  /** The order; never empty. */
  readonly ordering: Ordering;

  constructor(input: Operator, ordering: Ordering, common: OperatorCommon) {
    super(input, common);
    this.ordering = ordering;
  }
}

/** Sorts the whole input: every partition is sorted, and none has a record that belongs before one of an earlier partition. @public */
export class OrderByOperator extends SingleInputOperator {
  readonly kind = "orderBy";
  /** The order; never empty. */
  readonly ordering: Ordering;

  constructor(input: Operator, ordering: Ordering, common: OperatorCommon) {
    super(input, common);
    this.ordering = ordering;
  }
}
