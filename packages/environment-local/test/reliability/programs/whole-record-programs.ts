import type { JoinHint, JoinType } from "@millrace/common-api";
import { lit } from "@millrace/core";
import { count, type DataSet } from "@millrace/dataset";
import type { Build, Item, OperatorProgram } from "./operator-program.js";
import { joinsByStrategy } from "./pair-programs.js";

type Data = DataSet<Item>;

const same = (): string => "same";
const textOf = (record: unknown): string => JSON.stringify(record) ?? "undefined";
const pairOf = (a: unknown, b: unknown): string => `${textOf(a)} ${textOf(b)}`;
/** Takes away how many there were, where that depends on how records are distributed. */
const withoutNumber = (text: string): string => text.replace(/^\d+/, "");

/** Tells how many records there are, and what the last of them is: those that it is called for are alike. */
function* counted(records: Iterable<unknown>): Generator<string> {
  let numRecords = 0;
  let text = "nothing";
  for (const record of records) {
    numRecords++;
    text = textOf(record);
  }
  yield `${numRecords} ${text}`;
}

const countedPair = (a: Iterable<unknown>, b: Iterable<unknown>): string[] => [...counted(a), ...counted(b)];

/** Joins records with those that are equal, or with none where there should be some without a match. */
function joined(type: JoinType, hint: JoinHint, left: Data, right: Data): DataSet<unknown> {
  switch (type) {
    case "inner":
      return left.distinct().join(right, hint).where(textOf).equalTo(textOf);
    case "left-outer":
      return left.leftOuterJoin(right.distinct(), hint).where(same).equalTo(textOf).with(pairOf);
    case "right-outer":
      return left.distinct().rightOuterJoin(right, hint).where(textOf).equalTo(textOf).with(pairOf);
    case "full-outer":
      return left.distinct().fullOuterJoin(right, hint).where(same).equalTo(textOf).with(pairOf);
    case "semi":
      return left.semiJoin(right, hint).where(textOf).equalTo(textOf);
    case "anti":
      return left.antiJoin(right, hint).where(same).equalTo(textOf);
  }
}

const builds: Readonly<Record<string, Build>> = {
  map: (left) => left.map((record) => record),
  flatMap: (left) => left.flatMap((record) => [record, record]),
  filter: (left) => left.filter(() => true),
  "filter by an expression": (left) => left.filter(lit(1).lt(2)),
  select: (left) => left.select({ one: lit(1) }),
  mapAsync: (left) =>
    left.mapAsync(
      async (record) => {
        await undefined;
        return record;
      },
      { concurrency: 5 },
    ),
  mapPartition: (left) => left.mapPartition((records) => counted(records)).map(withoutNumber),
  union: (left, right) => left.union(right),
  "a broadcast set": (left, right) =>
    left
      .map((record, context) => `${textOf(record)} ${context.getBroadcastVariable(right).length}`)
      .withBroadcastSet(right, "right"),
  rebalance: (left) => left.rebalance(),
  partitionByHash: (left) => left.partitionByHash(same).map((record) => record),
  partitionByRange: (left) => left.partitionByRange(same).map((record) => record),
  partitionCustom: (left) => left.partitionCustom((key, n) => String(key).length % n, same).map((record) => record),
  sortPartition: (left) => left.sortPartition(same, "descending"),
  orderBy: (left) => left.orderBy(textOf, "ascending"),
  zipWithIndex: (left) => left.orderBy(textOf).zipWithIndex(),
  "reduce of all": (left) => left.reduce((a) => a),
  "reduce by hash": (left) => left.groupBy(textOf).reduce((a) => a, "hash"),
  "reduce by sorting": (left) => left.groupBy(textOf).reduce((a) => a, "sort"),
  "reduce without a combiner": (left) => left.groupBy(textOf).reduce((a) => a, "none"),
  reduceGroup: (left) => left.groupBy(textOf).reduceGroup((records) => counted(records)),
  "reduceGroup with a combiner": (left) =>
    left
      .groupBy(textOf)
      .reduceGroup({ combine: (records) => [...records], reduceGroup: (records) => counted(records) }),
  "reduceGroup of all": (left) => left.reduceGroup((records) => counted(records)).map(withoutNumber),
  combineGroup: (left) =>
    left
      .groupBy(textOf)
      .combineGroup((records) => [...records])
      .groupBy(textOf)
      .reduceGroup((records) => counted(records)),
  "combineGroup of all": (left) =>
    left
      .combineGroup((records) => counted(records))
      .map((text) => Number.parseInt(text, 10))
      .reduce((a, b) => a + b),
  "counts of groups": (left) => left.groupBy(textOf).aggregate({ all: count() }),
  "a count of all": (left) => left.aggregate(count()),
  first: (left) =>
    left
      .groupBy(same)
      .first(3)
      .map(() => "one"),
  "first of all": (left) => left.orderBy(textOf).first(3),
  "distinct records": (left) => left.distinct(),
  distinct: (left) => left.distinct(textOf),
  ...Object.fromEntries(joinsByStrategy(joined).map(({ name, build }) => [name, build])),
  coGroup: (left, right) => left.coGroup(right).where(textOf).equalTo(textOf).with(countedPair),
  coGroupPartitions: (left, right) =>
    left
      .coGroupPartitionsBy(right)
      .where(same)
      .equalTo(same)
      .with((a, b) => [...Array.from(a, textOf), ...Array.from(b, textOf)]),
  cross: (left, right) => left.distinct().cross(right),
  "cross with a small left side": (left, right) => left.distinct().crossWithHuge(right),
  "a bulk iteration": (left, right) => {
    const loop = left.iterate(3);
    return loop.closeWith(loop.semiJoin(right).where(textOf).equalTo(textOf));
  },
  "a bulk iteration that ends early": (left) => {
    const loop = left.iterate(3);
    const next = loop.map((record) => record);
    return loop.closeWith(
      next,
      next.filter(() => false),
    );
  },
  "a delta iteration": (left, right) => {
    const loop = left.distinct().iterateDelta(right, 2, textOf);
    const changes = loop.workset
      .join(loop.solutionSet)
      .where(textOf)
      .equalTo(textOf)
      .with((a) => a);
    return loop.closeWith(changes, changes);
  },
  "a delta iteration that looks up from the left": (left, right) => {
    const loop = left.distinct().iterateDelta(right, 2, textOf);
    const changes = loop.solutionSet
      .rightOuterJoin(loop.workset)
      .where(textOf)
      .equalTo(textOf)
      .with((known, work) => known ?? work);
    return loop.closeWith(changes, changes);
  },
  "a delta iteration that finds some from the left": (left, right) => {
    const loop = left.distinct().iterateDelta(right, 2, textOf);
    const changes = loop.solutionSet
      .join(loop.workset)
      .where(textOf)
      .equalTo(textOf)
      .with((known) => known);
    return loop.closeWith(changes, changes);
  },
  "a delta iteration that keeps what is not found": (left, right) => {
    const loop = left.filter(() => false).iterateDelta(right, 2, textOf);
    const changes = loop.workset
      .leftOuterJoin(loop.solutionSet)
      .where(textOf)
      .equalTo(textOf)
      .with((work) => work);
    return loop.closeWith(changes, changes);
  },
  "a delta iteration that groups with the solution set on the left": (left, right) => {
    const loop = left.distinct().iterateDelta(right, 2, textOf);
    const changes = loop.solutionSet
      .coGroup(loop.workset)
      .where(textOf)
      .equalTo(textOf)
      .with((known) => [...known]);
    return loop.closeWith(changes, changes);
  },
  "a delta iteration that groups with the solution set on the right": (left, right) => {
    const loop = left.distinct().iterateDelta(right, 2, textOf);
    const changes = loop.workset
      .coGroup(loop.solutionSet)
      .where(textOf)
      .equalTo(textOf)
      .with((_work, known) => [...known]);
    return loop.closeWith(changes, changes);
  },
};

/**
 * Has programs that ask for no field: records may be of any kind, such as lists, texts and null. What has a key gets it from a selector, or takes the
 * whole record. `every-operator.test.ts` holds that no driver is missing but those whose operators name fields.
 */
export const wholeRecordPrograms: readonly OperatorProgram[] = Object.entries(builds).map(([name, build]) => ({
  name,
  build,
}));
