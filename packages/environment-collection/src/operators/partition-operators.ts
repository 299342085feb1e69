/** partition, sortPartition and orderBy: rules [O70] to [O75]. */
import type { DataDistribution, OrderByOperator, PartitionOperator, SortPartitionOperator } from "@millrace/common-api";
import type { OperatorRun } from "../execution/operator-run.js";
import { cutEvenly, emptyPartitions, gathered, type Partitions, rebalanced } from "../execution/partitions.js";
import { partitionedByKey } from "../keys/exchange.js";
import type { Keyed } from "../keys/key-of.js";
import { compareParts, type OrderedPart, orderedParts, sorted, valuesOf } from "../keys/ordering.js";
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
    for (const record of sorted(input[subtask.index] ?? [], run.operator.ordering, run.operator.input, subtask))
      results.push(record);
  });
}

/** Sorts everything and cuts it into partitions of nearly equal size. */
export function orderBy(run: OperatorRun<OrderByOperator>): Partitions {
  const subtask = new Subtask(run, 0, new Map());
  return cutEvenly(sorted(gathered(run.input), run.operator.ordering, run.operator.input, subtask), run.parallelism);
}

interface Ranged {
  readonly record: unknown;
  readonly values: readonly unknown[];
}

/** Puts each record into the first partition whose border is not before it; the last partition has no border. */
function partitionedByRange(
  run: OperatorRun<PartitionOperator>,
  range: Extract<Partitioning, { kind: "range" }>,
): Partitions {
  const subtask = new Subtask(run, 0, new Map());
  const parts = orderedParts(range.ordering, run.operator.input, subtask);
  const records = gathered(run.input).map((record) => ({ record, values: valuesOf(record, parts) }));
  const borders =
    range.distribution === undefined
      ? evenBorders(run.parallelism, records, parts)
      : givenBorders(run.parallelism, range.distribution, subtask);
  const result = emptyPartitions<unknown>(run.parallelism);
  for (const { record, values } of records) {
    const index = borders.findIndex((border) => compareParts(values, border, parts) <= 0);
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
function evenBorders(count: number, records: readonly Ranged[], parts: readonly OrderedPart[]): (readonly unknown[])[] {
  const inOrder = [...records].sort((a, b) => compareParts(a.values, b.values, parts));
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
