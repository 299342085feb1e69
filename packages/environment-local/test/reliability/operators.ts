import type { EnvironmentOptions } from "@millrace/core";
import { count, countDistinct, type DataSet, type ExecutionEnvironment, max, sum } from "@millrace/dataset";

/** Is what all programs read. */
export interface Item {
  readonly id: number;
  readonly key: number;
  readonly value: number;
  readonly text: string;
}

/** Says how much a program reads, and how it is distributed. */
export interface Amount {
  readonly numRecords: number;
  readonly numKeys: number;
  /** Length of the text of each record. */
  readonly textLength: number;
}

/** Makes records in an order that is none, the same every time. */
export function items({ numRecords, numKeys, textLength }: Amount, salt = 0): Item[] {
  const padding = "padding ".repeat(Math.ceil(textLength / 8));
  return Array.from({ length: numRecords }, (_, i) => {
    const id = (i * 7919 + salt) % numRecords;
    return { id, key: (id * 31 + salt) % numKeys, value: (id * 17) % 1000, text: padding.slice(0, textLength) };
  });
}

type Build = (left: DataSet<Item>, right: DataSet<Item>, env: ExecutionEnvironment) => DataSet<unknown>;

/** Says what a program does, and where its results depend on how it is run. */
export interface OperatorProgram {
  readonly name: string;
  readonly build: Build;
  /** Whether it needs so many results that it reads few records. */
  readonly isSmall?: boolean;
  /** What its environment is set to. */
  readonly environment?: EnvironmentOptions;
}

const short = (item: Item | null): readonly (number | null)[] => [item?.id ?? null, item?.key ?? null];
const byId = "id";

/** Has one program per operator and strategy: every driver, every join kind, both kinds of iterations. Results are the same bag however it is run. */
export const operatorPrograms: readonly OperatorProgram[] = [
  {
    name: "first in the middle of a plan, beside a reader of all",
    build: (left, right) => {
      const twice = left.flatMap((item) => [item, item]);
      const few = twice.rebalance().first(30);
      const matched = twice.join(right).where(byId).equalTo(byId);
      return few.map(() => "kept").union(matched.map(([a, b]) => `${a.id} ${b.key}`));
    },
  },
  {
    name: "first in a step",
    isSmall: true,
    build: (left, right) => {
      const loop = left.map(({ id, text }) => ({ id, text, age: 0 })).iterate(3);
      const grown = loop.flatMap(({ id, text, age }) =>
        [0, 1, 2].map((i) => ({ id, text: `${text}${i}`, age: age + 1 })),
      );
      const known = grown.semiJoin(right).where(byId).equalTo(byId);
      return loop.closeWith(known.first(25)).map(({ age }) => age);
    },
  },
  { name: "map", build: (left) => left.map((item) => ({ ...item, value: item.value + 1 })) },
  { name: "flatMap", build: (left) => left.flatMap((item) => (item.id % 2 === 0 ? [item.id, -item.id] : [])) },
  {
    name: "mapPartition",
    build: (left) =>
      left.partitionByHash("key").mapPartition(function* (values) {
        for (const { id, text } of values) yield [id, text.length] as const;
      }),
  },
  { name: "sortPartition", build: (left) => left.partitionByHash("key").sortPartition("id", "descending") },
  { name: "orderBy", build: (left) => left.orderBy("value", "descending").map(({ id }) => id) },
  { name: "partitionByRange", build: (left) => left.partitionByRange("value").map(({ id }) => id) },
  { name: "rebalance", build: (left) => left.rebalance().map(({ id }) => id) },
  { name: "partitionCustom", build: (left) => left.partitionCustom((key, n) => key % n, "key").map(({ id }) => id) },
  {
    name: "reduce",
    build: (left) => left.groupBy("key").reduce((a, b) => together(a, b)),
  },
  {
    name: "reduce by sorting",
    build: (left) => left.groupBy("key").reduce((a, b) => together(a, b), "sort"),
  },
  { name: "reduce everything", build: (left) => left.map(({ value }) => value).reduce((a, b) => a + b) },
  {
    name: "reduceGroup",
    build: (left) =>
      left.groupBy("key").reduceGroup((values) => {
        let [key, count, sum] = [0, 0, 0];
        for (const item of values) {
          key = item.key;
          count++;
          sum += item.value;
        }
        return [[key, count, sum] as const];
      }),
  },
  {
    name: "reduceGroup in order",
    build: (left) =>
      left
        .groupBy("key")
        .sortGroup("id", "descending")
        .reduceGroup((values) => {
          const ids: number[] = [];
          for (const { id } of values) ids.push(id);
          return [ids.slice(0, 5)];
        }),
  },
  { name: "reduceGroup by selector", build: (left) => left.groupBy(({ key }) => key % 50).reduceGroup(countOf) },
  { name: "reduceGroup of everything", build: (left) => left.reduceGroup(countOf) },
  {
    name: "combineGroup",
    build: (left) =>
      left
        .groupBy("key")
        .combineGroup((values) => {
          let [key, count] = [0, 0];
          for (const item of values) {
            key = item.key;
            count++;
          }
          return [{ key, count }];
        })
        .groupBy("key")
        .reduce((a, b) => ({ key: a.key, count: a.count + b.count })),
  },
  {
    name: "sum",
    build: (left) =>
      left
        .map(({ key, value }) => ({ key, value }))
        .groupBy("key")
        .sum("value"),
  },
  {
    name: "distinct counts of groups, beside other aggregates",
    build: (left) =>
      left
        .groupBy(({ key }) => key % 3)
        .aggregate({ ids: countDistinct("id"), total: sum("value"), values: countDistinct("value"), last: max("id") }),
  },
  {
    name: "distinct counts of everything",
    build: (left) =>
      left
        .map(({ id, text }) => ({ id, mark: id % 5 === 0 ? null : `${text}${id % 2000}` }))
        .aggregate({ marks: countDistinct("mark"), records: count(), ids: countDistinct("id") }),
  },
  { name: "distinct", build: (left) => left.distinct("key").map(({ key }) => key) },
  { name: "distinct records", build: (left) => left.map(({ key, text }) => ({ key, text })).distinct() },
  { name: "first", build: (left) => left.groupBy("key").sortGroup("id", "ascending").first(2).map(short) },
  { name: "minBy", build: (left) => left.groupBy("key").minBy("id").map(short) },
  {
    name: "join",
    build: (left, right) =>
      left
        .join(right)
        .where(byId)
        .equalTo(byId)
        .with((a, b) => [a.id, b.key]),
  },
  {
    name: "join by merging",
    build: (left, right) =>
      left
        .join(right, "repartition-sort-merge")
        .where(byId)
        .equalTo(byId)
        .with((a, b) => [a.id, b.key]),
  },
  {
    name: "join with a broadcast side",
    build: (left, right) =>
      left
        .join(
          right.filter(({ id }) => id < 200),
          "broadcast-hash-second",
        )
        .where(byId)
        .equalTo(byId)
        .with((a, b) => [a.id, b.key]),
  },
  {
    name: "left outer join",
    build: (left, right) =>
      left
        .leftOuterJoin(right)
        .where(byId)
        .equalTo("value")
        .with((a, b) => [...short(a), ...short(b)]),
  },
  {
    name: "right outer join",
    build: (left, right) =>
      left
        .rightOuterJoin(right)
        .where("value")
        .equalTo(byId)
        .with((a, b) => [...short(a), ...short(b)]),
  },
  {
    name: "full outer join",
    build: (left, right) =>
      left
        .filter(({ id }) => id % 3 !== 0)
        .fullOuterJoin(right.filter(({ id }) => id % 2 === 0))
        .where(byId)
        .equalTo(byId)
        .with((a, b) => [...short(a), ...short(b)]),
  },
  {
    name: "full outer join by merging",
    build: (left, right) =>
      left
        .filter(({ id }) => id % 3 !== 0)
        .fullOuterJoin(
          right.filter(({ id }) => id % 2 === 0),
          "repartition-sort-merge",
        )
        .where(byId)
        .equalTo(byId)
        .with((a, b) => [...short(a), ...short(b)]),
  },
  {
    name: "semi join",
    build: (left, right) =>
      left
        .semiJoin(right.filter(({ id }) => id % 2 === 0))
        .where(byId)
        .equalTo(byId)
        .map(short),
  },
  {
    name: "anti join",
    build: (left, right) =>
      left
        .antiJoin(right.filter(({ id }) => id % 2 === 0))
        .where(byId)
        .equalTo(byId)
        .map(short),
  },
  {
    name: "coGroup",
    build: (left, right) =>
      left
        .filter(({ key }) => key % 3 !== 0)
        .coGroup(right.filter(({ key }) => key % 2 === 0))
        .where("key")
        .equalTo("key")
        .with((a, b) => [[numberOf(a), numberOf(b)] as const]),
  },
  {
    name: "cross",
    isSmall: true,
    build: (left, right) => left.cross(right.filter(({ id }) => id < 20)).with((a, b) => a.id * 1000 + b.id),
  },
  { name: "union", build: (left, right) => left.union(right).map(({ id }) => id) },
  {
    name: "a diamond",
    build: (left) => {
      const shared = left.map((item) => ({ ...item, value: item.value + 1 }));
      const counts = shared.groupBy("key").reduce((a, b) => together(a, b));
      return shared
        .join(counts)
        .where("key")
        .equalTo("key")
        .with((a, b) => [a.id, b.key]);
    },
  },
  {
    name: "a diamond of two streams",
    build: (left) => {
      const shared = left.map((item) => ({ ...item, value: item.value + 1 }));
      return shared
        .filter(({ id }) => id % 2 === 0)
        .join(shared.filter(({ id }) => id % 3 === 0))
        .where(byId)
        .equalTo(byId)
        .with((a, b) => [a.id, b.key]);
    },
  },
  {
    name: "a broadcast set",
    build: (left, right) => {
      const few = right.filter(({ id }) => id < 100);
      return left
        .map((item, context) => item.id + context.getBroadcastVariable(few).length)
        .withBroadcastSet(few, "few");
    },
  },
  {
    name: "a bulk iteration",
    build: (left, right) => {
      const loop = left.map(({ id, key, text }) => ({ id, key, text, rounds: 0 })).iterate(4);
      const next = loop
        .join(right)
        .where(byId)
        .equalTo(byId)
        .with((a, b) => ({ ...a, key: (a.key + b.value) % 1000, rounds: a.rounds + 1 }));
      return loop.closeWith(next).map(({ id, key, rounds }) => [id, key, rounds]);
    },
  },
  {
    name: "a delta iteration",
    build: (left, right) => {
      const initial = left.map(({ id, text }) => ({ id, component: id, text }));
      const workset = initial.map(({ id, component }) => ({ id, component }));
      const loop = initial.iterateDelta(workset, 20, "id");
      const changes = loop.workset
        .join(right)
        .where(byId)
        .equalTo(byId)
        .with((a, b) => ({ id: b.value, component: a.component }))
        .groupBy("id")
        .reduce((a, b) => (a.component < b.component ? a : b))
        .join(loop.solutionSet)
        .where(byId)
        .equalTo(byId)
        .flatWith((a, b) => (a.component < b.component ? [{ ...b, component: a.component }] : []));
      return loop
        .closeWith(
          changes,
          changes.map(({ id, component }) => ({ id, component })),
        )
        .map(({ id, component }) => [id, component]);
    },
  },
];

export function together(a: Item, b: Item): Item {
  return { id: Math.min(a.id, b.id), key: a.key, value: a.value + b.value, text: a.text };
}

function countOf(values: Iterable<Item>): number[] {
  return [numberOf(values)];
}

function numberOf(values: Iterable<unknown>): number {
  let count = 0;
  for (const _ of values) count++;
  return count;
}

/** Returns the texts of records, in an order of their own, so that bags can be compared. */
export function bagOf(records: readonly unknown[]): string[] {
  return records.map((record) => JSON.stringify(record)).sort();
}
