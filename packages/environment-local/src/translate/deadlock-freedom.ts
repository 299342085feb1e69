/**
 * Takes in what could make tasks wait for each other for ever.
 *
 * A task that sends to a full channel waits until its reader goes on; a reader may not begin with one input before another one
 * ended. Where records of one vertex reach a reader by two ways, or those of two vertices reach two readers in opposite order, this can
 * close a circle. Who waits for whom is a graph:
 *
 *   end(v)      waits for   end(p) of all p that v reads
 *   end(v)      waits for   read(w, i) of all inputs that v sends to, unless they take in whatever comes
 *   read(w, i)  waits for   end(p) of all p behind the inputs that w reads before i, broadcast sets first
 *   read(w, i)  waits for   read(x, j) of all inputs that w sends to while it reads i
 *
 * An edge leads back to a vertex before only by the third rule; so every circle has an input (w, i) that is read late. It is taken
 * in: sent records have room then, at worst on disk, and read(w, i) is gone from the graph. This is repeated until there is
 * no circle. What is taken in anyway (sorted, materialized, blocking) is not in the graph.
 *
 * The result of an iteration leaves its head when the last superstep ended: its readers wait for end(v) of all its vertices.
 */

import { invariant } from "@millrace/core";
import type { JobEdge } from "@millrace/job-graph";
import type { InputDraft, VertexDraft } from "./graph-draft.js";
import { inputsReadBefore, isPipelined } from "./reading-order.js";

/** Makes inputs of vertices take in their records wherever tasks could wait for each other otherwise. */
export function preventDeadlocks(vertices: readonly VertexDraft[]): void {
  for (;;) {
    const circle = findCircle(waitsOf(vertices));
    if (circle === undefined) return;
    const late = circle.find(({ input }, index) => {
      const next = circle[(index + 1) % circle.length];
      return input !== undefined && next?.input === undefined;
    });
    invariant(late?.input !== undefined, "a circle of waiting tasks has an input that is read late");
    late.input.local = { kind: "materialize" };
  }
}

/** Is something that is waited for: the end of a vertex, or, with an input, the reading of it. */
interface Wait {
  readonly vertex: VertexDraft;
  readonly input: InputDraft | undefined;
  readonly on: Wait[];
}

function waitsOf(vertices: readonly VertexDraft[]): readonly Wait[] {
  const ends = vertices.map((vertex): Wait => ({ vertex, input: undefined, on: [] }));
  const reads = new Map<InputDraft, Wait>();
  for (const vertex of vertices) {
    for (const input of vertex.inputs) if (canBlock(input)) reads.set(input, { vertex, input, on: [] });
  }
  const endsOf = (edges: readonly JobEdge[]): readonly Wait[] =>
    edges.flatMap(({ source, output }) => (output === 0 ? ends.slice(source, source + 1) : iterationEnds(source)));
  const iterationEnds = (head: number): readonly Wait[] =>
    ends.filter(({ vertex }) => vertex.iteration === vertices[head]?.iteration);
  for (const vertex of vertices) {
    const end = ends[vertex.id] as Wait;
    const broadcasts = vertex.broadcasts.flatMap(({ input }) => endsOf(input.edges));
    end.on.push(...broadcasts, ...vertex.inputs.flatMap(({ edges }) => endsOf(edges)));
    vertex.inputs.forEach((input, index) => {
      const read = reads.get(input);
      if (read === undefined) return;
      const earlier = inputsReadBefore(vertex.driver, index).flatMap((each) => vertex.inputs[each]?.edges ?? []);
      read.on.push(...broadcasts, ...endsOf(earlier));
      for (const { source, output } of input.edges) {
        if (output === 0) ends[source]?.on.push(read);
        for (const sent of vertices[source]?.inputs ?? []) {
          if (isPipelined((vertices[source] as VertexDraft).driver)) reads.get(sent)?.on.push(read);
        }
      }
    });
    for (const { edges } of vertex.inputs) {
      for (const { source, ship } of edges) {
        if (ship.kind !== "range" || ship.borders.kind !== "sampled") continue;
        ends[source]?.on.push(ends[ship.borders.vertex] as Wait);
      }
    }
  }
  return [...ends, ...reads.values()];
}

function canBlock({ local, edges }: InputDraft): boolean {
  return local.kind === "none" && edges.some(({ mode }) => mode === "pipelined");
}

/** Returns waits of which each waits for the next and the last for the first; undefined when there are none. */
function findCircle(waits: readonly Wait[]): readonly Wait[] | undefined {
  const left = withoutEnding(waits);
  let [current] = left;
  if (current === undefined) return undefined;
  // Everything that is left waits for something that is left; so a walk comes back to where it was.
  const path = new Map<Wait, number>();
  const walked: Wait[] = [];
  while (current !== undefined && !path.has(current)) {
    path.set(current, walked.push(current) - 1);
    current = current.on.find((each) => left.has(each));
  }
  return walked.slice(path.get(current as Wait));
}

/** Returns what never ends: takes away, again and again, all that waits for nothing that is left. */
function withoutEnding(waits: readonly Wait[]): ReadonlySet<Wait> {
  const left = new Set(waits);
  const numLeft = new Map(waits.map((wait) => [wait, wait.on.length]));
  const waiting = new Map<Wait, Wait[]>();
  for (const wait of waits) {
    for (const each of wait.on) waiting.set(each, [...(waiting.get(each) ?? []), wait]);
  }
  const ready = waits.filter((wait) => wait.on.length === 0);
  for (let wait = ready.pop(); wait !== undefined; wait = ready.pop()) {
    left.delete(wait);
    for (const each of waiting.get(wait) ?? []) {
      const num = (numLeft.get(each) as number) - 1;
      numLeft.set(each, num);
      if (num === 0) ready.push(each);
    }
  }
  return left;
}
