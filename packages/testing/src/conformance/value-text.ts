import { Decimal } from "@millrace/core";

/**
 * Returns a text that is equal for two record values exactly when the kit holds them to be the same value. It is also what
 * reports show, so it reads like JavaScript.
 * @public
 */
export function valueText(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "bigint":
      return `${value}n`;
    case "object":
      return value === null ? "null" : objectText(value);
    default:
      return String(value);
  }
}

function objectText(value: object): string {
  if (Array.isArray(value)) return `[${Array.from(value, valueText).join(", ")}]`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Date(invalid)" : `Date(${value.toISOString()})`;
  if (value instanceof Uint8Array) return `bytes(${Array.from(value, byteText).join(" ")})`;
  if (value instanceof Map) return `Map{${[...value].map(entryText).join(", ")}}`;
  if (value instanceof Decimal) return `Decimal(${value})`;
  return rowText(value as Record<string, unknown>);
}

function byteText(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

function entryText([key, value]: [unknown, unknown]): string {
  return `${valueText(key)} => ${valueText(value)}`;
}

function rowText(row: Record<string, unknown>): string {
  const names = Object.keys(row).filter((name) => row[name] !== undefined);
  const fields = names.sort().map((name) => `${fieldName(name)}: ${valueText(row[name])}`);
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}

function fieldName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}
