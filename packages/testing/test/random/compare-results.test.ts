import { describe, expect, test } from "vitest";
import type { PlanNode, PlanSpec } from "../../src/random/plan-spec.js";
import type { PlanOutcome } from "../../src/random/run/build-program.js";
import { bagDifference, outcomeDifference } from "../../src/random/run/compare-results.js";

describe("[RP3] bags", () => {
  test("compare by the equality of keys, in any order", () => {
    expect(bagDifference([{ a: -0, b: null }, [NaN]], [[NaN], { a: 0 }])).toBeUndefined();
  });

  test.each([
    ["a record that is missing", [1, 2], [1], /missing 1 × 2; unexpected none/],
    ["a record too many", [1], [1, 1], /missing none; unexpected 1 × 1/],
    ["a bigint for a number", [1], [1n], /missing 1 × 1; unexpected 1 × 1n/],
    ["another string", ["\ud800"], ["\ufffd"], /missing 1/],
  ])("differ by %s", (_, expected, actual, difference) => {
    expect(bagDifference(expected, actual)).toMatch(difference);
  });

  test("show the first of many differences", () => {
    expect(bagDifference([1, 2, 3, 4, 5, 6, 7], [])).toMatch(/1 × 5, and 2 others; unexpected none/);
  });
});

/** A plan whose only result is ordered by `a`, nulls first. */
function orderedPlan(isDescending: boolean): PlanSpec {
  const read = (record: unknown): unknown => (record as { a: unknown }).a;
  const node = { order: [{ read, isDescending }] } as unknown as PlanNode;
  return { seed: 1, nodes: [node], sinks: [{ node, kind: "collect" }] };
}

function outcome(records: readonly unknown[], accumulators: Readonly<Record<string, unknown>> = {}): PlanOutcome {
  return { results: [records], accumulators: new Map(Object.entries(accumulators)) };
}

describe("[RP3] outcomes", () => {
  const records = [{ a: null }, { a: 1, b: 2 }, { a: 1, b: 1 }, { a: 2 }];

  test("agree when equal keys of a promised order come in another order", () => {
    const swapped = [records[0], records[2], records[1], records[3]];
    expect(outcomeDifference(orderedPlan(false), outcome(records), outcome(swapped))).toBeUndefined();
    expect(outcomeDifference(orderedPlan(true), outcome(records), outcome(swapped.reverse()))).toBeUndefined();
  });

  test("differ when a promised order does not hold", () => {
    const moved = [...records.slice(1), records[0]];
    expect(outcomeDifference(orderedPlan(false), outcome(records), outcome(moved))).toMatch(
      /record 4 belongs before record 3/,
    );
  });

  test("differ by an accumulator", () => {
    const plan = orderedPlan(false);
    expect(outcomeDifference(plan, outcome([], { calls: 2n }), outcome([], { calls: 3n }))).toBe(
      "accumulator calls: expected 2n, got 3n",
    );
    expect(outcomeDifference(plan, outcome([], { calls: 2n }), outcome([]))).toMatch(/expected 2n, got undefined/);
  });
});
