/**
 * Remembers, in the process that captured it, which functions and classes of the program stand in a graph. Code that was revived elsewhere sends results back
 * that name a class of its own by its number, such as an accumulator; who captured the graph knows what that is a copy of.
 */
import type { CapturedGraph } from "./wire.js";

/** The functions of each graph by their numbers, as long as somebody holds the graph. */
const originals = new WeakMap<CapturedGraph, ReadonlyMap<number, object>>();

/** Takes note of the functions of a graph. */
export function rememberOriginals(graph: CapturedGraph, functions: ReadonlyMap<number, object>): void {
  originals.set(graph, functions);
}

/**
 * Gives the function or class of this program that has number `id` in a graph; undefined when there is none, or when the graph is not the
 * object that `captureFunctions` returned.
 * @beta
 */
export function originalOf(graph: CapturedGraph, id: number): object | undefined {
  return originals.get(graph)?.get(id);
}
