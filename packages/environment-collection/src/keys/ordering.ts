import type { Ordering } from "@millrace/common-api";
import { compareValues } from "@millrace/core";
import type { Subtask } from "../subtask/subtask.js";
import { valueOfPart } from "./key-of.js";

/** Returns the records in order; those that are equal in it keep the order in which they came. */
export function sorted(records: readonly unknown[], ordering: Ordering, subtask: Subtask): readonly unknown[] {
  if (ordering.length === 0) return records;
  const parts = ordering.map((part) => valueOfPart(part.key, subtask));
  const decorated = records.map((record) => ({ record, values: parts.map((part) => part(record)) }));
  return decorated.sort((a, b) => compareByOrdering(a.values, b.values, ordering)).map(({ record }) => record);
}

/** Compares the values of two records that an ordering looks at. */
export function compareByOrdering(a: readonly unknown[], b: readonly unknown[], ordering: Ordering): number {
  for (const [index, { order }] of ordering.entries()) {
    const comparison = compareValues(a[index], b[index]);
    if (comparison !== 0) return order === "ascending" ? comparison : -comparison;
  }
  return 0;
}
