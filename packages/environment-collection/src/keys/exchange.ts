/** Moves records between partitions by their keys. */

import type { GroupingSpec, Keys, Partitioner } from "@millrace/common-api";
import { partitionHash, partitionOf } from "@millrace/core";
import type { OperatorRun } from "../execution/operator-run.js";
import { emptyPartitions, gathered, type Partitions } from "../execution/partitions.js";
import { Subtask } from "../subtask/subtask.js";
import { UserCode } from "../subtask/user-code.js";
import { type Keyed, keyOf } from "./key-of.js";

/**
 * Brings records of equal keys into one of `run.parallelism` partitions: by the user's partitioner, else by the partition
 * hash. Within a partition, records come in the order of the partitions that they were in.
 */
export function partitionedByKey(
  run: OperatorRun,
  input: Partitions,
  keys: Keys,
  partitioner: Partitioner<unknown> | undefined,
): Keyed[][] {
  const result = emptyPartitions<Keyed>(run.parallelism);
  input.forEach((records, index) => {
    const subtask = new Subtask(run, index, new Map());
    const key = keyOf(keys, subtask);
    const target = partitioner === undefined ? byHash : byPartitioner(partitioner, subtask);
    for (const record of records) {
      const keyed = { key: key(record), record };
      result[target(keyed, run.parallelism)]?.push(keyed);
    }
  });
  return result;
}

/** Brings the input of a grouped operator where its groups are: by key, or into one partition when there is none. */
export function partitionedByGrouping(run: OperatorRun, grouping: GroupingSpec): Keyed[][] {
  if (grouping.keys !== undefined) return partitionedByKey(run, run.input, grouping.keys, grouping.partitioner);
  const result = emptyPartitions<Keyed>(run.parallelism);
  result[0] = gathered(run.input).map((record) => ({ key: null, record }));
  return result;
}

/** Gives each record of each partition its key, where it lies. */
export function withKeys(run: OperatorRun, input: Partitions, keys: Keys): Keyed[][] {
  return input.map((records, index) => {
    const key = keyOf(keys, new Subtask(run, index, new Map()));
    return records.map((record) => ({ key: key(record), record }));
  });
}

type Target = (keyed: Keyed, numPartitions: number) => number;

const byHash: Target = ({ key }, numPartitions) =>
  numPartitions === 1 ? 0 : partitionOf(partitionHash(key), numPartitions);

function byPartitioner(partitioner: Partitioner<unknown>, subtask: Subtask): Target {
  const code = new UserCode(subtask, { target: partitioner, method: "partition" });
  return ({ key, record }, numPartitions) => code.partition(key, record, numPartitions);
}
