import { Decimal } from "../../types/index.js";
import { encodeBase64 } from "./text-parsers.js";

/** Returns what JSON.stringify turns into the JSON of a value without a declared type: its own kind decides. @internal */
export function jsonOfValue(value: unknown): unknown {
  switch (typeof value) {
    case "bigint":
      return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
    case "number":
      if (Object.is(value, -0)) return "-0";
      return Number.isFinite(value) ? value : String(value);
    case "object":
      break;
    default:
      return value;
  }
  if (value === null) return null;
  if (Array.isArray(value)) return value.map(jsonOfValue);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  if (value instanceof Uint8Array) return encodeBase64(value);
  if (value instanceof Decimal) return value.toString();
  if (value instanceof Map) {
    const hasNames = [...value.keys()].every((key) => typeof key === "string");
    return jsonOfMap(value, hasNames, jsonOfValue, jsonOfValue);
  }
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, jsonOfValue(field)]));
}

/** Returns a map as an object if its keys are names, else as an array of pairs. @internal */
export function jsonOfMap(
  map: ReadonlyMap<unknown, unknown>,
  hasNames: boolean,
  encodeKey: (key: unknown) => unknown,
  encodeValue: (value: unknown) => unknown,
): unknown {
  const entries = Array.from(map, ([key, value]) => [encodeKey(key), encodeValue(value)] as const);
  return hasNames ? Object.fromEntries(entries) : entries;
}
