import { type OperatorProgram, short } from "./operator-program.js";

/** Has programs of operators that move or order records. */
export const partitionPrograms: readonly OperatorProgram[] = [
  { name: "sortPartition", build: (left) => left.partitionByHash("key").sortPartition("id", "descending") },
  { name: "orderBy", build: (left) => left.orderBy("value", "descending").map(short) },
  { name: "partitionByRange", build: (left) => left.partitionByRange("value").map(short) },
  {
    name: "partitionByRange with a distribution",
    build: (left) =>
      left
        .partitionByRange("value")
        .withDistribution({ boundary: (partition, numPartitions) => [((partition + 1) * 1000) / numPartitions] })
        .map(short),
  },
  { name: "rebalance", build: (left) => left.rebalance().map(short) },
  { name: "partitionCustom", build: (left) => left.partitionCustom((key, n) => key % n, "key").map(short) },
  {
    name: "zipWithIndex",
    build: (left) =>
      left
        .orderBy("id")
        .zipWithIndex()
        .map(([index, { id }]) => [index, id]),
  },
];
