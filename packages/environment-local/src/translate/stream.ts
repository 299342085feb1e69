import type { TypeInformation } from "@millrace/core";
import type { JobEdge, LocalStrategy, ShipStrategy } from "@millrace/job-graph";
import type { InputDraft, VertexDraft } from "./graph-draft.js";

/** Is where records of a data set leave a vertex. */
export interface Producer {
  readonly vertex: VertexDraft;
  readonly output: number;
}

/** Is the records of a data set as vertices give them, partition by partition. */
export interface Stream {
  /** Several for a union, which is no vertex of its own. */
  readonly producers: readonly Producer[];
  readonly parallelism: number;
  /** The iteration whose dynamic path the records come from; undefined outside of iterations. */
  readonly iteration: number | undefined;
  /** Whether each partition comes before the next in the order of all records: then who gathers them keeps to it. */
  readonly isOrdered: boolean;
  /** Whether somebody else reads the records too, so that nothing more can be fused behind the vertex. */
  readonly isShared: boolean;
  /** The type of the records, as far as it is known. */
  readonly type: TypeInformation<unknown> | undefined;
}

/** Says how a vertex reads a stream. */
export interface Reading {
  /** How many tasks read. */
  readonly parallelism: number;
  /** The iteration that they are in. */
  readonly iteration: number | undefined;
  /** `forward` when left out: to the same partition, or dealt out when there are not as many ([O11]). */
  readonly ship?: ShipStrategy | undefined;
  /** Nothing when left out. */
  readonly local?: LocalStrategy | undefined;
}

/** Returns a stream as an input. What an iteration reads from outside is taken in once and kept. */
export function inputOf(stream: Stream, reading: Reading): InputDraft {
  const { parallelism, iteration, ship = { kind: "forward" }, local = { kind: "none" } } = reading;
  const isGathered = parallelism === 1 && stream.parallelism > 1 && ship.kind === "forward";
  const isInOrder = isGathered && stream.isOrdered;
  const isConstant = iteration !== undefined && stream.iteration === undefined;
  return {
    edges: stream.producers.map((producer) => edgeFrom(producer, parallelism, ship, isInOrder)),
    local: isConstant && local.kind === "none" ? { kind: "materialize" } : local,
    isInOrder,
    isConstant,
  };
}

function edgeFrom({ vertex, output }: Producer, parallelism: number, ship: ShipStrategy, isInOrder: boolean): JobEdge {
  const isDealt = ship.kind === "forward" && vertex.parallelism !== parallelism;
  return {
    source: vertex.id,
    output,
    ship: isDealt ? { kind: "rebalance" } : ship,
    mode: isInOrder ? "blocking" : "pipelined",
  };
}

/** Returns how records of equal keys come together: by their hash, or as they are where there is one partition. */
export function byHash(keys: Extract<ShipStrategy, { kind: "hash" }>["keys"], parallelism: number): ShipStrategy {
  return parallelism === 1 ? { kind: "forward" } : { kind: "hash", keys };
}
