/** Operators that keep some records as they are: minBy and maxBy, distinct, first: rules [O40] to [O43]. */
import type { DistinctOperator, FirstOperator, SelectByOperator } from "@millrace/common-api";
import type { OperatorRun } from "../execution/operator-run.js";
import type { Partitions } from "../execution/partitions.js";
import { partitionedByKey } from "../keys/exchange.js";
import { groupsOf, type Keyed } from "../keys/key-of.js";
import { compareParts, type OrderedPart, orderedField, valuesOf } from "../keys/ordering.js";
import { perSubtask } from "../subtask/subtask.js";
import { groupedPartitions } from "./reduce.js";

/** Keeps the least or greatest record of each group, the first of equals. */
export function selectBy(run: OperatorRun<SelectByOperator>): Partitions {
  const input = groupedPartitions(run, run.operator.grouping);
  const { extreme, fields, input: inputOperator } = run.operator;
  return perSubtask(run, (subtask, results) => {
    const parts = subtask.guarded(() =>
      fields.map((each) => nullsLosing(orderedField(each, inputOperator, run.job), extreme)),
    );
    const better = (record: unknown, best: unknown): unknown =>
      compareParts(valuesOf(record, parts), valuesOf(best, parts), parts) < 0 ? record : best;
    for (const [first, ...others] of input[subtask.index] ?? []) {
      results.push(others.reduce((best, record) => subtask.guarded(() => better(record, best)), first));
    }
  });
}

/** Orders so that what is wanted comes first: a null loses against every value, as it is left out of `min` and `max`. */
function nullsLosing({ value, compare }: OrderedPart, extreme: "min" | "max"): OrderedPart {
  return {
    value,
    compare: (a, b) => {
      if (a === null || b === null) return Number(a === null) - Number(b === null);
      return extreme === "min" ? compare(a, b) : compare(b, a);
    },
  };
}

/** Keeps the first record of each key. */
export function distinct(run: OperatorRun<DistinctOperator>): Partitions {
  const input = partitionedByKey(run, run.input, run.operator.keys, undefined);
  return perSubtask(run, (subtask, results) => {
    for (const group of groupsOf(input[subtask.index] ?? []).values()) results.push((group[0] as Keyed).record);
  });
}

/** Keeps the first records of the input in the order of its partitions, or of each group in its order. */
export function first(run: OperatorRun<FirstOperator>): Partitions {
  const input = groupedPartitions(run, run.operator.grouping);
  return perSubtask(run, (subtask, results) => {
    for (const group of input[subtask.index] ?? []) {
      for (const record of group.slice(0, run.operator.count)) results.push(record);
    }
  });
}
