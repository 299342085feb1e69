/**
 * The JSON form of type informations: what travels with pages, lies in files and in plans. It is canonical: equal types
 * have equal texts, so the hash of the text names a layout.
 */
import { MillraceError } from "../errors/index.js";
import { setField } from "./set-field.js";
import { typeBuilders as types } from "./type-builders.js";
import type { AnyType, CustomType, RowField, RowType, TypeInformation } from "./type-information.js";

/** Is the JSON form of a type information. @public */
export type TypeJson =
  | string
  | { readonly decimal: readonly [precision: number, scale: number] }
  | { readonly tuple: readonly TypeJson[] }
  | { readonly row: readonly (readonly [name: string, type: TypeJson])[] }
  | { readonly array: TypeJson }
  | { readonly map: readonly [key: TypeJson, value: TypeJson] }
  | { readonly nullable: TypeJson }
  | { readonly optional: TypeJson }
  | { readonly variant: readonly [tag: string, cases: readonly (readonly [name: string, row: TypeJson])[]] }
  | { readonly enum: readonly string[] }
  | { readonly custom: string };

/** How deep a type read from JSON may nest; it comes from outside the process. */
const MAX_DEPTH = 100;

/** Returns the canonical JSON form of a type information. A custom type is its name. @public */
export function typeToJson(type: TypeInformation<unknown>): TypeJson {
  const known = type as AnyType;
  switch (known.kind) {
    case "decimal":
      return { decimal: [known.precision, known.scale] };
    case "tuple":
      return { tuple: known.elements.map(typeToJson) };
    case "row":
      return { row: fieldsToJson(known.fields) };
    case "array":
      return { array: typeToJson(known.element) };
    case "map":
      return { map: [typeToJson(known.key), typeToJson(known.value)] };
    case "nullable":
      return { nullable: typeToJson(known.inner) };
    case "optional":
      return { optional: typeToJson(known.inner) };
    case "variant":
      return { variant: [known.tag, known.cases.map((c) => [c.name, typeToJson(c.type)] as const)] };
    case "enum":
      return { enum: known.values };
    case "custom":
      return { custom: known.name };
    default:
      return known.kind;
  }
}

function fieldsToJson(fields: readonly RowField[]): (readonly [string, TypeJson])[] {
  return fields.map((field) => [field.name, typeToJson(field.type)] as const);
}

/**
 * Returns the type information of its JSON form; every part is checked. Custom types are looked up by name in `customs`.
 * Throws UNSUPPORTED_TYPE for what is no such form, and for a custom type that is not given.
 * @public
 */
export function typeFromJson(json: unknown, customs: readonly CustomType[] = []): TypeInformation<unknown> {
  return parse(json, customs, 0);
}

function parse(json: unknown, customs: readonly CustomType[], depth: number): TypeInformation<unknown> {
  if (depth > MAX_DEPTH) throw malformed(json, `types nested at most ${MAX_DEPTH} levels deep`);
  const inner = (part: unknown): TypeInformation<unknown> => parse(part, customs, depth + 1);
  if (typeof json === "string") return scalarOf(json);
  const [kind, value] = onlyEntry(json);
  switch (kind) {
    case "decimal": {
      const [precision, scale] = listOf(value, 2);
      return types.decimal(Number(precision), Number(scale));
    }
    case "tuple":
      return types.tuple(...listOf(value).map(inner));
    case "row":
      return rowTypeOf(listOf(value).map((entry) => namedOf(entry, inner)));
    case "array":
      return types.array(inner(value));
    case "map": {
      const [key, item] = listOf(value, 2);
      return types.map(inner(key), inner(item));
    }
    case "nullable":
      return types.nullable(inner(value));
    case "optional":
      return types.optional(inner(value));
    case "variant": {
      const [tag, cases] = listOf(value, 2);
      const rows = {};
      for (const { name, type } of listOf(cases).map((entry) => namedOf(entry, inner))) setField(rows, name, type);
      return types.variant(textOf(tag), rows);
    }
    case "enum":
      return types.enum(...(listOf(value).map(textOf) as [string, ...string[]]));
    case "custom": {
      const found = customs.find((custom) => custom.name === value);
      if (found !== undefined) return found;
      throw malformed(json, "a custom type that this process knows");
    }
    default:
      throw malformed(json, "a known kind of type");
  }
}

/** Returns the row type with these fields, whatever their names are. @internal */
export function rowTypeOf(fields: readonly RowField[]): RowType {
  const named = {};
  for (const field of fields) setField(named, field.name, field.type);
  return types.row(named) as unknown as RowType;
}

const SCALARS = ["boolean", "int32", "int64", "float64", "string", "bytes", "timestamp", "any"] as const;

function scalarOf(kind: string): TypeInformation<unknown> {
  const found = SCALARS.find((scalar) => scalar === kind);
  if (found === undefined) throw malformed(kind, `one of ${SCALARS.join(", ")}`);
  return types[found];
}

function namedOf(entry: unknown, inner: (part: unknown) => TypeInformation<unknown>): RowField {
  const [name, type] = listOf(entry, 2);
  return { name: textOf(name), type: inner(type) as AnyType };
}

function onlyEntry(json: unknown): [string, unknown] {
  const entries = typeof json === "object" && json !== null ? Object.entries(json) : [];
  if (entries.length !== 1) throw malformed(json, "an object with one field, which names the kind");
  return entries[0]!;
}

function listOf(value: unknown, length?: number): unknown[] {
  if (Array.isArray(value) && (length === undefined || value.length === length)) return value;
  throw malformed(value, length === undefined ? "a list" : `a list of ${length}`);
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  throw malformed(value, "a string");
}

function malformed(json: unknown, expected: string): MillraceError {
  return new MillraceError({
    code: "UNSUPPORTED_TYPE",
    what: `${JSON.stringify(json)?.slice(0, 80)} describes no type`,
    expected,
  });
}
