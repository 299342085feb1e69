import { MillraceError } from "../errors/index.js";
import { valueKindOf } from "./value-kind.js";

/** Is a parsed field path: where in a record a key is found. Immutable. @public */
export interface FieldPath {
  /** The path as it was written. */
  readonly text: string;
  /** Field names and positions from the outside in; empty for the whole record. A position is its digits. */
  readonly segments: readonly string[];
  /** Whether the path ended in `*`: all fields of what it leads to, instead of that value. */
  readonly isWildcard: boolean;
}

/** The most names that a path may have; deeper records are refused long before. */
const MAX_SEGMENTS = 64;

/** Is a position as paths write it. @internal */
export const POSITION = /^(?:0|[1-9]\d*)$/;

/**
 * Reads a field path: `"user.address.zip"`, a position of a tuple (`0`, `"0.name"`), or `"*"` for all fields of the record
 * or, as in `"user.*"`, of a part of it. A dot that belongs to a name is written `\.`, a backslash `\\`, and a field named
 * `*` as `\*`. Throws INVALID_KEY for an empty path, an empty name or a `*` that is not last.
 * @public
 */
export function parseFieldPath(key: string | number): FieldPath {
  if (typeof key === "number") {
    if (Number.isInteger(key) && key >= 0) return { text: String(key), segments: [String(key)], isWildcard: false };
    throw invalidPath(String(key), "a position is an integer from 0");
  }
  const parts = splitPath(key);
  const isWildcard = parts.at(-1)?.isWildcard === true;
  const named = isWildcard ? parts.slice(0, -1) : parts;
  if (named.length > MAX_SEGMENTS) throw invalidPath(key, `at most ${MAX_SEGMENTS} names`);
  for (const part of named) {
    if (part.isWildcard) throw invalidPath(key, "a * at the end only");
    if (part.name === "") throw invalidPath(key, "a name before, between and after the dots");
  }
  return { text: key, segments: named.map((part) => part.name), isWildcard };
}

/** Returns the text that {@link parseFieldPath} reads as these names. @public */
export function fieldPathText(segments: readonly string[]): string {
  return segments.map((name) => name.replace(/[\\.*]/g, "\\$&")).join(".");
}

/**
 * Returns the value that `path` leads to in `record`, without looking at a type; for a path with a wildcard, the value
 * whose fields are meant. An absent field is null, and so is everything below a null. Throws UNKNOWN_FIELD when the
 * path goes on below a value that has no fields.
 * @public
 */
export function fieldValue(record: unknown, path: FieldPath): unknown {
  let value: unknown = record;
  for (const name of path.segments) {
    if (value === null || value === undefined) return null;
    value = childValue(value, name, path);
  }
  return value === undefined ? null : value;
}

function childValue(parent: unknown, name: string, path: FieldPath): unknown {
  const kind = valueKindOf(parent);
  if (kind === "row" || (kind === "array" && POSITION.test(name))) {
    return Object.hasOwn(parent as object, name) ? (parent as Record<string, unknown>)[name] : null;
  }
  throw new MillraceError({
    code: "UNKNOWN_FIELD",
    what: `${JSON.stringify(path.text)} asks for field ${JSON.stringify(name)} of a value of kind ${kind}`,
    expected: kind === "array" ? "a position there" : "a row or a tuple there",
    where: { field: path.text },
  });
}

interface PathPart {
  readonly name: string;
  readonly isWildcard: boolean;
}

function splitPath(text: string): PathPart[] {
  const parts: PathPart[] = [];
  let name = "";
  let isPlain = true;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    const next = text[i + 1];
    if (character === "\\" && next !== undefined && "\\.*".includes(next)) {
      name += next;
      isPlain = false;
      i++;
    } else if (character === ".") {
      parts.push({ name, isWildcard: name === "*" && isPlain });
      name = "";
      isPlain = true;
    } else {
      name += character;
    }
  }
  parts.push({ name, isWildcard: name === "*" && isPlain });
  return parts;
}

function invalidPath(text: string, expected: string): MillraceError {
  return new MillraceError({
    code: "INVALID_KEY",
    what: `${JSON.stringify(text)} is no field path`,
    expected,
    fix: 'Write names separated by dots, such as "user.address.zip"; a dot inside a name is written "\\\\.".',
  });
}
