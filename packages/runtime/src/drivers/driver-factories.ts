/** Says which driver runs which plan part. */
import { MillraceError } from "@millrace/core";
import type { DriverSpec } from "@millrace/job-graph";
import type { Driver } from "../task/driver.js";
import type { TaskDriverContext } from "../task/task-driver-context.js";
import { CollectDriver } from "./collect-driver.js";
import { CollectionDriver } from "./collection-driver.js";
import { ForwardDriver } from "./forward-driver.js";
import { MapPartitionDriver } from "./map-partition-driver.js";
import { SinkDriver } from "./sink-driver.js";
import { SourceDriver } from "./source-driver.js";

type Factories = {
  readonly [K in DriverSpec["kind"]]?: (spec: Extract<DriverSpec, { kind: K }>, context: TaskDriverContext) => Driver;
};

const factories: Factories = {
  source: (spec, context) => new SourceDriver(spec, context),
  collection: (spec, context) => new CollectionDriver(spec, context),
  forward: (_spec, context) => new ForwardDriver(context),
  mapPartition: (spec, context) => new MapPartitionDriver(spec, context),
  sink: (_spec, context) => new SinkDriver(context),
  collect: (spec, context) => new CollectDriver(spec, context),
};

/** Returns the factory of the drivers of a kind. */
export function driverFactory(kind: DriverSpec["kind"]): (spec: DriverSpec, context: TaskDriverContext) => Driver {
  const factory = factories[kind];
  if (factory !== undefined) return factory as (spec: DriverSpec, context: TaskDriverContext) => Driver;
  throw new MillraceError({ code: "INVARIANT_VIOLATED", what: `There is no driver of kind ${kind}` });
}

/** The fewest pages with which drivers work; those that are not named need none. */
const minPages: { readonly [K in DriverSpec["kind"]]?: number } = {};

/** Returns the fewest pages with which a driver works. */
export function minDriverPages({ kind }: DriverSpec): number {
  return minPages[kind] ?? 0;
}
