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
 *
 * Both directions are made once for a type, as a tree of functions, and then called for each value.
 */
import type { AnyType, MapType, RowField, VariantType } from "../../types/index.js";
import { textCoding } from "../text-decoding.js";
import { FieldProblem, shown } from "./field-problem.js";
import { jsonOfMap, jsonOfValue } from "./json-values.js";
import { encodeBase64, fieldParser } from "./text-parsers.js";

/** Returns the value that parsed JSON stands for; throws a {@link FieldProblem} that names the place inside. @internal */
export type JsonDecoder = (json: unknown) => unknown;

/** Returns what JSON.stringify turns into the JSON of a value. @internal */
export type JsonEncoder = (value: unknown) => unknown;

type JsonObject = Readonly<Record<string, unknown>>;

const SPECIAL_NUMBERS: ReadonlyMap<unknown, number> = new Map<unknown, number>([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
]);

/** Makes the decoder of a type. @internal */
export function typedJsonDecoder(type: AnyType): JsonDecoder {
  switch (type.kind) {
    case "boolean":
      return (json) => (typeof json === "boolean" ? json : mismatch(type, json));
    case "int32":
      return (json) => (typeof json === "number" && json === (json | 0) ? json + 0 : mismatch(type, json));
    case "int64":
      return (json) => {
        if (typeof json === "number" && Number.isSafeInteger(json)) return BigInt(json);
        return typeof json === "string" ? parsed(type, json) : mismatch(type, json);
      };
    case "float64":
      return (json) => {
        if (typeof json === "number") return json;
        return SPECIAL_NUMBERS.get(json) ?? mismatch(type, json);
      };
    case "string":
      return (json) => (typeof json === "string" ? json : mismatch(type, json));
    case "any":
      return (json) => json;
    case "decimal":
      return (json) =>
        typeof json === "string" || typeof json === "number" ? parsed(type, String(json)) : mismatch(type, json);
    case "timestamp":
      return (json) => {
        if (typeof json === "number") return new Date(json);
        return typeof json === "string" ? parsed(type, json) : mismatch(type, json);
      };
    case "bytes":
    case "custom":
      return (json) => (typeof json === "string" ? parsed(type, json) : mismatch(type, json));
    case "enum": {
      const values = new Set<unknown>(type.values);
      return (json) => (values.has(json) ? json : mismatch(type, json));
    }
    case "nullable": {
      const decode = typedJsonDecoder(type.inner);
      return (json) => (json === null || json === undefined ? null : decode(json));
    }
    case "optional": {
      const decode = typedJsonDecoder(type.inner);
      return (json) => (json === undefined ? undefined : decode(json));
    }
    case "array": {
      const decode = typedJsonDecoder(type.element);
      return (json) => (Array.isArray(json) ? decodeElements(json, () => decode) : mismatch(type, json));
    }
    case "tuple": {
      const decoders = type.elements.map(typedJsonDecoder);
      return (json) => {
        const fits = Array.isArray(json) && json.length === decoders.length;
        return fits ? decodeElements(json, (i) => decoders[i]!) : mismatch(type, json);
      };
    }
    case "row": {
      const decode = rowDecoder(type.fields);
      return (json) => (isObject(json) ? decode(json, {}) : mismatch(type, json));
    }
    case "variant":
      return variantDecoder(type);
    case "map":
      return mapDecoder(type);
  }
}

/** Makes the encoder of a type; without a type, each value's own kind decides. @internal */
export function typedJsonEncoder(type: AnyType | undefined): JsonEncoder {
  switch (type?.kind) {
    case "boolean":
    case "int32":
    case "string":
    case "enum":
      return (value) => value;
    case "nullable":
    case "optional": {
      const encode = typedJsonEncoder(type.inner);
      return (value) => (value === null || value === undefined ? value : encode(value));
    }
    case "array": {
      const encode = typedJsonEncoder(type.element);
      return (value) => (value as readonly unknown[]).map(encode);
    }
    case "tuple": {
      const encoders = type.elements.map(typedJsonEncoder);
      return (value) => encoders.map((encode, i) => encode((value as readonly unknown[])[i]));
    }
    case "row": {
      const encode = rowEncoder(type.fields);
      return (value) => encode(value as JsonObject, {});
    }
    case "variant": {
      const encoders = new Map<unknown, RowMapper>(type.cases.map((c) => [c.name, rowEncoder(c.type.fields)]));
      return (value) => {
        const record = value as JsonObject;
        const result = {};
        setField(result, type.tag, record[type.tag]);
        return encoders.get(record[type.tag])?.(record, result) ?? result;
      };
    }
    case "map": {
      const hasNames = type.key.kind === "string" || type.key.kind === "enum";
      const [encodeKey, encode] = [typedJsonEncoder(type.key), typedJsonEncoder(type.value)];
      return (value) => jsonOfMap(value as ReadonlyMap<unknown, unknown>, hasNames, encodeKey, encode);
    }
    case "custom":
      return (value) => encodeBase64(type.serializer.serialize(value));
    default:
      return jsonOfValue;
  }
}

/** Reads the fields of one object and puts them into another, which it returns. */
type RowMapper = (from: JsonObject, to: Record<string, unknown>) => Record<string, unknown>;

function rowDecoder(fields: readonly RowField[]): RowMapper {
  const decoders = fields.map((field) => typedJsonDecoder(field.type));
  return (json, row) => {
    let i = 0;
    try {
      for (; i < fields.length; i++) {
        const { name, type } = fields[i]!;
        const value = Object.hasOwn(json, name) ? json[name] : undefined;
        if (value === undefined && type.kind === "optional") continue;
        setField(row, name, decoders[i]!(value));
      }
    } catch (problem) {
      throw inside(problem, fields[i]!.name);
    }
    return row;
  };
}

function rowEncoder(fields: readonly RowField[]): RowMapper {
  const encoders = fields.map((field) => typedJsonEncoder(field.type));
  return (record, row) => {
    for (let i = 0; i < fields.length; i++) {
      const { name } = fields[i]!;
      setField(row, name, encoders[i]!(record[name]));
    }
    return row;
  };
}

function variantDecoder(type: VariantType): JsonDecoder {
  const decoders = new Map<unknown, RowMapper>(type.cases.map((c) => [c.name, rowDecoder(c.type.fields)]));
  return (json) => {
    const tag = isObject(json) ? json[type.tag] : undefined;
    const decode = decoders.get(tag);
    if (decode === undefined) return mismatch(type, json);
    const row = {};
    setField(row, type.tag, tag);
    return decode(json as JsonObject, row);
  };
}

function mapDecoder(type: MapType): JsonDecoder {
  const [decodeKey, decodeValue] = [typedJsonDecoder(type.key), typedJsonDecoder(type.value)];
  return (json) => {
    const entries: readonly unknown[] | undefined = Array.isArray(json)
      ? json
      : isObject(json)
        ? Object.entries(json)
        : undefined;
    const map = new Map<unknown, unknown>();
    for (const entry of entries ?? mismatch(type, json)) {
      if (!Array.isArray(entry) || entry.length !== 2) return mismatch(type, json);
      try {
        map.set(decodeKey(entry[0]), decodeValue(entry[1]));
      } catch (problem) {
        throw inside(problem, String(entry[0]));
      }
    }
    return map;
  };
}

function decodeElements(json: readonly unknown[], decoderAt: (index: number) => JsonDecoder): unknown[] {
  const values: unknown[] = [];
  try {
    for (let i = 0; i < json.length; i++) values.push(decoderAt(i)(json[i]));
  } catch (problem) {
    throw inside(problem, String(values.length));
  }
  return values;
}

/** Sets a field that may have any name, `__proto__` among them. */
function setField(row: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== "__proto__") row[name] = value;
  else Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true });
}

function parsed(type: AnyType, text: string): unknown {
  const coding = textCoding("utf-8");
  const bytes = new TextEncoder().encode(text);
  return fieldParser(type, coding)!(bytes, 0, bytes.length);
}

function isObject(json: unknown): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

/** Adds a step to the path of a problem that came from inside. */
function inside(problem: unknown, part: string): unknown {
  if (!(problem instanceof FieldProblem)) return problem;
  return new FieldProblem(problem.what, problem.expected, problem.path === "" ? part : `${part}.${problem.path}`);
}

function mismatch(type: AnyType, json: unknown): never {
  const text = json === undefined ? "Nothing" : shown(JSON.stringify(json));
  throw new FieldProblem(`${text} is no ${String(type)}`, `a value of type ${String(type)}`);
}
