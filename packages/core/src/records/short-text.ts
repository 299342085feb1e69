import { valueKindOf } from "../keys/value-kind.js";

const MAX_TEXT_LENGTH = 80;
const MAX_ITEMS = 5;
const MAX_DEPTH = 2;

/**
 * Returns a short text of any value for an error message: cut to 80 characters, with at most five items of a list and two
 * levels of nesting, so that it is cheap for large values. Never throws.
 * @internal
 */
export function shortText(value: unknown): string {
  const text = textOf(value, 0);
  return text.length <= MAX_TEXT_LENGTH ? text : `${text.slice(0, MAX_TEXT_LENGTH - 1)}…`;
}

function textOf(value: unknown, depth: number): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, MAX_TEXT_LENGTH));
  if (typeof value === "function") return `function ${value.name}`.trimEnd();
  if (typeof value === "symbol") return value.toString();
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  if (value === null || typeof value !== "object") return String(value);
  try {
    return textOfObject(value, depth);
  } catch {
    return "an object that can't be read";
  }
}

function textOfObject(value: object, depth: number): string {
  switch (valueKindOf(value)) {
    case "timestamp": {
      const millis = (value as Date).getTime();
      return Number.isNaN(millis) ? "Invalid Date" : (value as Date).toISOString();
    }
    case "decimal":
      return String(value);
    case "bytes":
      return `${(value as Uint8Array).length} bytes`;
    case "map":
      return `Map(${(value as Map<unknown, unknown>).size})`;
    case "array":
      return `[${itemTexts(value as unknown[], depth, (item) => textOf(item, depth + 1))}]`;
    default:
      return textOfFields(value, depth);
  }
}

function textOfFields(value: object, depth: number): string {
  const prototype = Object.getPrototypeOf(value);
  const name =
    prototype === null || prototype === Object.prototype ? "" : `${prototype.constructor?.name ?? "object"} `;
  const fields = Object.entries(value);
  return `${name}{${itemTexts(fields, depth, ([key, item]) => `${key}: ${textOf(item, depth + 1)}`)}}`;
}

function itemTexts<T>(items: readonly T[], depth: number, text: (item: T) => string): string {
  if (items.length === 0) return "";
  if (depth >= MAX_DEPTH) return "…";
  const shown = Array.from(items.slice(0, MAX_ITEMS), text);
  return items.length > MAX_ITEMS ? `${shown.join(", ")}, …` : shown.join(", ");
}
