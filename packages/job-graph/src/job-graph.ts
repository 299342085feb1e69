import type { TypeJson } from "@millrace/core";
import type { ChainedSpec, OperatorInfo } from "./chained.js";
import type { DriverSpec } from "./drivers.js";
import type { ExchangeMode, LocalStrategy, ShipStrategy } from "./strategies.js";

/** Is the version of the JSON form of a job graph; a reader refuses others. @public */
export const JOB_GRAPH_VERSION = 1;

/**
 * Names something of the job that is no data: a user function, a source, a sink, the records of a collection, an aggregator.
 * It is a position in the job's table of objects, which travels beside the graph.
 * @public
 */
export type ObjectRef = number;

/**
 * Is the physical plan: what every parallel task does, and how pages move between tasks. Plain data; what is code or lives
 * in the client stands in a table beside it, by {@link ObjectRef}.
 * @public
 */
export interface JobGraph {
  /** Is {@link JOB_GRAPH_VERSION}. */
  readonly version: number;
  /** The name of the job. */
  readonly name: string;
  /** All vertices, each after those that it reads, except over the feedback edges of iterations. `vertices[i].id` is `i`. */
  readonly vertices: readonly JobVertex[];
  /** The iterations, by the id that vertices name. */
  readonly iterations: readonly IterationSpec[];
}

/** Is a step of the plan that runs as `parallelism` tasks: a driver and the record-wise operators fused behind it. @public */
export interface JobVertex {
  /** Its position in the graph. */
  readonly id: number;
  /** The operators in it, for plans and metrics, such as `Source orders -> Filter -> Map`. */
  readonly name: string;
  /** The number of tasks, at least 1. */
  readonly parallelism: number;
  /** What reads the inputs. */
  readonly driver: DriverSpec;
  /** The operator that the driver stands for; its results, before the chain. */
  readonly operator: OperatorInfo;
  /** What the driver reads, in the order it expects. */
  readonly inputs: readonly JobInput[];
  /** What is done to each result of the driver, one after the other. */
  readonly chain: readonly ChainedSpec[];
  /** Data sets that functions of the driver or of the chain read as a whole. */
  readonly broadcasts: readonly BroadcastInputSpec[];
  /** The share of the task's memory that the driver gets, relative to others; 0 when it needs no pages of its own. */
  readonly memoryWeight: number;
  /** The iteration whose dynamic path the vertex is on; undefined outside of iterations. */
  readonly iteration: number | undefined;
}

/** Is one input of a driver: the union of what several edges bring, and what is done to it before the driver sees it. @public */
export interface JobInput {
  /** Where the records come from. Never empty. */
  readonly edges: readonly JobEdge[];
  /** What is done to the records of a task before the driver reads them. */
  readonly local: LocalStrategy;
  /** The share of the task's memory that the local strategy gets; 0 for none. */
  readonly memoryWeight: number;
  /**
   * Whether the channels are read one after the other, edge by edge and producer by producer, each to its end: so one task
   * gathers partitions that follow each other in an order. All edges are `blocking` then.
   */
  readonly isInOrder: boolean;
  /** Whether the records stay the same over the supersteps of the iteration that the vertex is in, and are kept for all of them. */
  readonly isConstant: boolean;
}

/** Brings the results of one vertex to an input of another. @public */
export interface JobEdge {
  /** The vertex whose results they are. */
  readonly source: number;
  /** Which of the vertex's outputs: 0, except for heads of iterations (see {@link DriverSpec}). */
  readonly output: number;
  /** Decides which task a record goes to. */
  readonly ship: ShipStrategy;
  /** Whether consumers read while producers write. */
  readonly mode: ExchangeMode;
}

/** Is a data set that every task of a vertex reads as a whole. @public */
export interface BroadcastInputSpec {
  /** The operator whose function asks for it. */
  readonly operatorId: number;
  /** The name that it was given; undefined when it is asked for by its data set only. */
  readonly name: string | undefined;
  /** The logical operator that computes it, by its id in the logical plan: functions may ask by data set. */
  readonly dataSetId: number;
  /** Where it comes from; the ship strategy is broadcast. */
  readonly input: JobInput;
}

/** Is an iteration: its superstep barrier. Head and tails are vertices. @public */
export interface IterationSpec {
  /** Its position in the graph. */
  readonly id: number;
  /** Bulk iterations replace the partial solution, delta iterations update the solution set. */
  readonly kind: "bulk" | "delta";
  /** The logical operator. */
  readonly operator: OperatorInfo;
  /** The number of tasks of head and tails. */
  readonly parallelism: number;
  /** At least 1. */
  readonly maxIterations: number;
  /** What functions aggregate in a superstep and read in the next. */
  readonly aggregators: readonly AggregatorSpec[];
}

/** Is an aggregator of an iteration. @public */
export interface AggregatorSpec {
  /** Unique in the iteration. */
  readonly name: string;
  /** The factory of the instances. */
  readonly factory: ObjectRef;
  /** The convergence criterion; undefined for none. */
  readonly convergence: ObjectRef | undefined;
}

/** Is a declared type in a graph, and where it was declared. @public */
export type DeclaredType = TypeJson;
