/** Aggregation in place: rules [O35] to [O37]. */

import type { AggregateOperator, FieldAggregation } from "@millrace/common-api";
import { fieldValue, parseFieldPath } from "@millrace/core";
import type { OperatorRun } from "../execution/operator-run.js";
import type { Partitions } from "../execution/partitions.js";
import { perSubtask } from "../subtask/subtask.js";
import { aggregated } from "./aggregate-functions.js";
import { replaceField } from "./fields.js";
import { groupedPartitions } from "./reduce.js";

/** Makes one record of each group: the last one, with some fields replaced by an aggregate over the group. */
export function aggregate(run: OperatorRun<AggregateOperator>): Partitions {
  const input = groupedPartitions(run, run.operator.grouping);
  return perSubtask(run, (subtask, results) => {
    for (const group of input[subtask.index] ?? []) {
      results.push(subtask.takenIn(subtask.guarded(() => aggregatedRecord(group, run.operator.aggregations))));
    }
  });
}

function aggregatedRecord(group: readonly unknown[], aggregations: readonly FieldAggregation[]): unknown {
  return aggregations.reduce((record, { aggregation, field }) => {
    const path = parseFieldPath(field);
    const values = group.map((each) => fieldValue(each, path));
    return replaceField(record, path.segments, aggregated(aggregation, values, field));
  }, group.at(-1));
}
