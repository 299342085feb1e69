/** Holds the outcome of a plan against that of the reference: bags of records, and their order where one is promised. */
import { compareValues, equalValues, keyText } from "@millrace/core";
import type { OrderPart, PlanNode, PlanSpec } from "../plan-spec.js";
import { literalText } from "../plan-text.js";
import type { PlanOutcome } from "./build-program.js";

/** How many records of a difference are shown. */
const MAX_SHOWN = 5;

/** Returns the first difference, in words; undefined when there is none. @internal */
export function outcomeDifference(plan: PlanSpec, expected: PlanOutcome, actual: PlanOutcome): string | undefined {
  for (const [index, sink] of plan.sinks.entries()) {
    const [e, a] = [expected.results[index] ?? [], actual.results[index] ?? []];
    const difference = bagDifference(e, a) ?? (sink.kind === "count" ? undefined : orderOf(sink.node, e, a));
    if (difference !== undefined) return `result ${index + 1}: ${difference}`;
  }
  return accumulatorDifference(expected.accumulators, actual.accumulators);
}

/** Compares two lists of records as bags, by the equality of keys. @internal */
export function bagDifference(expected: readonly unknown[], actual: readonly unknown[]): string | undefined {
  const counts = new Map<string, { count: number; record: unknown }>();
  for (const record of expected) countIn(counts, record, 1);
  for (const record of actual) countIn(counts, record, -1);
  const missing = [...counts.values()].filter((c) => c.count > 0);
  const unexpected = [...counts.values()].filter((c) => c.count < 0);
  if (missing.length === 0 && unexpected.length === 0) return undefined;
  return `expected ${expected.length} records, got ${actual.length}; missing ${shown(missing)}; unexpected ${shown(unexpected)}`;
}

function countIn(counts: Map<string, { count: number; record: unknown }>, record: unknown, change: number): void {
  const text = keyText(record);
  const entry = counts.get(text);
  if (entry === undefined) counts.set(text, { count: change, record });
  else entry.count += change;
}

function shown(entries: readonly { readonly count: number; readonly record: unknown }[]): string {
  if (entries.length === 0) return "none";
  const texts = entries.slice(0, MAX_SHOWN).map(({ count, record }) => `${Math.abs(count)} × ${literalText(record)}`);
  return `${texts.join(", ")}${entries.length > MAX_SHOWN ? `, and ${entries.length - MAX_SHOWN} others` : ""}`;
}

function orderOf(node: PlanNode, expected: readonly unknown[], actual: readonly unknown[]): string | undefined {
  return node.isSequence ? sequenceDifference(expected, actual) : orderDifference(node.order, actual);
}

function sequenceDifference(expected: readonly unknown[], actual: readonly unknown[]): string | undefined {
  const position = expected.findIndex((record, i) => !equalValues(record, actual[i]));
  if (position < 0) return undefined;
  return `record ${position + 1} is ${literalText(actual[position])}, expected ${literalText(expected[position])}`;
}

/** With equal bags, an order is right when no record comes before one that it should follow. */
function orderDifference(order: readonly OrderPart[] | undefined, records: readonly unknown[]): string | undefined {
  if (order === undefined) return undefined;
  for (let i = 1; i < records.length; i++) {
    if (compareByOrder(order, records[i - 1], records[i]) > 0) {
      return `record ${i + 1} belongs before record ${i}: ${literalText(records[i])} after ${literalText(records[i - 1])}`;
    }
  }
  return undefined;
}

function compareByOrder(order: readonly OrderPart[], a: unknown, b: unknown): number {
  for (const { read, isDescending } of order) {
    const comparison = compareValues(read(a), read(b));
    if (comparison !== 0) return isDescending ? -comparison : comparison;
  }
  return 0;
}

function accumulatorDifference(
  expected: ReadonlyMap<string, unknown>,
  actual: ReadonlyMap<string, unknown>,
): string | undefined {
  for (const name of new Set([...expected.keys(), ...actual.keys()])) {
    if (keyText(expected.get(name)) !== keyText(actual.get(name))) {
      return `accumulator ${name}: expected ${literalText(expected.get(name))}, got ${literalText(actual.get(name))}`;
    }
  }
  return undefined;
}
