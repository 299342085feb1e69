// Groups and aggregates.
import { type Collector, Decimal } from "@millrace/core";
import { avg, count, countDistinct, type DataSet, max, min, sum } from "@millrace/dataset";
import { type Everything, equal, type Of, type Order } from "./equal.js";

declare const orders: DataSet<Order>;
declare const everything: DataSet<Everything>;
declare const tuples: DataSet<[string, number, { x: number }, number]>;
declare const optional: DataSet<{ k: string; v?: number; w: number | null }>;

// in place
const summed = orders.groupBy("who").sum("id");
equal<Of<typeof summed>, Order>(true);
const chained = tuples.groupBy(0).min(3).andSum(1).andMax("2.x");
equal<Of<typeof chained>, [string, number, { x: number }, number]>(true);
const whole = orders.sum("id").andMin("who").andMax("user.age");
equal<Of<typeof whole>, Order>(true);
const least = orders.groupBy("who").minBy("id", "cust");
equal<Of<typeof least>, Order>(true);
const first = orders.groupBy("who").first(2);
equal<Of<typeof first>, Order>(true);

// named
const byZip = orders.groupBy("user.zip", "cust").aggregate({ total: sum("id"), n: count() });
equal<Of<typeof byZip>, { user: { zip: string }; cust: number; total: number; n: number }>(true);
const all = everything.groupBy("flag").aggregate({
  big: sum("big"),
  when: min("when"),
  text: max("literal"),
  mean: avg("number"),
  different: countDistinct("flag"),
});
equal<Of<typeof all>, { flag: boolean; big: bigint; when: Date; text: "a" | "b"; mean: number; different: number }>(
  true,
);
const ungrouped = orders.aggregate({ n: count(), top: max("who") });
equal<Of<typeof ungrouped>, { n: number; top: string }>(true);
const nullable = optional.groupBy("k").aggregate({ a: sum("v"), b: min("w"), c: avg("w"), d: countDistinct("v") });
equal<Of<typeof nullable>, { k: string; a: number | null; b: number | null; c: number | null; d: number }>(true);
const bySelector = orders.groupBy((o) => o.id % 2).aggregate({ n: count() });
equal<Of<typeof bySelector>, { key: number; n: number }>(true);
const byRowSelector = orders.groupBy((o) => ({ zip: o.user.zip })).aggregate({ n: count() });
equal<Of<typeof byRowSelector>, { zip: string; n: number }>(true);
const mixedKeys = orders.groupBy("who", (o) => o.id % 2).aggregate({ n: count() });
equal<Of<typeof mixedKeys>, { who: string; key: number; n: number }>(true);
const positional = tuples.groupBy(0).aggregate({ total: sum(1) });
equal<Of<typeof positional>, { f0: string; total: number }>(true);
const asTuple = tuples.groupBy(0).aggregate(sum(1), count());
equal<Of<typeof asTuple>, [string, number, number]>(true);
const ungroupedTuple = tuples.aggregate(count(), max(0));
equal<Of<typeof ungroupedTuple>, [number, string]>(true);
const decimals = (null as unknown as DataSet<{ k: string; price: Decimal }>)
  .groupBy("k")
  .aggregate({ t: sum("price") });
equal<Of<typeof decimals>, { k: string; t: Decimal }>(true);
void Decimal;
byZip.groupBy("user.zip").sum("total");
const twice = byZip.groupBy("user.zip").aggregate({ sum: sum("total") });
equal<Of<typeof twice>, { user: { zip: string }; sum: number }>(true);

// functions
const reduced = orders.groupBy("who").reduce((a, b) => Object.assign(a, { id: a.id + b.id }));
equal<Of<typeof reduced>, Order>(true);
const reducedAll = orders.reduce((a, b) => (a.id > b.id ? a : b), "hash").setCombineHint("sort");
equal<Of<typeof reducedAll>, Order>(true);
const groups = orders.groupBy("who").reduceGroup((values) => [{ n: [...values].length }]);
equal<Of<typeof groups>, { n: number }>(true);
const collected = orders.groupBy("who").reduceGroup((values, out: Collector<string>) => {
  for (const o of values) out.collect(o.who);
});
equal<Of<typeof collected>, string>(true);
const combined = orders.groupBy("who").reduceGroup({
  reduceGroup: (values) => [[...values].length],
  combine: (values, out) => {
    for (const o of values) out.collect(o);
  },
});
equal<Of<typeof combined>, number>(true);
const greedily = orders.groupBy("who").combineGroup((values) => [[...values].length, 1]);
equal<Of<typeof greedily>, number>(true);
const sortedGroups = orders
  .groupBy("who")
  .sortGroup("id")
  .reduceGroup(function* (values) {
    for (const o of values) yield [o.who, o.id];
  });
equal<Of<typeof sortedGroups>, [string, number]>(true);
const allGroups = orders.reduceGroup((values) => [...values].map((o) => o.id));
equal<Of<typeof allGroups>, number>(true);

// mistakes
// @ts-expect-error a string cannot be added up
orders.groupBy("who").aggregate({ t: sum("who") });
// @ts-expect-error no such field
orders.groupBy("who").aggregate({ t: max("whoo") });
// @ts-expect-error no aggregate
orders.groupBy("who").aggregate({ t: "id" });
// @ts-expect-error no aggregates
orders.groupBy("who").aggregate();
// @ts-expect-error a reduce returns a record of the same type
orders.groupBy("who").reduce((a) => a.who);
// @ts-expect-error aggregates of a sorted group
orders.groupBy("who").sortGroup("id").sum("id");
// @ts-expect-error lists have no order
everything.groupBy("text").aggregate({ l: min("list") });
// @ts-expect-error no such way to combine
orders.groupBy("who").reduce((a) => a, "fast");
// @ts-expect-error the group is read as records
orders.groupBy("who").reduceGroup((values) => values.map((o) => o.id));
