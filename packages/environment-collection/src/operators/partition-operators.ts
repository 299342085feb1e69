/** partition, sortPartition and orderBy: rules [O70] to [O75]. */
import type {
  DataDistribution,
  OrderByOperator,
  Ordering,
  PartitionOperator,
  SortPartitionOperator,
} from "@millrace/common-api";
import type { OperatorRun } from "../execution/operator-run.js";
import { cutEvenly, emptyPartitions, gathered, type Partitions, rebalanced } from "../execution/partitions.js";
import { partitionedByKey } from "../keys/exchange.js";
import { type Keyed, valueOfPart } from "../keys/key-of.js";
import { compareByOrdering, sorted } from "../keys/ordering.js";
import { perSubtask, Subtask } from "../subtask/subtask.js";
import { UserCode } from "../subtask/user-code.js";

type Partitioning = PartitionOperator["partitioning"];

/** Moves records to other partitions. */
export function partition(run: OperatorRun<PartitionOperator>): Partitions {
  const { partitioning } = run.operator;
  switch (partitioning.kind) {
    case "rebalance":
      return rebalanced(run.input, run.parallelism);
    case "hash":
      return recordsOf(partitionedByKey(run, run.input, partitioning.keys, undefined));
    case "custom":
      return recordsOf(partitionedByKey(run, run.input, partitioning.keys, partitioning.partitioner));
    case "range":
      return partitionedByRange(run, partitioning);
  }
}

/** Sorts each partition. */
export function sortPartition(run: OperatorRun<SortPartitionOperator>): Partitions {
  const input = run.forwardedInput;
  return perSubtask(run, (subtask, results) => {
    for (const record of sorted(input[subtask.index] ?? [], run.operator.ordering, subtask)) results.push(record);
  });
}

/** Sorts everything and cuts it into partitions of nearly equal size. */
export function orderBy(run: OperatorRun<OrderByOperator>): Partitions {
  const subtask = new Subtask(run, 0, new Map());
  return cutEvenly(sorted(gathered(run.input), run.operator.ordering, subtask), run.parallelism);
}

interface Ranged {
  readonly record: unknown;
  readonly values: readonly unknown[];
}

/** Puts each record into the first partition whose border is not before it; the last partition has no border. */
function partitionedByRange(run: OperatorRun, range: Extract<Partitioning, { kind: "range" }>): Partitions {
  const subtask = new Subtask(run, 0, new Map());
  const parts = range.ordering.map((part) => valueOfPart(part.key, subtask));
  const records = gathered(run.input).map((record) => ({ record, values: parts.map((part) => part(record)) }));
  const borders =
    range.distribution === undefined
      ? evenBorders(run.parallelism, records, range.ordering)
      : givenBorders(run.parallelism, range.distribution, subtask);
  const result = emptyPartitions<unknown>(run.parallelism);
  for (const { record, values } of records) {
    const index = borders.findIndex((border) => compareByOrdering(values, border, range.ordering) <= 0);
    result[index < 0 ? run.parallelism - 1 : index]?.push(record);
  }
  return result;
}

/** Asks the user's distribution for the borders of all partitions but the last. */
function givenBorders(count: number, distribution: DataDistribution, subtask: Subtask): (readonly unknown[])[] {
  const code = new UserCode(subtask, { target: distribution, method: "boundary" });
  return Array.from({ length: count - 1 }, (_, index) => code.boundary(index, count));
}

/** Returns the borders that cut the records evenly. */
function evenBorders(count: number, records: readonly Ranged[], ordering: Ordering): (readonly unknown[])[] {
  const inOrder = [...records].sort((a, b) => compareByOrdering(a.values, b.values, ordering));
  const pieces = cutEvenly(inOrder, count).slice(0, -1);
  // Pieces are empty only when there are fewer records than partitions, and then only at the end.
  return pieces.flatMap((piece) => {
    const last = piece.at(-1);
    return last === undefined ? [] : [last.values];
  });
}

function recordsOf(partitions: readonly (readonly Keyed[])[]): Partitions {
  return partitions.map((records) => records.map(({ record }) => record));
}
