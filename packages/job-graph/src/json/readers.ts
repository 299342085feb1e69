/**
 * Reads data of unknown origin into a known shape: every part is checked, unknown fields are refused, and nothing of the input
 * is kept. A reader gets a value and the path at which it stands, for messages.
 */
import { MillraceError } from "@millrace/core";

/** Returns the value as what it should be, or throws INVALID_JOB_GRAPH. */
export type Reader<T> = (value: unknown, path: string) => T;

/** Is a reader for every field of an object. */
export type Fields<T> = { readonly [K in keyof T]-?: Reader<T[K]> };

/** Is the member of a union of objects told apart by `kind`. */
type Member<T, K> = T extends { readonly kind: infer Kinds } ? (K extends Kinds ? Omit<T, "kind"> : never) : never;

/** Is a reader for every field, for every kind. */
export type Kinds<T extends { readonly kind: string }> = { readonly [K in T["kind"]]: Fields<Member<T, K>> };

/** Reads a string. */
export const text: Reader<string> = (value, path) => {
  if (typeof value === "string") return value;
  throw malformed(value, path, "a string");
};

/** Reads true or false. */
export const boolean: Reader<boolean> = (value, path) => {
  if (typeof value === "boolean") return value;
  throw malformed(value, path, "true or false");
};

/** Reads an integer of at least `least`. */
export function integer(least: number): Reader<number> {
  return (value, path) => {
    if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
    throw malformed(value, path, `an integer of at least ${least}`);
  };
}

/** Reads a finite number of at least 0. */
export const amount: Reader<number> = (value, path) => {
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw malformed(value, path, "a number of at least 0");
};

/** Reads one of a few strings. */
export function oneOf<T extends string>(...options: readonly T[]): Reader<T> {
  return (value, path) => {
    const found = options.find((option) => option === value);
    if (found !== undefined) return found;
    throw malformed(value, path, `one of ${options.join(", ")}`);
  };
}

/** Reads a list. */
export function list<T>(item: Reader<T>): Reader<readonly T[]> {
  return (value, path) => {
    if (Array.isArray(value)) return Array.from(value, (each, index) => item(each, `${path}[${index}]`));
    throw malformed(value, path, "a list");
  };
}

/** Reads a list of at least one. */
export function listOfSome<T>(item: Reader<T>): Reader<readonly T[]> {
  const all = list(item);
  return (value, path) => {
    const read = all(value, path);
    if (read.length > 0) return read;
    throw malformed(value, path, "a list of at least one");
  };
}

/** Reads what may be absent. */
export function optional<T>(reader: Reader<T>): Reader<T | undefined> {
  return (value, path) => (value === undefined ? undefined : reader(value, path));
}

/** Reads an object with these fields and no others. */
export function object<T>(fields: Fields<T>): Reader<T> {
  return (value, path) => readFields(entriesOf(value, path), fields, path);
}

/** Reads an object whose field `kind` says which fields it has. */
export function byKind<T extends { readonly kind: string }>(kinds: Kinds<T>): Reader<T> {
  const ofKind = new Map<string, Fields<object>>(Object.entries(kinds));
  return (value, path) => {
    const entries = entriesOf(value, path);
    const kind = entries.get("kind");
    const fields = typeof kind === "string" ? ofKind.get(kind) : undefined;
    if (fields === undefined) throw malformed(kind, `${path}.kind`, `one of ${[...ofKind.keys()].join(", ")}`);
    entries.delete("kind");
    return { kind, ...(readFields(entries, fields, path) as object) } as unknown as T;
  };
}

/** Reads an object with any names; it has no prototype, so that no name means something. */
export function named<T>(reader: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (value, path) => {
    const result = Object.create(null) as Record<string, T>;
    for (const [name, each] of entriesOf(value, path)) result[name] = reader(each, `${path}[${JSON.stringify(name)}]`);
    return result;
  };
}

/** Returns the fields of a plain object by name. */
export function entriesOf(value: unknown, path: string): Map<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed(value, path, "an object");
  return new Map(Object.entries(value));
}

function readFields<T>(entries: ReadonlyMap<string, unknown>, fields: Fields<T>, path: string): T {
  const readers = Object.entries(fields) as [string, Reader<unknown>][];
  const names = readers.map(([name]) => name);
  for (const name of entries.keys()) {
    if (names.includes(name)) continue;
    throw malformed(name, path, names.length === 0 ? "no fields" : `the fields ${names.join(", ")} and no other`);
  }
  return Object.fromEntries(readers.map(([name, read]) => [name, read(entries.get(name), `${path}.${name}`)])) as T;
}

/** How much of a value a message shows; it may come from anywhere. */
const SHOWN_LENGTH = 80;

/** Makes the error for a value that is not what it should be. */
export function malformed(value: unknown, path: string, expected: string): MillraceError {
  const shown = value === undefined ? "nothing" : String(JSON.stringify(value)).slice(0, SHOWN_LENGTH);
  return new MillraceError({
    code: "INVALID_JOB_GRAPH",
    what: `A job graph has ${shown} at ${path}`,
    expected,
  });
}
