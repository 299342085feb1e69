import { MillraceError } from "@millrace/core";
import { describe, expect, test } from "vitest";
import {
  bag,
  differenceOf,
  type Expectation,
  failure,
  law,
  ordered,
  orderedByKey,
  valueText,
} from "../../src/index.js";

function difference(expected: Expectation | readonly Expectation[], records: readonly unknown[]) {
  return differenceOf(expected, { records }, 2);
}

describe("values", () => {
  test("[C1] rows compare by their fields, an absent field is undefined", () => {
    expect(difference(bag([{ a: 1, b: [2] }]), [{ b: [2], a: 1, c: undefined }])).toBeUndefined();
    expect(difference(bag([{ a: null }]), [{}])).toBeDefined();
  });

  test.each([
    ["-0 and 0", -0, 0],
    ["a number and a bigint", 1, 1n],
    ["a number and its text", 1, "1"],
    ["two dates", new Date(1), new Date(2)],
    ["a date and an invalid one", new Date(1), new Date(Number.NaN)],
    ["bytes", Uint8Array.of(1), Uint8Array.of(1, 0)],
    ["an array and an object", [1], { 0: 1 }],
    ["maps", new Map([[1, 2]]), new Map([[1, 3]])],
    ["a lone surrogate and another", "\ud800", "\ud801"],
  ])("[C1] %s differ", (_title, a, b) => {
    expect(difference(bag([a]), [b])).toBeDefined();
    expect(difference(bag([a]), [structuredClone(a)])).toBeUndefined();
  });

  test("[C1] NaN equals NaN", () => {
    expect(difference(bag([Number.NaN, [Number.NaN]]), [[Number.NaN], Number.NaN])).toBeUndefined();
  });

  test("[C1] the text of a value reads like JavaScript", () => {
    expect(valueText({ b: -0, "a b": [1n, "x", null], d: new Date(0), e: Uint8Array.of(10) })).toBe(
      '{ "a b": [1n, "x", null], b: -0, d: Date(1970-01-01T00:00:00.000Z), e: bytes(0a) }',
    );
  });
});

describe("expectations", () => {
  test("[C2] a bag minds how often a record comes, and no order", () => {
    expect(difference(bag([1, 2, 2]), [2, 1, 2])).toBeUndefined();
    expect(difference(bag([1, 2, 2]), [2, 1, 3])).toMatchObject({ missing: ["2"], unexpected: ["3"] });
    expect(difference(bag([1]), [1, 1])).toMatchObject({ missing: [], unexpected: ["1"] });
    expect(difference(bag([]), [])).toBeUndefined();
  });

  test("[C3] an order is kept from the first record on", () => {
    expect(difference(ordered([1, 2, 3]), [1, 2, 3])).toBeUndefined();
    expect(difference(ordered([1, 2, 3]), [1, 3, 2])).toMatchObject({ missing: ["2", "3"], unexpected: ["3", "2"] });
    expect(difference(ordered([1, 2]), [1, 2, 3])).toMatchObject({ missing: [], unexpected: ["3"] });
  });

  test("[C3] records of one key come in any order, keys do not", () => {
    const a = { k: 1, n: 1 };
    const b = { k: 1, n: 2 };
    const c = { k: 2, n: 3 };
    const byKey = orderedByKey([a, b, c], ({ k }) => k);
    expect(difference(byKey, [b, a, c])).toBeUndefined();
    expect(difference(byKey, [a, c, b])).toBeDefined();
    expect(difference(byKey, [a, a, c])).toBeDefined();
  });

  test("[C4] a tolerance is for numbers only", () => {
    const a = { id: "a", at: [1.001, -2] };
    const near = bag([a, { id: "b", at: [5, 5] }], { tolerance: 0.01 });
    expect(
      difference(near, [
        { id: "b", at: [5.009, 5] },
        { id: "a", at: [1, -2.005] },
      ]),
    ).toBeUndefined();
    expect(difference(near, [{ id: "b", at: [5.02, 5] }, a])).toBeDefined();
    expect(difference(near, [{ id: "c", at: [5, 5] }, a])).toBeDefined();
    expect(difference(bag([Number.NaN], { tolerance: 1 }), [0])).toBeDefined();
    expect(difference(bag([1e-9, 2], { tolerance: 1e-6 }), [2, 0])).toBeUndefined();
  });

  test("[C5] a law speaks for itself, with the parallelism of the run", () => {
    const even = law("all are even", (records: readonly number[], parallelism) => {
      const odd = records.find((n) => n % 2 === 1);
      return odd === undefined ? undefined : `${odd} is odd at parallelism ${parallelism}`;
    });
    expect(difference(even, [2, 4])).toBeUndefined();
    expect(difference(even, [2, 3])?.what).toBe('"all are even" does not hold: 3 is odd at parallelism 2');
    expect(difference([bag([2, 3]), even], [2, 3])).toBeDefined();
    expect(difference([bag([2, 4]), even], [2, 4])).toBeUndefined();
  });

  test("[C6] a failure is a code and texts of the message", () => {
    const error = new MillraceError({ code: "UNKNOWN_FIELD", what: 'There is no field "x"' });
    const unknownX = failure("UNKNOWN_FIELD", '"x"');
    expect(differenceOf(unknownX, { error }, 1)).toBeUndefined();
    expect(differenceOf(failure("UNKNOWN_FIELD", "y!"), { error }, 1)?.what).toContain('lacks "y!"');
    expect(differenceOf(failure("INVALID_KEY"), { error }, 1)?.what).toContain("Expected the error INVALID_KEY");
    expect(differenceOf(unknownX, { error: new Error('"x"') }, 1)).toBeDefined();
    expect(difference(unknownX, [1])).toMatchObject({ unexpected: ["1"] });
    expect(differenceOf(bag([]), { error }, 1)?.what).toContain('There is no field "x"');
  });
});
