/** reduce, reduceGroup and combineGroup: rules [O30] to [O34]. */
import type { GroupCombineOperator, GroupReduceOperator, Operator, ReduceOperator } from "@millrace/common-api";
import type { OperatorRun } from "../execution/operator-run.js";
import type { Partitions } from "../execution/partitions.js";
import { partitionedByGrouping, withKeys } from "../keys/exchange.js";
import { groupsOf, type Keyed } from "../keys/key-of.js";
import { sorted } from "../keys/ordering.js";
import { singlePass } from "../subtask/single-pass.js";
import { Subtask, withUserCode } from "../subtask/subtask.js";

/** Folds each group to one record, from the first to the last. A group of one record is that record. */
export function reduce(run: OperatorRun<ReduceOperator>): Partitions {
  const input = groupedPartitions(run, run.operator.grouping);
  return withUserCode(run, run.operator.function, (code, results, index) => {
    for (const [first, ...others] of input[index] ?? []) {
      let result = first;
      for (const record of others) result = code.one(result, record);
      results.push(result);
    }
  });
}

/** Calls the function once per group. The combiner is never called: nothing here is sent anywhere. */
export function groupReduce(run: OperatorRun<GroupReduceOperator>): Partitions {
  const input = groupedPartitions(run, run.operator.grouping);
  return withUserCode(run, run.operator.function, (code, results, index) => {
    for (const group of input[index] ?? []) code.many(results, singlePass(group, run.job));
  });
}

/** Calls the function once per key of each partition, where the records lie. */
export function groupCombine(run: OperatorRun<GroupCombineOperator>): Partitions {
  const { grouping } = run.operator;
  const input = run.forwardedInput;
  const keyed =
    grouping.keys === undefined
      ? input.map((records) => records.map((record) => ({ key: null, record })))
      : withKeys(run, input, grouping.keys);
  return withUserCode(run, run.operator.function, (code, results, index) => {
    for (const group of orderedGroups(run, grouping, keyed[index] ?? [], index)) {
      code.many(results, singlePass(group, run.job));
    }
  });
}

type Grouped = ReduceOperator["grouping"];

/** Returns the groups of each partition of a grouped operator's input, in order of first appearance, each in its order. */
export function groupedPartitions(run: OperatorRun, grouping: Grouped): (readonly unknown[])[][] {
  const keyed = partitionedByGrouping(run, grouping);
  return keyed.map((records, index) => orderedGroups(run, grouping, records, index));
}

function orderedGroups(run: OperatorRun, grouping: Grouped, records: readonly Keyed[], index: number) {
  const subtask = new Subtask(run, index, new Map());
  return [...groupsOf(records).values()].map((group) =>
    sorted(
      group.map(({ record }) => record),
      grouping.order,
      run.operator.inputs[0] as Operator,
      subtask,
    ),
  );
}
