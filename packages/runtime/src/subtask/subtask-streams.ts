import type { JobGraph } from "@millrace/job-graph";
import type { EdgePlan } from "../job/edge-plan.js";
import type { FrameStream } from "./frame.js";
import { subtaskEdgesOf } from "./iteration-edges.js";

/**
 * Names the streams that a subtask reads and writes: those of the plan, those between heads and tails of an iteration, and, behind them, what it
 * collects for the client. Whoever lists those of all subtasks has each stream twice, once as an output and once as an input, but for what is collected.
 * @beta
 */
export function subtaskStreams(
  graph: JobGraph,
  vertex: number,
  subtaskIndex: number,
): { readonly inputs: readonly FrameStream[]; readonly outputs: readonly FrameStream[] } {
  const edges = subtaskEdgesOf(graph);
  const inputs = edges.flatMap((edge, number) =>
    edge.consumer === vertex ? inputStreams(edge, number, graph, subtaskIndex) : [],
  );
  const outputs = edges.flatMap((edge, number) =>
    edge.source === vertex ? outputStreams(edge, number, graph, subtaskIndex) : [],
  );
  const { driver } = graph.vertices[vertex]!;
  if (driver.kind === "collect") outputs.push(collectedStream(edges.length, driver.index, subtaskIndex));
  return { inputs, outputs };
}

/** Names the streams of one edge that a subtask reads. */
export function inputStreams(edge: EdgePlan, number: number, graph: JobGraph, partition: number): FrameStream[] {
  const numProducers = graph.vertices[edge.source]!.parallelism;
  const producers = edge.ship.kind === "forward" ? [partition] : Array.from({ length: numProducers }, (_, i) => i);
  return producers.map((producer) => ({ edge: number, producer, partition }));
}

/** Names the streams of one edge that a subtask writes. */
export function outputStreams(edge: EdgePlan, number: number, graph: JobGraph, producer: number): FrameStream[] {
  const numConsumers = graph.vertices[edge.consumer]!.parallelism;
  const partitions = edge.ship.kind === "forward" ? [producer] : Array.from({ length: numConsumers }, (_, i) => i);
  return partitions.map((partition) => ({ edge: number, producer, partition }));
}

/** Names the stream of what a subtask collects for the client. */
export function collectedStream(numEdges: number, index: number, subtaskIndex: number): FrameStream {
  return { edge: numEdges + index, producer: subtaskIndex, partition: subtaskIndex };
}
