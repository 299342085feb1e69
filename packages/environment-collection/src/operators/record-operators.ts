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
import { perSubtask, type Subtask, withUserCode } from "../subtask/subtask.js";
import { UserCode } from "../subtask/user-code.js";

/** Is an operator over one record. */
export type RecordOperator = MapOperator | FlatMapOperator | FilterOperator | ProjectOperator | SelectOperator;

/** Is what one subtask of an operator over one record does. */
export interface RecordStep {
  /** The function; undefined for an operator over fields. */
  readonly code: UserCode | undefined;
  /** Gives what becomes of a record, as far as it is asked for. */
  readonly apply: (record: unknown) => Iterable<unknown>;
}

/** Replaces each record by what becomes of it. */
export function overRecords(run: OperatorRun<RecordOperator>): Partitions {
  const input = run.forwardedInput;
  return perSubtask(run, (subtask, results) => {
    const { code, apply } = recordStep(subtask, run.operator);
    const work = (): void => {
      for (const record of input[subtask.index] ?? []) {
        for (const result of apply(record)) results.push(result);
      }
    };
    if (code === undefined) work();
    else code.during(work);
  });
}

/** Makes what a subtask does with each record. */
export function recordStep(subtask: Subtask, operator: RecordOperator): RecordStep {
  switch (operator.kind) {
    case "map": {
      const code = new UserCode(subtask, operator.function);
      return { code, apply: (record) => [code.one(record)] };
    }
    case "flatMap": {
      const code = new UserCode(subtask, operator.function);
      return { code, apply: (record) => code.each(record) };
    }
    case "filter":
      return filterStep(subtask, operator.predicate);
    case "project": {
      const paths = operator.fields.map((field) => parseFieldPath(field));
      return overFields(subtask, (record) => [paths.map((path) => fieldValue(record, path))]);
    }
    case "select":
      return overFields(subtask, (record) => [
        Object.fromEntries(
          operator.columns.map(({ name, expression }) => [name, evaluateExpression(expression, record)]),
        ),
      ]);
  }
}

/** Keeps the records for which the predicate is true; an expression that is null is not true. */
function filterStep(subtask: Subtask, predicate: FilterOperator["predicate"]): RecordStep {
  if ("op" in predicate) {
    return overFields(subtask, (record) => (evaluateExpression(predicate, record) === true ? [record] : []));
  }
  const code = new UserCode(subtask, predicate);
  return { code, apply: (record) => (code.test(record) ? [record] : []) };
}

function overFields(subtask: Subtask, apply: RecordStep["apply"]): RecordStep {
  return { code: undefined, apply: (record) => subtask.guarded(() => apply(record)) };
}

/** Replaces each partition, an empty one too, by all that the function gives for it. */
export function mapPartition(run: OperatorRun<MapPartitionOperator>): Partitions {
  const input = run.forwardedInput;
  return withUserCode(run, run.operator.function, (code, results, index) => {
    code.many(results, singlePass(input[index] ?? [], run.job));
  });
}
