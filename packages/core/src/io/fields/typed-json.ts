/**
 * Values of declared types as JSON and back. JSON has fewer kinds than records, so the rest is mapped:
 *
 *   int64      a number up to 2^53-1 in size, else a string of digits
 *   float64    a number; NaN, Infinity, -Infinity and -0 are strings
 *   decimal    a string                   timestamp   an ISO 8601 string in UTC
 *   bytes      base64                     custom      base64 of its serializer's bytes
 *   map        an object if keys are strings or enum values, else an array of [key, value]
 *   optional   left out                   variant     an object with the tag
 *
 * Reading takes what writing makes, and a little more: numbers for decimals and for timestamps (milliseconds), digits in
 * strings for int64, a missing field for null. Fields that the type does not have are ignored.
 */
import { type AnyType, Decimal, type RowType } from "../../types/index.js";
import { textCoding } from "../text-decoding.js";
import { FieldProblem, shown } from "./field-problem.js";
import { encodeBase64, fieldParser } from "./text-parsers.js";

/** Returns the value of `type` that parsed JSON stands for; throws a {@link FieldProblem} that names the place inside. @internal */
export function decodeTypedJson(type: AnyType, json: unknown, path = ""): unknown {
  switch (type.kind) {
    case "boolean":
      if (typeof json === "boolean") return json;
      break;
    case "int32":
      if (typeof json === "number" && Number.isInteger(json) && json === (json | 0)) return json + 0;
      break;
    case "int64":
      if (typeof json === "number" && Number.isSafeInteger(json)) return BigInt(json);
      if (typeof json === "string") return parsed(type, json, path);
      break;
    case "float64":
      if (typeof json === "number") return json;
      if (typeof json === "string" && SPECIAL_NUMBERS.has(json)) return SPECIAL_NUMBERS.get(json);
      break;
    case "string":
      if (typeof json === "string") return json;
      break;
    case "any":
      return json;
    case "decimal":
      if (typeof json === "string" || typeof json === "number") return parsed(type, String(json), path);
      break;
    case "timestamp":
      if (typeof json === "number") return new Date(json);
      if (typeof json === "string") return parsed(type, json, path);
      break;
    case "bytes":
    case "custom":
      if (typeof json === "string") return parsed(type, json, path);
      break;
    case "enum":
      if (typeof json === "string" && type.values.includes(json)) return json;
      break;
    case "nullable":
      return json === null || json === undefined ? null : decodeTypedJson(type.inner, json, path);
    case "optional":
      return json === undefined ? undefined : decodeTypedJson(type.inner, json, path);
    case "array":
      if (Array.isArray(json)) return json.map((element, i) => decodeTypedJson(type.element, element, inside(path, i)));
      break;
    case "tuple":
      if (Array.isArray(json) && json.length === type.elements.length) {
        return type.elements.map((element, i) => decodeTypedJson(element, json[i], inside(path, i)));
      }
      break;
    case "row":
      if (isObject(json)) return decodeRow(type, json, path);
      break;
    case "variant": {
      const tag = isObject(json) ? json[type.tag] : undefined;
      const found = type.cases.find((candidate) => candidate.name === tag);
      if (found !== undefined) return { [type.tag]: tag, ...decodeRow(found.type, json as JsonObject, path) };
      break;
    }
    case "map": {
      const entries = Array.isArray(json) ? json : isObject(json) ? Object.entries(json) : undefined;
      if (entries?.every((entry) => Array.isArray(entry) && entry.length === 2) === true) {
        return new Map(
          entries.map(([key, value]: [unknown, unknown]) => [
            decodeTypedJson(type.key, key, inside(path, "key")),
            decodeTypedJson(type.value, value, inside(path, String(key))),
          ]),
        );
      }
      break;
    }
  }
  throw mismatch(type, json, path);
}

/** Returns what JSON.stringify turns into the JSON of `value`. Without a type, the value's own kind decides. @internal */
export function encodeTypedJson(type: AnyType | undefined, value: unknown): unknown {
  if (value === null || value === undefined) return value;
  switch (type?.kind) {
    case "nullable":
    case "optional":
      return encodeTypedJson(type.inner, value);
    case "array":
      return (value as readonly unknown[]).map((element) => encodeTypedJson(type.element, element));
    case "tuple":
      return type.elements.map((element, i) => encodeTypedJson(element, (value as readonly unknown[])[i]));
    case "row":
      return encodeRow(type, value as JsonObject);
    case "variant": {
      const record = value as JsonObject;
      const found = type.cases.find((candidate) => candidate.name === record[type.tag]);
      return { [type.tag]: record[type.tag], ...(found === undefined ? {} : encodeRow(found.type, record)) };
    }
    case "map":
      return encodeMap(value as ReadonlyMap<unknown, unknown>, type.key, type.value);
    case "custom":
      return encodeBase64(type.serializer.serialize(value));
    default:
      return encodeValue(value);
  }
}

type JsonObject = Readonly<Record<string, unknown>>;

const SPECIAL_NUMBERS: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
]);

function encodeValue(value: unknown): unknown {
  switch (typeof value) {
    case "bigint":
      return BigInt.asIntN(54, value) === value && Number.isSafeInteger(Number(value))
        ? Number(value)
        : value.toString();
    case "number":
      if (Object.is(value, -0)) return "-0";
      return Number.isFinite(value) ? value : String(value);
    case "object":
      break;
    default:
      return value;
  }
  if (value === null) return null;
  if (Array.isArray(value)) return value.map(encodeValue);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  if (value instanceof Uint8Array) return encodeBase64(value);
  if (value instanceof Decimal) return value.toString();
  if (value instanceof Map) return encodeMap(value, undefined, undefined);
  return Object.fromEntries(Object.entries(value as object).map(([name, field]) => [name, encodeValue(field)]));
}

function encodeMap(
  map: ReadonlyMap<unknown, unknown>,
  keyType: AnyType | undefined,
  valueType: AnyType | undefined,
): unknown {
  const hasNames =
    keyType === undefined
      ? [...map.keys()].every((key) => typeof key === "string")
      : keyType.kind === "string" || keyType.kind === "enum";
  const entries = [...map].map(([key, value]) => [encodeTypedJson(keyType, key), encodeTypedJson(valueType, value)]);
  return hasNames ? Object.fromEntries(entries) : entries;
}

function encodeRow(type: RowType, record: JsonObject): Record<string, unknown> {
  return Object.fromEntries(type.fields.map((field) => [field.name, encodeTypedJson(field.type, record[field.name])]));
}

function decodeRow(type: RowType, json: JsonObject, path: string): Record<string, unknown> {
  return Object.fromEntries(
    type.fields.flatMap(({ name, type: fieldType }) => {
      const value = Object.hasOwn(json, name) ? json[name] : undefined;
      if (value === undefined && fieldType.kind === "optional") return [];
      return [[name, decodeTypedJson(fieldType, value, inside(path, name))]];
    }),
  );
}

function parsed(type: AnyType, text: string, path: string): unknown {
  const coding = textCoding("utf-8");
  const bytes = coding.encode(text);
  try {
    return fieldParser(type, coding)!(bytes, 0, bytes.length);
  } catch (problem) {
    if (!(problem instanceof FieldProblem)) throw problem;
    throw new FieldProblem(problem.what, problem.expected, path);
  }
}

function isObject(json: unknown): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function inside(path: string, part: string | number): string {
  return path === "" ? String(part) : `${path}.${part}`;
}

function mismatch(type: AnyType, json: unknown, path: string): FieldProblem {
  const text = json === undefined ? "Nothing" : shown(JSON.stringify(json));
  return new FieldProblem(`${text} is no ${String(type)}`, `a ${String(type)}`, path);
}
