/**
 * The JSON form of a job graph: the graph itself, without what is undefined, and with constants of expressions written as
 * expression-json.ts says. Reading checks everything: what it gives is a graph that a runtime can trust.
 */
import { checkJobGraph } from "../check/check-job-graph.js";
import {
  type AggregatorSpec,
  type BroadcastInputSpec,
  type IterationSpec,
  JOB_GRAPH_VERSION,
  type JobEdge,
  type JobGraph,
  type JobInput,
  type JobVertex,
} from "../job-graph.js";
import type { LocalStrategy, RangeBorders, ShipStrategy } from "../strategies.js";
import { literalToJson } from "./expression-json.js";
import { chained, id, keys, operator, ref } from "./read-common.js";
import { driver } from "./read-driver.js";
import {
  amount,
  boolean,
  byKind,
  entriesOf,
  integer,
  list,
  listOfSome,
  malformed,
  object,
  oneOf,
  optional,
  type Reader,
  text,
} from "./readers.js";

const ship: Reader<ShipStrategy> = byKind<ShipStrategy>({
  forward: {},
  rebalance: { dealer: optional(id) },
  broadcast: {},
  hash: { keys },
  custom: {
    key: object({ path: text, order: optional(oneOf("ascending", "descending")) }),
    partitioner: ref,
  },
  range: { keys, borders: byKind<RangeBorders>({ sampled: { vertex: id }, distribution: { distribution: ref } }) },
});

const edge: Reader<JobEdge> = object<JobEdge>({ source: id, output: id, ship, mode: oneOf("pipelined", "blocking") });

const local: Reader<LocalStrategy> = byKind<LocalStrategy>({ none: {}, materialize: {}, sort: { keys } });

const input: Reader<JobInput> = object<JobInput>({
  edges: listOfSome(edge),
  local,
  memoryWeight: amount,
  isInOrder: boolean,
  isConstant: boolean,
});

const broadcast: Reader<BroadcastInputSpec> = object<BroadcastInputSpec>({
  operatorId: id,
  name: optional(text),
  dataSetId: id,
  input,
});

const vertex: Reader<JobVertex> = object<JobVertex>({
  id,
  name: text,
  parallelism: integer(1),
  driver,
  operator,
  inputs: list(input),
  chain: list(chained),
  broadcasts: list(broadcast),
  memoryWeight: amount,
  iteration: optional(id),
});

const aggregator: Reader<AggregatorSpec> = object<AggregatorSpec>({
  name: text,
  factory: ref,
  convergence: optional(ref),
});

const iteration: Reader<IterationSpec> = object<IterationSpec>({
  id,
  kind: oneOf("bulk", "delta"),
  operator,
  parallelism: integer(1),
  maxIterations: integer(1),
  aggregators: list(aggregator),
});

const graph: Reader<JobGraph> = object<JobGraph>({
  version: integer(0),
  name: text,
  vertices: list(vertex),
  iterations: list(iteration),
});

/** Returns the JSON form of a graph: strings, finite numbers, booleans, null, lists and objects. @public */
export function jobGraphToJson(jobGraph: JobGraph): unknown {
  return toJson(jobGraph);
}

function toJson(value: unknown): unknown {
  if (typeof value === "bigint" || typeof value === "number" || value instanceof Date) return literalToJson(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(toJson);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  // No assignment: a parameter may be named __proto__.
  return Object.fromEntries(fields.map(([name, field]) => [name, toJson(field)]));
}

/**
 * Returns the graph of its JSON form, from wherever it came: every part is checked, and so is the graph as a whole (see
 * {@link checkJobGraph}). `numObjects` is the length of the table beside it. Throws INVALID_JOB_GRAPH.
 * @public
 */
export function jobGraphFromJson(json: unknown, numObjects: number): JobGraph {
  const version = entriesOf(json, "graph").get("version");
  if (version !== JOB_GRAPH_VERSION) {
    throw malformed(version, "graph.version", `version ${JOB_GRAPH_VERSION}, the only one that can be read here`);
  }
  const read = graph(json, "graph");
  checkJobGraph(read, numObjects);
  return read;
}
