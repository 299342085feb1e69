/**
 * Puts keys that are whole rows or tuples in place of their fields, so that they are compared field by field where they lie, and nothing is
 * decoded. Rows are compared in the order of names, and one that lacks a field has a null there; tuples in the order of positions. Only what
 * cannot be known from types is left whole: a part that may be null, since a null row is less than one of nulls; tuples of
 * different lengths; a row that meets something else.
 */
import { inKeyOrder } from "../keys/resolve-field.js";
import { absentKey, canBeNull, type RowKey } from "./row-key.js";
import type { StructField, StructLayout } from "./struct-layout.js";

/** Returns keys of two sides, which correspond one by one, in a form that compares faster. */
export function matchKeys(keysA: readonly RowKey[], keysB: readonly RowKey[]): [RowKey[], RowKey[]] {
  const matched: [RowKey[], RowKey[]] = [[], []];
  keysA.forEach((keyA, i) => {
    addMatched(keyA, keysB[i]!, matched);
  });
  return matched;
}

function addMatched(keyA: RowKey, keyB: RowKey, matched: [RowKey[], RowKey[]]): void {
  const a = structOfKey(keyA);
  const b = structOfKey(keyB);
  if (a === undefined || b === undefined || a.shape !== b.shape) {
    matched[0].push(keyA);
    matched[1].push(keyB);
  } else if (a.shape === "tuple") {
    if (a.fields.length !== b.fields.length) {
      matched[0].push(keyA);
      matched[1].push(keyB);
      return;
    }
    a.fields.forEach((field, i) => {
      addMatched(childOf(keyA, a, field), childOf(keyB, b, b.fields[i]!), matched);
    });
  } else {
    for (const name of namesOf(a, b)) addMatched(childNamed(keyA, a, name), childNamed(keyB, b, name), matched);
  }
}

/** Returns the struct that a key stands for as a whole, when it is never null. */
function structOfKey(key: RowKey): StructLayout | undefined {
  if (key.kind === "absent" || key.rest !== undefined) return undefined;
  if (canBeNull(key.field) || key.parents.some(({ field }) => canBeNull(field))) return undefined;
  return key.field.content.kind === "struct" ? key.field.content.struct : undefined;
}

function namesOf(a: StructLayout, b: StructLayout): readonly string[] {
  const fields = [...a.fields, ...b.fields.filter(({ name }) => a.fields.every((field) => field.name !== name))];
  return inKeyOrder(a.type, fields).map(({ name }) => name);
}

function childNamed(key: RowKey, struct: StructLayout, name: string): RowKey {
  const field = struct.fields.find((each) => each.name === name);
  return field === undefined ? absentKey(key.path, key.isDescending, struct) : childOf(key, struct, field);
}

function childOf(key: RowKey, struct: StructLayout, field: StructField): RowKey {
  const parents = key.kind === "record" ? key.parents : [...key.parents, { struct: key.struct, field: key.field }];
  return { path: key.path, isDescending: key.isDescending, parents, struct, field, rest: undefined, kind: "field" };
}
