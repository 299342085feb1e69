/** coGroup and coGroupRaw: rules [O55] to [O57]. */
import type { CoGroupOperator, CoGroupRawOperator, Keys } from "@millrace/common-api";
import type { OperatorRun } from "../execution/operator-run.js";
import { forwardedOrRebalanced, type Partitions } from "../execution/partitions.js";
import { partitionedByKey } from "../keys/exchange.js";
import { groupsOf, type Keyed } from "../keys/key-of.js";
import { sorted } from "../keys/ordering.js";
import { singlePass } from "../subtask/single-pass.js";
import { Subtask, withUserCode } from "../subtask/subtask.js";

/**
 * Calls the function once per key of either input: keys of the left input in order of first appearance, then those that only
 * the right one has. A solution set contributes no keys of its own (B093).
 */
export function coGroup(run: OperatorRun<CoGroupOperator>): Partitions {
  const { operator } = run;
  const left = partitionedByKey(run, run.input, operator.leftKeys, operator.partitioner);
  const right = partitionedByKey(run, run.secondInput, operator.rightKeys, operator.partitioner);
  const hasLeftKeys = operator.left.kind !== "solutionSet";
  const hasRightKeys = operator.right.kind !== "solutionSet";
  return withUserCode(run, operator.function, (code, results, index) => {
    const subtask = new Subtask(run, index, new Map());
    const leftGroups = groupsOf(left[index] ?? []);
    const rightGroups = groupsOf(right[index] ?? []);
    const keys = new Set([...(hasLeftKeys ? leftGroups.keys() : []), ...(hasRightKeys ? rightGroups.keys() : [])]);
    for (const key of keys) {
      const leftRecords = sorted(recordsOf(leftGroups.get(key)), operator.leftOrder, operator.left, subtask);
      const rightRecords = sorted(recordsOf(rightGroups.get(key)), operator.rightOrder, operator.right, subtask);
      code.many(results, singlePass(leftRecords, run.job), singlePass(rightRecords, run.job));
    }
  });
}

/** Calls the function once per subtask, with both whole partitions. */
export function coGroupRaw(run: OperatorRun<CoGroupRawOperator>): Partitions {
  const left = wholePartitions(run, run.input, run.operator.leftKeys);
  const right = wholePartitions(run, run.secondInput, run.operator.rightKeys);
  return withUserCode(run, run.operator.function, (code, results, index) => {
    code.many(results, singlePass(left[index] ?? [], run.job), singlePass(right[index] ?? [], run.job));
  });
}

function wholePartitions(run: OperatorRun, input: Partitions, keys: Keys | undefined): Partitions {
  if (keys === undefined) return forwardedOrRebalanced(input, run.parallelism);
  return partitionedByKey(run, input, keys, undefined).map(recordsOf);
}

function recordsOf(keyed: readonly Keyed[] | undefined): unknown[] {
  return (keyed ?? []).map(({ record }) => record);
}
