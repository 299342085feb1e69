import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalKeyBytes, compareValues, equalValues, keyText } from "../src/index.js";
import { runs, similarValues } from "./random-values.js";
import { ASCENDING } from "./value-samples.js";

function hex(value: unknown): string {
  return Buffer.from(canonicalKeyBytes(value)).toString("hex");
}

test("[T4] bytes ascend with the values, and equal values have equal bytes", () => {
  const all = ASCENDING.map((group) => group.map((value) => Buffer.from(canonicalKeyBytes(value))));
  for (const group of all) for (const bytes of group) expect(bytes.equals(group[0]!)).toBe(true);
  for (let i = 0; i < all.length; i++) {
    for (let j = 0; j < all.length; j++) expect(Math.sign(all[i]![0]!.compare(all[j]![0]!))).toBe(Math.sign(i - j));
  }
});

test("[T4] bytes, key texts and plain comparison agree on random values", () => {
  fc.assert(
    fc.property(similarValues, ([a, b]) => {
      const order = Math.sign(compareValues(a, b));
      expect(Math.sign(Buffer.from(canonicalKeyBytes(a)).compare(canonicalKeyBytes(b)))).toBe(order);
      expect(Math.sign(compareValues(b, a)) + order).toBe(0);
      expect(equalValues(a, b)).toBe(order === 0);
      expect(keyText(a) === keyText(b)).toBe(order === 0);
    }),
    runs(3000),
  );
});

test("[T4] the order is transitive on random values", () => {
  fc.assert(
    fc.property(similarValues, similarValues, ([a, b], [c]) => {
      const [x, y, z] = [a, b, c].sort(compareValues);
      expect(compareValues(x, y)).toBeLessThanOrEqual(0);
      expect(compareValues(y, z)).toBeLessThanOrEqual(0);
      expect(compareValues(x, z)).toBeLessThanOrEqual(0);
    }),
    runs(1000),
  );
});

test("[T5] the published bytes of each kind of value", () => {
  const vectors: readonly (readonly [unknown, string])[] = [
    [null, "01"],
    [false, "10"],
    [true, "11"],
    [0, "188000000000000000"],
    [-0, "188000000000000000"],
    [1, "18bff0000000000000"],
    [-1, "18400fffffffffffff"],
    [NaN, "18fff8000000000000"],
    [Infinity, "18fff0000000000000"],
    [5n, "218000000000000005"],
    [-1n, "217fffffffffffffff"],
    [2n ** 64n, "2200000009010000000000000000"],
    ["", "3000"],
    ["ab", "30616200"],
    ["a\u0000\u0001é€", "306101010102c3a9e282ac00"],
    ["\ud83d\ude00", "30eda0bdedb88000"],
    [new Date(0), "388000000000000000"],
    [new Uint8Array([0, 1]), "400101010200"],
    [[1, "a"], "4818bff000000000000030610000"],
    [{ b: true, a: null }, "50019dff1100"],
    [new Map([["k", 1]]), "58" + "48" + "306b00" + "18bff0000000000000" + "00" + "00"],
  ];
  for (const [value, bytes] of vectors) expect(hex(value)).toBe(bytes);
});
