import { MillraceError } from "../errors/index.js";
import { type FieldPath, parseFieldPath } from "../keys/field-path.js";
import { resolveField } from "../keys/resolve-field.js";
import type { Memory } from "../memory/index.js";
import { NULLS_WORD } from "./row-format.js";
import { type RowLayout, structOfLayout } from "./row-layout.js";
import type { Slot, StructField, StructLayout } from "./struct-layout.js";

/** Is one field of a key, and which way it orders. @public */
export interface KeyField {
  /** A field path as users write it, or a position. */
  readonly path: string | number;
  /** `ascending` when left out. Nulls come first ascending and last descending. */
  readonly order?: "ascending" | "descending" | undefined;
}

/**
 * Is a key field resolved to where it lies in a row: through `parents`, one struct inside the other, to `slot`. When the
 * path goes on inside a value that is no struct (any, a variant), `rest` is the part of it that only a decoded value can
 * answer.
 */
export interface RowKey {
  readonly path: FieldPath;
  readonly isDescending: boolean;
  /** The fields through which the path goes, each with the struct that it stands in. */
  readonly parents: readonly KeyParent[];
  /** The struct that `field` stands in. */
  readonly struct: StructLayout;
  /** The field that holds the key. */
  readonly field: StructField;
  readonly rest: FieldPath | undefined;
}

export interface KeyParent {
  readonly struct: StructLayout;
  readonly field: StructField;
}

/**
 * Resolves key fields against a layout. `"*"` stands for the value of a layout whose records are no rows or tuples; the
 * fields of others are named one by one (see `flatFields`). Throws UNKNOWN_FIELD and INVALID_KEY.
 */
export function resolveKeys(layout: RowLayout, keys: readonly KeyField[]): RowKey[] {
  if (keys.length === 0) throw invalidKey("A key has no fields", "at least one field");
  return keys.map((key) => resolveKey(layout, key));
}

function resolveKey(layout: RowLayout, key: KeyField): RowKey {
  const path = parseFieldPath(key.path);
  const isDescending = key.order === "descending";
  let struct = structOfLayout(layout);
  if (struct.shape === "value") {
    resolveField(layout.type, path);
    const rest = path.segments.length === 0 ? undefined : path;
    return { path, isDescending, parents: [], struct, field: struct.fields[0]!, rest };
  }
  if (path.isWildcard) {
    throw invalidKey(`The key ${JSON.stringify(path.text)} is a composite`, "its fields, one key field each");
  }
  resolveField(layout.type, path);
  const parents: KeyParent[] = [];
  for (let depth = 0; ; depth++) {
    const field = struct.fields.find((f) => f.name === path.segments[depth])!;
    const isLast = depth === path.segments.length - 1;
    if (isLast || field.content.kind !== "struct") {
      const rest = isLast ? undefined : { ...path, segments: path.segments.slice(depth + 1) };
      return { path, isDescending, parents, struct, field, rest };
    }
    parents.push({ struct, field });
    struct = field.content.struct;
  }
}

/** Is what {@link locate} returns when a part of the record around the key is null. */
export const NULL_PARENT = -1;

/** Returns the slot at which the struct with the key's field begins, in the record at `base`, or {@link NULL_PARENT}. */
export function locate(key: RowKey, memory: Memory, base: number): number {
  for (const { struct, field } of key.parents) {
    if (isNullAt(field, memory, base)) return NULL_PARENT;
    base += memory.i32[(base + struct.headerSlots + field.index) * 2]! >> 3;
  }
  return base;
}

/** Tells whether the field has no value in the struct at slot `base`. */
export function isNullAt(field: StructField, memory: Memory, base: number): boolean {
  return (memory.i32[base * 2 + NULLS_WORD + (field.index >> 5)]! & (1 << (field.index & 31))) !== 0;
}

/** Tells whether the key may be null: its own field, or a part of the record around it. */
export function canBeNull(slot: Slot): boolean {
  return slot.isNullable || slot.isOptional;
}

function invalidKey(what: string, expected: string): MillraceError {
  return new MillraceError({ code: "INVALID_KEY", what, expected });
}
