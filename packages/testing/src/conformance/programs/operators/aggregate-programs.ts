import { avg, count, countDistinct, max, min, sum } from "@millrace/dataset";
import { bag, failure, law, orderedByKey } from "../../expectation.js";
import { type ConformanceProgram, program } from "../../program.js";
import { integers } from "../integers.js";

interface Sale {
  readonly shop: string;
  readonly amount: number;
  readonly cents: bigint;
  readonly day: Date;
}

const sales: readonly Sale[] = [
  { shop: "north", amount: 2.5, cents: 250n, day: new Date(86_400_000) },
  { shop: "south", amount: 1, cents: 100n, day: new Date(0) },
  { shop: "north", amount: -0.5, cents: -50n, day: new Date(172_800_000) },
  { shop: "east", amount: 4, cents: 2n ** 60n, day: new Date(0) },
  { shop: "north", amount: 8, cents: 800n, day: new Date(0) },
];

export const aggregatePrograms: readonly ConformanceProgram[] = [
  program("aggregate/named aggregates of a group", {
    covers: ["B028", "B073"],
    operators: ["groupBy", "aggregate"],
    keyKinds: ["field", "string"],
    build: (env) =>
      env
        .fromCollection(sales)
        .groupBy("shop")
        .aggregate({
          total: sum("amount"),
          cents: sum("cents"),
          least: min("amount"),
          last: max("day"),
          mean: avg("amount"),
          sales: count(),
          days: countDistinct("day"),
        }),
    expected: bag([
      {
        shop: "north",
        total: 10,
        cents: 1000n,
        least: -0.5,
        last: new Date(172_800_000),
        mean: 10 / 3,
        sales: 3,
        days: 3,
      },
      { shop: "south", total: 1, cents: 100n, least: 1, last: new Date(0), mean: 1, sales: 1, days: 1 },
      { shop: "east", total: 4, cents: 2n ** 60n, least: 4, last: new Date(0), mean: 4, sales: 1, days: 1 },
    ]),
  }),
  program("aggregate/named aggregates of everything", {
    covers: ["B028"],
    operators: ["aggregate"],
    build: (env) => env.fromCollection(sales).aggregate({ total: sum("amount"), first: min("shop"), sales: count() }),
    expected: bag([{ total: 15, first: "east", sales: 5 }]),
  }),
  program("aggregate/of an empty input there is one result", {
    covers: ["B028"],
    operators: ["aggregate"],
    build: (env) => env.fromCollection<Sale>([]).aggregate({ sales: count() }),
    expected: bag([{ sales: 0 }]),
  }),
  program("aggregate/an empty input has no groups", {
    covers: ["B028"],
    operators: ["groupBy", "aggregate"],
    keyKinds: ["field"],
    build: (env) => env.fromCollection<Sale>([]).groupBy("shop").aggregate({ sales: count() }),
    expected: bag([]),
  }),
  program("aggregate/tuples give tuples", {
    covers: ["B028"],
    operators: ["groupBy", "aggregate"],
    keyKinds: ["position"],
    build: (env) =>
      env
        .fromCollection(sales)
        .map(({ shop, amount }) => [shop, amount])
        .groupBy(0)
        .aggregate(sum(1), count()),
    expected: bag([
      ["north", 10, 3],
      ["south", 1, 1],
      ["east", 4, 1],
    ]),
  }),
  program("aggregate/key fields keep their shape", {
    covers: ["B028", "B082"],
    operators: ["groupBy", "aggregate"],
    keyKinds: ["nested path", "several fields"],
    build: (env) =>
      env
        .fromElements(
          { user: { zip: "1", name: "a" }, kind: 1, n: 1 },
          { user: { zip: "1", name: "b" }, kind: 1, n: 2 },
          { user: { zip: "2", name: "c" }, kind: 1, n: 4 },
        )
        .groupBy("user.zip", "kind")
        .aggregate({ total: sum("n") }),
    expected: bag([
      { user: { zip: "1" }, kind: 1, total: 3 },
      { user: { zip: "2" }, kind: 1, total: 4 },
    ]),
  }),
  program("aggregate/nulls are left out", {
    covers: ["B028", "B085"],
    operators: ["groupBy", "aggregate"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromCollection<{ key: string; n: number | null }>([
          { key: "a", n: 1 },
          { key: "a", n: null },
          { key: "a", n: 5 },
        ])
        .groupBy("key")
        .aggregate({ total: sum("n"), least: min("n"), mean: avg("n"), records: count(), values: countDistinct("n") }),
    expected: bag([{ key: "a", total: 6, least: 1, mean: 3, records: 3, values: 2 }]),
  }),
  program("sum/numbers, bigints and their limits", {
    covers: ["B028", "B030", "T002"],
    operators: ["groupBy", "sum", "andSum"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromCollection(integers(1, 10).map((n) => ({ key: n % 2, n, big: 2n ** 62n * BigInt(n) })))
        .groupBy("key")
        .sum("n")
        .andSum("big"),
    expected: bag([
      { key: 1, n: 25, big: 2n ** 62n * 25n },
      { key: 0, n: 30, big: 2n ** 62n * 30n },
    ]),
  }),
  program("min and max/dates, strings and numbers in one pass", {
    covers: ["B029", "B030", "T002"],
    operators: ["min", "andMax"],
    build: (env) =>
      env
        .fromCollection(sales)
        .min("day")
        .andMax("shop")
        .andMax("amount")
        .map(({ day, shop, amount }) => ({ day, shop, amount })),
    expected: bag([{ day: new Date(0), shop: "south", amount: 8 }]),
  }),
  program("sum/an empty input has no result", {
    covers: ["B028"],
    operators: ["sum", "groupBy"],
    build: (env) => env.fromCollection<Sale>([]).sum("amount"),
    expected: bag([]),
  }),
  program("minBy/the whole record of the least", {
    covers: ["B032", "T035"],
    operators: ["groupBy", "minBy"],
    keyKinds: ["field"],
    build: (env) => env.fromCollection(sales).groupBy("shop").minBy("amount"),
    expected: bag([sales[2], sales[1], sales[3]]),
  }),
  program("maxBy/several fields decide one after the other", {
    covers: ["B032", "T035"],
    operators: ["maxBy"],
    build: (env) =>
      env
        .fromElements<[number, string, number]>([1, "a", 9], [2, "a", 1], [2, "b", 0], [2, "b", 7], [1, "z", 9])
        .maxBy(0, 1, 2),
    expected: bag([[2, "b", 7]]),
  }),
  program("minBy/one of several equals", {
    covers: ["B032", "T035"],
    operators: ["minBy"],
    build: (env) => env.fromCollection(integers(1, 50).map((n) => ({ key: 1, n }))).minBy("key"),
    expected: law("one record is left", (records: readonly { n: number }[]) =>
      records.length === 1 && records[0]!.n >= 1 && records[0]!.n <= 50 ? undefined : `there are ${records.length}`,
    ),
  }),
  program("first/more than there are", {
    covers: ["B033"],
    operators: ["first"],
    build: (env) => env.fromCollection(integers(1, 3)).first(10),
    expected: bag([1, 2, 3]),
  }),
  program("first/of an empty input", {
    covers: ["B033"],
    operators: ["first"],
    build: (env) => env.fromCollection<number>([]).first(1),
    expected: bag([]),
  }),
  program("first/any n of many partitions", {
    covers: ["B033", "T008"],
    operators: ["rebalance", "first"],
    build: (env) => env.fromCollection(integers(1, 100)).rebalance().first(7),
    expected: law("seven different records come", (records: readonly number[]) =>
      new Set(records).size === 7 && records.length === 7 ? undefined : `${records.length} came`,
    ),
  }),
  program("first/after orderBy the first in order", {
    covers: ["B033", "B161"],
    operators: ["rebalance", "orderBy", "first"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromCollection(integers(1, 100).map((n) => ({ n: (n * 37) % 101 })))
        .rebalance()
        .orderBy("n", "descending")
        .first(5),
    expected: orderedByKey([{ n: 100 }, { n: 99 }, { n: 98 }, { n: 97 }, { n: 96 }], ({ n }) => n),
  }),
  ...(["none", "hash", "sort"] as const).map((hint) =>
    program(`reduce/a result with another key is refused, combined by ${hint}`, {
      covers: ["B070", "B078", "O46"],
      operators: ["rebalance", "groupBy", "reduce"],
      keyKinds: ["nested path"],
      build: (env) =>
        env
          .fromCollection(integers(1, 20).map((n) => ({ at: { shop: n % 3 }, n })))
          .rebalance()
          .groupBy("at.shop")
          .reduce((a, b) => ({ at: { shop: 0 }, n: a.n + b.n }), hint),
      expected: failure("INVALID_RESULT", "another key", "at.shop"),
    }),
  ),
  ...[5, null, "text", [1]].map((result) =>
    program(`reduce/a result that cannot have a key is refused: ${JSON.stringify(result)}`, {
      covers: ["B070", "O46"],
      operators: ["groupBy", "reduce", "union"],
      build: (env) =>
        env
          .fromElements<{ key: number | null; n: number }>({ key: 1, n: 1 }, { key: 1, n: 2 })
          .union(env.fromElements<{ key: number | null; n: number }>({ key: null, n: 1 }, { key: null, n: 2 }))
          .groupBy("key")
          .reduce((a, b) => (a.n === b.n ? a : (result as unknown as typeof a))),
      expected: failure("INVALID_RESULT", "another key", "key"),
    }),
  ),
  program("reduce/a result that is its argument with another key is refused", {
    covers: ["B070", "O46"],
    operators: ["groupBy", "reduce"],
    keyKinds: ["several fields"],
    build: (env) =>
      env
        .fromCollection(integers(1, 20).map((n) => ({ major: 1, days: [n % 2], n })))
        .groupBy("major", "days")
        .reduce((a, b) => {
          a.days[0] = 7;
          a.n += b.n;
          return a;
        }, "sort"),
    expected: failure("INVALID_RESULT", "days"),
  }),
  program("reduce/keys that are equal are the same, and computed ones stay", {
    covers: ["B070", "B078", "O46"],
    operators: ["groupBy", "reduce", "map", "union"],
    keyKinds: ["field", "selector"],
    build: (env) => {
      const odd = env.fromElements(-0, Number.NaN, 0, Number.NaN).map((key) => ({ key, n: 1 }));
      const equal = odd.groupBy("key").reduce((a, b) => ({ key: a.key === 0 ? 0 : Number.NaN, n: a.n + b.n }), "sort");
      const computed = env
        .fromCollection(integers(1, 9).map((n) => ({ key: n, n })))
        .groupBy(({ key }) => key % 2)
        .reduce((a, b) => ({ key: 100 * (a.n + b.n), n: a.n + b.n }));
      return equal.map(({ n }) => n).union(computed.map(({ n }) => n));
    },
    expected: bag([2, 2, 20, 25]),
  }),
  program("distinct/keeps one whole record of each key", {
    covers: ["B034", "T006"],
    operators: ["rebalance", "distinct"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromCollection(integers(1, 100).map((n) => ({ key: n % 10, twin: n % 10 })))
        .rebalance()
        .distinct("key"),
    expected: bag(integers(0, 9).map((key) => ({ key, twin: key }))),
  }),
  program("grouping/by one key, sorted by two, one of them descending", {
    covers: ["B074", "T010"],
    operators: ["groupBy", "sortGroup", "reduceGroup"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromCollection(integers(0, 59).map((n) => ({ key: n % 3, major: n % 4, minor: n })))
        .rebalance()
        .groupBy("key")
        .sortGroup("major", "descending")
        .sortGroup("minor", "ascending")
        .reduceGroup(function* (values) {
          const members = [...values];
          yield { key: members[0]!.key, order: members.map(({ major, minor }) => `${major}.${minor}`).join(" ") };
        }),
    expected: bag(
      integers(0, 2).map((key) => ({
        key,
        order: integers(0, 59)
          .filter((n) => n % 3 === key)
          .sort((a, b) => (b % 4) - (a % 4) || a - b)
          .map((n) => `${n % 4}.${n}`)
          .join(" "),
      })),
    ),
  }),
  program("grouping/with a partitioner, groups stay whole", {
    covers: ["B077"],
    operators: ["groupBy", "withPartitioner", "reduceGroup"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromCollection(integers(0, 99).map((n) => ({ key: n % 10, n })))
        .rebalance()
        .groupBy("key")
        .withPartitioner((key: number, numPartitions: number) => key % numPartitions)
        .reduceGroup(function* (values, _out: unknown, context) {
          let key = -1;
          let numRecords = 0;
          for (const value of values) {
            key = value.key;
            numRecords++;
          }
          yield { key, numRecords, partition: context.subtaskIndex };
        }),
    expected: law(
      "every group is whole, in the partition that the partitioner names",
      (groups: readonly { key: number; numRecords: number; partition: number }[], parallelism) => {
        const wrong = groups.find(
          ({ key, numRecords, partition }) => numRecords !== 10 || partition !== key % parallelism,
        );
        if (wrong !== undefined) return `group ${wrong.key} has ${wrong.numRecords} in partition ${wrong.partition}`;
        return groups.length === 10 ? undefined : `there are ${groups.length} groups`;
      },
    ),
  }),
];
