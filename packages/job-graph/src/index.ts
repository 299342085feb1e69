// Building graphs
export {
  JobGraphBuilder,
  type PlannedEdge,
  type PlannedInput,
  type VertexSettings,
} from "./build/job-graph-builder.js";
// Job graph
export type { ChainedSpec, KeyPartSpec, OperatorInfo } from "./chained.js";
// Checks, texts, JSON
export { checkJobGraph } from "./check/check-job-graph.js";
export { numInputsOf, numOutputsOf, readsSolutionSet } from "./check/driver-inputs.js";
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
export { explainJobGraph } from "./explain/explain-job-graph.js";
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
export { jobGraphFromJson, jobGraphToJson } from "./json/job-graph-json.js";
export type { ExchangeMode, KeyFieldSpec, LocalStrategy, RangeBorders, ShipStrategy } from "./strategies.js";
