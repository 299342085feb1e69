/**
 * Values in a form that orders without their type. Ranges are cut by values that leave their rows: borders are sampled in one task and
 * compared in others. Enums order by position and values of custom types by their key bytes ([O4]); so these take their place. What
 * is in that form stays as it is.
 */
import { type AnyType, type CustomType, MillraceError, parseFieldPath, resolveFieldIfAny } from "@millrace/core";
import type { StreamLayout } from "./stream-layout.js";

/** Returns a value in a form that orders without its type. @internal */
export type ToOrderable = (value: unknown) => unknown;

/** Returns what brings a field of a layout's rows into that form; undefined when all values order as they are. @internal */
export function orderableOf(layout: StreamLayout, path: string): ToOrderable | undefined {
  const type = typeAt(layout, path);
  return type === undefined ? undefined : ofType(type);
}

function typeAt({ layout }: StreamLayout, path: string): AnyType | undefined {
  return resolveFieldIfAny(layout.type, parseFieldPath(path))?.type as AnyType | undefined;
}

function ofType(type: AnyType): ToOrderable | undefined {
  switch (type.kind) {
    case "nullable":
    case "optional":
      return ofType(type.inner);
    case "enum":
      // In order they are what they are where nobody declared them: a stream may have both.
      if (isInOrder(type.values)) return undefined;
      return (value) => (typeof value === "string" ? type.values.indexOf(value) : value);
    case "custom":
      return (value) => (type.serializer.isInstance(value) ? [type.name, keyBytesOf(type, value)] : value);
    case "array": {
      const element = ofType(type.element);
      return element === undefined ? undefined : (value) => (Array.isArray(value) ? value.map(element) : value);
    }
    case "tuple":
      return ofParts(type.elements.map((each, index) => [String(index), ofType(each)]));
    case "row":
      return ofParts(type.fields.map((field) => [field.name, ofType(field.type)]));
    default:
      return undefined;
  }
}

/** Returns what replaces some fields of rows or elements of tuples. */
function ofParts(parts: readonly (readonly [string, ToOrderable | undefined])[]): ToOrderable | undefined {
  const changed = new Map(parts.flatMap(([name, part]) => (part === undefined ? [] : [[name, part] as const])));
  if (changed.size === 0) return undefined;
  const change = ([name, value]: readonly [string, unknown]) => [name, changed.get(name)?.(value) ?? value] as const;
  return (value) => {
    if (Array.isArray(value)) return value.map((each, index) => change([String(index), each])[1]);
    return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value).map(change)) : value;
  };
}

function keyBytesOf({ name, serializer }: CustomType, value: unknown): Uint8Array {
  if (serializer.keyBytes !== undefined) return new Uint8Array(serializer.keyBytes(value));
  throw new MillraceError({
    code: "INVALID_KEY",
    what: `The custom type ${JSON.stringify(name)} can't be a key`,
    expected: "a serializer with keyBytes, which gives equality and order to its values",
    fix: "Add keyBytes to the type's serializer, or use a key selector that returns a plain value.",
  });
}

function isInOrder(values: readonly string[]): boolean {
  return values.every((value, i) => i === 0 || values[i - 1]! < value);
}
