import type { ExecutionMode } from "@millrace/core";
import {
  type ChainedSpec,
  type DriverSpec,
  type IterationSpec,
  JOB_GRAPH_VERSION,
  type JobEdge,
  type JobGraph,
  type JobVertex,
  type LocalStrategy,
  numOutputsOf,
  type OperatorInfo,
} from "@millrace/job-graph";
import { driverWeight, inputWeight } from "./memory-weights.js";
import { inReadingOrder } from "./vertex-order.js";

/** Is an input while the graph is made; the strategy may still become a dam. */
export interface InputDraft {
  readonly edges: readonly JobEdge[];
  local: LocalStrategy;
  readonly isInOrder: boolean;
  readonly isConstant: boolean;
}

/** Is a broadcast set while the graph is made. */
export interface BroadcastDraft {
  readonly operatorId: number;
  readonly name: string | undefined;
  readonly dataSetId: number;
  readonly input: InputDraft;
}

/** Is a vertex while the graph is made: operators may still be chained to it. */
export interface VertexDraft {
  readonly id: number;
  readonly names: string[];
  readonly parallelism: number;
  readonly driver: DriverSpec;
  readonly operator: OperatorInfo;
  readonly inputs: readonly InputDraft[];
  readonly chain: ChainedSpec[];
  readonly broadcasts: BroadcastDraft[];
  readonly iteration: number | undefined;
}

/** Is a job graph that is being put together. */
export class GraphDraft {
  readonly vertices: VertexDraft[] = [];
  readonly iterations: IterationSpec[] = [];

  /** Adds a vertex; it reads vertices that were added before. */
  add(vertex: Omit<VertexDraft, "id" | "names" | "chain" | "broadcasts"> & { readonly name: string }): VertexDraft {
    const { name, ...rest } = vertex;
    const added = { ...rest, id: this.vertices.length, names: [name], chain: [], broadcasts: [] };
    this.vertices.push(added);
    return added;
  }

  /** Returns the graph as it is now, with exchanges as the mode says. */
  finished(name: string, mode: ExecutionMode): JobGraph {
    return {
      version: JOB_GRAPH_VERSION,
      name,
      vertices: inReadingOrder(this).map((vertex) => finishedVertex(vertex, mode)),
      iterations: this.iterations,
    };
  }
}

/** Tells whether operators over one record can be fused behind a vertex: what heads give goes two ways. */
export function canChain({ driver }: VertexDraft): boolean {
  return numOutputsOf(driver) === 1;
}

function finishedVertex({ names, ...draft }: VertexDraft, mode: ExecutionMode): JobVertex {
  const withWeight = (input: InputDraft) => ({
    ...input,
    edges: input.edges.map(
      (edge) => (isMaterialised(edge, draft.iteration, mode) ? { ...edge, mode: "blocking" } : edge) as JobEdge,
    ),
    memoryWeight: inputWeight(input.local),
  });
  return {
    ...draft,
    name: names.join(" -> "),
    inputs: draft.inputs.map(withWeight),
    broadcasts: draft.broadcasts.map((broadcast) => ({ ...broadcast, input: withWeight(broadcast.input) })),
    memoryWeight: driverWeight(draft.driver),
  };
}

/** Tells whether an exchange is complete before it is read. Supersteps are never written down. */
function isMaterialised({ ship }: JobEdge, iteration: number | undefined, mode: ExecutionMode): boolean {
  if (iteration !== undefined) return false;
  return mode === "batch-forced" || (mode === "batch" && ship.kind !== "forward");
}
