/**
 * Compares what came out of a program with what was expected.
 *
 * A bag is compared by the texts of its values: two bags are equal when every text is in both equally often. With a
 * tolerance, texts do not tell; then both sides are sorted by their shape (the text without its numbers) and their numbers,
 * and compared position by position. Records whose shapes are equal and whose first numbers lie within the tolerance of each
 * other could be paired wrongly, which shows as a failure, never as a pass.
 */
import { isMillraceError } from "@millrace/core";
import type { Expectation } from "./expectation.js";
import { valueText } from "./value-text.js";

/** Says in what a result differs from what was expected. @public */
export interface Difference {
  /** What is wrong, a sentence. */
  readonly what: string;
  /** Texts of what was expected and did not come; with an order, from the first difference on. */
  readonly missing: readonly string[];
  /** Texts of what came and was not expected; with an order, from the first difference on. */
  readonly unexpected: readonly string[];
}

/** Is how a program ended: its records, or the error that it failed with. @public */
export type Outcome = { readonly records: readonly unknown[] } | { readonly error: unknown };

/** Returns the first difference between an outcome and what was expected of it; undefined when there is none. @public */
export function differenceOf(
  expected: Expectation | readonly Expectation[],
  outcome: Outcome,
  parallelism: number,
): Difference | undefined {
  const list = Array.isArray(expected) ? (expected as readonly Expectation[]) : [expected as Expectation];
  for (const expectation of list) {
    const difference = differenceFrom(expectation, outcome, parallelism);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function differenceFrom(expectation: Expectation, outcome: Outcome, parallelism: number): Difference | undefined {
  if (expectation.kind === "failure") return failureDifference(expectation, outcome);
  if ("error" in outcome) return plain(`The program failed: ${errorText(outcome.error)}`);
  const { records } = outcome;
  switch (expectation.kind) {
    case "law": {
      const wrong = expectation.check(records as readonly never[], parallelism);
      return wrong === undefined ? undefined : plain(`"${expectation.statement}" does not hold: ${wrong}`);
    }
    case "bag":
      return bagDifference(expectation.records, rendered(records, expectation), toleranceOf(expectation));
    case "ordered":
      return orderDifference(expectation.records, rendered(records, expectation), toleranceOf(expectation));
    case "orderedByKey": {
      const actual = rendered(records, expectation);
      const wrongBag = bagDifference(expectation.records, actual, toleranceOf(expectation));
      if (wrongBag !== undefined) return wrongBag;
      const key = expectation.key as (record: unknown) => unknown;
      return orderDifference(expectation.records.map(key), actual.map(key), toleranceOf(expectation));
    }
  }
}

type RecordsExpectation = Extract<Expectation, { readonly records: readonly unknown[] }>;

function rendered(records: readonly unknown[], { rendering }: RecordsExpectation): readonly unknown[] {
  return rendering.render === undefined ? records : records.map(rendering.render as (record: unknown) => unknown);
}

function toleranceOf({ rendering }: RecordsExpectation): number {
  return rendering.tolerance ?? 0;
}

function plain(what: string): Difference {
  return { what, missing: [], unexpected: [] };
}

function failureDifference(
  expectation: Extract<Expectation, { readonly kind: "failure" }>,
  outcome: Outcome,
): Difference | undefined {
  const { code, texts } = expectation;
  if (!("error" in outcome)) {
    return {
      what: `The program did not fail; expected ${code}`,
      missing: [],
      unexpected: outcome.records.map(valueText),
    };
  }
  const { error } = outcome;
  if (!isMillraceError(error, code)) return plain(`Expected the error ${code}, got ${errorText(error)}`);
  const absent = texts.filter((text) => !error.message.includes(text));
  if (absent.length === 0) return undefined;
  return plain(
    `The message of ${code} lacks ${absent.map((text) => JSON.stringify(text)).join(", ")}: ${error.message}`,
  );
}

/** Returns the text of a thrown value for a report. @internal */
export function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : valueText(error);
}

function bagDifference(
  expected: readonly unknown[],
  actual: readonly unknown[],
  tolerance: number,
): Difference | undefined {
  if (tolerance > 0) return orderDifference(inShapeOrder(expected), inShapeOrder(actual), tolerance);
  const counts = new Map<string, number>();
  for (const text of expected.map(valueText)) counts.set(text, (counts.get(text) ?? 0) + 1);
  const unexpected: string[] = [];
  for (const text of actual.map(valueText)) {
    const count = counts.get(text) ?? 0;
    if (count > 0) counts.set(text, count - 1);
    else unexpected.push(text);
  }
  const missing = [...counts].flatMap(([text, count]) => Array.from({ length: count }, () => text));
  if (missing.length === 0 && unexpected.length === 0) return undefined;
  const what = `${actual.length} records came where ${expected.length} were expected; ${missing.length} are missing, ${unexpected.length} are wrong`;
  return { what, missing, unexpected };
}

function orderDifference(
  expected: readonly unknown[],
  actual: readonly unknown[],
  tolerance: number,
): Difference | undefined {
  const length = Math.min(expected.length, actual.length);
  let position = 0;
  while (position < length && isWithin(expected[position], actual[position], tolerance)) position++;
  if (position === expected.length && position === actual.length) return undefined;
  return {
    what: `${actual.length} records came where ${expected.length} were expected; the first difference is at position ${position}`,
    missing: expected.slice(position).map(valueText),
    unexpected: actual.slice(position).map(valueText),
  };
}

const NUMBERS = /-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Infinity)|NaN/g;

function shapeOf(value: unknown): string {
  return valueText(value).replace(NUMBERS, "#");
}

function numbersOf(value: unknown): number[] {
  return (valueText(value).match(NUMBERS) ?? []).map(Number);
}

function isWithin(expected: unknown, actual: unknown, tolerance: number): boolean {
  if (tolerance === 0) return valueText(expected) === valueText(actual);
  if (shapeOf(expected) !== shapeOf(actual)) return false;
  const numbers = numbersOf(actual);
  return numbersOf(expected).every((number, i) => isClose(number, numbers[i]!, tolerance));
}

function isClose(a: number, b: number, tolerance: number): boolean {
  return Object.is(a, b) || Math.abs(a - b) <= tolerance;
}

function inShapeOrder(values: readonly unknown[]): unknown[] {
  const keyed = values.map((value) => ({ value, shape: shapeOf(value), numbers: numbersOf(value) }));
  keyed.sort((a, b) => (a.shape === b.shape ? compareNumbers(a.numbers, b.numbers) : a.shape < b.shape ? -1 : 1));
  return keyed.map(({ value }) => value);
}

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
