/**
 * Finds a circle in a directed graph given as a map from node to successors, as the list of its nodes with the first one
 * repeated at the end, or undefined when there is none. Depth-first search; a successor on the current path closes a circle.
 */
export function firstCycle(edges) {
  const finished = new Set();
  const path = [];
  const search = (node) => {
    const start = path.indexOf(node);
    if (start >= 0) return [...path.slice(start), node];
    if (finished.has(node)) return undefined;
    path.push(node);
    for (const next of edges.get(node) ?? []) {
      const cycle = search(next);
      if (cycle !== undefined) return cycle;
    }
    path.pop();
    finished.add(node);
    return undefined;
  };
  for (const node of edges.keys()) {
    const cycle = search(node);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
