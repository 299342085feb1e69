import { col } from "@millrace/core";
import { idAndLength, type OperatorProgram, short } from "./operator-program.js";

/** Has programs of operators over one record, of sources and sinks, and of what reads them to no end. */
export const recordPrograms: readonly OperatorProgram[] = [
  { name: "map", build: (left) => left.map((item) => ({ ...item, value: item.value + 1 })) },
  { name: "flatMap", build: (left) => left.flatMap((item) => (item.id % 2 === 0 ? [item.id, -item.id] : [])) },
  { name: "filter", build: (left) => left.filter(({ id }) => id % 3 !== 0).map(idAndLength) },
  { name: "filter by an expression", build: (left) => left.filter(col("value").gt(300)).map(idAndLength) },
  {
    name: "project",
    build: (left) => left.project("id", "text").map(([id, text]) => idAndLength({ id, text: text ?? "" })),
  },
  { name: "select", build: (left) => left.select({ half: col("value").dividedBy(2), id: col("id") }) },
  {
    name: "mapAsync",
    build: (left) =>
      left.mapAsync(
        async (item) => {
          await undefined;
          return idAndLength(item);
        },
        { concurrency: 5 },
      ),
  },
  {
    name: "mapPartition",
    build: (left) =>
      left.partitionByHash("key").mapPartition(function* (values) {
        for (const item of values) yield idAndLength(item);
      }),
  },
  { name: "union", build: (left, right) => left.union(right).map(short) },
  { name: "a source", build: (_left, _right, env) => env.generateSequence(0, 300).map((n) => n * 2) },
  { name: "a sink", isWritten: true, build: (left) => left.map(idAndLength) },
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
    name: "first in the middle of a plan, beside a reader of all",
    build: (left, right) => {
      const twice = left.flatMap((item) => [item, item]);
      const few = twice.rebalance().first(30);
      const matched = twice.join(right).where("id").equalTo("id");
      return few.map(() => "kept").union(matched.map(([a, b]) => `${a.id} ${b.key}`));
    },
  },
];
