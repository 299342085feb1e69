import { invariant } from "@millrace/core";
import type { ExchangeMode, JobEdge, JobGraph, JobInput, JobVertex, ShipStrategy } from "@millrace/job-graph";

/**
 * Says what an edge brings to its consumer: a driver's input, a broadcast set, or the borders of a range partitioning; where the tasks of an
 * iteration are in several places, also what tails bring to the head (the next state, then the changes of a solution set), and what
 * the head brings to copies of the solution set.
 */
export type EdgePurpose =
  | { readonly kind: "input"; readonly index: number }
  | { readonly kind: "broadcast"; readonly index: number }
  | { readonly kind: "borders"; readonly index: number }
  | { readonly kind: "feedback"; readonly index: number }
  | { readonly kind: "solution"; readonly index: number };

/** Is one edge between two vertices as it is wired. */
export interface EdgePlan {
  readonly source: number;
  readonly output: number;
  readonly consumer: number;
  readonly purpose: EdgePurpose;
  readonly ship: ShipStrategy;
  readonly mode: ExchangeMode;
  /** The input that it is a part of; undefined for borders. */
  readonly input: JobInput | undefined;
  /** For a range partitioning with sampled borders: which of the source's border inputs has them. */
  readonly borders: number | undefined;
}

/** Returns all edges of a graph, those too that bring the borders of range partitionings to whoever partitions. */
export function edgePlansOf(graph: JobGraph): EdgePlan[] {
  const plans: EdgePlan[] = [];
  const numBorders = new Map<number, number>();
  const add = (consumer: JobVertex, purpose: EdgePurpose, input: JobInput, edge: JobEdge): void => {
    const { source, output, ship, mode } = edge;
    let borders: number | undefined;
    if (ship.kind === "range" && ship.borders.kind === "sampled") {
      borders = numBorders.get(source) ?? 0;
      numBorders.set(source, borders + 1);
      plans.push({
        source: ship.borders.vertex,
        output: 0,
        consumer: source,
        purpose: { kind: "borders", index: borders },
        ship: { kind: "broadcast" },
        mode: "pipelined",
        input: undefined,
        borders: undefined,
      });
    }
    checkForward(graph, edge, consumer);
    plans.push({ source, output, consumer: consumer.id, purpose, ship, mode, input, borders });
  };
  for (const vertex of graph.vertices) {
    vertex.inputs.forEach((input, index) => {
      for (const edge of input.edges) add(vertex, { kind: "input", index }, input, edge);
    });
    vertex.broadcasts.forEach(({ input }, index) => {
      for (const edge of input.edges) add(vertex, { kind: "broadcast", index }, input, edge);
    });
  }
  return plans;
}

function checkForward(graph: JobGraph, { source, ship }: JobEdge, consumer: JobVertex): void {
  const isEqual = graph.vertices[source]!.parallelism === consumer.parallelism;
  invariant(ship.kind !== "forward" || isEqual, "forward edges join vertices of equal parallelism");
}

/** Tells whether an edge's producer task writes to one channel per consumer task, or to one for all of them. */
export function numTargetsOf(plan: EdgePlan, graph: JobGraph): number {
  return plan.ship.kind === "forward" || plan.ship.kind === "broadcast"
    ? 1
    : graph.vertices[plan.consumer]!.parallelism;
}

/** Returns the fewest pages of a task's output along an edge: one to fill per target and one on its way, or one per consumer to read what is complete. */
export function minEdgePages(plan: EdgePlan, graph: JobGraph): number {
  const numTargets = numTargetsOf(plan, graph);
  const numReaders = plan.ship.kind === "broadcast" ? graph.vertices[plan.consumer]!.parallelism : numTargets;
  return (plan.mode === "blocking" ? Math.max(numTargets, numReaders) : numTargets) + 1;
}
