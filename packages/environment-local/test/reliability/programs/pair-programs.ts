import type { JoinHint, JoinType } from "@millrace/common-api";
import type { DataSet } from "@millrace/dataset";
import { type Item, numberOf, type OperatorProgram, short, together } from "./operator-program.js";

const joinTypes: readonly JoinType[] = ["inner", "left-outer", "right-outer", "full-outer", "semi", "anti"];

/** What strategies are called here, by the hint that asks for them. */
const strategies: readonly (readonly [hint: JoinHint, suffix: string, types: readonly JoinType[]])[] = [
  ["optimizer-chooses", "", joinTypes],
  ["repartition-hash-first", " that builds the left side", joinTypes],
  ["repartition-sort-merge", " by merging", joinTypes],
  // Who broadcasts a side can't tell which of its records had no match anywhere.
  ["broadcast-hash-first", " with the left side broadcast", ["inner", "right-outer"]],
  ["broadcast-hash-second", " with a broadcast side", ["inner", "left-outer", "semi", "anti"]],
];

/** Joins ids with ids or values; both sides have records without a match, and records with several. */
function joined(type: JoinType, hint: JoinHint, left: DataSet<Item>, right: DataSet<Item>): DataSet<unknown> {
  const some = left.filter(({ id }) => id % 3 !== 0);
  const even = right.filter(({ id }) => id % 2 === 0);
  const pair = (a: Item | null, b: Item | null) => [...short(a), ...short(b)];
  switch (type) {
    case "inner":
      return some.join(even, hint).where("id").equalTo("id").with(pair);
    case "left-outer":
      return some.leftOuterJoin(even, hint).where("id").equalTo("value").with(pair);
    case "right-outer":
      return some.rightOuterJoin(even, hint).where("value").equalTo("id").with(pair);
    case "full-outer":
      return some.fullOuterJoin(even, hint).where("id").equalTo("id").with(pair);
    case "semi":
      return some.semiJoin(even, hint).where("id").equalTo("value").map(short);
    case "anti":
      return some.antiJoin(even, hint).where("id").equalTo("value").map(short);
  }
}

/** Makes programs of every kind of join by every strategy that can do it. */
export function joinsByStrategy(join: typeof joined): readonly OperatorProgram[] {
  return joinTypes.flatMap((type) =>
    strategies
      .filter(([, , types]) => types.includes(type))
      .map(([hint, suffix]) => ({
        name: `${type === "inner" ? "join" : `${type.replace("-", " ")} join`}${suffix}`,
        build: (left: DataSet<Item>, right: DataSet<Item>) => join(type, hint, left, right),
      })),
  );
}

/** Has joins of fields. */
export const joinPrograms: readonly OperatorProgram[] = joinsByStrategy(joined);

/** Has programs of operators with two inputs, and plans in which branches meet again. */
export const pairPrograms: readonly OperatorProgram[] = [
  ...joinPrograms,
  {
    name: "join to none or many",
    build: (left, right) =>
      left
        .join(right)
        .where("id")
        .equalTo("id")
        .flatWith((a, b) => (a.id % 2 === 0 ? [a.id, b.key] : [])),
  },
  {
    name: "join of projections",
    build: (left, right) => left.join(right).where("id").equalTo("id").projectFirst("id", "value").projectSecond("key"),
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
    name: "coGroup in order",
    build: (left, right) =>
      left
        .coGroup(right)
        .where("key")
        .equalTo("key")
        .sortFirstGroup("id", "descending")
        .sortSecondGroup("id", "ascending")
        .with((a, b) => [[idsOf(a), idsOf(b)] as const]),
  },
  {
    name: "coGroupPartitions",
    build: (left, right) =>
      left
        .coGroupPartitionsBy(right)
        .where("key")
        .equalTo("key")
        .with((a, b) => [...idsOf(a), ...idsOf(b).map((id) => -id)]),
  },
  {
    name: "coGroupPartitions by a selector",
    build: (left, right) =>
      left
        .coGroupPartitionsBy(right)
        .where(({ key }) => key % 5)
        .equalTo(({ id }) => id % 5)
        .with((a, b) => [...idsOf(a), ...idsOf(b).map((id) => -id)]),
  },
  {
    name: "cross",
    isSmall: true,
    build: (left, right) => left.cross(right.filter(({ id }) => id < 20)).with((a, b) => a.id * 1000 + b.id),
  },
  {
    name: "cross with a small left side",
    isSmall: true,
    build: (left, right) =>
      left
        .filter(({ id }) => id < 20)
        .crossWithHuge(right)
        .with((a, b) => a.id * 1000 + b.id),
  },
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
        .where("id")
        .equalTo("id")
        .with((a, b) => [a.id, b.key]);
    },
  },
];

function idsOf(items: Iterable<Item>): number[] {
  const ids: number[] = [];
  for (const { id } of items) ids.push(id);
  return ids;
}
