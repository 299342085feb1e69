import { col, type ExpressionOver, lit, param, when } from "@millrace/core";
import { avg, count, max, sum } from "@millrace/dataset";
import { bag, failure, ordered } from "../../expectation.js";
import { type ConformanceProgram, program } from "../../program.js";
import { integers } from "../integers.js";

interface Values {
  readonly id: number;
  readonly n: number | null;
  readonly m: number | null;
  readonly b: bigint | null;
  readonly s: string | null;
  readonly t: boolean | null;
  readonly d: Date | null;
  readonly l: readonly string[] | null;
  readonly nothing: number | null;
}

/** Ordinary values, empty and negative ones, nulls, and NaN with characters of two units. */
const values: readonly Values[] = [
  { id: 1, n: 5, m: 2, b: 7n, s: "Abc", t: true, d: new Date(0), l: ["1", "2"], nothing: null },
  { id: 2, n: -2.5, m: 0, b: -7n, s: "", t: false, d: new Date(1000), l: [], nothing: null },
  { id: 3, n: null, m: null, b: null, s: null, t: null, d: null, l: null, nothing: null },
  { id: 4, n: Number.NaN, m: 2, b: 0n, s: "x\u{1f600}", t: true, d: new Date(1000), l: ["2"], nothing: null },
];

/** Every function of expressions with what it is for the four records, in their order. */
const functions: readonly (readonly [
  title: string,
  expression: ExpressionOver<Values>,
  results: readonly [unknown, unknown, unknown, unknown],
])[] = [
  ["a column", col("n"), [5, -2.5, null, Number.NaN]],
  ["a constant", lit("x"), ["x", "x", "x", "x"]],
  ["a parameter", param("limit", 3), [3, 3, 3, 3]],
  ["eq, NaN equals NaN", col("n").eq(Number.NaN), [false, false, null, true]],
  ["eq of strings", col("s").eq(""), [false, true, null, false]],
  ["eq of dates", col("d").eq(new Date(1000)), [false, true, null, true]],
  ["ne", col("n").ne(5), [false, true, null, true]],
  ["lt, NaN is greatest", col("n").lt(5), [false, true, null, false]],
  ["le", col("n").le(5), [true, true, null, false]],
  ["gt", col("n").gt(5), [false, false, null, true]],
  ["ge", col("n").ge(5), [true, false, null, true]],
  ["gt of two columns", col("n").gt(col("m")), [true, false, null, true]],
  ["between, both ends included", col("n").between(-2.5, 5), [true, true, null, false]],
  ["isIn", col("n").isIn([5, Number.NaN]), [true, false, null, true]],
  ["and, false wins over null", col("t").and(col("nothing").gt(0)), [null, false, null, null]],
  ["and", col("t").and(col("n").gt(5)), [false, false, null, true]],
  ["or, true wins over null", col("t").or(col("nothing").gt(0)), [true, null, null, true]],
  ["not", col("t").not(), [false, true, null, false]],
  ["isNull", col("n").isNull(), [false, false, true, false]],
  ["isNotNull", col("n").isNotNull(), [true, true, false, true]],
  ["coalesce", col("n").coalesce(9), [5, -2.5, 9, Number.NaN]],
  ["plus", col("n").plus(col("m")), [7, -2.5, null, Number.NaN]],
  ["minus", col("n").minus(1), [4, -3.5, null, Number.NaN]],
  ["times", col("n").times(col("m")), [10, -0, null, Number.NaN]],
  ["dividedBy zero is infinite", col("n").dividedBy(col("m")), [2.5, Number.NEGATIVE_INFINITY, null, Number.NaN]],
  ["modulo", col("n").modulo(2), [1, -0.5, null, Number.NaN]],
  ["dividedBy of bigints cuts toward zero", col("b").dividedBy(2n), [3n, -3n, null, 0n]],
  ["dividedBy zero of bigints is null", col("b").dividedBy(0n), [null, null, null, null]],
  ["modulo of bigints", col("b").modulo(4n), [3n, -3n, null, 0n]],
  ["plus of bigints is exact", col("b").plus(2n ** 62n), [2n ** 62n + 7n, 2n ** 62n - 7n, null, 2n ** 62n]],
  ["negate", col("b").negate(), [-7n, 7n, null, 0n]],
  ["abs", col("n").abs(), [5, 2.5, null, Number.NaN]],
  ["floor", col("n").floor(), [5, -3, null, Number.NaN]],
  ["ceil", col("n").ceil(), [5, -2, null, Number.NaN]],
  ["round, halves toward infinity", col("n").round(), [5, -2, null, Number.NaN]],
  ["contains of a string", col("s").contains("b"), [true, false, null, false]],
  ["contains of a list", col("l").contains("2"), [true, false, null, true]],
  ["startsWith", col("s").startsWith("A"), [true, false, null, false]],
  ["endsWith", col("s").endsWith("\ude00"), [false, false, null, true]],
  ["lower", col("s").lower(), ["abc", "", null, "x\u{1f600}"]],
  ["upper", col("s").upper(), ["ABC", "", null, "X\u{1f600}"]],
  ["trim", lit(" a \t").trim(), ["a", "a", "a", "a"]],
  ["length in UTF-16 units", col("s").length(), [3, 0, null, 3]],
  ["length of a list", col("l").length(), [2, 0, null, 1]],
  ["concat", col("s").concat("!"), ["Abc!", "!", null, "x\u{1f600}!"]],
  ["substring", col("s").substring(1, 2), ["b", "", null, "\ud83d"]],
  ["split", col("s").split("b"), [["A", "c"], [""], null, ["x\u{1f600}"]]],
  ["cast to a string", col("n").cast("string"), ["5", "-2.5", null, "NaN"]],
  ["cast to int32 cuts toward zero", col("n").cast("int32"), [5, -2, null, null]],
  ["cast to int64", col("n").cast("int64"), [5n, -2n, null, null]],
  ["cast to float64", col("b").cast("float64"), [7, -7, null, 0]],
  ["cast to boolean", col("b").cast("boolean"), [true, true, null, false]],
  ["cast to a timestamp", col("m").cast("timestamp"), [new Date(2), new Date(0), null, new Date(2)]],
  ["cast of what has no counterpart is null", col("s").cast("float64"), [null, null, null, null]],
  ["when", when(col("n").gt(0), "more", "less"), ["more", "less", "less", "more"]],
];

const functionPrograms = functions.map(([title, expression, results]) =>
  program(`expressions/${title}`, {
    covers: ["B023"],
    operators: ["select"],
    keyKinds: ["expression"],
    build: (env) =>
      env
        .fromCollection(values)
        .rebalance()
        .select({ id: col("id"), result: expression }),
    expected: bag(values.map(({ id }, i) => ({ id, result: results[i] }))),
  }),
);

interface Sale {
  readonly shop: string;
  readonly amount: number;
  readonly at: { readonly day: number };
}

const sales: readonly Sale[] = integers(1, 24).map((n) => ({
  shop: ["North", "SOUTH", "north", "South"][n % 4]!,
  amount: n,
  at: { day: n % 3 },
}));

function totals(key: (sale: Sale) => unknown): Map<unknown, number> {
  const result = new Map<unknown, number>();
  for (const sale of sales) result.set(key(sale), (result.get(key(sale)) ?? 0) + sale.amount);
  return result;
}

export const expressionPrograms: readonly ConformanceProgram[] = [
  ...functionPrograms,
  program("expressions/filter keeps what is true, not what is null", {
    covers: ["B023"],
    operators: ["filter"],
    keyKinds: ["expression"],
    build: (env) =>
      env
        .fromCollection(values)
        .filter(col("n").lt(10))
        .map(({ id }) => id),
    expected: bag([1, 2]),
  }),
  program("expressions/select renames, nests and computes", {
    covers: ["B024"],
    operators: ["select"],
    keyKinds: ["expression"],
    build: (env) =>
      env
        .fromCollection(sales.slice(0, 2))
        .select({ name: col("shop").lower(), day: col("at.day"), twice: col("amount").times(2) }),
    expected: bag([
      { name: "south", day: 1, twice: 2 },
      { name: "north", day: 2, twice: 4 },
    ]),
  }),
  program("expressions/of a tuple's positions", {
    covers: ["B024"],
    operators: ["select"],
    keyKinds: ["expression", "position"],
    build: (env) => env.fromElements<[string, number]>(["a", 1], ["b", 2]).select({ s: col(0), n: col(1).plus(1) }),
    expected: bag([
      { s: "a", n: 2 },
      { s: "b", n: 3 },
    ]),
  }),
  program("expressions/groupBy names its key", {
    covers: ["B028", "B035"],
    operators: ["groupBy", "aggregate"],
    keyKinds: ["expression"],
    build: (env) =>
      env
        .fromCollection(sales)
        .rebalance()
        .groupBy(col("shop").lower().as("place"))
        .aggregate({ total: sum("amount") }),
    expected: bag([...totals((sale) => sale.shop.toLowerCase())].map(([place, total]) => ({ place, total }))),
  }),
  program("expressions/groupBy by a field and an expression", {
    covers: ["B028", "B035"],
    operators: ["groupBy", "reduceGroup"],
    keyKinds: ["expression", "nested path", "several fields"],
    build: (env) =>
      env
        .fromCollection(sales)
        .rebalance()
        .groupBy("at.day", col("amount").modulo(2))
        .reduceGroup(function* (group) {
          const members = [...group];
          yield `${members[0]!.at.day} ${members[0]!.amount % 2}: ${members.reduce((total, { amount }) => total + amount, 0)}`;
        }),
    expected: bag([...totals((sale) => `${sale.at.day} ${sale.amount % 2}`)].map(([key, total]) => `${key}: ${total}`)),
  }),
  program("expressions/aggregates over expressions", {
    covers: ["B028"],
    operators: ["aggregate"],
    keyKinds: ["expression"],
    build: (env) =>
      env.fromCollection(sales).aggregate({
        doubled: sum(col("amount").times(2)),
        latest: max(col("at.day").plus(10)),
        mean: avg(col("amount").minus(1)),
        sales: count(),
      }),
    expected: bag([{ doubled: 600, latest: 12, mean: 11.5, sales: 24 }]),
  }),
  program("expressions/orderBy", {
    covers: ["B161"],
    operators: ["orderBy"],
    keyKinds: ["expression"],
    build: (env) =>
      env
        .fromCollection(integers(1, 9).map((n) => ({ n })))
        .rebalance()
        .orderBy(col("n").minus(5).abs().times(10).plus(col("n")), "ascending")
        .map(({ n }) => n),
    expected: ordered([5, 4, 6, 3, 7, 2, 8, 1, 9]),
  }),
  program("expressions/join keys on both sides", {
    covers: ["B036"],
    operators: ["join"],
    keyKinds: ["expression"],
    build: (env) =>
      env
        .fromElements({ name: "Ada" }, { name: "BOB" })
        .join(env.fromElements({ nick: "ada!" }, { nick: "bob!" }, { nick: "cy!" }))
        .where(col("name").lower().concat("!"))
        .equalTo(col("nick"))
        .with((l, r) => `${l.name} ${r.nick}`),
    expected: bag(["Ada ada!", "BOB bob!"]),
  }),
  program("expressions/a null key of a join matches nothing", {
    covers: ["B036", "B085"],
    operators: ["join"],
    keyKinds: ["expression", "null"],
    build: (env) => {
      const all = env.fromCollection(values);
      return all
        .join(all)
        .where(col("n").plus(1))
        .equalTo(col("n").plus(1))
        .with((l, r) => l.id * 10 + r.id);
    },
    expected: bag([11, 22, 44]),
  }),
  program("expressions/a value of a kind that the function cannot take", {
    covers: ["B023"],
    operators: ["select"],
    keyKinds: ["expression"],
    build: (env) => env.fromElements<{ v: unknown }>({ v: "text" }).select({ r: col("v").plus(1) as never }),
    expected: failure("INVALID_EXPRESSION"),
  }),
];
