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
 * no circle, in one pass over the graph. What is taken in anyway (sorted, materialized, blocking) is not in the graph.
 *
 * The result of an iteration leaves its head when the last superstep ended: its readers wait for end(v) of all its vertices.
 */

import { invariant } from "@millrace/core";
import type { JobEdge } from "@millrace/job-graph";
import type { InputDraft, VertexDraft } from "./graph-draft.js";
import { inputsReadBefore, isPipelined } from "./reading-order.js";

/**
 * Makes inputs of vertices take in their records wherever tasks could wait for each other otherwise. Returns how many steps that took: about as many
 * as there are vertices and edges, however many circles there are.
 */
export function preventDeadlocks(vertices: readonly VertexDraft[]): number {
  const search = new CircleSearch(waitsOf(vertices));
  for (let late = search.next(); late !== undefined; late = search.next()) late.local = { kind: "materialize" };
  return search.numSteps;
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
  const ofIterations = new Map<number | undefined, Wait[]>();
  for (const end of ends) {
    const ofIteration = ofIterations.get(end.vertex.iteration) ?? [];
    ofIterations.set(end.vertex.iteration, ofIteration);
    ofIteration.push(end);
  }
  const iterationEnds = (head: number): readonly Wait[] => ofIterations.get(vertices[head]?.iteration) ?? [];
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

/**
 * Finds circles of waits, one after the other. What waits for nothing that is left *ends* and is taken away. From what is left, which waits for something that is
 * left, a walk goes from each to one that it waits for; where it comes back to itself there is a circle. The part of the circle behind its last late input is
 * walked anew, everything before stays: what ends meanwhile is always the end of the walk. So no wait is looked at more often than it has edges.
 */
class CircleSearch {
  numSteps = 0;
  readonly #waits: readonly Wait[];
  /** Who waits for each. */
  readonly #waiting = new Map<Wait, Wait[]>();
  /** For each that is left: how many that are left it waits for, each as often as it does. */
  readonly #numLeft = new Map<Wait, number>();
  /** Where each was looked at last for something that is left. */
  readonly #looked = new Map<Wait, number>();
  /** Each waits for the next. */
  readonly #walk: Wait[] = [];
  /** Where each is in the walk. */
  readonly #positions = new Map<Wait, number>();
  #nextStart = 0;

  constructor(waits: readonly Wait[]) {
    this.#waits = waits;
    for (const wait of waits) {
      this.#numLeft.set(wait, wait.on.length);
      for (const each of wait.on) {
        const waiting = this.#waiting.get(each);
        if (waiting === undefined) this.#waiting.set(each, [wait]);
        else waiting.push(wait);
      }
    }
    this.#end(waits.filter((wait) => wait.on.length === 0));
  }

  /** Returns an input that is read late in a circle, which is none any more when the input is taken in; undefined when there is no circle. */
  next(): InputDraft | undefined {
    for (;;) {
      const current = this.#walk.at(-1) ?? this.#start();
      if (current === undefined) return undefined;
      const waited = this.#waitedFor(current);
      const begin = this.#positions.get(waited);
      if (begin === undefined) this.#go(waited);
      else return this.#leaveCircle(begin);
    }
  }

  /** Begins another walk. */
  #start(): Wait | undefined {
    for (; this.#nextStart < this.#waits.length; this.#nextStart++) {
      this.numSteps++;
      const wait = this.#waits[this.#nextStart] as Wait;
      if (!this.#numLeft.has(wait)) continue;
      this.#go(wait);
      return wait;
    }
    return undefined;
  }

  #go(wait: Wait): void {
    this.#positions.set(wait, this.#walk.push(wait) - 1);
  }

  /** Goes back to before the last late input of the circle that begins at a position of the walk, and takes that away. */
  #leaveCircle(begin: number): InputDraft {
    let next = this.#walk[begin] as Wait;
    for (;;) {
      const wait = this.#walk.pop();
      invariant(wait !== undefined, "a circle of waiting tasks has an input that is read late");
      this.#positions.delete(wait);
      this.numSteps++;
      if (wait.input !== undefined && next.input === undefined) {
        this.#end([wait]);
        return wait.input;
      }
      invariant(this.#walk.length > begin, "a circle of waiting tasks has an input that is read late");
      next = wait;
    }
  }

  /** Returns something that is left that one which is left waits for. */
  #waitedFor(wait: Wait): Wait {
    let position = this.#looked.get(wait) ?? 0;
    while (!this.#numLeft.has(wait.on[position] as Wait)) {
      invariant(position < wait.on.length, "what waits for nothing that is left has ended");
      position++;
      this.numSteps++;
    }
    this.#looked.set(wait, position);
    return wait.on[position] as Wait;
  }

  /** Takes away what ended, and whatever waited for nothing else. */
  #end(ended: readonly Wait[]): void {
    const ready = [...ended];
    for (let wait = ready.pop(); wait !== undefined; wait = ready.pop()) {
      this.#numLeft.delete(wait);
      for (const each of this.#waiting.get(wait) ?? []) {
        this.numSteps++;
        const num = this.#numLeft.get(each);
        if (num === undefined) continue;
        this.#numLeft.set(each, num - 1);
        if (num === 1) ready.push(each);
      }
    }
    while (this.#walk.length > 0 && !this.#numLeft.has(this.#walk.at(-1) as Wait)) {
      this.#positions.delete(this.#walk.pop() as Wait);
    }
  }
}
