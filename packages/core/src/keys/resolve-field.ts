import { MillraceError } from "../errors/index.js";
import type { AnyType, RowField, TypeInformation, VariantType } from "../types/type-information.js";
import { type FieldPath, fieldPathText, POSITION } from "./field-path.js";
import { nearNames } from "./near-names.js";

/** Is what a field path leads to in a type. @public */
export interface ResolvedField {
  /** The names from the outside in. */
  readonly segments: readonly string[];
  /** The type there, without the question whether it may be null. */
  readonly type: TypeInformation<unknown>;
  /** Whether the value may be null: it, or a part of the record around it, is nullable or may be absent. */
  readonly isNullable: boolean;
}

/**
 * Finds what `path` leads to in records of `type`. Below a part of type `any` every name leads to an `any` that may be
 * null, and below an array every position to an element that may be. Throws UNKNOWN_FIELD, with near names and the available ones, when the type has no such field.
 * @public
 */
export function resolveField(type: TypeInformation<unknown>, path: FieldPath): ResolvedField {
  let at = step(type as AnyType, false);
  path.segments.forEach((name, depth) => {
    const field = childOf(at.type, name);
    if (field === undefined) throw unknownField(type, at.type, path, depth);
    at = step(field.type, at.isNullable || ["any", "variant", "array"].includes(at.type.kind));
  });
  return { segments: path.segments, type: at.type, isNullable: at.isNullable };
}

/**
 * Finds what `path` leads to in records of a layout that was found out from some of them: others may have fields that these lack. Returns
 * undefined where a row or tuple on the way lacks the field, which is null then. Throws UNKNOWN_FIELD where the path goes on below
 * what can have no fields.
 * @public
 */
export function resolveFieldIfAny(type: TypeInformation<unknown>, path: FieldPath): ResolvedField | undefined {
  let at = step(type as AnyType, false);
  for (const [depth, name] of path.segments.entries()) {
    const field = childOf(at.type, name);
    if (field === undefined) {
      if (canLackField(at.type, name)) return undefined;
      throw unknownField(type, at.type, path, depth);
    }
    at = step(field.type, at.isNullable || ["any", "variant", "array"].includes(at.type.kind));
  }
  return { segments: path.segments, type: at.type, isNullable: at.isNullable };
}

/** Tells whether a value of a type may have the field in other records. An enum of no values is the type of what is always null. */
function canLackField(type: AnyType, name: string): boolean {
  if (type.kind === "enum") return type.values.length === 0;
  return type.kind === "row" || type.kind === "variant" || (type.kind === "tuple" && POSITION.test(name));
}

/**
 * Returns what `path` stands for when all fields of a composite are meant, as by `"*"`: the paths of all fields in it that
 * are no rows or tuples themselves, rows in order of names, tuples in order of positions. What is no row or tuple stands
 * for itself.
 * @public
 */
export function flatFields(type: TypeInformation<unknown>, path: FieldPath): ResolvedField[] {
  return flatten(resolveField(type, path));
}

function flatten(field: ResolvedField): ResolvedField[] {
  const children = fieldsOf(field.type as AnyType);
  if (children === undefined) return [field];
  return inKeyOrder(field.type as AnyType, children).flatMap((child) => {
    const at = step(child.type, field.isNullable);
    return flatten({ segments: [...field.segments, child.name], type: at.type, isNullable: at.isNullable });
  });
}

/** Returns fields in the order in which they are compared: rows by name, tuples by position. @internal */
export function inKeyOrder<F extends { readonly name: string }>(type: AnyType, fields: readonly F[]): readonly F[] {
  return type.kind === "row" ? [...fields].sort((a, b) => (a.name < b.name ? -1 : 1)) : fields;
}

interface Step {
  readonly type: AnyType;
  readonly isNullable: boolean;
}

function step(type: AnyType, isNullable: boolean): Step {
  while (type.kind === "nullable" || type.kind === "optional") {
    type = type.inner;
    isNullable = true;
  }
  return { type, isNullable };
}

/** Returns the fields of a row or a tuple, or undefined for other types. */
function fieldsOf(type: AnyType): readonly RowField[] | undefined {
  if (type.kind === "row") return type.fields;
  if (type.kind === "tuple") return type.elements.map((element, i) => ({ name: String(i), type: element }));
  return undefined;
}

function childOf(type: AnyType, name: string): RowField | undefined {
  if (type.kind === "any") return { name, type };
  if (type.kind === "variant") return variantField(type, name);
  if (type.kind === "array") return POSITION.test(name) ? { name, type: type.element } : undefined;
  return fieldsOf(type)?.find((field) => field.name === name);
}

/** A variant's field: the tag, or a field that some case has. Cases that disagree on its type leave `any`. */
function variantField(type: VariantType, name: string): RowField | undefined {
  if (name === type.tag) return { name, type: { kind: "string", toString: () => "string" } };
  const found = type.cases.flatMap((c) => c.type.fields.filter((field) => field.name === name));
  const first = found[0];
  if (first === undefined) return undefined;
  const areSame = found.every((field) => String(field.type) === String(first.type));
  return areSame ? first : { name, type: { kind: "any", toString: () => "any" } };
}

function unknownField(
  record: TypeInformation<unknown>,
  parent: AnyType,
  path: FieldPath,
  depth: number,
): MillraceError {
  const name = path.segments[depth]!;
  const names = namesOf(parent);
  const prefix = path.segments.slice(0, depth);
  const written = (field: string): string => JSON.stringify(fieldPathText([...prefix, field]));
  const near = nearNames(name, names).map(written);
  const owner = depth === 0 ? "the record" : JSON.stringify(fieldPathText(prefix));
  return new MillraceError({
    code: "UNKNOWN_FIELD",
    what: `There is no field ${written(name)}: ${owner} is ${String(depth === 0 ? record : parent)}`,
    expected: names.length === 0 ? "a path that ends there" : `one of ${names.map(written).join(", ")}`,
    where: { field: path.text },
    fix: near.length === 0 ? undefined : `Did you mean ${near.join(" or ")}?`,
  });
}

function namesOf(type: AnyType): string[] {
  if (type.kind === "variant") {
    return [...new Set([type.tag, ...type.cases.flatMap((c) => c.type.fields.map((field) => field.name))])];
  }
  return (fieldsOf(type) ?? []).map((field) => field.name);
}
