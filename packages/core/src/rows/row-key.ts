import { MillraceError } from "../errors/index.js";
import { type FieldPath, POSITION, parseFieldPath } from "../keys/field-path.js";
import { resolveField } from "../keys/resolve-field.js";
import type { Memory } from "../memory/index.js";
import type { AnyType } from "../types/type-information.js";
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
  /**
   * `field` for a field of the struct; `record` for the whole struct that it is to lie in, which no slot points to; `absent` for a field that
   * the layout does not have and that is null therefore.
   */
  readonly kind: "field" | "record" | "absent";
}

export interface KeyParent {
  readonly struct: StructLayout;
  readonly field: StructField;
}

/** Says what becomes of a key whose field the layout does not have. @public */
export interface AbsentKeyOptions {
  /**
   * `"null"` takes it for null, as undeclared records do: a row without the field is one in which it is absent. By default
   * it is UNKNOWN_FIELD.
   */
  readonly absentKeys?: "null" | undefined;
}

/**
 * Resolves key fields against a layout. `"*"` stands for the whole record, and `"user.*"` for the value at `user`. Throws UNKNOWN_FIELD
 * and INVALID_KEY.
 */
export function resolveKeys(layout: RowLayout, keys: readonly KeyField[], options: AbsentKeyOptions = {}): RowKey[] {
  if (keys.length === 0) throw invalidKey("A key has no fields", "at least one field");
  return keys.map((key) => resolveKey(layout, key, options));
}

function resolveKey(layout: RowLayout, key: KeyField, options: AbsentKeyOptions): RowKey {
  const path = parseFieldPath(key.path);
  const isDescending = key.order === "descending";
  let struct = structOfLayout(layout);
  if (struct.shape === "value") {
    resolveField(layout.type, path);
    const rest = path.segments.length === 0 ? undefined : path;
    return { path, isDescending, parents: [], struct, field: struct.fields[0]!, rest, kind: "field" };
  }
  if (path.segments.length === 0) return recordKey(path, isDescending, struct);
  if (options.absentKeys === "null" && isAbsent(layout.type as unknown as AnyType, path)) {
    return absentKey(path, isDescending, struct);
  }
  resolveField(layout.type, path);
  const parents: KeyParent[] = [];
  for (let depth = 0; ; depth++) {
    const field = struct.fields.find((f) => f.name === path.segments[depth])!;
    const isLast = depth === path.segments.length - 1;
    if (isLast || field.content.kind !== "struct") {
      const rest = isLast ? undefined : { ...path, segments: path.segments.slice(depth + 1) };
      return { path, isDescending, parents, struct, field, rest, kind: "field" };
    }
    parents.push({ struct, field });
    struct = field.content.struct;
  }
}

function recordKey(path: FieldPath, isDescending: boolean, struct: StructLayout): RowKey {
  const field: StructField = {
    name: "",
    index: 0,
    content: { kind: "struct", struct },
    type: struct.type,
    isNullable: false,
    isOptional: false,
  };
  return { path, isDescending, parents: [], struct, field, rest: undefined, kind: "record" };
}

const BOOLEAN: AnyType = { kind: "boolean", toString: () => "boolean" };

/** Returns a key that is null in every record of the layout. */
export function absentKey(path: FieldPath, isDescending: boolean, struct: StructLayout): RowKey {
  const field: StructField = {
    name: "",
    index: 0,
    content: { kind: "boolean" },
    type: BOOLEAN,
    isNullable: true,
    isOptional: false,
  };
  // A parent that may be null makes all code expect that there is no such struct.
  return { path, isDescending, parents: [{ struct, field }], struct, field, rest: undefined, kind: "absent" };
}

/**
 * Tells whether the path leads to a field that a row or tuple on it does not have. What goes on below a value without fields is no such path.
 */
function isAbsent(type: AnyType, path: FieldPath): boolean {
  let at = withoutNull(type);
  for (const name of path.segments) {
    let next: AnyType | undefined;
    switch (at.kind) {
      case "row":
        next = at.fields.find((field) => field.name === name)?.type;
        break;
      case "tuple":
        if (!POSITION.test(name)) return false;
        next = at.elements[Number(name)];
        break;
      case "variant":
        return name !== at.tag && at.cases.every((c) => c.type.fields.every((field) => field.name !== name));
      case "enum":
        // An enum of no values is the type of what was always null.
        return at.values.length === 0;
      default:
        return false;
    }
    if (next === undefined) return true;
    at = withoutNull(next);
  }
  return false;
}

function withoutNull(type: AnyType): AnyType {
  return type.kind === "nullable" || type.kind === "optional" ? withoutNull(type.inner) : type;
}

/** Is what {@link locate} returns when a part of the record around the key is null. */
export const NULL_PARENT = -1;

/** Returns the slot at which the struct with the key's field begins, in the record at `base`, or {@link NULL_PARENT}. */
export function locate(key: RowKey, memory: Memory, base: number): number {
  if (key.kind === "absent") return NULL_PARENT;
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

/** Tells whether the key is null in the struct at slot `base`, which {@link locate} returned. */
export function isKeyNull(key: RowKey, memory: Memory, base: number): boolean {
  return base === NULL_PARENT || (key.kind === "field" && isNullAt(key.field, memory, base));
}

/** Tells whether the key may be null: its own field, or a part of the record around it. */
export function canBeNull(slot: Slot): boolean {
  return slot.isNullable || slot.isOptional;
}

function invalidKey(what: string, expected: string): MillraceError {
  return new MillraceError({ code: "INVALID_KEY", what, expected });
}
