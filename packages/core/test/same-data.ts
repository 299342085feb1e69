import { inspect } from "node:util";
import { expect } from "vitest";
import { Decimal } from "../src/index.js";
import { Point } from "./random-types.js";

/**
 * Fails unless two records are the same to the last detail: prototypes, order of fields and entries, the sign of zero, the
 * scale of decimals. The matchers of the test runner stumble over fields named `constructor`.
 */
export function expectSame(actual: unknown, expected: unknown): void {
  if (!isSame(actual, expected))
    expect.fail(`${inspect(actual, { depth: 9 })}\nis not\n${inspect(expected, { depth: 9 })}`);
}

function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) return Object.is(a, b);
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date) return Object.is(a.getTime(), (b as Date).getTime());
  if (a instanceof Uint8Array) return Buffer.compare(a, b as Uint8Array) === 0;
  if (a instanceof Point) return a.x === (b as Point).x;
  if (a instanceof Decimal) return a.unscaled === (b as Decimal).unscaled && a.scale === (b as Decimal).scale;
  if (a instanceof Map) return isSame([...a], [...(b as Map<unknown, unknown>)]);
  return isSameList(Object.keys(a), Object.keys(b)) && isSameList(Object.values(a), Object.values(b));
}

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, i) => isSame(value, b[i]));
}
