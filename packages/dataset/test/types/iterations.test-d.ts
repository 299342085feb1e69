// Iterations, broadcast sets, accumulators, environments.
import { Histogram, IntCounter, LongCounter, LongSumAggregator, types } from "@millrace/core";
import type { DataSet, ExecutionEnvironment, JobHandle } from "@millrace/dataset";
import { equal, type Of, type Order } from "./equal.js";

declare const env: ExecutionEnvironment;
declare const orders: DataSet<Order>;
declare const pairs: DataSet<[number, string]>;
interface State {
  id: number;
  parent: number | null;
}

// bulk
const loop = orders.iterate(10);
equal<Of<typeof loop>, Order>(true);
const closed = loop.closeWith(loop.map((o) => ({ ...o, id: o.id + 1 })));
equal<Of<typeof closed>, Order>(true);
const extra = orders.iterate(3);
extra.closeWith(extra.map((o) => ({ ...o, more: 1 })));
const until = orders.iterate(5);
until.closeWith(
  until.filter((o) => o.id > 1),
  until.map((o) => o.id),
);
const tupleLoop = pairs.iterate(5);
const tupleResult = tupleLoop.closeWith(tupleLoop.map(([a, b]) => [a + 1, b] as const));
equal<Of<typeof tupleResult>, [number, string]>(true);
const widened = orders.map((o) => ({ id: o.id, parent: null })).iterate<State>(5);
equal<Of<typeof widened>, State>(true);
widened.closeWith(widened.map((s) => ({ id: s.id, parent: s.id })));
loop
  .registerAggregator("sum", () => new LongSumAggregator())
  .name("loop")
  .setParallelism(2);
loop.registerConvergenceCriterion(
  "done",
  () => new LongSumAggregator(),
  (_n, value) => value === 0n,
);

// delta
const delta = orders.iterateDelta(pairs, 10, "id");
equal<Of<typeof delta.workset>, [number, string]>(true);
const changes = delta.workset
  .join(delta.solutionSet)
  .where(0)
  .equalTo("id")
  .with((_p, o) => o);
equal<Of<typeof changes>, Order>(true);
const result = delta.closeWith(
  changes,
  changes.map((o) => [o.id, o.who]),
);
equal<Of<typeof result>, Order>(true);
const reversed = delta.solutionSet
  .join(pairs)
  .where("id")
  .equalTo(0)
  .with((o, p) => [o.who, p[1]]);
equal<Of<typeof reversed>, [string, string]>(true);
const grouped = delta.workset
  .coGroup(delta.solutionSet)
  .where(0)
  .equalTo("id")
  .with((_ps, os) => os);
equal<Of<typeof grouped>, Order>(true);
const groupedFirst = delta.solutionSet
  .coGroup(pairs)
  .where("id")
  .equalTo(0)
  .with((os) => os);
equal<Of<typeof groupedFirst>, Order>(true);
const outer = delta.workset
  .leftOuterJoin(delta.solutionSet)
  .where(0)
  .equalTo("id")
  .with((p, o) => o?.who ?? p[1]);
equal<Of<typeof outer>, string>(true);
const twoKeys = orders.iterateDelta(orders, 10, "id", "who");
twoKeys.workset.join(twoKeys.solutionSet).where("id", "who").equalTo("id", "who");

// broadcast sets
const centers = orders.map((o) => ({ x: o.id }));
orders
  .map((o, context) => {
    const known = context.getBroadcastVariable(centers);
    equal<typeof known, readonly { x: number }[]>(true);
    const index = context.getBroadcastVariableWithInitializer(centers, (all) => new Set([...all].map((c) => c.x)));
    equal<typeof index, Set<number>>(true);
    return o.id;
  })
  .withBroadcastSet(centers)
  .withBroadcastSet(orders, "orders")
  .withParameters({ limit: 3, name: "x" })
  .name("near")
  .setParallelism(4)
  .withForwardedFields("*");
orders.map((o) => ({ id: o.id, score: o.cust })).withForwardedFields("id", ["cust", "score"]);
orders
  .map((o) => o)
  .returns(
    types.row({
      id: types.int32,
      who: types.string,
      cust: types.int32,
      user: types.row({ zip: types.string, age: types.int32 }),
    }),
  );

// accumulators and jobs
async function run(): Promise<void> {
  const done = await env.execute("job");
  equal<typeof done.netRuntime, number>(true);
  const total = done.getAccumulatorResult("lines", LongCounter);
  equal<typeof total, bigint>(true);
  const count = done.getAccumulatorResult("count", IntCounter);
  equal<typeof count, number>(true);
  const histogram = done.getAccumulatorResult("h", Histogram);
  equal<typeof histogram, Map<number, number>>(true);
  const untyped = done.getAccumulatorResult("lines");
  equal<typeof untyped, unknown>(true);
  await using handle = await env.executeAsync("later");
  equal<typeof handle, JobHandle>(true);
}
void run;

// sources
const elements = env.fromElements(1, 2, 3);
equal<Of<typeof elements>, number>(true);
const rows = env.fromElements({ a: 1 }, { a: 2 });
equal<Of<typeof rows>, { a: number }>(true);
const tuples = env.fromElements([1, "a"], [2, "b"]);
equal<Of<typeof tuples>, [number, string]>(true);
const collection = env.fromCollection([{ a: 1, b: "x" }]);
equal<Of<typeof collection>, { a: number; b: string }>(true);
const collectionTuples = env.fromCollection([
  [1, "a"],
  [2, "b"],
]);
equal<Of<typeof collectionTuples>, [number, string]>(true);
const fromSet = env.fromCollection(new Set(["a"]));
equal<Of<typeof fromSet>, string>(true);
const sequence = env.generateSequence(1, 10);
equal<Of<typeof sequence>, number>(true);
const text = env.readTextFile("x.txt", { charset: "latin1" });
equal<Of<typeof text>, string>(true);
const csv = env.readCsvFile("x.csv", { header: true, types: types.row({ id: types.int32, name: types.string }) });
equal<Of<typeof csv>, { id: number; name: string }>(true);
const csvTuples = env.readCsvFile("x.csv", { types: types.tuple(types.int32, types.nullable(types.string)) });
equal<Of<typeof csvTuples>, [number, string | null]>(true);
const csvStrings = env.readCsvFile("x.csv");
equal<Of<typeof csvStrings>, string[]>(true);
const csvObjects = env.readCsvFile("x.csv", { header: true });
equal<Of<typeof csvObjects>, Record<string, string>>(true);
const primitives = env.readFileOfPrimitives("x.txt", { type: types.int64 });
equal<Of<typeof primitives>, bigint>(true);
const json = env.readJsonLines("x.json", { types: types.row({ a: types.optional(types.float64) }) });
equal<Of<typeof json>, { a?: number | undefined }>(true);
const jsonGiven = env.readJsonLines<{ a: 1 }>("x.json");
equal<Of<typeof jsonGiven>, { a: 1 }>(true);
const streamed = env.fromAsyncIterable(
  (async function* () {
    yield { n: 1 };
  })(),
);
equal<Of<typeof streamed>, { n: number }>(true);
const parts = env.fromParallelCollection((index, numParts) => [index, numParts]);
equal<Of<typeof parts>, number>(true);
collection
  .output({ write: (r) => void r.a.toFixed() })
  .name("x")
  .setParallelism(1);
collection.writeAsCsv("out.csv", { header: true }).sortLocalOutput("a").sortLocalOutput("b", "descending");
collection.writeAsFormattedText("out", (r) => r.b);

// mistakes
// @ts-expect-error other records
loop.closeWith(loop.map((o) => ({ id: o.id })));
const narrow = orders.map((o) => ({ id: o.id, parent: null })).iterate(5);
// @ts-expect-error the start is too narrow
narrow.closeWith(narrow.map((s) => ({ id: s.id, parent: s.id })));
// @ts-expect-error the solution set by another key
delta.workset.join(delta.solutionSet).where(0).equalTo("cust");
// @ts-expect-error its own key, too
delta.solutionSet.join(pairs).where("cust");
// @ts-expect-error nothing else reads it
delta.solutionSet.map((o: Order) => o);
// @ts-expect-error nor is it a data set
delta.closeWith(delta.solutionSet.collect(), changes);
// @ts-expect-error a delta of other records
delta.closeWith(pairs, pairs);
// @ts-expect-error no such output field
orders.map((o) => ({ id: o.id })).withForwardedFields("who");
// @ts-expect-error a type of other records
orders.map((o) => o.id).returns(types.string);
// @ts-expect-error promises are no records
env.fromElements(Promise.resolve(1));
// @ts-expect-error no such format option
env.readCsvFile("x.csv", { delimiter: ";" });
// @ts-expect-error rows have no field c
collection.writeAsCsv("out.csv").sortLocalOutput("c");
// @ts-expect-error no such option
env.readTextFile("x", { encoding: "utf8" });
