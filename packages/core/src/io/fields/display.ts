import { Decimal } from "../../types/index.js";
import { jsonOfValue } from "./json-values.js";

/**
 * Writes a value as text for people: strings as they are, tuples and arrays as `(a,b,c)`, dates in ISO 8601, objects and
 * maps as JSON, all else as `String` does.
 * @internal
 */
export function displayText(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return `(${value.map(displayText).join(",")})`;
  if (value instanceof Decimal) return value.toString();
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : String(value);
  const json = jsonOfValue(value);
  return typeof json === "string" ? json : JSON.stringify(json);
}
