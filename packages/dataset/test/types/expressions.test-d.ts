// Expressions over records.
import { col, type ExpressionValue, lit, param, when } from "@millrace/core";
import { avg, count, type DataSet, max, sum } from "@millrace/dataset";
import { equal, type Of, type Order } from "./equal.js";

interface Row {
  id: number;
  name: string;
  big: bigint;
  at: Date;
  ok: boolean;
  note?: string | null;
  tags: string[];
  user: { zip: string };
}
declare const rows: DataSet<Row>;
declare const orders: DataSet<Order>;
declare const pairs: DataSet<[number, string]>;

// conditions
const kept = rows.filter(col("id").gt(10).and(col("name").lower().contains("x")).or(col("ok")));
equal<Of<typeof kept>, Row>(true);
rows.filter(col("ok"));
rows.filter(col("ok").not());
rows.filter(lit(true));
rows.filter(col("at").lt(new Date(0)));
rows.filter(col("at").between(new Date(0), new Date(1)));
rows.filter(col("name").isIn(["a", "b"]));
rows.filter(col("note").isNull().or(col("note").eq("x")));
rows.filter(col("id").eq(col("id")));
rows.filter(col("big").ge(1n));
rows.filter(
  col("name")
    .startsWith("a")
    .and(col("name").endsWith(col("user.zip"))),
);
rows.filter(col("tags").length().gt(2));
rows.filter(col("id").times(2).plus(1).modulo(3).eq(0));
rows.filter(col("id").gt(param("limit", 3)));
pairs.filter(col(0).gt(1).and(col(1).ne("x")));

// values
const selected = rows.select({
  number: col("id").times(2),
  zip: col("user.zip"),
  note: col("note"),
  filled: col("note").coalesce("none"),
  big: col("big").plus(1n),
  chosen: when(col("ok"), "yes", "no"),
  one: lit(1),
  doubled: col("id").plus(col("id")),
  length: col("note").length(),
  text: col("id").cast("string"),
  parsed: col("name").cast("int32"),
  parts: col("name").split(","),
  both: col("name").concat("-").concat(col("user.zip")),
  isNew: col("note").isNull(),
});
equal<Of<typeof selected>["number"], number>(true);
equal<Of<typeof selected>["zip"], string>(true);
equal<Of<typeof selected>["note"], string | null>(true);
equal<Of<typeof selected>["filled"], string>(true);
equal<Of<typeof selected>["big"], bigint>(true);
equal<Of<typeof selected>["chosen"], string>(true);
equal<Of<typeof selected>["doubled"], number>(true);
equal<Of<typeof selected>["length"], number | null>(true);
equal<Of<typeof selected>["text"], string>(true);
equal<Of<typeof selected>["parsed"], number | null>(true);
equal<Of<typeof selected>["parts"], string[]>(true);
equal<Of<typeof selected>["both"], string>(true);
equal<Of<typeof selected>["isNew"], boolean>(true);
const price = col("id").times(1.5);
equal<ExpressionValue<Row, typeof price>, number>(true);

// keys and aggregates
const grouped = rows
  .groupBy(col("name").lower().as("lower"), "user.zip")
  .aggregate({ total: sum(col("id").times(2)), n: count(), last: max("at"), mean: avg(col("id")) });
equal<Of<typeof grouped>, { lower: string; user: { zip: string }; total: number; n: number; last: Date; mean: number }>(
  true,
);
const byColumn = rows.groupBy(col("id")).aggregate({ n: count() });
equal<Of<typeof byColumn>, { id: number; n: number }>(true);
const unnamed = rows.groupBy(col("id").modulo(10)).aggregate({ n: count() });
equal<Of<typeof unnamed>, { key: number; n: number }>(true);
rows.orderBy(col("name").lower(), "descending").thenBy(col("id").negate());
rows.join(orders).where(col("id").plus(1)).equalTo("id");
rows.join(orders).where("name").equalTo(col("who").upper());

// generics of the user
function above<T extends { score: number }>(data: DataSet<T>, limit: number) {
  return data.filter(col("score").gt(limit)).first(1);
}
void above;

// mistakes
// @ts-expect-error no such column
rows.filter(col("idd").gt(10));
// @ts-expect-error a number against a string
rows.filter(col("id").gt("10"));
// @ts-expect-error a number has no lower case
rows.filter(col("id").lower().eq("x"));
// @ts-expect-error no condition
rows.filter(col("id"));
// @ts-expect-error two columns of different kinds
rows.filter(col("name").gt(col("id")));
// @ts-expect-error kinds do not mix
rows.filter(col("id").plus(col("big")).gt(1));
// @ts-expect-error constants of different kinds
rows.filter(lit(1).eq("x"));
// @ts-expect-error no such column
rows.select({ a: col("nope") });
// @ts-expect-error functions belong to map
rows.select({ a: (r: Row) => r.id });
// @ts-expect-error a string cannot be added up
rows.groupBy("id").aggregate({ x: sum(col("name")) });
// @ts-expect-error keys of different types
rows.join(orders).where(col("id")).equalTo("who");
// @ts-expect-error no such column
rows.groupBy(col("whoo"));
// @ts-expect-error no such target
col("id").cast("integer");
// @ts-expect-error an object is no constant
col("id").eq({ id: 1 });
