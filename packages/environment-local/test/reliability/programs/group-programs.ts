import { col } from "@millrace/core";
import { avg, count, countDistinct, max, min, sum } from "@millrace/dataset";
import { type Item, numberOf, type OperatorProgram, short, together } from "./operator-program.js";

/** Has programs of operators over groups, with each way in which groups are found. */
export const groupPrograms: readonly OperatorProgram[] = [
  {
    name: "reduce",
    build: (left) => left.groupBy("key").reduce((a, b) => together(a, b)),
  },
  {
    name: "reduce by sorting",
    build: (left) => left.groupBy("key").reduce((a, b) => together(a, b), "sort"),
  },
  { name: "reduce without a combiner", build: (left) => left.groupBy("key").reduce((a, b) => together(a, b), "none") },
  { name: "reduce everything", build: (left) => left.map(({ value }) => value ?? 0).reduce((a, b) => a + b) },
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
    name: "reduceGroup with a combiner",
    build: (left) =>
      left
        .map(({ key, value }) => ({ key, value }))
        .groupBy("key")
        .reduceGroup({ combine: totalOf, reduceGroup: totalOf }),
  },
  {
    name: "reduceGroup of everything with a combiner",
    build: (left) =>
      left.map(({ value }) => ({ key: 0, value })).reduceGroup({ combine: totalOf, reduceGroup: totalOf }),
  },
  {
    name: "reduceGroup of whole records with a combiner",
    build: (left) =>
      left.groupBy("key").sortGroup("id").reduceGroup({ combine: firstOf, reduceGroup: firstOf }).map(short),
  },
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
    name: "combineGroup of everything",
    build: (left) => left.combineGroup((values) => [numberOf(values)]).reduce((a, b) => a + b),
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
    name: "sum of everything",
    build: (left) =>
      left
        .map(({ value }) => ({ value }))
        .sum("value")
        .andMax("value"),
  },
  {
    name: "aggregates",
    build: (left) =>
      left
        .groupBy("key")
        .aggregate({ all: count(), total: sum("value"), least: min("id"), most: max("id"), mean: avg("value") }),
  },
  {
    name: "aggregates of text",
    build: (left) =>
      left
        .map(({ id, key, text }) => ({ key, text: `${id % 7} ${text}` }))
        .groupBy("key")
        .aggregate({ first: min("text"), kinds: countDistinct("text") }),
  },
  {
    name: "aggregates by an expression",
    build: (left) => left.groupBy(col("value").minus(col("key"))).aggregate(count(), max("id")),
  },
  {
    name: "aggregates of everything",
    build: (left) => left.aggregate(count(), sum("value"), min("text"), countDistinct("key")),
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
  { name: "distinct", build: (left) => left.distinct("key").map(({ key }) => key ?? null) },
  { name: "distinct records", build: (left) => left.map(({ key, text }) => ({ key, text })).distinct() },
  { name: "first", build: (left) => left.groupBy("key").sortGroup("id", "ascending").first(2).map(short) },
  { name: "first of all in order", build: (left) => left.orderBy("id", "descending").first(100).map(short) },
  { name: "minBy", build: (left) => left.groupBy("key").minBy("id").map(short) },
  { name: "maxBy of everything", build: (left) => left.maxBy("value", "id").map(short) },
  {
    name: "first in a step",
    isSmall: true,
    build: (left, right) => {
      const loop = left.map(({ id, text }) => ({ id, text, age: 0 })).iterate(3);
      const grown = loop.flatMap(({ id, text, age }) =>
        [0, 1, 2].map((i) => ({ id, text: `${text}${i}`, age: age + 1 })),
      );
      const known = grown.semiJoin(right).where("id").equalTo("id");
      return loop.closeWith(known.first(25)).map(({ age }) => age);
    },
  },
];

function countOf(values: Iterable<Item>): number[] {
  return [numberOf(values)];
}

function totalOf(values: Iterable<Pick<Item, "key" | "value">>): Pick<Item, "key" | "value">[] {
  let [key, value] = [0, 0];
  for (const item of values) {
    key = item.key;
    value += item.value;
  }
  return [{ key, value }];
}

function firstOf(values: Iterable<Item>): Item[] {
  for (const item of values) return [item];
  return [];
}
