/** Named aggregates: rules [O38] and [O39]. */

import type { KeyPart, NamedAggregate, SummarizeOperator } from "@millrace/common-api";
import { evaluateExpression, fieldValue, parseFieldPath } from "@millrace/core";
import type { OperatorRun } from "../execution/operator-run.js";
import type { Partitions } from "../execution/partitions.js";
import { partitionedByGrouping } from "../keys/exchange.js";
import { fieldOf, groupsOf, type Keyed } from "../keys/key-of.js";
import { orderedField } from "../keys/ordering.js";
import { perSubtask } from "../subtask/subtask.js";
import { aggregated } from "./aggregate-functions.js";
import { replaceField } from "./fields.js";

/** Makes one record of each group: its key, then the aggregates. Without keys there is always one, also of no records. */
export function summarize(run: OperatorRun<SummarizeOperator>): Partitions {
  const { grouping, aggregates, shape } = run.operator;
  const input = partitionedByGrouping(run, grouping);
  return perSubtask(run, (subtask, results) => {
    const groups = [...groupsOf(input[subtask.index] ?? []).values()];
    if (grouping.keys === undefined && groups.length === 0 && subtask.index === 0) groups.push([]);
    for (const group of groups) {
      const values = subtask.guarded(() => aggregates.map((each) => aggregateOf(each, group, run)));
      const keys = grouping.keys ?? [];
      const summary = shape === "tuple" ? asTuple(keys, group, values) : asRow(keys, group, aggregates, values);
      results.push(subtask.takenIn(summary));
    }
  });
}

function aggregateOf(
  { aggregate, argument, name }: NamedAggregate,
  group: readonly Keyed[],
  { operator, job }: OperatorRun<SummarizeOperator>,
): unknown {
  if (argument === undefined) return group.length;
  if (typeof argument !== "string") {
    return aggregated(
      aggregate,
      group.map(({ record }) => evaluateExpression(argument, record)),
      name,
    );
  }
  const path = parseFieldPath(argument);
  return aggregated(
    aggregate,
    group.map(({ record }) => fieldValue(record, path)),
    argument,
    orderedField(argument, operator.input, job).compare,
  );
}

function asTuple(keys: readonly KeyPart[], group: readonly Keyed[], values: readonly unknown[]): unknown[] {
  return [...keys.map((_, index) => keyValue(keys, index, group)), ...values];
}

/** Key fields keep their place in the shape of the record; any other key is named `key`, or is its own fields when it is a row. */
function asRow(
  keys: readonly KeyPart[],
  group: readonly Keyed[],
  aggregates: readonly NamedAggregate[],
  values: readonly unknown[],
): unknown {
  let row: unknown = {};
  keys.forEach((part, index) => {
    const value = keyValue(keys, index, group);
    const names = part.kind === "field" ? namesOf(part.path, group[0]?.record) : [];
    if (names.length > 0) row = replaceField(row, names, value);
    else if (part.kind === "expression") row = replaceField(row, [part.name ?? "key"], value);
    else row = isRow(value) ? { ...(row as object), ...value } : replaceField(row, ["key"], value);
  });
  return aggregates.reduce((result, { name }, index) => replaceField(result, [name], values[index]), row);
}

/** A field's value is that of the record; as part of the key it may have been turned into plain data. */
function keyValue(keys: readonly KeyPart[], index: number, group: readonly Keyed[]): unknown {
  const field = fieldOf(keys[index] as KeyPart);
  if (field !== undefined) return fieldValue(group[0]?.record, parseFieldPath(field));
  const key = group[0]?.key;
  return keys.length === 1 ? key : (key as readonly unknown[])[index];
}

/** Returns the names under which a key field stands in the result: a position of a tuple record becomes `f0`, `f1`, … */
function namesOf(path: string, record: unknown): readonly string[] {
  const [first, ...rest] = parseFieldPath(path).segments;
  if (first === undefined) return [];
  return [Array.isArray(record) ? `f${first}` : first, ...rest];
}

function isRow(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
