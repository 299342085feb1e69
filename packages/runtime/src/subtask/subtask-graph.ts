import type { JobEdge, JobGraph, JobInput, JobVertex } from "@millrace/job-graph";

/**
 * Returns the graph by which subtasks run that share nothing: to begin with, before anything else is asked of the graph. It is the same but for
 * inputs whose records are dealt by turns and come from more than one subtask. These can't take turns with each other. So each deals whole
 * rounds, and a vertex of one task, which is added, deals what is left of the last ones: at most as many records of each producer as there are
 * consumers. So numbers of records differ by at most one, as they do in one slot ([O70]). Vertices have other ids.
 * @beta
 */
export function subtaskGraph(graph: JobGraph): JobGraph {
  const vertices: JobVertex[] = [];
  /** By old id. */
  const ids: number[] = [];
  const renamed = (edge: JobEdge): JobEdge => ({ ...edge, source: ids[edge.source]!, ship: shipOf(edge, ids) });
  const renamedInput = (input: JobInput): JobInput => ({ ...input, edges: input.edges.map(renamed) });
  for (const vertex of graph.vertices) {
    const inputs = vertex.inputs.map((input) => {
      const renamed = renamedInput(input);
      if (!needsDealer(input, vertex, graph)) return renamed;
      const dealer = dealerFor(renamed, vertices.length, vertices);
      vertices.push(dealer);
      return dealtBy(dealer.id, renamed);
    });
    const broadcasts = vertex.broadcasts.map((each) => ({ ...each, input: renamedInput(each.input) }));
    ids[vertex.id] = vertices.length;
    vertices.push({ ...vertex, id: vertices.length, inputs, broadcasts });
  }
  return { ...graph, vertices };
}

function shipOf({ ship }: JobEdge, ids: readonly number[]): JobEdge["ship"] {
  if (ship.kind !== "range" || ship.borders.kind !== "sampled") return ship;
  return { ...ship, borders: { ...ship.borders, vertex: ids[ship.borders.vertex]! } };
}

function needsDealer({ edges, isInOrder }: JobInput, { parallelism }: JobVertex, { vertices }: JobGraph): boolean {
  const isDealt = edges.every(({ ship }) => ship.kind === "rebalance" && ship.dealer === undefined);
  const numProducers = edges.reduce((sum, { source }) => sum + vertices[source]!.parallelism, 0);
  return isDealt && !isInOrder && parallelism > 1 && numProducers > 1;
}

/** Makes the vertex that deals what is left; it is in the iteration that its producers are in. */
function dealerFor(input: JobInput, id: number, vertices: readonly JobVertex[]): JobVertex {
  const { source, output } = input.edges[0]!;
  const producer = vertices[source]!;
  const isResult = output === 1;
  return {
    id,
    name: `Rest of ${producer.name}`,
    parallelism: 1,
    driver: { kind: "forward" },
    operator: { ...producer.operator, resultType: undefined },
    inputs: [{ ...input, local: { kind: "none" }, memoryWeight: 0, isConstant: false, edges: input.edges }],
    chain: [],
    broadcasts: [],
    memoryWeight: 0,
    iteration: isResult ? undefined : producer.iteration,
  };
}

function dealtBy(dealer: number, input: JobInput): JobInput {
  const { mode } = input.edges[0]!;
  const edges = input.edges.map((edge): JobEdge => ({ ...edge, ship: { kind: "rebalance", dealer } }));
  return { ...input, edges: [...edges, { source: dealer, output: 0, ship: { kind: "rebalance" }, mode }] };
}
