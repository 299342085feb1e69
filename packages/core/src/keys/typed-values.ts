/**
 * Order and canonical key of values whose type is declared. They differ from those of `values.ts` and `canonical.ts` in
 * two kinds: enums order by position, and values of custom types have the equality and order of their key bytes.
 */
import type { AnyType, RowType, TypeInformation, VariantType } from "../types/type-information.js";
import { partsOfType } from "../types/type-parts.js";
import { customKeyBytes, writeCustomKey, writeFieldName, writeKey } from "./canonical.js";
import type { KeyBytes } from "./key-bytes.js";
import { TAG_ARRAY, TAG_END, TAG_MAP, TAG_ROW } from "./key-format.js";
import { inKeyOrder } from "./resolve-field.js";
import { compareValues } from "./values.js";

/**
 * Compares two values of `type` as their type says: like `compareValues`, but enums by position and custom types by key
 * bytes, at every depth except inside `any` and between different cases of a variant. Throws INVALID_KEY when it meets
 * a custom type without key bytes.
 * @public
 */
export function compareTyped(type: TypeInformation<unknown>, a: unknown, b: unknown): number {
  return compare(type as AnyType, a ?? null, b ?? null);
}

/** What {@link hasCustomType} found. */
const customTypes = new WeakMap<AnyType, boolean>();

/** Tells whether a type is custom or has a custom one in it. @internal */
export function hasCustomType(type: AnyType): boolean {
  let found = customTypes.get(type);
  if (found === undefined) {
    found = type.kind === "custom" || partsOfType(type).some(hasCustomType);
    customTypes.set(type, found);
  }
  return found;
}

function compare(type: AnyType, a: unknown, b: unknown): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  switch (type.kind) {
    case "nullable":
    case "optional":
      return compare(type.inner, a, b);
    case "enum":
      return type.values.indexOf(a as string) - type.values.indexOf(b as string);
    case "custom":
      return compareValues(customKeyBytes(type, a), customKeyBytes(type, b));
    case "array":
      return compareLists(a as unknown[], b as unknown[], () => type.element);
    case "tuple":
      return compareLists(a as unknown[], b as unknown[], (i) => type.elements[i]!);
    case "map": {
      const entry = (i: number): AnyType => (i === 0 ? type.key : type.value);
      const compareEntries = (x: unknown[], y: unknown[]): number => compareLists(x, y, entry);
      const [x, y] = [a, b].map((map) => [...(map as Map<unknown, unknown>)].sort(compareEntries));
      return compareListsBy(x!, y!, compareEntries);
    }
    case "row":
      return compareFields(type, a, b);
    case "variant": {
      const found = caseOf(type, a);
      return found === caseOf(type, b) ? compareFields(found, a, b) : compareValues(a, b);
    }
    default:
      return compareValues(a, b);
  }
}

function compareLists(a: unknown[], b: unknown[], typeAt: (index: number) => AnyType): number {
  return compareListsBy(a, b, (x, y, i) => compare(typeAt(i), x ?? null, y ?? null));
}

function compareListsBy<T>(a: readonly T[], b: readonly T[], by: (x: T, y: T, index: number) => number): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = by(a[i]!, b[i]!, i);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareFields(type: RowType, a: unknown, b: unknown): number {
  for (const { name, type: fieldType } of inKeyOrder(type, type.fields)) {
    const order = compare(fieldType, own(a, name), own(b, name));
    if (order !== 0) return order;
  }
  return 0;
}

function own(row: unknown, name: string): unknown {
  return Object.hasOwn(row as object, name) ? ((row as Record<string, unknown>)[name] ?? null) : null;
}

function caseOf(type: VariantType, value: unknown): RowType {
  return type.cases.find((c) => c.name === own(value, type.tag))!.type;
}

/**
 * Appends the canonical key of a value of `type`: that of `canonicalKeyBytes`, and of custom types their name and key
 * bytes. An enum's key is that of its string, so that it equals the same string from an undeclared record.
 * @internal
 */
export function writeTypedKey(out: KeyBytes, type: AnyType, value: unknown): void {
  if (value === null || value === undefined) {
    out.null();
    return;
  }
  switch (type.kind) {
    case "nullable":
    case "optional":
      writeTypedKey(out, type.inner, value);
      break;
    case "custom":
      writeCustomKey(out, type, value);
      break;
    case "array":
      writeList(out, TAG_ARRAY, value as unknown[], () => type.element);
      break;
    case "tuple":
      writeList(out, TAG_ARRAY, value as unknown[], (i) => type.elements[i]!);
      break;
    case "map":
      writeMap(out, type.key, type.value, value as Map<unknown, unknown>);
      break;
    case "row":
      writeFields(out, type.fields, value);
      break;
    case "variant":
      writeFields(out, [{ name: type.tag, type: STRING }, ...caseOf(type, value).fields], value);
      break;
    default:
      writeKey(out, value);
  }
}

const STRING: AnyType = { kind: "string", toString: () => "string" };

function writeList(out: KeyBytes, tag: number, values: readonly unknown[], typeAt: (index: number) => AnyType): void {
  out.byte(tag);
  values.forEach((value, i) => {
    writeTypedKey(out, typeAt(i), value);
  });
  out.byte(TAG_END);
}

function writeMap(out: KeyBytes, key: AnyType, value: AnyType, map: Map<unknown, unknown>): void {
  const start = out.length;
  const entries = [...map].map((entry) => {
    writeList(out, TAG_ARRAY, entry, (i) => (i === 0 ? key : value));
    const bytes = out.bytes.slice(start, out.length);
    out.length = start;
    return bytes;
  });
  out.byte(TAG_MAP);
  for (const entry of entries.sort(compareValues)) for (const byte of entry) out.byte(byte);
  out.byte(TAG_END);
}

function writeFields(out: KeyBytes, fields: RowType["fields"], row: unknown): void {
  out.byte(TAG_ROW);
  for (const { name, type } of [...fields].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const value = own(row, name);
    if (value === null) continue;
    writeFieldName(out, name);
    writeTypedKey(out, type, value);
  }
  out.byte(TAG_END);
}
