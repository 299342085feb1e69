/**
 * What the key of a record is. A key of one part is the value of that part; a key of several is the array of their values, so
 * that a selector which returns a tuple matches several fields (B041).
 */

import type { KeyPart, Keys } from "@millrace/common-api";
import { evaluateExpression, fieldValue, keyText, parseFieldPath } from "@millrace/core";
import type { Subtask } from "../subtask/subtask.js";
import { UserCode } from "../subtask/user-code.js";

/** Returns the key of a record. */
export type KeyOf = (record: unknown) => unknown;

/** Is a record with its key. */
export interface Keyed {
  readonly key: unknown;
  readonly record: unknown;
}

/** Makes the function that finds keys in one subtask; selectors get objects of their own. */
export function keyOf(keys: Keys, subtask: Subtask): KeyOf {
  const parts = keys.map((part) => valueOfPart(part, subtask));
  const [first] = parts;
  return parts.length === 1 && first !== undefined ? first : (record) => parts.map((part) => part(record));
}

/** Returns the path of a part that is a field, or an expression that is a column; undefined for any other part. */
export function fieldOf(part: KeyPart): string | undefined {
  if (part.kind === "field") return part.path;
  return part.kind === "expression" && part.expression.op === "column" ? part.expression.path : undefined;
}

/** Makes the function that finds the value of one part of a key or an order. */
export function valueOfPart(part: KeyPart, subtask: Subtask): KeyOf {
  const field = fieldOf(part);
  if (field !== undefined) {
    const path = parseFieldPath(field);
    const { copies } = subtask.run.job;
    return (record) => subtask.guarded(() => copies.plainKey(fieldValue(record, path)));
  }
  if (part.kind === "selector") {
    const selector = new UserCode(subtask, part.function);
    return (record) => selector.key(record);
  }
  const { expression } = part as Extract<KeyPart, { kind: "expression" }>;
  return (record) => subtask.guarded(() => evaluateExpression(expression, record));
}

/**
 * Tells whether a part of a key is null: such a key matches nothing in a join. The parts of a key that is a tuple are its
 * elements.
 */
export function hasNullPart(key: unknown): boolean {
  return key === null || (Array.isArray(key) && key.some((part) => part === null));
}

/** Puts records with equal keys together: groups in order of first appearance, records in order of arrival. */
export function groupsOf(records: readonly Keyed[]): Map<string, Keyed[]> {
  const groups = new Map<string, Keyed[]>();
  for (const keyed of records) {
    const text = keyText(keyed.key);
    const group = groups.get(text);
    if (group === undefined) groups.set(text, [keyed]);
    else group.push(keyed);
  }
  return groups;
}
