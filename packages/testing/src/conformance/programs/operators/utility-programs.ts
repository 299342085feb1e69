import type { DataSet } from "@millrace/dataset";
import { bag, type Expectation, law } from "../../expectation.js";
import { type ConformanceProgram, program } from "../../program.js";
import { integers } from "../integers.js";

type Indexed = readonly [id: number, value: number];

const everyValueOnce = bag(integers(1, 100), { render: ([, value]: Indexed) => value });

/** Expects about so many of the integers from 1 to 1000. */
function about(size: number, repeats: "may repeat" | "no repeats"): Expectation {
  return law(`there are about ${size} of the records, ${repeats}`, (sample: readonly number[]) => {
    if (sample.some((n) => !Number.isInteger(n) || n < 1 || n > 1000)) return "there is a record that was not given";
    if (repeats === "no repeats" && new Set(sample).size !== sample.length) return "a record is in it twice";
    return Math.abs(sample.length - size) <= 100 ? undefined : `there are ${sample.length}`;
  });
}

/** Takes a sample twice and returns both, sorted. */
async function twice(sample: () => DataSet<number>): Promise<number[][]> {
  const first = await sample().collect();
  const second = await sample().collect();
  return [first, second].map((records) => [...records].sort((a, b) => a - b));
}

const bothEqual = law("the samples are equal", ([first, second]: readonly number[][]) =>
  first!.join() === second!.join() ? undefined : `they are ${first!.join()} and ${second!.join()}`,
);

export const utilityPrograms: readonly ConformanceProgram[] = [
  program("zipWithIndex/ids from 0 without gaps, in the order of the partitions", {
    covers: ["B059"],
    operators: ["rebalance", "zipWithIndex"],
    build: (env) => env.fromCollection(integers(1, 100)).rebalance().zipWithIndex(),
    expected: [
      everyValueOnce,
      law("ids are 0 to 99", (records: readonly Indexed[]) => {
        const ids = records.map(([id]) => id).sort((a, b) => a - b);
        return ids.join() === integers(0, 99).join() ? undefined : `they are ${ids.join()}`;
      }),
    ],
  }),
  program("zipWithIndex/after orderBy ids follow the order", {
    covers: ["B059", "B161"],
    operators: ["orderBy", "zipWithIndex"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromCollection(integers(1, 100).map((n) => ({ n: (n * 37) % 101 })))
        .rebalance()
        .orderBy("n", "ascending")
        .zipWithIndex()
        .map(([id, { n }]) => [id, n]),
    expected: bag(integers(0, 99).map((id) => [id, id + 1])),
  }),
  program("zipWithIndex/of an empty input", {
    covers: ["B059"],
    operators: ["zipWithIndex"],
    build: (env) => env.fromCollection<number>([]).zipWithIndex(),
    expected: bag([]),
  }),
  program("zipWithUniqueId/no id twice", {
    covers: ["B059"],
    operators: ["rebalance", "zipWithUniqueId"],
    build: (env) => env.fromCollection(integers(1, 100)).rebalance().zipWithUniqueId(),
    expected: [
      everyValueOnce,
      law("ids differ", (records: readonly Indexed[]) => {
        const ids = new Set(records.map(([id]) => id));
        return ids.size === 100 ? undefined : `there are ${ids.size}`;
      }),
    ],
  }),
  program("countElementsPerPartition/one count per partition", {
    covers: ["B059"],
    operators: ["rebalance", "countElementsPerPartition"],
    build: (env) => env.fromCollection(integers(1, 100)).rebalance().countElementsPerPartition(),
    expected: law(
      "every partition is counted, together 100",
      (counts: readonly (readonly [partition: number, count: number])[], parallelism) => {
        const partitions = counts.map(([partition]) => partition).sort((a, b) => a - b);
        const total = counts.reduce((sum, [, count]) => sum + count, 0);
        return partitions.join() === integers(0, parallelism - 1).join() && total === 100
          ? undefined
          : `partitions ${partitions.join()} have ${total}`;
      },
    ),
  }),
  program("sample/about the fraction, no record twice", {
    covers: ["B059", "T025"],
    operators: ["rebalance", "sample"],
    build: (env) => env.fromCollection(integers(1, 1000)).rebalance().sample(0.3, { seed: 3 }),
    expected: about(300, "no repeats"),
  }),
  program("sample/with replacement about the fraction", {
    covers: ["B059", "T025"],
    operators: ["rebalance", "sample"],
    build: (env) => env.fromCollection(integers(1, 1000)).rebalance().sample(0.5, { seed: 4, withReplacement: true }),
    expected: about(500, "may repeat"),
  }),
  program("sample/of fraction 0 and 1", {
    covers: ["B059", "T025"],
    operators: ["sample", "union"],
    build: (env) => {
      const numbers = env.fromCollection(integers(1, 20));
      return numbers.sample(0).union(numbers.sample(1));
    },
    expected: bag(integers(1, 20)),
  }),
  program("sample/one seed, one sample", {
    covers: ["B059", "T025"],
    operators: ["sample"],
    build: (env) => twice(() => env.fromCollection(integers(1, 500)).rebalance().sample(0.4, { seed: 11 })),
    expected: bothEqual,
  }),
  program("sampleWithSize/exactly as many, no record twice", {
    covers: ["B059", "T025"],
    operators: ["rebalance", "sampleWithSize"],
    build: (env) => env.fromCollection(integers(1, 1000)).rebalance().sampleWithSize(50, { seed: 5 }),
    expected: law("there are 50 different records", (sample: readonly number[]) =>
      sample.length === 50 && new Set(sample).size === 50
        ? undefined
        : `${sample.length}, ${new Set(sample).size} different`,
    ),
  }),
  program("sampleWithSize/with replacement exactly as many", {
    covers: ["B059", "T025"],
    operators: ["rebalance", "sampleWithSize"],
    build: (env) => env.fromCollection([1, 2, 3]).rebalance().sampleWithSize(40, { seed: 6, withReplacement: true }),
    expected: law("there are 40 of three records", (sample: readonly number[]) =>
      sample.length === 40 && sample.every((n) => [1, 2, 3].includes(n)) ? undefined : `they are ${sample.join()}`,
    ),
  }),
  program("sampleWithSize/more than there are: all of them", {
    covers: ["B059", "T025"],
    operators: ["sampleWithSize"],
    build: (env) => env.fromCollection(integers(1, 5)).rebalance().sampleWithSize(50, { seed: 7 }),
    expected: bag(integers(1, 5)),
  }),
  program("sampleWithSize/one seed, one sample", {
    covers: ["B059", "T025"],
    operators: ["sampleWithSize"],
    build: (env) => twice(() => env.fromCollection(integers(1, 500)).rebalance().sampleWithSize(30, { seed: 12 })),
    expected: bothEqual,
  }),
  program("summarize/counts, extremes, means and lengths of each column", {
    covers: ["B059"],
    operators: ["rebalance", "summarize"],
    build: (env) =>
      env
        .fromCollection<{ n: number | null; s: string }>([
          ...integers(1, 8).map((n) => ({ n, s: "x".repeat(n) })),
          { n: null, s: "" },
          { n: Number.NaN, s: "y" },
        ])
        .rebalance()
        .summarize()
        .map(({ column, numRecords, numNulls, numNaN, min, max, mean, variance, minLength, maxLength }) => ({
          column,
          numRecords,
          numNulls,
          numNaN,
          min,
          max,
          mean,
          variance,
          minLength,
          maxLength,
        })),
    expected: bag(
      [
        {
          column: "n",
          numRecords: 10,
          numNulls: 1,
          numNaN: 1,
          min: 1,
          max: 8,
          mean: 4.5,
          variance: 6,
          minLength: null,
          maxLength: null,
        },
        {
          column: "s",
          numRecords: 10,
          numNulls: 0,
          numNaN: 0,
          min: "",
          max: "y",
          mean: null,
          variance: null,
          minLength: 0,
          maxLength: 8,
        },
      ],
      { tolerance: 1e-9 },
    ),
  }),
  program("checksum/says the same of one bag in any order, and tells two apart", {
    covers: ["B059"],
    operators: ["checksum", "rebalance"],
    build: async (env) => {
      const records = integers(1, 50).map((n) => ({ n, s: `text ${n}` }));
      const checksums = [
        env.fromCollection(records),
        env.fromCollection([...records].reverse()).rebalance(),
        env.fromCollection(records.slice(1)),
        env.fromCollection(records.map(({ n, s }) => ({ n: n === 7 ? 8 : n, s }))),
      ].map((data) => data.checksum().collect());
      return (await Promise.all(checksums)).map(([checksum]) => checksum);
    },
    expected: law("only the first two are equal", ([first, second, ...others]: readonly object[]) => {
      const text = (checksum: object) =>
        Object.values(checksum)
          .map((value) => String(value))
          .join();
      if (text(first!) !== text(second!)) return `${text(first!)} differs from ${text(second!)}`;
      return others.some((other) => text(other) === text(first!)) ? "another bag has the same" : undefined;
    }),
  }),
];
