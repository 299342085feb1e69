/**
 * Holds a graph to the rules [J10] and up of SPEC.md, which a runtime relies on. A graph that breaks one is a mistake of whoever made
 * it, or was changed on its way; running it could give wrong results or never end.
 */
import {
  type BroadcastInputSpec,
  JOB_GRAPH_VERSION,
  type JobEdge,
  type JobGraph,
  type JobInput,
  type JobVertex,
} from "../job-graph.js";
import { broken } from "./broken.js";
import { checkInputOrder } from "./check-input-order.js";
import { checkIterations } from "./check-iterations.js";
import { numInputsOf, numOutputsOf } from "./driver-inputs.js";
import { refsOfIteration, refsOfVertex } from "./object-refs.js";

/** Throws INVALID_JOB_GRAPH unless the graph can run. `numObjects` is the length of the table beside it. @public */
export function checkJobGraph(graph: JobGraph, numObjects: number): void {
  if (graph.version !== JOB_GRAPH_VERSION) {
    throw broken("The job graph", `has version ${graph.version}`, `version ${JOB_GRAPH_VERSION}`);
  }
  graph.vertices.forEach((vertex, position) => {
    require(vertex.id ===
      position, vertex, `has the id ${vertex.id} at position ${position}`, "its position as its id");
    checkVertex(vertex, graph);
    for (const ref of refsOfVertex(vertex)) checkRef(ref, numObjects, vertex.name);
  });
  for (const iteration of graph.iterations) {
    for (const ref of refsOfIteration(iteration)) checkRef(ref, numObjects, iteration.operator.name);
  }
  checkCollectors(graph);
  checkIterations(graph);
}

function checkVertex(vertex: JobVertex, graph: JobGraph): void {
  const { driver, parallelism, inputs, chain, broadcasts } = vertex;
  require(Number.isSafeInteger(parallelism) && parallelism >= 1, vertex, `has ${parallelism} tasks`, "at least 1");
  const numInputs = numInputsOf(driver);
  require(inputs.length === numInputs, vertex, `has ${inputs.length} inputs`, `${numInputs} for ${driver.kind}`);
  const canChain = numOutputsOf(driver) === 1;
  require(canChain || chain.length === 0, vertex, `has a chain behind ${driver.kind}`, "no chain");
  for (const input of inputs) checkInput(input, vertex, graph);
  for (const broadcast of broadcasts) checkBroadcast(broadcast, vertex, graph);
  checkInputOrder(vertex);
}

function checkBroadcast({ operatorId, input }: BroadcastInputSpec, vertex: JobVertex, graph: JobGraph): void {
  checkInput(input, vertex, graph);
  const isShipped = input.edges.every(({ ship }) => ship.kind === "broadcast");
  require(isShipped, vertex, "has a broadcast set that does not reach all tasks", "the ship strategy broadcast");
  const isRead = operatorId === vertex.operator.id || vertex.chain.some(({ operator }) => operator.id === operatorId);
  require(isRead, vertex, `has a broadcast set for operator ${operatorId}`, "one of the vertex's own operators");
}

function checkInput(input: JobInput, vertex: JobVertex, graph: JobGraph): void {
  require(input.edges.length > 0, vertex, "has an input without edges", "at least one");
  for (const edge of input.edges) checkEdge(edge, vertex, graph);
  const isBlocking = input.edges.every(({ mode }) => mode === "blocking");
  require(!input.isInOrder || isBlocking, vertex, "reads pipelined edges in order", "blocking edges");
}

function checkEdge({ source, output, ship }: JobEdge, vertex: JobVertex, graph: JobGraph): void {
  const producer = graph.vertices[source];
  if (producer === undefined || source >= vertex.id) {
    throw broken(vertex.name, `reads vertex ${source}`, `one before its own, ${vertex.id}: a graph has no cycles`);
  }
  const numOutputs = numOutputsOf(producer.driver);
  require(output < numOutputs, vertex, `reads output ${output} of ${producer.name}`, `fewer than ${numOutputs}`);
  if (ship.kind === "forward") {
    const isEqual = producer.parallelism === vertex.parallelism;
    const both = `${producer.parallelism} tasks to ${vertex.parallelism}`;
    require(isEqual, vertex, `has a forward edge from ${both}`, "as many on both sides");
  }
  if (ship.kind === "rebalance" && ship.dealer !== undefined) checkDealer(ship.dealer, source, vertex, graph);
  if (ship.kind === "range" && ship.borders.kind === "sampled") checkBorders(ship.borders.vertex, vertex, graph);
}

function checkDealer(id: number, source: number, vertex: JobVertex, graph: JobGraph): void {
  const dealer = graph.vertices[id];
  const reads = dealer?.inputs.some(({ edges }) => edges.some((edge) => edge.source === source)) === true;
  const isRead = vertex.inputs.some(({ edges }) => edges.some((edge) => edge.source === id));
  const isFitting = dealer?.parallelism === 1 && id < vertex.id && reads && isRead;
  require(isFitting, vertex, `has vertex ${id} deal what is left`, "a vertex of one task between it and the producer");
}

function checkBorders(id: number, vertex: JobVertex, graph: JobGraph): void {
  const borders = graph.vertices[id];
  const isKnown = borders?.driver.kind === "rangeBorders" && id < vertex.id;
  require(isKnown, vertex, `takes its borders from vertex ${id}`, "a vertex before it that gives borders");
  const numPartitions = borders?.driver.kind === "rangeBorders" ? borders.driver.numPartitions : 0;
  const isFitting = numPartitions === vertex.parallelism && borders?.parallelism === 1;
  require(isFitting, vertex, `takes borders of ${numPartitions} partitions`, `${vertex.parallelism}, from one task`);
}

function checkRef(ref: number, numObjects: number, name: string): void {
  if (ref < numObjects) return;
  throw broken(name, `names object ${ref}`, `one of the ${numObjects} of the table`);
}

function checkCollectors({ vertices }: JobGraph): void {
  const collecting = vertices.flatMap(({ driver }) => (driver.kind === "collect" ? [driver.index] : []));
  const isNumbered = collecting.toSorted((a, b) => a - b).every((index, position) => index === position);
  if (isNumbered) return;
  throw broken("The job graph", `numbers its collecting sinks ${collecting.join(", ")}`, "each number from 0 once");
}

function require(condition: boolean, vertex: JobVertex, what: string, expected: string): void {
  if (!condition) throw broken(vertex.name, what, expected);
}
