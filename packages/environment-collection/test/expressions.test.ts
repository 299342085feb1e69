import {
  type CastTarget,
  Decimal,
  type ExpressionNode,
  evaluateExpression,
  isMillraceError,
  types,
} from "@millrace/core";
import { describe, expect, test } from "vitest";
import { call, col, from, grouped, lit } from "./programs.js";

/** Puts any value into an expression, also those that no literal can be. */
const value = (node: (...args: ExpressionNode[]) => ExpressionNode, ...values: unknown[]): unknown => {
  const record = Object.fromEntries(values.map((v, index) => [`v${index}`, v]));
  return evaluateExpression(node(...values.map((_, index) => col(`v${index}`))), record);
};
type Name = Parameters<typeof call>[0];
const of =
  (name: Name) =>
  (...args: ExpressionNode[]) =>
    call(name, ...args);
const apply = (name: Name, ...values: unknown[]) => value(of(name), ...values);
const d = Decimal.of;

test("[O80] columns, literals and parameters", () => {
  const record = { a: 1, u: { zip: "z" }, t: [5, { n: 6 }], "odd.name": 7 };
  expect(evaluateExpression(col("a"), record)).toBe(1);
  expect(evaluateExpression(col("u.zip"), record)).toBe("z");
  expect(evaluateExpression(col("t.1.n"), record)).toBe(6);
  expect(evaluateExpression(col("odd\\.name"), record)).toBe(7);
  expect(evaluateExpression(col("x"), record)).toBe(null);
  expect(evaluateExpression(col("x.y"), record)).toBe(null);
  expect(evaluateExpression(col("*"), record)).toBe(record);
  expect(evaluateExpression(lit(3n), record)).toBe(3n);
  expect(evaluateExpression({ op: "parameter", name: "limit", value: "p" }, record)).toBe("p");
});

const STRICT: [Name, unknown[]][] = [
  ["eq", [1, 1]],
  ["ne", [1, 1]],
  ["lt", [1, 2]],
  ["le", [1, 2]],
  ["gt", [1, 2]],
  ["ge", [1, 2]],
  ["not", [true]],
  ["add", [1, 2]],
  ["subtract", [1, 2]],
  ["multiply", [1, 2]],
  ["divide", [1, 2]],
  ["modulo", [1, 2]],
  ["negate", [1]],
  ["abs", [1]],
  ["floor", [1]],
  ["ceil", [1]],
  ["round", [1]],
  ["contains", ["a", "b"]],
  ["startsWith", ["a", "b"]],
  ["endsWith", ["a", "b"]],
  ["lower", ["a"]],
  ["upper", ["a"]],
  ["trim", ["a"]],
  ["length", ["a"]],
  ["concat", ["a", "b"]],
  ["substring", ["abc", 1, 2]],
  ["split", ["a", "b"]],
];

test.each(STRICT)("[O81] %s of a null is null", (name, args) => {
  expect(apply(name, ...args)).not.toBe(null);
  for (const index of args.keys()) expect(apply(name, ...args.with(index, null))).toBe(null);
});

test.each(STRICT.filter(([name]) => !["eq", "ne", "lt", "le", "gt", "ge"].includes(name)))(
  "[O81] %s of what it cannot take is an error",
  (name, args) => {
    for (const index of args.keys()) {
      if (name === "contains" && index === 0) continue;
      expect(() => apply(name, ...args.with(index, { odd: true }))).toThrowError(
        expect.toSatisfy((error) => isMillraceError(error, "INVALID_EXPRESSION")),
      );
    }
  },
);

test("[O82] comparisons use the order of values", () => {
  const ascending = [false, true, -Infinity, 0, 5, Infinity, NaN, 1n, 2n, d("0.5"), "", "a", "b", new Date(0)];
  ascending.forEach((a, i) => {
    ascending.forEach((b, j) => {
      expect([apply("lt", a, b), apply("gt", a, b), apply("eq", a, b)]).toEqual([i < j, i > j, i === j]);
      expect([apply("ge", a, b), apply("le", a, b), apply("ne", a, b)]).toEqual([i >= j, i <= j, i !== j]);
    });
  });
  expect(apply("eq", -0, 0)).toBe(true);
  expect(apply("eq", d("1.5"), d("1.50"))).toBe(true);
  expect(apply("eq", [1, [2]], [1, [2]])).toBe(true);
});

test("[O82] enums are their strings, and values of custom types are not compared", async () => {
  const size = types.row({ size: types.enum("small", "large") });
  const shirts = from({ size: "small" }, { size: "large" }).returns(size);
  expect(await shirts.filter(call("lt", col("size"), lit("small"))).collect()).toEqual([{ size: "large" }]);
  class Point {
    x = 1;
  }
  for (const name of ["eq", "lt", "in"] as const) {
    expect(() => apply(name, new Point(), new Point())).toThrow(/INVALID_EXPRESSION/);
  }
  expect(apply("isNull", new Point())).toBe(false);
});

test("[O83] and, or, not with three truth values", () => {
  const [t, f, n] = [true, false, null];
  const table = [t, f, n].flatMap((a) => [t, f, n].map((b) => [apply("and", a, b), apply("or", a, b)]));
  expect(table).toEqual([
    [t, t],
    [f, t],
    [n, t],
    [f, t],
    [f, f],
    [f, n],
    [n, t],
    [f, n],
    [n, n],
  ]);
  expect([apply("not", t), apply("not", f), apply("not", n)]).toEqual([f, t, n]);
  expect(apply("and", true, true, false)).toBe(false);
  expect(() => apply("and", 1, true)).toThrow(/INVALID_EXPRESSION/);
  expect(() => apply("or", true, "x")).toThrow(/INVALID_EXPRESSION/);
});

describe("[O84] arithmetic", () => {
  test("of numbers is JavaScript's", () => {
    expect(apply("add", 1.5, 2)).toBe(3.5);
    expect(apply("multiply", 1e308, 10)).toBe(Infinity);
    expect(apply("divide", 1, 0)).toBe(Infinity);
    expect(apply("divide", 0, 0)).toBe(NaN);
    expect(apply("modulo", -7, 3)).toBe(-1);
    expect(apply("modulo", 7, 0)).toBe(NaN);
    expect(apply("negate", 0)).toBe(-0);
    expect(apply("abs", -2)).toBe(2);
  });

  test("of bigints is exact", () => {
    expect(apply("add", 2n ** 63n, 1n)).toBe(2n ** 63n + 1n);
    expect(apply("divide", -7n, 2n)).toBe(-3n);
    expect(apply("modulo", -7n, 2n)).toBe(-1n);
    expect(apply("divide", 7n, 0n)).toBe(null);
    expect(apply("modulo", 7n, 0n)).toBe(null);
    expect([apply("negate", 5n), apply("abs", -5n), apply("subtract", 1n, 2n)]).toEqual([-5n, 5n, -1n]);
  });

  test("of decimals is exact, without quotients", () => {
    expect(String(apply("add", d("0.1"), d("0.20")))).toBe("0.30");
    expect(String(apply("subtract", d("0.1"), d("1")))).toBe("-0.9");
    expect(String(apply("multiply", d("0.1"), d("0.20")))).toBe("0.020");
    expect([String(apply("negate", d("1.5"))), String(apply("abs", d("-1.5")))]).toEqual(["-1.5", "1.5"]);
    expect(() => apply("divide", d("1"), d("3"))).toThrow(/two numbers or two bigints/);
  });

  test("does not mix kinds", () => {
    expect(() => apply("add", 1, 1n)).toThrow(/INVALID_EXPRESSION/);
    expect(() => apply("add", 1, "1")).toThrow(/INVALID_EXPRESSION/);
    expect(() => apply("add", "a", "b")).toThrow(/INVALID_EXPRESSION/);
  });
});

test("[O85] rounding", () => {
  expect([-2.5, -1.5, 0.5, 2.5].map((n) => apply("round", n))).toEqual([-2, -1, 1, 3]);
  expect([apply("floor", -1.5), apply("ceil", -1.5), apply("floor", 7n), apply("round", NaN)]).toEqual([
    -2,
    -1,
    7n,
    NaN,
  ]);
});

test("[O86] functions of strings, lists and bytes", () => {
  expect(apply("contains", "millrace", "race")).toBe(true);
  expect(apply("contains", "x", "")).toBe(true);
  expect(apply("contains", [1, null, "a"], "a")).toBe(true);
  expect(apply("contains", [1], 1n)).toBe(false);
  expect([apply("startsWith", "abc", "ab"), apply("endsWith", "abc", "bc")]).toEqual([true, true]);
  expect([apply("lower", "İA"), apply("upper", "straße"), apply("trim", "\u00a0 x\n")]).toEqual(["i̇a", "STRASSE", "x"]);
  expect([apply("length", "😀"), apply("length", [1, 2]), apply("length", new Uint8Array(3))]).toEqual([2, 2, 3]);
  expect(apply("concat", "a", "", "b")).toBe("ab");
  expect([
    apply("substring", "abcdef", 2),
    apply("substring", "abcdef", 1, 3),
    apply("substring", "abc", 2, 99),
  ]).toEqual(["cdef", "bc", "c"]);
  expect([apply("split", "a,b,,", ","), apply("split", "", ","), apply("split", "ab", "")]).toEqual([
    ["a", "b", "", ""],
    [""],
    ["a", "b"],
  ]);
});

test("[O87] functions that know nulls", () => {
  expect([apply("isNull", null), apply("isNull", 0), apply("isNotNull", null), apply("isNotNull", "")]).toEqual([
    true,
    false,
    false,
    true,
  ]);
  expect([apply("coalesce", null, 0, 1), apply("coalesce", null)]).toEqual([0, null]);
  expect([apply("in", 1, 2, 1), apply("in", 1, 2), apply("in", 1, 2, null), apply("in", null, 1)]).toEqual([
    true,
    false,
    null,
    null,
  ]);
  expect(apply("in", 1, null, 1)).toBe(true);
  expect([
    apply("if", true, 1, 2),
    apply("if", false, 1, 2),
    apply("if", null, 1, 2),
    apply("if", true, null, 2),
  ]).toEqual([1, 2, 2, null]);
  expect(() => apply("if", "x", 1, 2)).toThrow(/INVALID_EXPRESSION/);
});

describe("[O88] casts", () => {
  const date = new Date(Date.UTC(2024, 1, 29, 1, 2, 3, 4));
  const cases: [CastTarget, unknown, unknown][] = [
    ["boolean", "true", true],
    ["boolean", "yes", null],
    ["boolean", 0, false],
    ["boolean", NaN, null],
    ["boolean", 3n, true],
    ["boolean", d("0.0"), false],
    ["int32", 2.9, 2],
    ["int32", -2.9, -2],
    ["int32", 2 ** 31, null],
    ["int32", "  42 ", 42],
    ["int32", "4.2", null],
    ["int32", "", null],
    ["int32", NaN, null],
    ["int32", true, 1],
    ["int32", 7n, 7],
    ["int32", d("-7.9"), -7],
    ["int64", 5.5, 5n],
    ["int64", "9223372036854775807", 2n ** 63n - 1n],
    ["int64", "9223372036854775808", null],
    ["int64", Infinity, null],
    ["int64", date, BigInt(date.getTime())],
    ["float64", "1e3", 1000],
    ["float64", ".5", 0.5],
    ["float64", "0x10", null],
    ["float64", "", null],
    ["float64", "NaN", NaN],
    ["float64", "-Infinity", -Infinity],
    ["float64", d("1.25"), 1.25],
    ["float64", false, 0],
    ["string", 1.5, "1.5"],
    ["string", -0, "0"],
    ["string", 10n, "10"],
    ["string", true, "true"],
    ["string", d("1.50"), "1.50"],
    ["string", date, "2024-02-29T01:02:03.004Z"],
    ["string", new Date(NaN), null],
    ["timestamp", date.getTime(), date],
    ["timestamp", "2024-02-29T01:02:03.004Z", date],
    ["timestamp", "2024-02-29T03:02:03.004+02:00", date],
    ["timestamp", "2024-02-29", new Date(Date.UTC(2024, 1, 29))],
    ["timestamp", "2024-02-29T01:02:03", null],
    ["timestamp", "2024-13-01", null],
    ["timestamp", "2023-02-29", null],
    ["timestamp", "2023-02-29T00:00:00Z", null],
    ["timestamp", "2024-04-31T23:30:00-02:00", null],
    ["timestamp", 1e300, null],
    ["timestamp", true, null],
  ];
  test.each(cases)("to %s of %o is %o", (target, from, to) => {
    expect(value((...args) => ({ op: "call", name: "cast", args, target }), from)).toEqual(to);
  });

  test("of null are null, of lists an error", () => {
    const cast = (...args: ExpressionNode[]): ExpressionNode => ({ op: "call", name: "cast", args, target: "string" });
    expect(value(cast, null)).toBe(null);
    expect(() => value(cast, [1])).toThrow(/INVALID_EXPRESSION/);
  });
});

test("[O89] expressions are keys, orders, columns and arguments", async () => {
  const rows = from({ n: "A", v: 1 }, { n: "a", v: 2 }, { n: null, v: 3 });
  const lower = call("lower", col("n"));
  expect(await rows.summarize([lower], { total: ["sum", call("negate", col("v"))] }).collect()).toEqual([
    { key: "a", total: -3 },
    { key: null, total: -3 },
  ]);
  expect(await rows.distinct(lower).collect()).toHaveLength(2);
  expect(await rows.join(from({ k: "a" }), [lower], ["k"]).collect()).toHaveLength(2);
  expect(
    await rows.groupReduce(grouped([lower]), (values: Iterable<unknown>) => [[...values].length]).collect(),
  ).toEqual([2, 1]);
});
