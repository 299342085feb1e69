// What functions return, and what becomes of it.
import {
  type Collector,
  RichFilterFunction,
  RichFlatMapFunction,
  RichMapFunction,
  type RuntimeContext,
} from "@millrace/core";
import type { DataSet } from "@millrace/dataset";
import { equal, type Of, type Order } from "./equal.js";

declare const orders: DataSet<Order>;
declare const words: DataSet<string>;
declare const numbers: DataSet<number>;
declare const nullable: DataSet<Order | null>;
declare enum Color {
  Red,
  Green,
}
declare const color: Color;

// map
const mapped = orders.map((o) => ({ id: o.id, upper: o.who.toUpperCase() }));
equal<Of<typeof mapped>, { id: number; upper: string }>(true);
const tuples = orders.map((o) => [o.id, o.who]);
equal<Of<typeof tuples>, [number, string]>(true);
const scalars = orders.map((o) => o.id);
equal<Of<typeof scalars>, number>(true);
const ones = orders.map(() => 1);
equal<Of<typeof ones>, number>(true);
const literals = orders.map(() => "new");
equal<Of<typeof literals>, string>(true);
const colors = orders.map(() => color);
equal<Of<typeof colors>, Color>(true);
const declaredLiteral = orders.map((): { kind: "a" } => ({ kind: "a" }));
equal<Of<typeof declaredLiteral>, { kind: "a" }>(true);
const fixed = orders.map((o) => [o.id, "x"] as const);
equal<Of<typeof fixed>, [number, "x"]>(true);
const several = orders.map((o) => {
  if (o.id > 1) return [o.id, "many"];
  return [o.id, "few"];
});
equal<Of<typeof several>, [number, string]>(true);
const conditional = orders.map((o) => (o.id > 1 ? [o.id, 1] : [0, o.id]));
equal<Of<typeof conditional>, [number, number]>(true);
const orNull = orders.map((o) => (o.id > 1 ? o.who : null));
equal<Of<typeof orNull>, string | null>(true);
const optional = orders.map((o: { id: number; name?: string }) => o.name);
equal<Of<typeof optional>, string | undefined>(true);
// biome-ignore lint/suspicious/noThenProperty: a row with such a field still works.
const withThen = orders.map((o) => ({ then: o.id }));
equal<Of<typeof withThen>, { then: number }>(true);
const dates = orders.map(() => new Date(0));
equal<Of<typeof dates>, Date>(true);
const maps = orders.map(() => new Map([["a", 1]]));
equal<Of<typeof maps>, Map<string, number>>(true);
const nestedTuples = orders.map((o) => [o.id, [o.who, 1]]);
equal<Of<typeof nestedTuples>, [number, (string | number)[]]>(true);
const context = orders.map((o, c) => [o.id, c.subtaskIndex]);
equal<Of<typeof context>, [number, number]>(true);
const byObject = orders.map({ map: (o) => o.who });
equal<Of<typeof byObject>, string>(true);
const withOpen = orders.map({ open: (c: RuntimeContext) => void c, map: (o) => [o.who, 1] });
equal<Of<typeof withOpen>, [string, number]>(true);
class Doubler extends RichMapFunction<{ id: number }, { id: number; twice: number }> {
  private factor = 2;
  override map(o: { id: number }) {
    return { id: o.id, twice: o.id * this.factor };
  }
}
const byClass = orders.map(new Doubler());
equal<Of<typeof byClass>, { id: number; twice: number }>(true);
const generic = numbers.map(Math.abs).map(String);
equal<Of<typeof generic>, string>(true);

// mapAsync
const awaited = orders.mapAsync(async (o) => [o.id, o.who]);
equal<Of<typeof awaited>, [number, string]>(true);
const awaitedRow = orders.mapAsync(async (o) => ({ id: o.id }), { concurrency: 4, timeoutMs: 10, numRetries: 1 });
equal<Of<typeof awaitedRow>, { id: number }>(true);
const awaitedPlain = orders.mapAsync((o, _c, signal) => Promise.resolve(signal.aborted ? 0 : o.id), {
  isOrdered: false,
});
equal<Of<typeof awaitedPlain>, number>(true);

// flatMap
const split = words.flatMap((line) => line.split(" "));
equal<Of<typeof split>, string>(true);
const pairs = orders.flatMap((o) => [
  [o.id, o.who],
  [o.cust, o.who],
]);
equal<Of<typeof pairs>, [number, string]>(true);
const generated = orders.flatMap(function* (o) {
  yield { id: o.id };
});
equal<Of<typeof generated>, { id: number }>(true);
const generatedTuples = orders.flatMap(function* (o) {
  yield [o.id, o.who];
  if (o.id > 1) return;
  yield [0, "x"];
});
equal<Of<typeof generatedTuples>, [number, string]>(true);
const collected = orders.flatMap((o, out: Collector<{ id: number }>) => {
  if (o.id > 0) out.collect({ id: o.id });
});
equal<Of<typeof collected>, { id: number }>(true);
const fromSet = orders.flatMap((o) => new Set([o.who]));
equal<Of<typeof fromSet>, string>(true);
const fromMap = orders.flatMap((o) => new Map([[o.who, o.id]]));
equal<Of<typeof fromMap>, [string, number]>(true);
const fromTyped = orders.flatMap((o) => new Float64Array([o.id]));
equal<Of<typeof fromTyped>, number>(true);
const perhaps = orders.flatMap((o) => (o.id > 0 ? [o.who] : undefined));
equal<Of<typeof perhaps>, string>(true);
class Tokens extends RichFlatMapFunction<string, string> {
  override flatMap(line: string, out: Collector<string>) {
    for (const word of line.split(" ")) out.collect(word);
  }
}
const tokens = words.flatMap(new Tokens());
equal<Of<typeof tokens>, string>(true);

// mapPartition
const partition = orders.mapPartition((values) => [[...values].length]);
equal<Of<typeof partition>, number>(true);
const partitionGenerated = orders.mapPartition(function* (values, _out, c) {
  for (const o of values) yield [c.subtaskIndex, o.id];
});
equal<Of<typeof partitionGenerated>, [number, number]>(true);

// filter
const kept = orders.filter((o) => o.id > 1);
equal<Of<typeof kept>, Order>(true);
const guarded = nullable.filter((o): o is Order => o !== null);
equal<Of<typeof guarded>, Order>(true);
const inferredGuard = nullable.filter((o) => o !== null);
equal<Of<typeof inferredGuard>, Order>(true);
class Large extends RichFilterFunction<{ id: number }> {
  override filter(o: { id: number }) {
    return o.id > 100;
  }
}
const large = orders.filter(new Large());
equal<Of<typeof large>, Order>(true);

// project
const projected = orders.project("who", "user.zip", "id");
equal<Of<typeof projected>, [string, string, number]>(true);
const positions = tuples.project(1, 0, 1);
equal<Of<typeof positions>, [string, number, string]>(true);

// union
declare const a: DataSet<{ kind: "a" }>;
declare const b: DataSet<{ kind: "b"; m: number }>;
const both = a.union(b);
equal<Of<typeof both>, { kind: "a" } | { kind: "b"; m: number }>(true);
const wider = b.union(a.map((r): { kind: "a" | "b" } => r));
equal<Of<typeof wider>, { kind: "a" | "b" }>(true);
both.groupBy("kind");

// results
equal<ReturnType<typeof orders.collect>, Promise<Order[]>>(true);
equal<ReturnType<typeof orders.count>, Promise<number>>(true);
async function iterate(): Promise<void> {
  for await (const o of orders) equal<typeof o, Order>(true);
}
void iterate;

// utilities
const indexed = orders.zipWithIndex();
equal<Of<typeof indexed>, [index: number, value: Order]>(true);
const identified = orders.zipWithUniqueId();
equal<Of<typeof identified>, [id: number, value: Order]>(true);
const sampled = orders.sample(0.5, { seed: 1 });
equal<Of<typeof sampled>, Order>(true);
const counts = orders.countElementsPerPartition();
equal<Of<typeof counts>, [partition: number, count: number]>(true);

// mistakes
// @ts-expect-error a function that returns nothing
orders.map((o) => {
  o.id;
});
// @ts-expect-error a promise
orders.map(async (o) => o.id);
// @ts-expect-error a promise of another kind
orders.map((o) => Promise.resolve(o.id));
// @ts-expect-error a data set
orders.map(() => orders);
// @ts-expect-error no such field
orders.map((o) => o.nope);
// @ts-expect-error a string is no iterable of records
orders.flatMap((o) => o.who);
// @ts-expect-error a single object
orders.flatMap((o) => ({ id: o.id }));
// @ts-expect-error a promise of an array
orders.flatMap(async (o) => [o.id]);
orders.flatMap(
  // @ts-expect-error an async generator
  async function* (o) {
    yield o.id;
  },
);
orders.flatMap((_o, out) => {
  // @ts-expect-error the element type is not declared
  out.collect({ q: 1 });
});
// @ts-expect-error no boolean
orders.filter((o) => o.who);
// @ts-expect-error a promise of a boolean
orders.filter(async (o) => o.id > 1);
// @ts-expect-error a function for other records
words.map(new Doubler());
// @ts-expect-error a function of another kind
orders.flatMap(new Doubler());
// @ts-expect-error the class instead of an instance
orders.map(Doubler);
// @ts-expect-error state belongs in a class or a closure
orders.map({ map: (o) => o.id, count: 0 });
// @ts-expect-error null
orders.map(null);
// @ts-expect-error no data set
orders.union([1]);
// @ts-expect-error no such option
orders.mapAsync(async (o) => o.id, { concurency: 1 });
