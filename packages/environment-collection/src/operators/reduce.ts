/** reduce, reduceGroup and combineGroup: rules [O30] to [O34] and [O46]. */
import type { GroupCombineOperator, GroupReduceOperator, Operator, ReduceOperator } from "@millrace/common-api";
import { changedKey, isMillraceError, keyText } from "@millrace/core";
import type { OperatorRun } from "../execution/operator-run.js";
import type { Partitions } from "../execution/partitions.js";
import { partitionedByGrouping, withKeys } from "../keys/exchange.js";
import { fieldOf, groupsOf, type Keyed, type KeyOf, valueOfPart } from "../keys/key-of.js";
import { sorted } from "../keys/ordering.js";
import { singlePass } from "../subtask/single-pass.js";
import { Subtask, withUserCode } from "../subtask/subtask.js";

/** Folds each group to one record, from the first to the last. A group of one record is that record. */
export function reduce(run: OperatorRun<ReduceOperator>): Partitions {
  const input = groupedPartitions(run, run.operator.grouping);
  return withUserCode(run, run.operator.function, (code, results, index) => {
    const key = new KeptKey(run, index);
    for (const [first, ...others] of input[index] ?? []) {
      let result = first;
      for (const record of others) {
        result = code.one(result, record);
        key.check(first, result);
      }
      results.push(result);
    }
  });
}

/** Holds that what a reduce returns has the key of its group, in those parts of the key that are fields (rule [O46]). */
class KeptKey {
  readonly #subtask: Subtask;
  readonly #fields: string[] = [];
  readonly #values: KeyOf[] = [];

  constructor(run: OperatorRun<ReduceOperator>, index: number) {
    this.#subtask = new Subtask(run, index, new Map());
    for (const part of run.operator.grouping.keys ?? []) {
      const field = fieldOf(part);
      if (field === undefined) continue;
      this.#fields.push(field);
      this.#values.push(valueOfPart(part, this.#subtask));
    }
  }

  /** Throws INVALID_RESULT when a result has another key than a record of its group. */
  check(record: unknown, result: unknown): void {
    const key = this.#values.map((part) => part(record));
    this.#subtask.guarded(() => {
      if (!this.#hasKey(result, key)) throw changedKey(this.#fields, key, result);
    });
  }

  /** Whether a result has a key; what is no record, or one of another kind, has none. */
  #hasKey(result: unknown, key: readonly unknown[]): boolean {
    try {
      return this.#values.every((part, i) => keyText(part(result)) === keyText(key[i]));
    } catch (error) {
      if (isMillraceError(error) && error.code === "UNKNOWN_FIELD") return false;
      throw error;
    }
  }
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
