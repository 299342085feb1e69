import fc from "fast-check";
import { expect, test } from "vitest";
import { fieldPathText, fieldValue, isMillraceError, parseFieldPath } from "../src/index.js";
import { anyName, runs } from "./random-values.js";

function valueAt(record: unknown, path: string | number): unknown {
  return fieldValue(record, parseFieldPath(path));
}

test("[F1] names, positions and wildcards", () => {
  const record = { user: { address: { zip: "1010" } }, pair: ["x", { name: "y" }] };
  expect(valueAt(record, "user.address.zip")).toBe("1010");
  expect(valueAt(record, "pair.1.name")).toBe("y");
  expect(valueAt(record.pair, 0)).toBe("x");
  expect(valueAt(record.pair, "1.name")).toBe("y");
  expect(parseFieldPath("*")).toEqual({ text: "*", segments: [], isWildcard: true });
  expect(parseFieldPath("user.*")).toEqual({ text: "user.*", segments: ["user"], isWildcard: true });
  expect(valueAt(record, "*")).toBe(record);
});

test("[F2] absent fields and everything below a null are null", () => {
  expect(valueAt({ user: null }, "user.address.zip")).toBe(null);
  expect(valueAt({}, "user.address")).toBe(null);
  expect(valueAt({ a: undefined }, "a")).toBe(null);
  expect(valueAt([1], 5)).toBe(null);
});

test("[F3] what a prototype has is no field", () => {
  expect(valueAt({}, "constructor")).toBe(null);
  expect(valueAt({}, "__proto__")).toBe(null);
  expect(valueAt(JSON.parse('{"__proto__": 5}'), "__proto__")).toBe(5);
});

test("[F4] a path that goes on below a value without fields is an error", () => {
  for (const parent of [5, "text", new Date(0), new Map([["b", 1]]), 5n, new Uint8Array(3)]) {
    expect(() => valueAt({ a: parent }, "a.b")).toThrow(/a\.b/);
  }
  for (const name of ["map", "length", "01"]) expect(() => valueAt([1], name)).toThrow(/Expected a position there/);
});

test("[F5] dots, backslashes and stars in names are escaped", () => {
  expect(valueAt({ "a.b": { "*": 1 } }, "a\\.b.\\*")).toBe(1);
  fc.assert(
    fc.property(
      fc.array(
        anyName.filter((name) => name !== ""),
        { minLength: 1, maxLength: 4 },
      ),
      (names) => {
        const path = parseFieldPath(fieldPathText(names));
        expect(path.segments).toEqual(names);
        expect(path.isWildcard).toBe(false);
      },
    ),
    runs(500),
  );
});

test("[F6] what is no path is refused when it is read", () => {
  for (const path of ["", ".", "a.", ".a", "a..b", "*.a", "a.*.b", -1, 1.5, NaN, "a.".repeat(80)]) {
    try {
      parseFieldPath(path);
      expect.unreachable(String(path));
    } catch (error) {
      expect(isMillraceError(error, "INVALID_KEY")).toBe(true);
    }
  }
});
