/** Rules [J30] to [J34]: what belongs to an iteration, and how it is entered and left. */
import type { IterationSpec, JobGraph, JobInput, JobVertex } from "../job-graph.js";
import { broken } from "./broken.js";
import { readsSolutionSet } from "./driver-inputs.js";

/** The vertices that an iteration of a kind has once, besides those of its step. `terminationTail` may be missing. */
const ENDS = {
  bulk: ["bulkHead", "bulkTail", "terminationTail"],
  delta: ["deltaHead", "worksetTail", "solutionTail"],
} as const;

/** Throws INVALID_JOB_GRAPH unless all iterations are whole and closed. @internal */
export function checkIterations(graph: JobGraph): void {
  graph.iterations.forEach((iteration, position) => {
    const { name } = iteration.operator;
    if (iteration.id !== position) throw broken(name, `has the id ${iteration.id}`, `its position, ${position}`);
    checkEnds(iteration, graph);
  });
  for (const vertex of graph.vertices) checkVertex(vertex, graph);
}

function checkEnds(iteration: IterationSpec, { vertices }: JobGraph): void {
  const own = vertices.filter((vertex) => vertex.iteration === iteration.id);
  for (const kind of ENDS[iteration.kind]) {
    const ends = own.filter((vertex) => vertex.driver.kind === kind);
    const isEnough = ends.length === 1 || (kind === "terminationTail" && ends.length === 0);
    if (!isEnough) throw broken(iteration.operator.name, `has ${ends.length} vertices of kind ${kind}`, "one");
    const other = ends.find(({ parallelism }) => kind !== "terminationTail" && parallelism !== iteration.parallelism);
    if (other !== undefined) {
      throw broken(other.name, `has ${other.parallelism} tasks`, `those of its iteration, ${iteration.parallelism}`);
    }
  }
}

function checkVertex(vertex: JobVertex, graph: JobGraph): void {
  const { driver, iteration, name } = vertex;
  const own = iteration === undefined ? undefined : graph.iterations[iteration];
  if (iteration !== undefined && own === undefined)
    throw broken(name, `is in iteration ${iteration}`, "one of the graph");
  const isEnd = [...ENDS.bulk, ...ENDS.delta].some((kind) => kind === driver.kind);
  const ends: readonly string[] = own === undefined ? [] : ENDS[own.kind];
  if (isEnd && !ends.includes(driver.kind))
    throw broken(name, `is a ${driver.kind}`, "one in an iteration of its kind");
  if (readsSolutionSet(driver)) {
    const isBeside = own?.kind === "delta" && own.parallelism === vertex.parallelism;
    if (!isBeside) throw broken(name, "reads a solution set", "a vertex of a delta iteration with as many tasks");
  }
  const isHead = driver.kind === "bulkHead" || driver.kind === "deltaHead";
  const inputs = [...vertex.inputs, ...vertex.broadcasts.map(({ input }) => input)];
  for (const input of inputs) checkInput(input, isHead ? undefined : iteration, vertex, graph);
}

/** `around` is the iteration that the input is read in: heads read what lies before their own. */
function checkInput(input: JobInput, around: number | undefined, vertex: JobVertex, { vertices }: JobGraph): void {
  const isInside = input.edges.map(({ source, output }) => {
    const { driver, iteration } = vertices[source] as JobVertex;
    const isResult = output === 1 && (driver.kind === "bulkHead" || driver.kind === "deltaHead");
    const from = isResult ? undefined : iteration;
    if (from !== undefined && from !== around) {
      throw broken(vertex.name, `reads the step of iteration ${from}`, "its result, output 1 of its head");
    }
    return from !== undefined;
  });
  const isConstant = around !== undefined && isInside.every((each) => !each);
  if (isConstant !== input.isConstant || (around !== undefined && new Set(isInside).size > 1)) {
    throw broken(
      vertex.name,
      "mixes what changes in an iteration with what does not",
      "inputs that say which they are",
    );
  }
  if (isConstant && input.local.kind === "none") {
    throw broken(vertex.name, "reads an input again in each superstep as it arrives", "one that is taken in first");
  }
}
