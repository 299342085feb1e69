import type { JobEdge } from "@millrace/job-graph";
import type { GraphDraft, InputDraft, VertexDraft } from "./graph-draft.js";

/**
 * Returns the vertices of a draft, each after all that it reads, numbered anew. An operator with a broadcast set may be fused to a
 * vertex that was made before those that compute the set, so the order in which vertices were made is not enough.
 */
export function inReadingOrder({ vertices }: GraphDraft): readonly VertexDraft[] {
  const order: VertexDraft[] = [];
  const numbers = new Map<number, number>();
  // An explicit stack: a program may be a chain of many thousand vertices.
  const stack: { readonly vertex: VertexDraft; readonly reads: readonly number[]; position: number }[] = [];
  const visit = (vertex: VertexDraft): void => {
    stack.push({ vertex, reads: readsOf(vertex), position: 0 });
  };
  const seen = new Set<number>();
  for (const start of vertices) {
    if (!seen.has(start.id)) visit(start);
    seen.add(start.id);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.reads[top.position++];
      if (next === undefined) {
        numbers.set(top.vertex.id, order.push(top.vertex) - 1);
        stack.pop();
      } else if (!seen.has(next)) {
        seen.add(next);
        visit(vertices[next] as VertexDraft);
      }
    }
  }
  return order.map((vertex) => renumbered(vertex, numbers));
}

function readsOf({ inputs, broadcasts }: VertexDraft): readonly number[] {
  const edges = [...inputs, ...broadcasts.map(({ input }) => input)].flatMap((input) => input.edges);
  return edges.flatMap((edge) => [edge.source, ...(bordersOf(edge) ?? [])]);
}

function bordersOf({ ship }: JobEdge): readonly [number] | undefined {
  return ship.kind === "range" && ship.borders.kind === "sampled" ? [ship.borders.vertex] : undefined;
}

function renumbered(vertex: VertexDraft, numbers: ReadonlyMap<number, number>): VertexDraft {
  const input = (each: InputDraft): InputDraft => ({
    ...each,
    edges: each.edges.map((edge) => edgeWith(edge, numbers)),
  });
  return {
    ...vertex,
    id: numbers.get(vertex.id) as number,
    inputs: vertex.inputs.map(input),
    broadcasts: vertex.broadcasts.map((broadcast) => ({ ...broadcast, input: input(broadcast.input) })),
  };
}

function edgeWith(edge: JobEdge, numbers: ReadonlyMap<number, number>): JobEdge {
  const source = numbers.get(edge.source) as number;
  const { ship } = edge;
  if (ship.kind !== "range" || ship.borders.kind !== "sampled") return { ...edge, source };
  const vertex = numbers.get(ship.borders.vertex) as number;
  return { ...edge, source, ship: { ...ship, borders: { kind: "sampled", vertex } } };
}
