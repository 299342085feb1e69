/**
 * What equality and order of record values mean, in plain JavaScript. This is the reference: canonical key bytes, generated
 * comparators and hashers are held equal to it by property tests, and SPEC.md states it rule by rule ([T1] to [T3]).
 * Nothing here knows a type, a layout or a byte.
 */
import { Decimal } from "../types/decimal.js";
import { rankOfKind, type ValueKind, valueKindOf } from "./value-kind.js";

/**
 * Compares any two record values in one total order: negative when `a` comes first, positive when `b` does, 0 when they
 * are equal keys. `null`, `undefined` and absent fields are one null and come first; -0 equals 0; NaN equals NaN and
 * follows Infinity. Values of different kinds order by kind. Throws RECORD_NOT_DATA for functions and symbols.
 * @public
 */
export function compareValues(a: unknown, b: unknown): number {
  const kindA = valueKindOf(a);
  const kindB = valueKindOf(b);
  if (kindA !== kindB) return rankOfKind(kindA) - rankOfKind(kindB);
  return compareOfKind(kindA, a, b);
}

/** Tells whether two record values are equal keys, which is `compareValues(a, b) === 0`. @public */
export function equalValues(a: unknown, b: unknown): boolean {
  return a === b || compareValues(a, b) === 0;
}

/**
 * Returns a text that is equal for two values exactly when they are equal keys. It serves as the key of a JavaScript `Map`
 * and says nothing about order. @public
 */
export function keyText(value: unknown): string {
  return typeof value === "string" ? `s${value}` : textOfKind(valueKindOf(value), value);
}

function compareOfKind(kind: ValueKind, a: unknown, b: unknown): number {
  switch (kind) {
    case "null":
      return 0;
    case "boolean":
      return Number(a) - Number(b);
    case "number":
      return compareNumbers(a as number, b as number);
    case "bigint":
      return (a as bigint) < (b as bigint) ? -1 : (a as bigint) > (b as bigint) ? 1 : 0;
    case "decimal":
      return (a as Decimal).compareTo(b as Decimal);
    case "string":
      return (a as string) < (b as string) ? -1 : (a as string) > (b as string) ? 1 : 0;
    case "timestamp":
      return compareNumbers((a as Date).getTime(), (b as Date).getTime());
    case "bytes":
      return compareBytes(a as Uint8Array, b as Uint8Array);
    case "array":
      return compareArrays(a as unknown[], b as unknown[]);
    case "row":
      return compareRows(a as Record<string, unknown>, b as Record<string, unknown>);
    case "map":
      return compareArrays(sortedEntries(a as Map<unknown, unknown>), sortedEntries(b as Map<unknown, unknown>));
  }
}

function compareNumbers(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!;
  }
  return a.length - b.length;
}

function compareArrays(a: readonly unknown[], b: readonly unknown[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = compareValues(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareRows(a: Record<string, unknown>, b: Record<string, unknown>): number {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const name of [...names].sort()) {
    const order = compareValues(ownField(a, name), ownField(b, name));
    if (order !== 0) return order;
  }
  return 0;
}

function ownField(row: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(row, name) ? row[name] : undefined;
}

/** Returns the entries of a map in the order of their keys, then values: what equality and order of maps go by. @internal */
export function sortedEntries(map: Map<unknown, unknown>): [unknown, unknown][] {
  return [...map].sort(compareArrays);
}

function textOfKind(kind: ValueKind, value: unknown): string {
  switch (kind) {
    case "null":
      return "null";
    case "boolean":
      return String(value);
    case "number":
      return String(value);
    case "bigint":
      return `${value}n`;
    case "decimal":
      return `d${textOfDecimal(value as Decimal)}`;
    case "string":
      return JSON.stringify(value);
    case "timestamp":
      return `t${(value as Date).getTime()}`;
    case "bytes":
      return `b${Array.from(value as Uint8Array, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
    case "array":
      return textOfArray(value as unknown[]);
    case "row":
      return textOfRow(value as Record<string, unknown>);
    case "map":
      return `m${textOfArray(sortedEntries(value as Map<unknown, unknown>))}`;
  }
}

function nestedText(value: unknown): string {
  return textOfKind(valueKindOf(value), value);
}

// Array.from visits the holes of a sparse array, which are nulls; map() would skip them.
function textOfArray(values: readonly unknown[]): string {
  return `[${Array.from(values, nestedText).join(",")}]`;
}

function textOfRow(row: Record<string, unknown>): string {
  const names = Object.keys(row).filter((name) => row[name] !== undefined && row[name] !== null);
  return `{${names
    .sort()
    .map((name) => `${JSON.stringify(name)}:${nestedText(row[name])}`)
    .join(",")}}`;
}

function textOfDecimal(value: Decimal): string {
  let { unscaled, scale } = value;
  while (scale > 0 && unscaled % 10n === 0n) {
    unscaled /= 10n;
    scale--;
  }
  return new Decimal(unscaled, scale).toString();
}
