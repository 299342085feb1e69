import { expect, test } from "vitest";
import { compareValues, equalValues, keyText } from "../src/index.js";
import { ASCENDING } from "./value-samples.js";

test("[T1] one total order over all kinds of values, and equal values within each group", () => {
  ASCENDING.forEach((group, i) => {
    ASCENDING.forEach((other, j) => {
      for (const a of group) {
        for (const b of other) {
          expect(Math.sign(compareValues(a, b)), `${keyText(a)} against ${keyText(b)}`).toBe(Math.sign(i - j));
          expect(equalValues(a, b)).toBe(i === j);
        }
      }
    });
  });
});

test("[T2] key texts are equal exactly for equal values", () => {
  const texts = ASCENDING.map((group) => new Set(group.map(keyText)));
  for (const group of texts) expect(group.size).toBe(1);
  expect(new Set(texts.map((group) => [...group][0])).size).toBe(ASCENDING.length);
});

test("[T2] a string that looks like the text of another value is not that value", () => {
  expect(new Set(["null", "5", "5n", "[1]", "true"].map(keyText)).size).toBe(5);
  expect(keyText("5")).not.toBe(keyText(5));
  expect(keyText(["a", "b"])).not.toBe(keyText(["a,b"]));
  expect(keyText(['a","b'])).not.toBe(keyText(["a", "b"]));
});

test("[T1] a hole of a sparse array is a null", () => {
  const sparse: unknown[] = [];
  sparse[1] = 1;
  expect(equalValues(sparse, [null, 1])).toBe(true);
  expect(keyText(sparse)).toBe(keyText([null, 1]));
});

test("[T1] a field named __proto__ is a field", () => {
  expect(equalValues(JSON.parse('{"__proto__": 1}'), {})).toBe(false);
  expect(compareValues(JSON.parse('{"__proto__": 1}'), JSON.parse('{"__proto__": 2}'))).toBeLessThan(0);
});

test("[T3] functions and symbols are no data", () => {
  for (const value of [() => 1, Symbol("x"), [Symbol("x")]]) {
    expect(() => keyText(value)).toThrow(expect.objectContaining({ code: "RECORD_NOT_DATA" }));
  }
});
