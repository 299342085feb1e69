import type { JobGraph } from "@millrace/job-graph";
import { edgePlansOf } from "../job/edge-plan.js";

/** Is a part of a plan whose subtasks have to run at the same time, if they run in several places. @beta */
export interface SubtaskStage {
  /** The vertices: one, or all of an iteration. */
  readonly vertices: readonly number[];
  /** The iteration; undefined for a single vertex. */
  readonly iteration: number | undefined;
}

/**
 * Divides a plan into stages. Each comes after all that it reads; so stages can run one after the other, or beside each other. Subtasks of one
 * vertex never wait for each other: there may be fewer places than subtasks. Those of an iteration do.
 * @beta
 */
export function subtaskStages(graph: JobGraph): readonly SubtaskStage[] {
  const stageOf = new Map<number, SubtaskStage>();
  for (const { id, iteration } of graph.vertices) {
    if (iteration === undefined) stageOf.set(id, { vertices: [id], iteration });
  }
  for (const { id } of graph.iterations) {
    const vertices = graph.vertices.filter(({ iteration }) => iteration === id).map((vertex) => vertex.id);
    const stage = { vertices, iteration: id };
    for (const vertex of vertices) stageOf.set(vertex, stage);
  }
  const edges = edgePlansOf(graph);
  const ordered = new Set<SubtaskStage>();
  const add = (stage: SubtaskStage): void => {
    if (ordered.has(stage)) return;
    for (const { source, consumer } of edges) {
      const before = stageOf.get(source)!;
      if (before !== stage && stageOf.get(consumer) === stage) add(before);
    }
    ordered.add(stage);
  };
  for (const stage of stageOf.values()) add(stage);
  return [...ordered];
}
