/**
 * One program per operator and structure that spills, with so few records, and those so long, that a test can fail each page and each call of the disk
 * in turn. In the least memory each of them spills; the test of the sweeps holds that.
 */
import { min } from "@millrace/dataset";
import { iterationPrograms } from "./programs/iteration-programs.js";
import { type Amount, type Item, idAndLength, type OperatorProgram } from "./programs/operator-program.js";
import { programNamed } from "./programs/operator-programs.js";
import { joinPrograms } from "./programs/pair-programs.js";

/**
 * How many times the records: the more there are, the longer each run takes, and the more places there are at which one can fail. So sweeps take about `FUZZ_COUNT` times
 * as long.
 */
export const SWEEP_SCALE = Math.ceil(Math.sqrt(Number(process.env.FUZZ_COUNT ?? 1)));

/** Is a program with the records that it is swept with. */
export interface SpillingProgram extends OperatorProgram {
  readonly amount: Amount;
}

const FEW: Amount = { numRecords: 60, numKeys: 20, textLength: 3000 };
const SOME: Amount = { numRecords: 100, numKeys: 30, textLength: 3000 };
const SIDE: Amount = { numRecords: 36, numKeys: 12, textLength: 3000 };
const LONG_SIDE: Amount = { numRecords: 54, numKeys: 18, textLength: 9000 };
/** Whose rows do not fit into a page: they lie in files alone. */
const LARGE_ROWS: Amount = { numRecords: 8, numKeys: 3, textLength: 40_000 };
const ONE_KEY: Amount = { numRecords: 16, numKeys: 1, textLength: 15_000 };

function named(name: string, amount: Amount, suffix = ""): SpillingProgram {
  return { ...programNamed(name), name: name + suffix, amount };
}

const programs: readonly SpillingProgram[] = [
  // What user code writes beyond its room, and what it reads.
  {
    name: "flatMap with much in one call",
    amount: { numRecords: 2, numKeys: 1, textLength: 3000 },
    build: (left) =>
      left
        .flatMap((item) => Array.from({ length: 40 }, (_, i) => ({ ...item, id: i })))
        .rebalance()
        .map(idAndLength),
  },
  named("mapPartition", FEW),
  named("a broadcast set", FEW),
  named("reduceGroup of everything", FEW),
  // Sorts
  named("sortPartition", FEW),
  named("orderBy", FEW),
  named("orderBy", LARGE_ROWS, " of large rows"),
  named("reduceGroup", FEW),
  named("reduceGroup in order", FEW),
  named("reduceGroup of whole records with a combiner", SOME),
  named("first", FEW),
  // Hash tables of groups
  named("reduce", SOME),
  named("reduce by sorting", SOME),
  named("distinct", SOME),
  named("distinct records", SOME),
  named("minBy", SOME),
  named("aggregates of text", FEW),
  // Parts of groups, and what they are parts of.
  {
    name: "combineGroup",
    amount: FEW,
    build: (left) =>
      left
        .groupBy("key")
        .combineGroup((values) => [...values])
        .groupBy("id")
        .reduceGroup((values) => Array.from(values, idAndLength)),
  },
  {
    name: "combineGroup of everything",
    amount: FEW,
    build: (left) =>
      left
        .combineGroup((values) => [...values])
        .sortPartition("id", "ascending")
        .map(idAndLength),
  },
  { name: "sum of a field of long records", amount: FEW, build: (left) => left.groupBy("id").sum("value").map(short) },
  {
    name: "least text",
    amount: FEW,
    build: (left) => left.groupBy("id").aggregate({ least: min("text") }),
  },
  named("distinct counts of everything", FEW),
  // Joins
  ...joinPrograms.map((program) => ({ ...program, amount: program.name.endsWith("merging") ? SIDE : LONG_SIDE })),
  {
    name: "join of one key",
    amount: ONE_KEY,
    build: (left, right) =>
      left
        .join(right)
        .where("key")
        .equalTo("key")
        .with((a, b) => a.id * 100 + b.id),
  },
  named("coGroup", FEW),
  named("coGroup in order", FEW),
  named("coGroupPartitions", FEW),
  {
    name: "join of one key by merging",
    amount: ONE_KEY,
    build: (left, right) =>
      left
        .join(right, "repartition-sort-merge")
        .where("key")
        .equalTo("key")
        .with((a, b) => a.id * 100 + b.id),
  },
  // Inputs that are taken in
  named("cross", FEW),
  named("cross with a small left side", { ...FEW, textLength: 9000 }),
  named("a diamond", FEW),
  named("a diamond of two streams", FEW),
  { ...named("rebalance", FEW, " written down"), environment: { executionMode: "batch" } },
  // Iterations
  named("a bulk iteration", { numRecords: 20, numKeys: 5, textLength: 3000 }),
  named("a bulk iteration that ends early", { numRecords: 20, numKeys: 5, textLength: 3000 }),
  ...iterationPrograms
    .filter(({ name }) => name.startsWith("a delta iteration"))
    .map((program) => ({ ...program, amount: SIDE })),
];

/** Has all of them. */
export const spillingPrograms: readonly SpillingProgram[] = programs.map((program) => ({
  ...program,
  amount: { ...program.amount, numRecords: program.amount.numRecords * SWEEP_SCALE },
}));

function short({ id, value }: Item): readonly number[] {
  return [id, value];
}
