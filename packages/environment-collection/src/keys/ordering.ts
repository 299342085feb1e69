import type { KeyPart, Operator, Ordering } from "@millrace/common-api";
import { compareTyped, compareValues, fieldValue, parseFieldPath, resolveField } from "@millrace/core";
import type { JobAttempt } from "../execution/job-attempt.js";
import type { Subtask } from "../subtask/subtask.js";
import { fieldOf, type KeyOf, valueOfPart } from "./key-of.js";

/** Compares two values: negative when the first comes first. */
export type Compare = (a: unknown, b: unknown) => number;

/** Is one part of an order in one subtask. */
export interface OrderedPart {
  readonly value: KeyOf;
  readonly compare: Compare;
}

/** Returns the parts of an order over the records of `input`. */
export function orderedParts(ordering: Ordering, input: Operator, subtask: Subtask): readonly OrderedPart[] {
  return ordering.map(({ key, order }) => {
    const { value, compare } = ascendingPart(key, input, subtask);
    return { value, compare: order === "ascending" ? compare : (a, b) => -compare(a, b) };
  });
}

function ascendingPart(key: KeyPart, input: Operator, subtask: Subtask): OrderedPart {
  const field = fieldOf(key);
  if (field !== undefined) {
    const { value, compare } = subtask.guarded(() => orderedField(field, input, subtask.run.job));
    return { value: (record) => subtask.guarded(() => value(record)), compare };
  }
  return { value: valueOfPart(key, subtask), compare: compareValues };
}

/** Returns a field of the records of `input` as something to order by: as its declared type says, if there is one. */
export function orderedField(field: string, input: Operator, { copies, recordTypes }: JobAttempt): OrderedPart {
  const path = parseFieldPath(field);
  const type = recordTypes.get(input);
  if (type === undefined)
    return { value: (record) => copies.plainKey(fieldValue(record, path)), compare: compareValues };
  const fieldType = resolveField(type, path).type;
  return { value: (record) => fieldValue(record, path), compare: (a, b) => compareTyped(fieldType, a, b) };
}

/** Returns the records of `input` in order; those that are equal in it keep the order in which they came. */
export function sorted(
  records: readonly unknown[],
  ordering: Ordering,
  input: Operator,
  subtask: Subtask,
): readonly unknown[] {
  if (ordering.length === 0) return records;
  const parts = orderedParts(ordering, input, subtask);
  const decorated = records.map((record) => ({ record, values: valuesOf(record, parts) }));
  return decorated.sort((a, b) => compareParts(a.values, b.values, parts)).map(({ record }) => record);
}

/** Returns what an order looks at in a record. */
export function valuesOf(record: unknown, parts: readonly OrderedPart[]): readonly unknown[] {
  return parts.map((part) => part.value(record));
}

/** Compares what an order looks at in two records. */
export function compareParts(a: readonly unknown[], b: readonly unknown[], parts: readonly OrderedPart[]): number {
  for (const [index, { compare }] of parts.entries()) {
    const comparison = compare(a[index], b[index]);
    if (comparison !== 0) return comparison;
  }
  return 0;
}
