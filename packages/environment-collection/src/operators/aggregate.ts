/** Aggregation in place: rules [O35] to [O37]. */

import type { AggregateOperator } from "@millrace/common-api";
import { fieldValue, parseFieldPath } from "@millrace/core";
import type { OperatorRun } from "../execution/operator-run.js";
import type { Partitions } from "../execution/partitions.js";
import { orderedField } from "../keys/ordering.js";
import { perSubtask } from "../subtask/subtask.js";
import { aggregated } from "./aggregate-functions.js";
import { replaceField } from "./fields.js";
import { groupedPartitions } from "./reduce.js";

/** Makes one record of each group: the last one, with some fields replaced by an aggregate over the group. */
export function aggregate(run: OperatorRun<AggregateOperator>): Partitions {
  const input = groupedPartitions(run, run.operator.grouping);
  return perSubtask(run, (subtask, results) => {
    for (const group of input[subtask.index] ?? []) {
      results.push(subtask.takenIn(subtask.guarded(() => aggregatedRecord(group, run))));
    }
  });
}

function aggregatedRecord(group: readonly unknown[], { operator, job }: OperatorRun<AggregateOperator>): unknown {
  return operator.aggregations.reduce((record, { aggregation, field }) => {
    const path = parseFieldPath(field);
    const values = group.map((each) => fieldValue(each, path));
    const { compare } = orderedField(field, operator.input, job);
    return replaceField(record, path.segments, aggregated(aggregation, values, field, compare));
  }, group.at(-1));
}
