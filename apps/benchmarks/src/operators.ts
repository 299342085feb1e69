/**
 * How fast every operator runs in the local environment, and what little memory costs: with all its input in memory, with a quarter of it, and with a
 * hundredth, in one thread at parallelism 1. Records are made by the job itself and counted at its end, which "nothing but that" measures. The three
 * amounts of memory take turns; ratios are taken within a round.
 *
 *     node src/operators.ts [records] [parts of names, "sum/min by"] [rounds]      (after a build; 400000 records by default; 2016000 make 2 MiB a hundredth)
 */
import { type DataSet, ExecutionEnvironment } from "millrace";

const NUM_RECORDS = Number(process.argv[2] ?? 400_000);
const PARTS = (process.argv[3] ?? "").split("/");
const NUM_KEYS = Math.ceil(NUM_RECORDS / 10);
const NUM_ROUNDS = Number(process.argv[4] ?? 3);
/** How many records every record of the other side is crossed with. */
const CROSSED = 4;
const SUPERSTEPS = 3;
/** The size of a record as a row: header, four fields, and the text. */
const ROW_BYTES = 8 + 4 * 8 + 64;

interface Item {
  readonly id: number;
  readonly key: number;
  readonly value: number;
  readonly text: string;
}

type Job = (left: DataSet<Item>, right: DataSet<Item>) => DataSet<unknown>;

const byId = "id";

const jobs: Readonly<Record<string, Job>> = {
  "nothing but that": (left) => left,
  "map and filter": (left) =>
    left.map((item) => ({ ...item, value: item.value + 1 })).filter(({ value }) => value % 2 === 0),
  "flat map": (left) => left.flatMap((item) => (item.id % 3 === 0 ? [] : [item])),
  "map partition": (left) =>
    left.mapPartition(function* (items) {
      for (const item of items) yield item.value;
    }),
  "partition by hash": (left) => left.partitionByHash("key"),
  "partition by range": (left) => left.partitionByRange("value"),
  rebalance: (left) => left.rebalance(),
  "sort by number": (left) => left.sortPartition("value", "ascending"),
  "sort by text": (left) => left.sortPartition("text", "descending"),
  "order by": (left) => left.orderBy("value"),
  reduce: (left) =>
    left.groupBy("key").reduce((a, b) => ({ id: a.id, key: a.key, value: a.value + b.value, text: a.text })),
  sum: (left) => left.groupBy("key").sum("value"),
  "reduce all": (left) => left.reduce((a, b) => ({ id: a.id, key: a.key, value: a.value + b.value, text: a.text })),
  "min by": (left) => left.groupBy("key").minBy("value"),
  "sorted groups": (left) => left.groupBy("key").sortGroup("value").first(2),
  "combine groups": (left) =>
    left.groupBy("key").combineGroup((items) => {
      let sum = 0;
      for (const { value } of items) sum += value;
      return [sum];
    }),
  "reduce groups": (left) =>
    left.groupBy("key").reduceGroup((values) => {
      let sum = 0;
      for (const { value } of values) sum += value;
      return [sum];
    }),
  distinct: (left) => left.distinct("key"),
  first: (left) => left.groupBy("key").first(1),
  "join by hashing": (left, right) =>
    left
      .join(right)
      .where(byId)
      .equalTo(byId)
      .with((a, b) => a.value + b.value),
  "join by merging": (left, right) =>
    left
      .join(right, "repartition-sort-merge")
      .where(byId)
      .equalTo(byId)
      .with((a, b) => a.value + b.value),
  "left outer join": (left, right) =>
    left
      .leftOuterJoin(right)
      .where("value")
      .equalTo(byId)
      .with((a, b) => a.value + (b?.value ?? 0)),
  "join, projected": (left, right) =>
    left.join(right).where(byId).equalTo(byId).projectFirst("id", "value").projectSecond("text"),
  "right outer join": (left, right) =>
    left
      .rightOuterJoin(right)
      .where("value")
      .equalTo(byId)
      .with((a, b) => (a?.value ?? 0) + b.value),
  "full outer join": (left, right) =>
    left
      .fullOuterJoin(right)
      .where("value")
      .equalTo(byId)
      .with((a, b) => (a?.value ?? 0) + (b?.value ?? 0)),
  "semi join": (left, right) =>
    left
      .semiJoin(right.filter(({ id }) => id % 2 === 0))
      .where(byId)
      .equalTo(byId),
  "anti join": (left, right) =>
    left
      .antiJoin(right.filter(({ id }) => id % 2 === 0))
      .where(byId)
      .equalTo(byId),
  "co-group": (left, right) =>
    left
      .coGroup(right)
      .where("key")
      .equalTo("key")
      .with((a, b) => [sizeOf(a) * sizeOf(b)]),
  cross: (left, right) => left.crossWithTiny(right.filter(({ id }) => id < CROSSED)).with((a, b) => a.value + b.value),
  "bulk iteration": (left) => {
    const loop = left.iterate(SUPERSTEPS);
    return loop.closeWith(loop.map((item) => ({ ...item, value: item.value + 1 })));
  },
  "delta iteration": (left, right) => {
    const delta = left.iterateDelta(right, SUPERSTEPS, byId);
    const changes = delta.workset
      .join(delta.solutionSet)
      .where(byId)
      .equalTo(byId)
      .with((a, b) => ({ ...b, value: a.value + b.value }));
    return delta.closeWith(
      changes,
      changes.filter(({ id }) => id % 2 === 0),
    );
  },
  union: (left, right) => left.union(right),
};

function sizeOf(values: Iterable<unknown>): number {
  let count = 0;
  for (const _ of values) count++;
  return count;
}

const inputBytes = NUM_RECORDS * ROW_BYTES;
const MIB = 2 ** 20;
/** Memory in whole MiB: ample, a quarter of one input, a hundredth or what is nearest to it: each of them works in 2 MiB, and not all in less. */
const amounts = [
  { name: "in memory", memory: `${Math.ceil((inputBytes * 6) / MIB) + 16}MiB` },
  ...[4, 100].map((share) => {
    const mib = Math.max(2, Math.ceil(inputBytes / share / MIB));
    return { name: `1/${Math.round(inputBytes / MIB / mib)}`, memory: `${mib}MiB` };
  }),
];

async function run(job: Job, memory: string): Promise<number> {
  const env = ExecutionEnvironment.createEnvironment("local", {
    memory,
    parallelism: 1,
    checkRecords: false,
  });
  const items = (salt: number): DataSet<Item> =>
    env.generateSequence(0, NUM_RECORDS - 1).map((i) => {
      const id = (i * 7919 + salt) % NUM_RECORDS;
      return {
        id,
        key: id % NUM_KEYS,
        value: (id * 31) % NUM_RECORDS,
        text: `some text of record ${id}, so that rows have a size`,
      };
    });
  const begin = performance.now();
  await job(items(0), items(13)).count();
  return NUM_RECORDS / (performance.now() - begin) / 1000;
}

console.log(
  `${NUM_RECORDS} records a side, about ${Math.round(inputBytes / MIB)} MiB; M records/s of one side, median of ${NUM_ROUNDS}`,
);
console.log(`${"".padEnd(18)}${amounts.map(({ name, memory }) => `${name} (${memory})`.padStart(20)).join("")}`);
for (const [name, job] of Object.entries(jobs)) {
  if (!PARTS.some((part) => name.includes(part))) continue;
  const rates = amounts.map(() => [] as number[]);
  for (let round = 0; round <= NUM_ROUNDS; round++) {
    for (const [i, { memory }] of amounts.entries()) {
      const rate = await run(job, memory);
      if (round > 0) rates[i]?.push(rate);
    }
  }
  const [ample = [], ...scarce] = rates;
  const columns = [medianOf(ample).toFixed(2).padStart(20)];
  for (const each of scarce) {
    const ratio = medianOf(each.map((rate, round) => (ample[round] ?? rate) / rate));
    columns.push(`${medianOf(each).toFixed(2)} (${ratio.toFixed(1)}x)`.padStart(20));
  }
  console.log(`${name.padEnd(18)}${columns.join("")}`);
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
