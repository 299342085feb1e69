// Two inputs.
import { type Collector, col } from "@millrace/core";
import type { DataSet } from "@millrace/dataset";
import { type Customer, equal, type Of, type Order } from "./equal.js";

declare const orders: DataSet<Order>;
declare const customers: DataSet<Customer>;
declare const words: DataSet<string>;
declare const pairs: DataSet<[number, string]>;
declare const bigs: DataSet<{ id: bigint }>;
declare const kinds: DataSet<{ kind: "a" | "b"; id: number | null }>;

// results
const bare = orders.join(customers).where("cust").equalTo("id");
equal<Of<typeof bare>, [Order, Customer]>(true);
const joined = orders
  .join(customers)
  .where("cust")
  .equalTo("id")
  .with((o, c) => ({ who: o.who, name: c.name }));
equal<Of<typeof joined>, { who: string; name: string }>(true);
const tuple = orders
  .join(customers)
  .where("cust")
  .equalTo("id")
  .with((o, c) => [o.id, c.name]);
equal<Of<typeof tuple>, [number, string]>(true);
const flat = orders
  .join(customers)
  .where("cust")
  .equalTo("id")
  .flatWith((o, c) => (o.id > 1 ? [c] : []));
equal<Of<typeof flat>, Customer>(true);
const flatCollected = orders
  .join(customers)
  .where("cust")
  .equalTo("id")
  .flatWith((o, _c, out: Collector<number>) => out.collect(o.id));
equal<Of<typeof flatCollected>, number>(true);
const flatGenerated = orders
  .join(customers)
  .where("cust")
  .equalTo("id")
  .flatWith(function* (o, c) {
    yield [o.id, c.name];
  });
equal<Of<typeof flatGenerated>, [number, string]>(true);
bare.map(([o, c]) => o.id + c.id);
bare.groupBy("1.name");

// kinds of joins
const left = orders.leftOuterJoin(customers).where("cust").equalTo("id");
equal<Of<typeof left>, [Order, Customer | null]>(true);
left.with((o, c) => [o.id, c?.name ?? "nobody"]);
const right = orders.rightOuterJoin(customers).where("cust").equalTo("id");
equal<Of<typeof right>, [Order | null, Customer]>(true);
const full = orders.fullOuterJoin(customers, "repartition-sort-merge").where("cust").equalTo("id");
equal<Of<typeof full>, [Order | null, Customer | null]>(true);
const semi = orders.semiJoin(customers).where("cust").equalTo("id");
equal<Of<typeof semi>, Order>(true);
const anti = orders.antiJoin(customers).where("cust").equalTo("id");
equal<Of<typeof anti>, Order>(true);
orders.joinWithTiny(customers).where("cust").equalTo("id");
orders.joinWithHuge(customers).where("cust").equalTo("id");
orders
  .join(customers, "broadcast-hash-first")
  .where("cust")
  .equalTo("id")
  .withPartitioner((key: number, n) => key % n);
const self = orders
  .join(orders)
  .where("id")
  .equalTo("cust")
  .with((a, b) => a.id - b.id);
equal<Of<typeof self>, number>(true);

// keys
orders.join(pairs).where("id").equalTo(0);
pairs.join(orders).where(1, 0).equalTo("who", "id");
orders
  .join(customers)
  .where((o) => o.cust)
  .equalTo("id");
orders
  .join(customers)
  .where("cust")
  .equalTo((c) => c.id);
orders
  .join(customers)
  .where((o) => o.cust)
  .equalTo((c) => c.id);
orders
  .join(words)
  .where("who")
  .equalTo((w) => w);
orders
  .join(customers)
  .where((o) => [o.cust, o.who])
  .equalTo("id", "name");
orders
  .join(customers)
  .where("cust", "who")
  .equalTo((c) => [c.id, c.name]);
orders
  .join(customers)
  .where((o) => [o.cust, o.who])
  .equalTo((c) => [c.id, c.name]);
orders.join(kinds).where("who").equalTo("kind");
kinds.join(orders).where("id").equalTo("id");
orders.join(kinds).where("user.zip", "id").equalTo("kind", "id");
orders.join(customers).where(col("who").lower()).equalTo("name");
orders.join(customers).where("who").equalTo(col("name").trim());

// projections
const rows = orders.join(customers).where("cust").equalTo("id").projectFirst("who").projectSecond("name");
equal<Of<typeof rows>, { who: string; name: string }>(true);
const nested = orders.join(customers).where("cust").equalTo("id").projectFirst("user.zip", "id");
equal<Of<typeof nested>, { zip: string; id: number }>(true);
const wholeSecond = orders.join(customers).where("cust").equalTo("id").projectFirst("who").projectSecond();
equal<Of<typeof wholeSecond>, [string, Customer]>(true);
const positions = pairs.join(pairs).where(0).equalTo(0).projectFirst(0, 1).projectSecond(1);
equal<Of<typeof positions>, [number, string, string]>(true);
const secondFirst = orders.join(customers).where("cust").equalTo("id").projectSecond("name").projectFirst("who");
equal<Of<typeof secondFirst>, { name: string; who: string }>(true);
const outerProjection = orders
  .leftOuterJoin(customers)
  .where("cust")
  .equalTo("id")
  .projectFirst("who")
  .projectSecond("name");
equal<Of<typeof outerProjection>, { who: string; name: string | null }>(true);

// coGroup, cross
const grouped = orders
  .coGroup(customers)
  .where("cust")
  .equalTo("id")
  .with((os, cs) => [[[...os].length, [...cs].length]]);
equal<Of<typeof grouped>, [number, number]>(true);
const groupedOut = orders
  .coGroup(customers)
  .where("cust")
  .equalTo("id")
  .sortFirstGroup("id", "descending")
  .sortSecondGroup((c) => c.name)
  .with((os, _cs, out: Collector<{ id: number }>) => {
    for (const o of os) out.collect({ id: o.id });
  });
equal<Of<typeof groupedOut>, { id: number }>(true);
const partitions = orders.coGroupPartitions(customers).with((os, cs) => [[...os].length + [...cs].length]);
equal<Of<typeof partitions>, number>(true);
const partitionsBy = orders
  .coGroupPartitionsBy(customers)
  .where("cust")
  .equalTo("id")
  .with((os) => os);
equal<Of<typeof partitionsBy>, Order>(true);
const crossed = orders.cross(words);
equal<Of<typeof crossed>, [Order, string]>(true);
const crossedWith = orders.crossWithTiny(customers).with((o, c) => [o.id, c.id]);
equal<Of<typeof crossedWith>, [number, number]>(true);
const crossedProjected = orders.crossWithHuge(customers).projectFirst("who").projectSecond("name");
equal<Of<typeof crossedProjected>, { who: string; name: string }>(true);

// mistakes
const byCust = orders.join(customers).where("cust");
const outerBare = orders.leftOuterJoin(customers).where("cust").equalTo("id");
const coGrouped = orders.coGroup(customers).where("cust").equalTo("id");
// @ts-expect-error a number against a string
byCust.equalTo("name");
// @ts-expect-error a number against a bigint
orders.join(bigs).where("id").equalTo("id");
// @ts-expect-error two parts against one
orders.join(customers).where("cust", "who").equalTo("id");
// @ts-expect-error one part against two
byCust.equalTo("id", "name");
// @ts-expect-error a selector of another type
byCust.equalTo((c) => c.name);
// @ts-expect-error no such field
orders.join(customers).where("custt");
// @ts-expect-error no keys yet
orders.join(customers).with((o: Order) => o);
// @ts-expect-error the right side may be missing
outerBare.with((o, c) => [o.id, c.name]);
// @ts-expect-error with gives exactly one record
bare.with(() => {});
// @ts-expect-error with is not async
bare.with(async (o) => o.id);
// @ts-expect-error no such field on the right
bare.projectSecond("who");
// @ts-expect-error no such hint
orders.join(customers, "quickly");
// @ts-expect-error no data set
orders.join([1, 2]);
// @ts-expect-error a list of records, not records
coGrouped.with((os) => [...os].length);
