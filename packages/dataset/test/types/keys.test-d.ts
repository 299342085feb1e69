// Which names are keys, and of what type they are.
import type { Comparable, Decimal, Key, KeyOf, Numeric, ValueOf } from "@millrace/core";
import type { Data, DataSet } from "@millrace/dataset";
import { type Customer, type Everything, equal, type Of, type Order } from "./equal.js";

equal<Key<Order>, "id" | "who" | "cust" | "user" | "user.zip" | "user.age">(true);
equal<
  Key<Everything>,
  | "text"
  | "number"
  | "big"
  | "flag"
  | "when"
  | "bytes"
  | "list"
  | "pair"
  | "pair.0"
  | "pair.1"
  | "map"
  | "set"
  | "nested"
  | "nested.deep"
  | "nested.deep.deeper"
  | "nested.deep.deeper.deepest"
  | "nullable"
  | "optional"
  | "maybe"
  | "maybe.inner"
  | "literal"
>(true);
equal<KeyOf<Everything, number>, "number" | "pair.0" | "nested.deep.deeper.deepest" | "optional">(true);
equal<KeyOf<Everything, string>, "text" | "pair.1" | "nullable" | "maybe.inner" | "literal">(true);
equal<KeyOf<Everything, Numeric>, "number" | "big" | "pair.0" | "nested.deep.deeper.deepest" | "optional">(true);
equal<KeyOf<Everything, bigint>, "big">(true);
equal<KeyOf<Everything, Date>, "when">(true);
equal<Extract<KeyOf<Everything, Comparable>, "list" | "map" | "nested" | "bytes">, "bytes">(true);
// A name with a dot would be read as a path to somewhere else; a selector reaches it.
equal<Key<{ n: number; "price.usd": number; user: { "zip.code": string; id: number } }>, "n" | "user" | "user.id">(
  true,
);
equal<Key<Record<string, number>>, string>(true);
equal<Key<[number, string]>, 0 | 1>(true);
equal<Key<readonly [number, { name: string; pair: [1, 2] }]>, 0 | 1 | "1.name" | "1.pair" | "1.pair.0" | "1.pair.1">(
  true,
);
equal<Key<string>, never>(true);
equal<Key<number | null>, never>(true);
equal<Key<unknown>, never>(true);
equal<Key<Date>, never>(true);
equal<Key<any>, string | number>(true);
equal<Key<number[]>, number>(true);
equal<Key<Record<string, number>>, string>(true);
equal<Key<{ kind: "a"; x: 1 } | { kind: "b"; y: 2 }>, "kind">(true);
type UserId = string & { readonly __brand: "UserId" };
equal<Key<{ id: UserId; amount: Decimal }>, "id" | "amount">(true);
equal<KeyOf<{ id: UserId; amount: Decimal }, Numeric>, "amount">(true);
interface Tree {
  value: number;
  left: Tree | null;
  right?: Tree;
}
equal<Key<Tree>, "value" | "left" | "right">(true);
class Account {
  readonly id: number = 0;
  private secret = "";
  get label(): string {
    return this.secret;
  }
  close(): void {}
}
equal<Key<Account>, "id" | "label">(true);
interface Deep {
  a: { b: { c: { d: { e: number } } } };
}
equal<Key<Deep>, "a" | "a.b" | "a.b.c" | "a.b.c.d">(true);

// values
equal<ValueOf<Order, "user.zip">, string>(true);
equal<ValueOf<Everything, "maybe.inner">, string | null>(true);
equal<ValueOf<[number, { name: string }], "1.name">, string>(true);
equal<ValueOf<[number, string], 1>, string>(true);

// methods that take keys
declare const orders: DataSet<Order>;
declare const everything: DataSet<Everything>;
declare const pairs: DataSet<[number, { name: string }]>;
declare const words: DataSet<string>;
orders.groupBy("user.zip", "who", (o) => o.id % 10);
orders.distinct("who");
orders.distinct();
words.distinct();
words.distinct((w) => w.length);
orders.orderBy("user.age", "descending").thenBy("id");
words.orderBy((w) => w, "ascending");
orders.partitionByHash("id", "who");
orders.partitionByRange("id").withOrders("descending");
orders.partitionCustom((key, n) => key % n, "id");
orders.partitionCustom(
  (key: string, n) => key.length % n,
  (o) => o.who,
);
orders.sortPartition("who").sortPartition("id", "descending");
orders.groupBy("who").sortGroup("id", "descending").first(2);
orders
  .groupBy((o) => o.who)
  .sortGroup((o) => o.id)
  .first(1);
pairs.groupBy(0, "1.name");
everything.minBy("when", "text");
orders
  .groupBy("who")
  .withPartitioner((who, n) => who.length % n)
  .sum("id");

// covariance
declare function ids(data: Data<{ id: number }>): void;
declare const customers: DataSet<Customer>;
ids(orders);
ids(customers);
const seen: DataSet<{ id: number }> = orders;
const asData: Data<{ who: string }> = orders;
void [seen, asData];
function useMapped(mapped: DataSet<{ id: number }>): void {
  mapped.groupBy("id").sum("id");
}
useMapped(orders.map((o) => ({ id: o.id, more: 1 })));

// generics of the user
function topN<T extends { score: number }>(data: DataSet<T>, n: number) {
  return data.orderBy("score", "descending").first(n);
}
declare const scored: DataSet<{ score: number; name: string }>;
const top = topN(scored, 3);
equal<Of<typeof top>, { score: number; name: string }>(true);
function totals<T extends { score: number; name: string }>(data: DataSet<T>) {
  return data
    .groupBy("name")
    .sum("score")
    .filter((r) => r.score > 1);
}
equal<Of<ReturnType<typeof totals<{ score: number; name: string }>>>, { score: number; name: string }>(true);
function joined<L extends { id: number }, R extends { id: number }>(left: DataSet<L>, right: DataSet<R>) {
  return left
    .join(right)
    .where("id")
    .equalTo("id")
    .with((l, r) => ({ left: l.id, right: r.id }));
}
const j = joined(orders, customers);
equal<Of<typeof j>, { left: number; right: number }>(true);
function firstOf<A, B>(data: DataSet<[A, B]>, rows: DataSet<{ id: A }>) {
  data.groupBy(0).first(1);
  rows.groupBy("id").first(1);
}
void firstOf;

// mistakes
// @ts-expect-error no such field
orders.groupBy("whoo");
// @ts-expect-error no such nested field
orders.groupBy("user.zipp");
// @ts-expect-error a method is no field
everything.groupBy("method");
// @ts-expect-error strings can't be added up
orders.groupBy("id").sum("who");
// @ts-expect-error lists have no order
everything.min("list");
// @ts-expect-error scalars have no fields
words.groupBy("length");
// @ts-expect-error no such position
pairs.groupBy(2);
// @ts-expect-error no key
orders.groupBy();
// @ts-expect-error no such order
orders.orderBy("id", "down");
// @ts-expect-error the partitioner takes another key
orders.partitionCustom((key: string, n: number) => key.length % n, "id");
// @ts-expect-error a name that the type parameter has not
const wrong = <T extends { score: number }>(data: DataSet<T>) => data.groupBy("scor");
void wrong;
// @ts-expect-error a selector that returns a promise
orders.groupBy(async (o) => o.id);
// @ts-expect-error a narrower element type
const narrower: DataSet<Order> = seen;
void narrower;
