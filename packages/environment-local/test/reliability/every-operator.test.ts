/**
 * Every operator of the common API, and every driver and strategy that plans have, is in the programs that the other tests of this folder run. The tables
 * are complete, or they do not compile: who adds an operator adds it here, and then a program.
 */
import { type LogicalOperator, logical, type OperatorKind } from "@millrace/common-api";
import type {
  ChainedSpec,
  DriverSpec,
  JobGraph,
  JobInput,
  JobVertex,
  JoinKind,
  JoinStrategy,
  PairResultSpec,
  ShipStrategy,
} from "@millrace/job-graph";
import { expect, test } from "vitest";
import { translatePlan } from "../../src/index.js";
import type { OperatorProgram } from "./programs/operator-program.js";
import { operatorPrograms } from "./programs/operator-programs.js";
import { wholeRecordPrograms } from "./programs/whole-record-programs.js";
import { planOf } from "./run-program.js";
import { spillingPrograms } from "./spilling-programs.js";

const PARALLELISM = 3;

const OPERATORS: Readonly<Record<OperatorKind, true>> = {
  source: true,
  collectionSource: true,
  sink: true,
  collect: true,
  map: true,
  flatMap: true,
  mapPartition: true,
  filter: true,
  mapAsync: true,
  project: true,
  select: true,
  reduce: true,
  groupReduce: true,
  groupCombine: true,
  aggregate: true,
  summarize: true,
  selectBy: true,
  distinct: true,
  first: true,
  join: true,
  coGroup: true,
  coGroupRaw: true,
  cross: true,
  union: true,
  partition: true,
  sortPartition: true,
  orderBy: true,
  bulkIteration: true,
  partialSolution: true,
  deltaIteration: true,
  workset: true,
  solutionSet: true,
};

/** Says which kinds of joins plans have by each strategy. */
const EVERY_JOIN: readonly JoinKind[] = ["inner", "left-outer", "right-outer", "full-outer", "semi", "anti"];
const JOINS: Readonly<Record<JoinStrategy, readonly JoinKind[]>> = {
  "hash-build-first": EVERY_JOIN,
  "hash-build-second": EVERY_JOIN,
  merge: EVERY_JOIN,
  "solution-first": ["inner", "right-outer"],
  "solution-second": ["inner", "left-outer"],
};

const ONE_WAY = [""];
/** Says how plans run each driver. Those of groups are also run over sorted input, alone: see the tests of drivers in `runtime`. */
const DRIVERS: Readonly<Record<DriverSpec["kind"], readonly string[]>> = {
  source: ONE_WAY,
  collection: ONE_WAY,
  forward: ONE_WAY,
  mapPartition: ONE_WAY,
  mapAsync: ONE_WAY,
  reduce: ["hash", "all"],
  reduceCombine: ["hash", "sorted"],
  groupReduce: ["sorted", "all"],
  groupCombine: ["by key", "by key, keeping keys", "all"],
  aggregate: ["hash", "all"],
  summarize: ["hash", "sorted", "all"],
  selectBy: ["hash", "all"],
  distinct: ["hash"],
  first: ["sorted", "all"],
  join: Object.entries(JOINS).flatMap(([strategy, kinds]) => kinds.map((kind) => `${strategy} ${kind}`)),
  coGroup: ["merge", "solution first", "solution second"],
  coGroupRaw: ONE_WAY,
  cross: ["inner first", "inner second"],
  sink: ONE_WAY,
  collect: ONE_WAY,
  bulkHead: ONE_WAY,
  bulkTail: ONE_WAY,
  terminationTail: ONE_WAY,
  worksetTail: ONE_WAY,
  deltaHead: ONE_WAY,
  solutionTail: ONE_WAY,
  rangeBorders: ONE_WAY,
};

const CHAINED: Readonly<Record<ChainedSpec["kind"], true>> = {
  map: true,
  flatMap: true,
  filter: true,
  filterExpression: true,
  project: true,
  select: true,
  attachKey: true,
  detachKey: true,
};

const SHIPS: Readonly<Record<ShipStrategy["kind"], true>> = {
  forward: true,
  rebalance: true,
  broadcast: true,
  hash: true,
  custom: true,
  range: true,
};

const LOCALS: Readonly<Record<JobInput["local"]["kind"], true>> = { none: true, materialize: true, sort: true };

const PAIR_RESULTS: Readonly<Record<PairResultSpec["kind"], true>> = {
  pair: true,
  function: true,
  flatFunction: true,
  projection: true,
  left: true,
};

function wayOf(driver: DriverSpec): string {
  switch (driver.kind) {
    case "join":
      return `${driver.strategy} ${driver.joinType}`;
    case "coGroup":
      return driver.solution === undefined ? "merge" : `solution ${driver.solution}`;
    case "cross":
      return `inner ${driver.inner}`;
    case "groupCombine":
      if (driver.group.keys === undefined) return "all";
      return driver.keepsKeys ? "by key, keeping keys" : "by key";
    default:
      return "strategy" in driver ? driver.strategy : "";
  }
}

const named = (kind: string, way: string): string => (way === "" ? kind : `${kind}: ${way}`);
const driverName = ({ driver }: JobVertex): string => named(driver.kind, wayOf(driver));

async function graphOf(program: OperatorProgram): Promise<JobGraph> {
  return translatePlan(await planOf(program), { defaultParallelism: PARALLELISM }).graph;
}

async function verticesOf(programs: readonly OperatorProgram[]): Promise<readonly JobVertex[]> {
  return (await Promise.all(programs.map(graphOf))).flatMap(({ vertices }) => vertices);
}

function inOrder(names: Iterable<string>): string[] {
  return [...new Set(names)].sort();
}

test("each operator of the common API is in a program", async () => {
  const plans = await Promise.all(operatorPrograms.map(planOf));
  const kinds = plans.flatMap(({ operators }) =>
    operators.map((operator): LogicalOperator["kind"] => logical(operator).kind),
  );
  expect(inOrder(kinds)).toEqual(inOrder(Object.keys(OPERATORS)));
});

test("each driver is in a program, in every way in which plans run it", async () => {
  const expected = Object.entries(DRIVERS).flatMap(([kind, ways]) => ways.map((way) => named(kind, way)));
  expect(inOrder((await verticesOf(operatorPrograms)).map(driverName))).toEqual(inOrder(expected));
});

test("each operator in a chain, each way to ship, what is done to inputs, and what becomes of pairs are in a program", async () => {
  const vertices = await verticesOf(operatorPrograms);
  const inputs = vertices.flatMap((vertex) => [...vertex.inputs, ...vertex.broadcasts.map(({ input }) => input)]);
  expect(inOrder(vertices.flatMap(({ chain }) => chain.map(({ kind }) => kind)))).toEqual(
    inOrder(Object.keys(CHAINED)),
  );
  expect(inOrder(inputs.flatMap(({ edges }) => edges.map(({ ship }) => ship.kind)))).toEqual(
    inOrder(Object.keys(SHIPS)),
  );
  expect(inOrder(inputs.map(({ local }) => local.kind))).toEqual(inOrder(Object.keys(LOCALS)));
  const results = vertices.flatMap(({ driver }) =>
    driver.kind === "join" || driver.kind === "cross" ? [driver.result.kind] : [],
  );
  expect(inOrder(results)).toEqual(inOrder(Object.keys(PAIR_RESULTS)));
});

test("each driver that asks for memory of its own is in a program whose pages and calls of the disk fail one by one", async () => {
  const users = (vertices: readonly JobVertex[]): string[] =>
    inOrder(vertices.filter(({ memoryWeight }) => memoryWeight > 0).map(driverName));
  expect(users(await verticesOf(spillingPrograms))).toEqual(users(await verticesOf(operatorPrograms)));
});

test("each driver is in a program that takes records whole, but for those whose operators name fields and those at the ends of plans", async () => {
  const nameFields = ["aggregate: all", "aggregate: hash", "selectBy: all", "selectBy: hash", "summarize: sorted"];
  const found = (await verticesOf(wholeRecordPrograms)).map(driverName);
  expect(inOrder([...found, ...nameFields, "source", "sink"])).toEqual(
    inOrder((await verticesOf(operatorPrograms)).map(driverName)),
  );
});

test("control: a program that is left out is missed", async () => {
  const rest = operatorPrograms.filter(({ name }) => !name.startsWith("coGroupPartitions"));
  expect((await verticesOf(rest)).map(driverName)).not.toContain("coGroupRaw");
});
