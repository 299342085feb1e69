/**
 * Merges what records have shown of their type. Merging goes up a lattice of bounded height: a field becomes optional, then
 * nullable, an int32 a float64, a tuple an array, and what has no other common type `any`; nothing goes back. So the
 * number of layouts of a stream is bounded however irregular its records are.
 */
import { typeBuilders as types } from "../types/type-builders.js";
import type { AnyType, RowField, RowType } from "../types/type-information.js";
import { rowTypeOf } from "../types/type-json.js";

/** How deep discovered rows, arrays and maps nest before a part is `any`; it ends the types of trees and lists. */
export const MAX_DISCOVERED_DEPTH = 8;

/** The most fields of a discovered row; a wider one is a dictionary, and `any`. */
export const MAX_DISCOVERED_FIELDS = 512;

/**
 * Is the type of what was never seen: elements of empty arrays, fields that were always null. A closed list of no strings
 * has no value, so that the first value there makes the layout evolve.
 */
export const UNSEEN: AnyType = { kind: "enum", values: [], toString: () => "enum<>" };

/** Returns a type that has all values of both. `onGrowth` decides whether a row may take on the fields of another. */
export function mergeTypes(a: AnyType, b: AnyType, onGrowth: GrowthCheck = allowGrowth, path = ""): AnyType {
  const left = unwrap(a);
  const right = unwrap(b);
  const merged = mergePresent(left.type, right.type, onGrowth, path);
  return wrap(merged, left.isNullable || right.isNullable, left.isOptional || right.isOptional);
}

/** Tells whether the row at `path` may get more fields; otherwise it becomes `any`. */
export type GrowthCheck = (path: string) => boolean;

const allowGrowth: GrowthCheck = () => true;

/** Returns a type that has all values of all of `all`; of no types, one without values. */
export function mergeAll(all: readonly AnyType[]): AnyType {
  return all.reduce((merged, type) => mergeTypes(merged, type), UNSEEN);
}

function isUnseen(type: AnyType): boolean {
  return type.kind === "enum" && type.values.length === 0;
}

function mergePresent(a: AnyType, b: AnyType, onGrowth: GrowthCheck, path: string): AnyType {
  if (isUnseen(a)) return b;
  if (isUnseen(b)) return a;
  if (a.kind === "row" && b.kind === "row") return mergeRows(a, b, onGrowth, path);
  if (a.kind === "map" && b.kind === "map") {
    const key = mergeTypes(a.key, b.key, onGrowth, `${path}.key`);
    return types.map(key, mergeTypes(a.value, b.value, onGrowth, `${path}.value`)) as unknown as AnyType;
  }
  if (a.kind === "tuple" && b.kind === "tuple" && a.elements.length === b.elements.length) {
    const elements = a.elements.map((element, i) => mergeTypes(element, b.elements[i]!, onGrowth, `${path}.${i}`));
    return types.tuple(...elements) as unknown as AnyType;
  }
  if ((a.kind === "tuple" || a.kind === "array") && (b.kind === "tuple" || b.kind === "array")) {
    const elements = [...elementsOf(a), ...elementsOf(b)];
    const element = elements.reduce((merged, type) => mergeTypes(merged, type, onGrowth, `${path}.[]`), UNSEEN);
    return types.array(element) as unknown as AnyType;
  }
  if (a.kind === "custom" && b.kind === "custom") return a.name === b.name ? a : (types.any as AnyType);
  if (a.kind === b.kind) return a;
  const areNumbers = [a, b].every((type) => type.kind === "int32" || type.kind === "float64");
  return (areNumbers ? types.float64 : types.any) as AnyType;
}

function elementsOf(type: AnyType): readonly AnyType[] {
  if (type.kind === "tuple") return type.elements;
  return type.kind === "array" ? [type.element] : [];
}

function mergeRows(a: RowType, b: RowType, onGrowth: GrowthCheck, path: string): AnyType {
  const known = new Map(a.fields.map((field) => [field.name, field.type]));
  const added = b.fields.filter((field) => !known.has(field.name));
  if (known.size + added.length > MAX_DISCOVERED_FIELDS) return types.any as AnyType;
  if (added.length > 0 && !onGrowth(path)) return types.any as AnyType;
  const others = new Map(b.fields.map((field) => [field.name, field.type]));
  const fields: RowField[] = a.fields.map(({ name, type }) => {
    const other = others.get(name);
    return { name, type: other === undefined ? optional(type) : mergeTypes(type, other, onGrowth, `${path}.${name}`) };
  });
  for (const { name, type } of added) fields.push({ name, type: optional(type) });
  return rowTypeOf(fields);
}

function optional(type: AnyType): AnyType {
  return type.kind === "optional" ? type : (types.optional(type) as unknown as AnyType);
}

interface Unwrapped {
  readonly type: AnyType;
  readonly isNullable: boolean;
  readonly isOptional: boolean;
}

function unwrap(type: AnyType): Unwrapped {
  let isNullable = false;
  let isOptional = false;
  while (type.kind === "nullable" || type.kind === "optional") {
    if (type.kind === "nullable") isNullable = true;
    else isOptional = true;
    type = type.inner;
  }
  return { type, isNullable, isOptional };
}

function wrap(type: AnyType, isNullable: boolean, isOptional: boolean): AnyType {
  // A null is a value of any as it is.
  const inner = isNullable && type.kind !== "any" ? (types.nullable(type) as unknown as AnyType) : type;
  return isOptional ? optional(inner) : inner;
}
