/**
 * The edges of an iteration whose subtasks run by themselves, behind the edges of the plan: in one slot heads and tails of one index share
 * stores, and what looks into the solution set shares it.
 *
 * 1. Tails send the next state, and the changes of a solution set, to the head of their index.
 * 2. The head sends the solution set, then what changes in it, to each task of its index that looks into it, which has a copy of it.
 */
import { invariant } from "@millrace/core";
import { type DriverSpec, type JobGraph, type JobVertex, readsSolutionSet } from "@millrace/job-graph";
import { type EdgePlan, type EdgePurpose, edgePlansOf } from "../job/edge-plan.js";

/** Which output of a head copies of the solution set are sent along. */
const OUTPUT_OF_COPIES = 2;
const NEXT_STATE = 0;
const CHANGES = 1;

/** Returns all edges along which subtasks that run by themselves send frames: those of the plan, then those of iterations. */
export function subtaskEdgesOf(graph: JobGraph): EdgePlan[] {
  return [...edgePlansOf(graph), ...graph.iterations.flatMap(({ id }) => iterationEdges(graph, id))];
}

function iterationEdges({ vertices }: JobGraph, id: number): EdgePlan[] {
  const own = vertices.filter(({ iteration }) => iteration === id);
  const find = (...kinds: readonly DriverSpec["kind"][]): JobVertex | undefined =>
    own.find(({ driver }) => kinds.includes(driver.kind));
  const head = find("bulkHead", "deltaHead");
  const tail = find("bulkTail", "worksetTail");
  invariant(head !== undefined && tail !== undefined, "an iteration has a head and a tail");
  const edges = [edge(tail, 0, head, { kind: "feedback", index: NEXT_STATE })];
  const solutionTail = find("solutionTail");
  if (solutionTail !== undefined) edges.push(edge(solutionTail, 0, head, { kind: "feedback", index: CHANGES }));
  for (const reader of own.filter(({ driver }) => readsSolutionSet(driver))) {
    edges.push(edge(head, OUTPUT_OF_COPIES, reader, { kind: "solution", index: 0 }));
  }
  return edges;
}

function edge(source: JobVertex, output: number, consumer: JobVertex, purpose: EdgePurpose): EdgePlan {
  return {
    source: source.id,
    output,
    consumer: consumer.id,
    purpose,
    ship: { kind: "forward" },
    mode: "pipelined",
    input: undefined,
    borders: undefined,
  };
}
