/** Says which driver runs which plan part. */
import { MillraceError } from "@millrace/core";
import type { DriverSpec } from "@millrace/job-graph";
import { minHashJoinPages } from "../hash/index.js";
import type { Driver } from "../task/driver.js";
import type { TaskDriverContext } from "../task/task-driver-context.js";
import { CollectDriver } from "./collect-driver.js";
import { CollectionDriver } from "./collection-driver.js";
import { CrossDriver, MIN_CROSS_PAGES } from "./cross-driver.js";
import { ForwardDriver } from "./forward-driver.js";
import { createHashJoinDriver } from "./hash-join-driver.js";
import { MapPartitionDriver } from "./map-partition-driver.js";
import { SinkDriver } from "./sink-driver.js";
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
    default:
      throw missingDriver(`join by ${spec.strategy}`);
  }
}

const factories: Factories = {
  source: (spec, context) => new SourceDriver(spec, context),
  collection: (spec, context) => new CollectionDriver(spec, context),
  forward: (_spec, context) => new ForwardDriver(context),
  mapPartition: (spec, context) => new MapPartitionDriver(spec, context),
  join: (spec, context) => createJoinDriver(spec, context),
  cross: (spec, context) => new CrossDriver(spec, context),
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

/** The fewest pages with which drivers work; those that are not named need none. */
const minPages: { readonly [K in DriverSpec["kind"]]?: number } = {
  cross: MIN_CROSS_PAGES,
  join: minHashJoinPages(),
};

/** Returns the fewest pages with which a driver works. */
export function minDriverPages({ kind }: DriverSpec): number {
  return minPages[kind] ?? 0;
}
