/**
 * Writes a job graph for people: every vertex once, in the order of the graph, below it what it reads and what is chained to it.
 *
 *   2 Join at job.ts:9:3 x7: join inner, hash-build-second, 0 = 0
 *     left   <- 0 by hash of id
 *     right  <- 1 by hash of user, sorted by user
 *     then detachKey 1 -> map (Map at job.ts:12:3)
 */
import { expressionText } from "@millrace/core";
import type { ChainedSpec, KeyPartSpec } from "../chained.js";
import type { BroadcastInputSpec, IterationSpec, JobEdge, JobGraph, JobInput, JobVertex } from "../job-graph.js";
import type { LocalStrategy, ShipStrategy } from "../strategies.js";
import { driverText } from "./driver-text.js";
import { keysText } from "./keys-text.js";

/** Returns a readable text of a job graph. Values that functions or expressions have captured are not in it. @public */
export function explainJobGraph(graph: JobGraph): string {
  const title = graph.name === "" ? "Job graph" : `Job graph of ${JSON.stringify(graph.name)}`;
  const lines = [
    ...graph.iterations.map(iterationText),
    ...graph.vertices.flatMap((vertex) => vertexLines(vertex, graph)),
  ];
  return [title, "", ...lines].join("\n");
}

function iterationText({ id, kind, operator, parallelism, maxIterations, aggregators }: IterationSpec): string {
  const names = aggregators.map(({ name }) => name).join(", ");
  const aggregated = names === "" ? "" : `, aggregating ${names}`;
  return `iteration ${id} ${operator.name} x${parallelism}: ${kind}, at most ${maxIterations} supersteps${aggregated}`;
}

function vertexLines(vertex: JobVertex, graph: JobGraph): string[] {
  const { id, name, parallelism, driver, chain, inputs, broadcasts, iteration } = vertex;
  const inside = iteration === undefined ? "" : `, in iteration ${iteration}`;
  const labels = inputs.length === 1 ? ["input"] : ["left ", "right"];
  return [
    `${id} ${name}${parallelism === 1 ? "" : ` x${parallelism}`}: ${driverText(driver)}${inside}`,
    ...inputs.map((input, index) => `    ${labels[index]} <- ${inputText(input, graph)}`),
    ...broadcasts.map((broadcast) => `    ${broadcastText(broadcast, graph)}`),
    ...(chain.length === 0 ? [] : [`    then ${chain.map(chainedText).join(" -> ")}`]),
  ];
}

function broadcastText({ name, dataSetId, input }: BroadcastInputSpec, graph: JobGraph): string {
  return `broadcast ${name === undefined ? `of data set ${dataSetId}` : JSON.stringify(name)} <- ${inputText(input, graph)}`;
}

function inputText(input: JobInput, graph: JobGraph): string {
  const parts = [input.edges.map((edge) => edgeText(edge, graph)).join(" and "), localText(input.local)];
  if (input.isInOrder) parts.push("one partition after the other");
  if (input.isConstant) parts.push("kept for all supersteps");
  return parts.filter((part) => part !== "").join(", ");
}

function edgeText({ source, output, ship, mode }: JobEdge, { vertices }: JobGraph): string {
  const kind = vertices[source]?.driver.kind;
  const isHead = kind === "bulkHead" || kind === "deltaHead";
  const from = isHead ? `${source} (${output === 0 ? "state" : "result"})` : String(source);
  return `${from} ${shipText(ship)}${mode === "blocking" ? ", blocking" : ""}`;
}

function shipText(ship: ShipStrategy): string {
  switch (ship.kind) {
    case "rebalance":
      return ship.dealer === undefined ? ship.kind : `rebalance whole rounds, the rest by ${ship.dealer}`;
    case "forward":
    case "broadcast":
      return ship.kind;
    case "hash":
      return `by hash of ${keysText(ship.keys)}`;
    case "custom":
      return `by a partitioner of ${keysText([ship.key])}`;
    case "range":
      return `by range of ${keysText(ship.keys)}${ship.borders.kind === "sampled" ? `, borders from ${ship.borders.vertex}` : ""}`;
  }
}

function localText(local: LocalStrategy): string {
  switch (local.kind) {
    case "none":
      return "";
    case "materialize":
      return "taken in";
    case "sort":
      return `sorted by ${keysText(local.keys)}`;
  }
}

function chainedText(chained: ChainedSpec): string {
  switch (chained.kind) {
    case "map":
    case "flatMap":
    case "filter":
      return chained.operator.name;
    case "filterExpression":
      return `filter ${expressionText(chained.expression)}`;
    case "project":
      return `project ${chained.fields.join(", ")}`;
    case "select":
      return `select ${chained.columns.map(({ name, expression }) => `${name} = ${expressionText(expression)}`).join(", ")}`;
    case "attachKey":
      return `attachKey ${chained.parts.map(partText).join(", ")}`;
    case "detachKey":
      return `detachKey ${chained.position}`;
  }
}

function partText(part: KeyPartSpec): string {
  switch (part.kind) {
    case "field":
      return part.path;
    case "selector":
      return "selector";
    case "expression":
      return expressionText(part.expression);
    case "tuple":
      return `(${part.parts.map(partText).join(", ")})`;
  }
}
