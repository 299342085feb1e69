import type { OperatorInfo } from "../chained.js";
import type { DriverSpec } from "../drivers.js";
import {
  type BroadcastInputSpec,
  type IterationSpec,
  JOB_GRAPH_VERSION,
  type JobEdge,
  type JobGraph,
  type JobInput,
  type JobVertex,
} from "../job-graph.js";
import type { ShipStrategy } from "../strategies.js";

/** Is what can be said of a vertex besides driver and inputs; everything has a default. @internal */
export interface VertexSettings extends Partial<Omit<JobVertex, "id" | "driver" | "inputs">> {}

/**
 * Puts graphs together by hand, for tests: a vertex after the other, each with what it reads. What is not said has the plainest
 * value: parallelism 1, forward edges (or to a consumer with another parallelism, rebalance), no local strategy, weight 1.
 * ```ts
 * const graph = new JobGraphBuilder();
 * const numbers = graph.add({ kind: "collection", records: 0 });
 * const sorted = graph.input(numbers, { local: { kind: "sort", keys: [{ path: "0" }] } });
 * graph.add({ kind: "collect", index: 0 }, [sorted]);
 * const job = graph.build();
 * ```
 * @internal
 */
export class JobGraphBuilder {
  readonly #name: string;
  readonly #vertices: JobVertex[] = [];
  readonly #iterations: IterationSpec[] = [];

  constructor(name = "test") {
    this.#name = name;
  }

  /** Adds a vertex and returns its id. An input is a vertex id, or what `input` gave. */
  add(driver: DriverSpec, inputs: readonly (number | PlannedInput)[] = [], settings: VertexSettings = {}): number {
    const id = this.#vertices.length;
    const parallelism = settings.parallelism ?? 1;
    // Heads read what lies before their own iteration.
    const around = driver.kind === "bulkHead" || driver.kind === "deltaHead" ? undefined : settings.iteration;
    this.#vertices.push({
      id,
      name: driver.kind,
      parallelism,
      driver,
      operator: this.operator(driver.kind, id),
      inputs: inputs.map((input) =>
        this.#resolved(typeof input === "number" ? this.input(input) : input, parallelism, around),
      ),
      chain: [],
      broadcasts: [],
      memoryWeight: 1,
      iteration: undefined,
      ...settings,
    });
    return id;
  }

  /** Describes an input: one or several vertices (ids, or edges with what is to be different), and its settings. */
  input(
    sources: number | readonly (number | PlannedEdge)[],
    settings: Partial<Omit<JobInput, "edges">> = {},
    ship?: ShipStrategy,
  ): PlannedInput {
    const edges = (typeof sources === "number" ? [sources] : sources).map((source) =>
      typeof source === "number" ? { source, ...(ship === undefined ? {} : { ship }) } : source,
    );
    return { edges, settings };
  }

  /** Describes a broadcast set of a vertex with this parallelism. */
  broadcast(
    source: number,
    settings: Partial<BroadcastInputSpec> & { readonly operatorId: number },
  ): BroadcastInputSpec {
    const edges = [{ source, output: 0, ship: { kind: "broadcast" }, mode: "pipelined" } as const];
    return {
      name: undefined,
      dataSetId: source,
      input: { edges, local: { kind: "materialize" }, memoryWeight: 1, isInOrder: false, isConstant: false },
      ...settings,
    };
  }

  /** Adds an iteration and returns its id. */
  addIteration(kind: IterationSpec["kind"], settings: Partial<Omit<IterationSpec, "id" | "kind">> = {}): number {
    const id = this.#iterations.length;
    const operator = this.operator(`${kind} iteration`, id);
    this.#iterations.push({ id, kind, operator, parallelism: 1, maxIterations: 10, aggregators: [], ...settings });
    return id;
  }

  /** Returns what names an operator. */
  operator(name: string, id = 0): OperatorInfo {
    return { id, name, location: undefined, parameters: undefined, resultType: undefined };
  }

  /** Returns the graph as it is now. It is not checked. */
  build(): JobGraph {
    return {
      version: JOB_GRAPH_VERSION,
      name: this.#name,
      vertices: [...this.#vertices],
      iterations: [...this.#iterations],
    };
  }

  #resolved({ edges, settings }: PlannedInput, parallelism: number, iteration: number | undefined): JobInput {
    const resolved = edges.map((edge): JobEdge => {
      const isEqual = this.#vertices[edge.source]?.parallelism === parallelism;
      return { output: 0, ship: { kind: isEqual ? "forward" : "rebalance" }, mode: "pipelined", ...edge };
    });
    const isConstant =
      iteration !== undefined && resolved.every(({ source }) => this.#vertices[source]?.iteration !== iteration);
    return {
      edges: resolved,
      local: { kind: isConstant ? "materialize" : "none" },
      memoryWeight: 1,
      isInOrder: false,
      isConstant,
      ...settings,
    };
  }
}

/** Is an edge of which only the source has to be said. @internal */
export type PlannedEdge = Pick<JobEdge, "source"> & Partial<JobEdge>;

/** Is an input before the parallelism of its reader is known. @internal */
export interface PlannedInput {
  /** Where the records come from. */
  readonly edges: readonly PlannedEdge[];
  /** What is to be different. */
  readonly settings: Partial<Omit<JobInput, "edges">>;
}
