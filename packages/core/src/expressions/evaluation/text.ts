/** Functions of strings and lists. Strings are UTF-16, as JavaScript has them; case does not depend on a language. */
import { equalValues } from "../../keys/index.js";
import { invalidOperand } from "./operands.js";

/** Returns a string operand. */
export function textOf(value: unknown, name: string): string {
  if (typeof value === "string") return value;
  throw invalidOperand(name, value, "a string");
}

/** Looks for a part of a string, or for an element of a list. */
export function contains(a: unknown, b: unknown): boolean {
  if (Array.isArray(a)) return a.some((element) => equalValues(element, b));
  return textOf(a, "contains").includes(textOf(b, "contains"));
}

export function startsWith(a: unknown, b: unknown): boolean {
  return textOf(a, "startsWith").startsWith(textOf(b, "startsWith"));
}

export function endsWith(a: unknown, b: unknown): boolean {
  return textOf(a, "endsWith").endsWith(textOf(b, "endsWith"));
}

/** Counts the UTF-16 units of a string, the elements of a list, the bytes of bytes. */
export function length(a: unknown): number {
  if (typeof a === "string" || Array.isArray(a) || a instanceof Uint8Array) return a.length;
  throw invalidOperand("length", a, "a string, a list or bytes");
}

export function concat(args: readonly unknown[]): string {
  return args.map((arg) => textOf(arg, "concat")).join("");
}

/** Cuts from the 0-based start to before the end, both within the string; without an end, to the end of the string. */
export function substring([text, start, end]: readonly unknown[]): string {
  return textOf(text, "substring").substring(position(start), end === undefined ? undefined : position(end));
}

function position(value: unknown): number {
  if (typeof value === "number") return value;
  throw invalidOperand("substring", value, "positions that are numbers");
}

/** Cuts at every occurrence of the separator; an empty one cuts into UTF-16 units. */
export function split(text: unknown, separator: unknown): string[] {
  return textOf(text, "split").split(textOf(separator, "split"));
}
