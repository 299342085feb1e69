/** Says which driver runs which plan part. */
import { invariant, MillraceError } from "@millrace/core";
import type { DriverSpec } from "@millrace/job-graph";
import { countsDistinct, minDistinctPages } from "../hash/aggregates/distinct-counts.js";
import { minHashGroupPages, minHashJoinPages } from "../hash/index.js";
import { MIN_SOLUTION_SET_PAGES, type SolutionSet } from "../hash/solution-set.js";
import { HeadDriver } from "../iteration/head-driver.js";
import { TailDriver, type TailKind } from "../iteration/tail-driver.js";
import { MIN_MERGE_JOIN_PAGES } from "../sort/merge-groups/merge-join.js";
import type { Driver } from "../task/driver.js";
import { MIN_STORE_PAGES } from "../task/local-strategies.js";
import type { TaskDriverContext } from "../task/task-driver-context.js";
import { createAggregateDriver, createSummarizeDriver } from "./aggregate-drivers.js";
import { MIN_BUFFERED_GROUP_PAGES } from "./buffered-groups.js";
import { createCoGroupDriver } from "./co-group-driver.js";
import { CoGroupRawDriver } from "./co-group-raw-driver.js";
import { CollectDriver } from "./collect-driver.js";
import { CollectionDriver } from "./collection-driver.js";
import { CrossDriver, MIN_CROSS_PAGES } from "./cross-driver.js";
import { createFirstDriver } from "./first-driver.js";
import { ForwardDriver } from "./forward-driver.js";
import { createGroupCombineDriver } from "./group-combine-driver.js";
import { createGroupReduceDriver } from "./group-reduce-driver.js";
import { minHashAggregationPages } from "./hash-aggregation.js";
import {
  createHashCombineDriver,
  createHashDistinctDriver,
  createHashReduceDriver,
  createHashSelectByDriver,
} from "./hash-group-drivers.js";
import { createHashJoinDriver } from "./hash-join-driver.js";
import { MapAsyncDriver } from "./map-async-driver.js";
import { MapPartitionDriver } from "./map-partition-driver.js";
import { createMergeJoinDriver } from "./merge-join-driver.js";
import { RangeBordersDriver } from "./range-borders-driver.js";
import { createSelectByDriver } from "./select-by-driver.js";
import { SinkDriver } from "./sink-driver.js";
import { MIN_SOLUTION_CO_GROUP_PAGES, SolutionCoGroupDriver } from "./solution-co-group-driver.js";
import { MIN_SOLUTION_JOIN_PAGES, solutionJoinDriver } from "./solution-join-driver.js";
import { createSortedDistinctDriver } from "./sorted-distinct-driver.js";
import { createSortedReduceCombineDriver } from "./sorted-reduce-combine-driver.js";
import { createSortedReduceDriver } from "./sorted-reduce-driver.js";
import { SourceDriver } from "./source-driver.js";

type Factories = {
  readonly [K in DriverSpec["kind"]]?: (spec: Extract<DriverSpec, { kind: K }>, context: TaskDriverContext) => Driver;
};

type JoinSpec = Extract<DriverSpec, { kind: "join" }>;

function createJoinDriver(spec: JoinSpec, context: TaskDriverContext): Driver {
  switch (spec.strategy) {
    case "hash-build-first":
    case "hash-build-second":
      return createHashJoinDriver(spec, context);
    case "solution-first":
    case "solution-second":
      return solutionJoinDriver(spec, context, solutionSetOf(context));
    case "merge":
      return createMergeJoinDriver(spec, context);
  }
}

/** Returns the factory of drivers that find groups by hashing, or in sorted input and in everything. */
function byStrategy<S extends { readonly strategy: string }>(
  createHash: (spec: S, context: TaskDriverContext) => Driver,
  createSorted: (spec: S, context: TaskDriverContext) => Driver,
): (spec: S, context: TaskDriverContext) => Driver {
  return (spec, context) => (spec.strategy === "hash" ? createHash : createSorted)(spec, context);
}

/** Returns the solution set of the task's index. */
function solutionSetOf({ iteration, subtaskIndex }: TaskDriverContext): SolutionSet {
  const solutionSet = iteration?.partOf(subtaskIndex)?.solutionSet;
  invariant(solutionSet !== undefined, "who reads a solution set is in a delta iteration, at its parallelism");
  return solutionSet;
}

const factories: Factories = {
  source: (spec, context) => new SourceDriver(spec, context),
  collection: (spec, context) => new CollectionDriver(spec, context),
  forward: (_spec, context) => new ForwardDriver(context),
  mapPartition: (spec, context) => new MapPartitionDriver(spec, context),
  mapAsync: (spec, context) => new MapAsyncDriver(spec, context),
  join: (spec, context) => createJoinDriver(spec, context),
  cross: (spec, context) => new CrossDriver(spec, context),
  bulkHead: (_spec, context) => new HeadDriver(context),
  deltaHead: (_spec, context) => new HeadDriver(context),
  bulkTail: ({ kind }, context) => new TailDriver(kind as TailKind, context),
  worksetTail: ({ kind }, context) => new TailDriver(kind as TailKind, context),
  terminationTail: ({ kind }, context) => new TailDriver(kind as TailKind, context),
  solutionTail: ({ kind }, context) => new TailDriver(kind, context),
  reduce: byStrategy(createHashReduceDriver, createSortedReduceDriver),
  reduceCombine: byStrategy(createHashCombineDriver, createSortedReduceCombineDriver),
  groupReduce: createGroupReduceDriver,
  groupCombine: createGroupCombineDriver,
  aggregate: createAggregateDriver,
  summarize: createSummarizeDriver,
  selectBy: byStrategy(createHashSelectByDriver, createSelectByDriver),
  distinct: byStrategy(createHashDistinctDriver, createSortedDistinctDriver),
  first: createFirstDriver,
  coGroup: (spec, context) =>
    spec.solution === undefined
      ? createCoGroupDriver(spec, context)
      : new SolutionCoGroupDriver(spec, context, solutionSetOf(context)),
  coGroupRaw: (spec, context) => new CoGroupRawDriver(spec, context),
  rangeBorders: (spec, context) => new RangeBordersDriver(spec, context),
  sink: (_spec, context) => new SinkDriver(context),
  collect: (spec, context) => new CollectDriver(spec, context),
};

/** Returns the factory of the drivers of a kind. */
export function driverFactory(kind: DriverSpec["kind"]): (spec: DriverSpec, context: TaskDriverContext) => Driver {
  const factory = factories[kind];
  if (factory !== undefined) return factory as (spec: DriverSpec, context: TaskDriverContext) => Driver;
  throw missingDriver(kind);
}

function missingDriver(kind: string): MillraceError {
  return new MillraceError({ code: "INVARIANT_VIOLATED", what: `There is no driver of kind ${kind}` });
}

/** Returns the fewest pages with which a driver works. */
export function minDriverPages(spec: DriverSpec): number {
  switch (spec.kind) {
    case "join":
      return minJoinPages(spec);
    case "reduce":
    case "selectBy":
    case "distinct":
      return spec.strategy === "hash" ? minHashGroupPages() : 0;
    case "aggregate":
      return spec.strategy === "hash" ? minHashAggregationPages() : 0;
    case "summarize":
      if (countsDistinct(spec.aggregates)) return minDistinctPages();
      return spec.strategy === "hash" ? minHashAggregationPages() : 0;
    case "reduceCombine":
      return spec.strategy === "hash" ? minHashGroupPages() : MIN_BUFFERED_GROUP_PAGES;
    case "groupCombine":
      return spec.group.keys === undefined ? 0 : MIN_BUFFERED_GROUP_PAGES;
    case "coGroup":
      return spec.solution === undefined ? 0 : MIN_SOLUTION_CO_GROUP_PAGES;
    case "cross":
      return MIN_CROSS_PAGES;
    case "deltaHead":
      return MIN_SOLUTION_SET_PAGES;
    case "bulkHead":
    case "bulkTail":
    case "worksetTail":
    case "solutionTail":
      return MIN_STORE_PAGES;
    default:
      return 0;
  }
}

function minJoinPages({ strategy }: JoinSpec): number {
  switch (strategy) {
    case "hash-build-first":
    case "hash-build-second":
      return minHashJoinPages();
    case "solution-first":
    case "solution-second":
      return MIN_SOLUTION_JOIN_PAGES;
    case "merge":
      return MIN_MERGE_JOIN_PAGES;
  }
}
