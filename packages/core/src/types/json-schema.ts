/**
 * Turns a JSON Schema (2020-12 or draft 7) into a type information, by the rules [J1] to [J8] of SPEC.md. Keywords that only
 * restrict values (pattern, minLength, minItems, not, if, …) say nothing about the type and are passed over; what leaves
 * the type open, and recursion, becomes `any`, which loses nothing.
 */
import { MillraceError } from "../errors/index.js";
import { setField } from "./set-field.js";
import { typeBuilders as types } from "./type-builders.js";
import type { AnyType, RowType, TypeInformation } from "./type-information.js";
import { rowTypeOf } from "./type-json.js";

type Schema = Readonly<Record<string, unknown>>;

/** How deep schemas may nest, references resolved. */
const MAX_DEPTH = 100;
const MIN_INT32 = -(2 ** 31);
const MAX_INT32 = 2 ** 31 - 1;

/** Returns the type of the values that `schema` allows; throws UNSUPPORTED_TYPE for what is no schema. @internal */
export function typeOfJsonSchema(schema: unknown): AnyType {
  return new SchemaReader(schema).type(schema, { path: "", references: [], depth: 0 });
}

interface Place {
  readonly path: string;
  /** The references that lead here; meeting one again is recursion. */
  readonly references: readonly string[];
  readonly depth: number;
}

class SchemaReader {
  readonly #root: unknown;

  constructor(root: unknown) {
    this.#root = root;
  }

  type(schema: unknown, place: Place): AnyType {
    if (schema === true) return any();
    if (!isObject(schema)) throw unsupported(place, `${JSON.stringify(schema)} is no schema`);
    if (place.depth > MAX_DEPTH) throw unsupported(place, `schemas nest more than ${MAX_DEPTH} levels deep`);
    if (typeof schema.$ref === "string") return this.#reference(schema.$ref, place);
    if (Array.isArray(schema.allOf)) return this.#all(schema, schema.allOf, place);
    const choices = schema.anyOf ?? schema.oneOf;
    if (Array.isArray(choices)) return this.#union(choices, place);
    if ("const" in schema) return typeOfConstants([schema.const]);
    if (Array.isArray(schema.enum)) return typeOfConstants(schema.enum);
    if (Array.isArray(schema.type)) {
      return this.#union(
        schema.type.map((type) => ({ ...schema, type })),
        place,
      );
    }
    return this.#typed(schema, place);
  }

  #typed(schema: Schema, place: Place): AnyType {
    switch (schema.type) {
      case undefined:
        return "properties" in schema ? this.#object(schema, place) : any();
      case "boolean":
        return types.boolean as AnyType;
      case "integer":
      case "number":
        return (fitsInt32(schema) ? types.int32 : types.float64) as AnyType;
      case "string":
        return types.string as AnyType;
      case "null":
        return nullable(any());
      case "array":
        return this.#array(schema, place);
      case "object":
        return this.#object(schema, place);
      default:
        throw unsupported(place, `the type ${JSON.stringify(schema.type)} is unknown`);
    }
  }

  #array(schema: Schema, place: Place): AnyType {
    const first = schema.prefixItems ?? (Array.isArray(schema.items) ? schema.items : undefined);
    if (first === undefined) {
      const element = schema.items === undefined ? any() : this.type(schema.items, below(place, "[]"));
      return types.array(element) as unknown as AnyType;
    }
    const parts = first as readonly unknown[];
    const rest = schema.prefixItems === undefined ? schema.additionalItems : schema.items;
    const isExact = (rest === false || rest === undefined) && (schema.minItems ?? parts.length) === parts.length;
    if (!isExact) return types.array(types.any) as unknown as AnyType;
    return types.tuple(...parts.map((part, i) => this.type(part, below(place, String(i))))) as unknown as AnyType;
  }

  #object(schema: Schema, place: Place): AnyType {
    const properties = isObject(schema.properties) ? schema.properties : {};
    const isOpen = isObject(schema.additionalProperties) && Object.keys(schema.additionalProperties).length > 0;
    // Names that only the records know: a dictionary.
    if (isOpen || "patternProperties" in schema || !("properties" in schema)) return any();
    const required = new Set(Array.isArray(schema.required) ? schema.required : []);
    return rowTypeOf(
      Object.keys(properties).map((name) => {
        const type = this.type(properties[name], below(place, name));
        return { name, type: required.has(name) ? type : (types.optional(type) as unknown as AnyType) };
      }),
    );
  }

  #union(choices: readonly unknown[], place: Place): AnyType {
    const all = choices.map((choice) => this.#resolve(choice, place));
    const parts = all.filter((choice) => !isNullSchema(choice));
    const merged = this.#merge(parts, place);
    return parts.length < all.length ? nullable(merged) : merged;
  }

  /** One of several schemas: all the same type, strings of closed lists, a variant, or anything. */
  #merge(parts: readonly unknown[], place: Place): AnyType {
    const variant = this.#variant(parts, place);
    if (variant !== undefined) return variant;
    const found = parts.map((part) => this.type(part, below(place, "|")));
    const plain = found.map((type) => (type.kind === "nullable" ? type.inner : type));
    const [first, ...others] = plain;
    if (first === undefined) return any();
    let type = any();
    if (others.every((other) => String(other) === String(first))) type = first;
    else if (plain.every((t) => t.kind === "enum")) type = enumOf(plain.flatMap((t) => t.values));
    else if (plain.every((t) => t.kind === "int32" || t.kind === "float64")) type = types.float64 as AnyType;
    return found.some((t) => t.kind === "nullable") ? nullable(type) : type;
  }

  /** Objects that differ in a required property with one string each are a variant. */
  #variant(parts: readonly unknown[], place: Place): AnyType | undefined {
    if (parts.length < 2 || !parts.every((part) => isObject(part) && isObject(part.properties))) return undefined;
    const schemas = parts as readonly (Schema & { readonly properties: Schema })[];
    const tag = Object.keys(schemas[0]!.properties).find((name) => {
      const values = schemas.map((schema) => tagValue(schema, name));
      return values.every((value) => value !== undefined) && new Set(values).size === values.length;
    });
    if (tag === undefined) return undefined;
    const cases: Record<string, TypeInformation<unknown>> = {};
    for (const schema of schemas) {
      const properties = Object.fromEntries(Object.entries(schema.properties).filter(([name]) => name !== tag));
      const row = this.#object({ ...schema, properties }, below(place, tagValue(schema, tag)!));
      if (row.kind !== "row") return undefined;
      setField(cases, tagValue(schema, tag)!, row);
    }
    return types.variant(tag, cases) as unknown as AnyType;
  }

  /** Objects that must all hold are one object with all their properties; other combinations are left open. */
  #all(schema: Schema, parts: readonly unknown[], place: Place): AnyType {
    const { allOf: _, ...own } = schema;
    const found = [...parts, ...("properties" in own ? [own] : [])].map((part) => this.type(part, below(place, "&")));
    if (found.length === 1) return found[0]!;
    if (!found.every((type): type is RowType => type.kind === "row")) return any();
    const fields = new Map(found.flatMap((row) => row.fields.map((field) => [field.name, field] as const)));
    return rowTypeOf([...fields.values()]);
  }

  #reference(reference: string, place: Place): AnyType {
    if (place.references.includes(reference)) return any();
    const target = this.#find(reference, place);
    return this.type(target, { ...place, references: [...place.references, reference], depth: place.depth + 1 });
  }

  /** Returns what a choice of a union refers to, one step far, so that its properties can be looked at. */
  #resolve(choice: unknown, place: Place): unknown {
    const isReference = isObject(choice) && typeof choice.$ref === "string" && !place.references.includes(choice.$ref);
    if (!isReference) return choice;
    const target = this.#find(choice.$ref as string, place);
    return target === this.#root ? choice : target;
  }

  /** Follows a JSON pointer inside the schema: `#`, `#/$defs/name`. */
  #find(reference: string, place: Place): unknown {
    const steps = reference === "#" ? [] : reference.split("/").slice(1);
    let found: unknown = reference.startsWith("#") ? this.#root : undefined;
    for (const step of steps) {
      const name = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
      found = isObject(found) && Object.hasOwn(found, name) ? found[name] : undefined;
    }
    if (found === undefined) throw unsupported(place, `the reference ${JSON.stringify(reference)} leads nowhere`);
    return found;
  }
}

function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNullSchema(schema: unknown): boolean {
  return isObject(schema) && (schema.type === "null" || schema.const === null);
}

function fitsInt32(schema: Schema): boolean {
  const { minimum, maximum } = schema;
  const isBounded = typeof minimum === "number" && typeof maximum === "number";
  return schema.type === "integer" && isBounded && minimum >= MIN_INT32 && maximum <= MAX_INT32;
}

/** The string that property `name` of an object must be, when there is just one and it is required. */
function tagValue(schema: Schema & { readonly properties: Schema }, name: string): string | undefined {
  const property = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
  if (!isObject(property) || !Array.isArray(schema.required) || !schema.required.includes(name)) return undefined;
  const values = "const" in property ? [property.const] : property.enum;
  return Array.isArray(values) && values.length === 1 && typeof values[0] === "string" ? values[0] : undefined;
}

function typeOfConstants(values: readonly unknown[]): AnyType {
  const present = values.filter((value) => value !== null);
  let type = any();
  if (present.length > 0) {
    if (present.every((value) => typeof value === "string")) type = enumOf(present);
    else if (present.every((value) => typeof value === "boolean")) type = types.boolean as AnyType;
    else if (present.every((value) => typeof value === "number")) type = types.float64 as AnyType;
  }
  return present.length < values.length ? nullable(type) : type;
}

function enumOf(values: readonly string[]): AnyType {
  return types.enum(...([...new Set(values)] as [string, ...string[]])) as unknown as AnyType;
}

function any(): AnyType {
  return types.any as AnyType;
}

function nullable(type: AnyType): AnyType {
  return type.kind === "any" || type.kind === "nullable" ? type : (types.nullable(type) as unknown as AnyType);
}

function below(place: Place, name: string): Place {
  return { ...place, path: place.path === "" ? name : `${place.path}.${name}`, depth: place.depth + 1 };
}

function unsupported(place: Place, what: string): MillraceError {
  return new MillraceError({
    code: "UNSUPPORTED_TYPE",
    what: `A JSON Schema cannot be turned into a type: ${what}`,
    expected: "a schema of types object, array, string, number, integer, boolean and null",
    where: place.path === "" ? undefined : { field: place.path },
  });
}
