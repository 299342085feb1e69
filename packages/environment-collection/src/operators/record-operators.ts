/** map, flatMap, mapPartition, filter, project and select: rules [O20] to [O27]. */

import type {
  FilterOperator,
  FlatMapOperator,
  MapOperator,
  MapPartitionOperator,
  ProjectOperator,
  SelectOperator,
} from "@millrace/common-api";
import { evaluateExpression, fieldValue, parseFieldPath } from "@millrace/core";
import type { OperatorRun } from "../execution/operator-run.js";
import type { Partitions } from "../execution/partitions.js";
import { singlePass } from "../subtask/single-pass.js";
import { perSubtask, withUserCode } from "../subtask/subtask.js";

/** Replaces each record by the result of the function. */
export function map(run: OperatorRun<MapOperator>): Partitions {
  const input = run.forwardedInput;
  return withUserCode(run, run.operator.function, (code, results, index) => {
    for (const record of input[index] ?? []) results.push(code.one(record));
  });
}

/** Replaces each record by all that the function gives for it. */
export function flatMap(run: OperatorRun<FlatMapOperator>): Partitions {
  const input = run.forwardedInput;
  return withUserCode(run, run.operator.function, (code, results, index) => {
    for (const record of input[index] ?? []) code.many(results, record);
  });
}

/** Replaces each partition, an empty one too, by all that the function gives for it. */
export function mapPartition(run: OperatorRun<MapPartitionOperator>): Partitions {
  const input = run.forwardedInput;
  return withUserCode(run, run.operator.function, (code, results, index) => {
    code.many(results, singlePass(input[index] ?? [], run.job));
  });
}

/** Keeps the records for which the predicate is true; an expression that is null is not true. */
export function filter(run: OperatorRun<FilterOperator>): Partitions {
  const input = run.forwardedInput;
  const { predicate } = run.operator;
  if ("op" in predicate) {
    return perSubtask(run, (subtask, results) => {
      for (const record of input[subtask.index] ?? []) {
        if (subtask.guarded(() => evaluateExpression(predicate, record)) === true) results.push(record);
      }
    });
  }
  return withUserCode(run, predicate, (code, results, index) => {
    for (const record of input[index] ?? []) {
      if (code.test(record)) results.push(record);
    }
  });
}

/** Makes a tuple of some fields of each record. */
export function project(run: OperatorRun<ProjectOperator>): Partitions {
  const input = run.forwardedInput;
  const paths = run.operator.fields.map((field) => parseFieldPath(field));
  return perSubtask(run, (subtask, results) => {
    for (const record of input[subtask.index] ?? []) {
      results.push(subtask.guarded(() => paths.map((path) => fieldValue(record, path))));
    }
  });
}

/** Makes a row of the values of expressions over each record. */
export function select(run: OperatorRun<SelectOperator>): Partitions {
  const input = run.forwardedInput;
  const { columns } = run.operator;
  return perSubtask(run, (subtask, results) => {
    for (const record of input[subtask.index] ?? []) {
      const row = subtask.guarded(() =>
        Object.fromEntries(columns.map(({ name, expression }) => [name, evaluateExpression(expression, record)])),
      );
      results.push(row);
    }
  });
}
