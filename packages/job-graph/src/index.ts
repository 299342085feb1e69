// Job graph
export type { ChainedSpec, KeyPartSpec, OperatorInfo } from "./chained.js";
export type {
  AggregateFunctionName,
  AggregateSpec,
  AsyncCallSpec,
  DriverSpec,
  GroupSpec,
  GroupStrategy,
  JoinKind,
  JoinStrategy,
  KeyNameSpec,
  PairResultSpec,
  ValuePosition,
} from "./drivers.js";
export {
  type AggregatorSpec,
  type BroadcastInputSpec,
  type DeclaredType,
  type IterationSpec,
  JOB_GRAPH_VERSION,
  type JobEdge,
  type JobGraph,
  type JobInput,
  type JobVertex,
  type ObjectRef,
} from "./job-graph.js";
export type { JobObject } from "./objects.js";
export type { ExchangeMode, KeyFieldSpec, LocalStrategy, RangeBorders, ShipStrategy } from "./strategies.js";
