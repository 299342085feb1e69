import { bag, type Expectation, law, orderedByKey } from "../../expectation.js";
import { type ConformanceProgram, program } from "../../program.js";
import { integers } from "../integers.js";

interface Placed {
  readonly n: number;
  readonly partition: number;
}

function* place(
  values: Iterable<{ n: number }>,
  _out: unknown,
  context: { readonly subtaskIndex: number },
): Generator<Placed> {
  for (const { n } of values) yield { n, partition: context.subtaskIndex };
}

function sizesOf(records: readonly Placed[], parallelism: number): number[] {
  const sizes = Array.from({ length: parallelism }, () => 0);
  for (const { partition } of records) sizes[partition]!++;
  return sizes;
}

function all(from: number, to: number): Expectation {
  return bag(integers(from, to), { render: ({ n }: Placed) => n });
}

const balanced = law("partition sizes differ by at most one", (records: readonly Placed[], parallelism) => {
  const sizes = sizesOf(records, parallelism);
  return Math.max(...sizes) - Math.min(...sizes) <= 1 ? undefined : `they are ${sizes.join()}`;
});

const nearlyBalanced = law(
  "partition sizes differ by at most one per partition before",
  (records: readonly Placed[], parallelism) => {
    const sizes = sizesOf(records, parallelism);
    return Math.max(...sizes) - Math.min(...sizes) <= parallelism ? undefined : `they are ${sizes.join()}`;
  },
);

export const partitionPrograms: readonly ConformanceProgram[] = [
  program("rebalance/one partition is spread evenly", {
    covers: ["B051", "T016"],
    operators: ["rebalance", "mapPartition"],
    build: (env) =>
      env
        .fromCollection(integers(1, 500).map((n) => ({ n })))
        .rebalance()
        .mapPartition(place),
    expected: [all(1, 500), balanced],
  }),
  program("rebalance/after a filter that empties partitions", {
    covers: ["B051", "T016"],
    operators: ["rebalance", "filter", "mapPartition"],
    build: (env) =>
      env
        .fromCollection(integers(1, 1000).map((n) => ({ n })))
        .partitionByRange("n")
        .filter(({ n }) => n <= 200)
        .rebalance()
        .mapPartition(place),
    expected: [all(1, 200), nearlyBalanced],
  }),
  program("partitionByHash/then distinct counts", {
    covers: ["B052", "T016"],
    operators: ["partitionByHash", "mapPartition"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromCollection(integers(0, 299).map((n) => ({ n: n % 30 })))
        .rebalance()
        .partitionByHash("n")
        .mapPartition((values) => new Set([...values].map(({ n }) => n))),
    expected: bag(integers(0, 29)),
  }),
  program("partitionByHash/an even spread of many keys", {
    covers: ["B052"],
    operators: ["partitionByHash", "mapPartition"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromCollection(integers(1, 2000).map((n) => ({ n })))
        .partitionByHash("n")
        .mapPartition(place),
    expected: [
      all(1, 2000),
      law("no partition has twice its share", (records: readonly Placed[], parallelism) => {
        const sizes = sizesOf(records, parallelism);
        return Math.max(...sizes) <= (2 * 2000) / parallelism ? undefined : `sizes are ${sizes.join()}`;
      }),
    ],
  }),
  program("partitionByRange/descending", {
    covers: ["B054"],
    operators: ["partitionByRange", "withOrders", "mapPartition"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromCollection(integers(0, 299).map((n) => ({ n: (n * 7) % 300 })))
        .partitionByRange("n")
        .withOrders("descending")
        .mapPartition(place),
    expected: [
      all(0, 299),
      law("a later partition has smaller keys", (records: readonly Placed[]) => {
        const sorted = [...records].sort((a, b) => a.partition - b.partition || b.n - a.n);
        const at = sorted.findIndex(({ n }, i) => i > 0 && n > sorted[i - 1]!.n);
        return at < 0 ? undefined : `${sorted[at]!.n} is in partition ${sorted[at]!.partition}`;
      }),
    ],
  }),
  program("partitionByRange/no partition has much more than its share", {
    covers: ["B054"],
    operators: ["partitionByRange", "mapPartition"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromCollection(integers(1, 2000).map((n) => ({ n: n ** 2 })))
        .rebalance()
        .partitionByRange("n")
        .mapPartition(place),
    expected: law("no partition has twice its share", (records: readonly Placed[], parallelism) => {
      const sizes = sizesOf(records, parallelism);
      return Math.max(...sizes) <= (2 * 2000) / parallelism ? undefined : `sizes are ${sizes.join()}`;
    }),
  }),
  program("partitionByRange/by given boundaries", {
    covers: ["B054"],
    operators: ["partitionByRange", "withDistribution", "mapPartition"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromCollection(integers(0, 99).map((n) => ({ n })))
        .rebalance()
        .partitionByRange("n")
        .withDistribution({ boundary: (partition) => [partition * 10] })
        .mapPartition(place),
    expected: [
      all(0, 99),
      law("a record is in the first partition whose boundary is not before it", (records: readonly Placed[], p) => {
        const wrong = records.find(({ n, partition }) => partition !== Math.min(Math.ceil(n / 10), p - 1));
        return wrong === undefined ? undefined : `${wrong.n} is in partition ${wrong.partition}`;
      }),
    ],
  }),
  program("partitionCustom/everything to one partition", {
    covers: ["B053", "T055"],
    operators: ["partitionCustom", "mapPartition"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromCollection(integers(1, 100).map((n) => ({ n })))
        .rebalance()
        .partitionCustom(() => 0, "n")
        .mapPartition(place),
    expected: bag(integers(1, 100).map((n) => ({ n, partition: 0 }))),
  }),
  program("partitionCustom/by the key", {
    covers: ["B053"],
    operators: ["partitionCustom", "mapPartition"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromCollection(integers(1, 100).map((n) => ({ n })))
        .rebalance()
        .partitionCustom((key: number, numPartitions: number) => key % numPartitions, "n")
        .mapPartition(place),
    expected: [
      all(1, 100),
      law("a record is where the partitioner says", (records: readonly Placed[], parallelism) => {
        const wrong = records.find(({ n, partition }) => n % parallelism !== partition);
        return wrong === undefined ? undefined : `${wrong.n} is in partition ${wrong.partition}`;
      }),
    ],
  }),
  program("partitionCustom/a partition that does not exist", {
    covers: ["B053"],
    operators: ["partitionCustom"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromCollection(integers(1, 5).map((n) => ({ n })))
        .partitionCustom((_key: number, numPartitions: number) => numPartitions, "n")
        .mapPartition(place),
    expected: { kind: "failure", code: "INVALID_RESULT", texts: [] },
  }),
  program("sortPartition/by two keys", {
    covers: ["B055", "T023"],
    operators: ["rebalance", "sortPartition", "mapPartition"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromCollection(integers(0, 199).map((n) => ({ major: n % 5, n })))
        .rebalance()
        .sortPartition("major", "descending")
        .sortPartition("n", "ascending")
        .mapPartition(function* (values, _out: unknown, context) {
          for (const value of values) yield { ...value, partition: context.subtaskIndex };
        }),
    expected: [
      all(0, 199),
      law("every partition is sorted", (records: readonly (Placed & { major: number })[]) => {
        const wrong = records.findIndex((b, i) => {
          const a = records[i - 1];
          if (a === undefined || a.partition !== b.partition) return false;
          return a.major < b.major || (a.major === b.major && a.n > b.n);
        });
        return wrong < 0 ? undefined : `record ${wrong} of partition ${records[wrong]!.partition} is out of order`;
      }),
    ],
  }),
  program("orderBy/the whole input, ties in any order", {
    covers: ["B161"],
    operators: ["rebalance", "orderBy"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromCollection(integers(0, 299).map((n) => ({ key: (n * 31) % 17, n })))
        .rebalance()
        .orderBy("key", "ascending"),
    expected: orderedByKey(
      integers(0, 299)
        .map((n) => ({ key: (n * 31) % 17, n }))
        .sort((a, b) => a.key - b.key),
      ({ key }) => key,
    ),
  }),
  program("orderBy/by two keys", {
    covers: ["B161"],
    operators: ["rebalance", "orderBy", "thenBy"],
    keyKinds: ["field", "nested path"],
    build: (env) =>
      env
        .fromCollection(integers(0, 99).map((n) => ({ at: { major: n % 7 }, n })))
        .rebalance()
        .orderBy("at.major", "descending")
        .thenBy("n", "ascending"),
    expected: orderedByKey(
      integers(0, 99)
        .map((n) => ({ at: { major: n % 7 }, n }))
        .sort((a, b) => b.at.major - a.at.major || a.n - b.n),
      ({ at, n }) => [at.major, n],
    ),
  }),
  program("orderBy/later partitions hold later records", {
    covers: ["B161"],
    operators: ["orderBy", "mapPartition"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromCollection(integers(1, 200).map((n) => ({ n: (n * 73) % 211 })))
        .rebalance()
        .orderBy("n", "ascending")
        .mapPartition(place),
    expected: law("partitions and their records are in order", (records: readonly Placed[]) => {
      const at = records.findIndex(({ n, partition }, i) => {
        const before = records[i - 1];
        return before !== undefined && (before.partition > partition || before.n > n);
      });
      return at < 0 ? undefined : `record ${at} (${records[at]!.n}) is out of order`;
    }),
  }),
];
