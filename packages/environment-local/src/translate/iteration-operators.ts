/**
 * Iterations: a head that gives the state of each superstep, and tails that take the next one. The head stands before the first
 * vertex that reads the state, the tails behind the last. Rules [O60] to [O69].
 */
import type { BulkStep, DeltaStep, IterationOperator, Operator } from "@millrace/common-api";
import type { VertexDraft } from "./graph-draft.js";
import { keyed, partsOf } from "./keyed-stream.js";
import { byHash, inputOf, type Reading, type Stream } from "./stream.js";
import type { Translation } from "./translation.js";

/** Adds the head of an iteration, and what stands for its state inside. */
export function iterationHead(translation: Translation, iteration: IterationOperator): VertexDraft {
  const parallelism = translation.parallelismOf(iteration);
  // What a head reads lies before its iteration.
  const outside: Reading = { parallelism, iteration: undefined };
  const initial = translation.streamOf(iteration.inputs[0] as Operator);
  const info = translation.infoOf(iteration, { type: undefined });
  const number = translation.iterationOf(iteration) as number;
  translation.draft.iterations[number] = specOf(translation, iteration, number);
  if (iteration.kind === "bulkIteration") {
    const head = translation.addVertex(iteration, { kind: "bulkHead" }, [inputOf(initial, outside)], {
      operator: info,
    });
    translation.setStream(iteration.partialSolution, stateFrom(translation, iteration.partialSolution, head));
    return head;
  }
  const { stream, keys, value } = keyed(translation, iteration, initial, partsOf(iteration.keys));
  const solution = inputOf(stream, { ...outside, ship: byHash(keys, parallelism) });
  const workset = inputOf(translation.streamOf(iteration.right), outside);
  const driver = { kind: "deltaHead", keys, value } as const;
  const head = translation.addVertex(iteration, driver, [solution, workset], { operator: info });
  translation.setSolutionSet(number, { keys, value, parallelism });
  translation.setStream(iteration.workset, stateFrom(translation, iteration.workset, head));
  return head;
}

function stateFrom(translation: Translation, placeholder: Operator, head: VertexDraft): Stream {
  return translation.streamFrom(placeholder, head, { type: undefined });
}

/** Adds the tails of an iteration whose step was translated, and returns its result. */
export function iterationResult(translation: Translation, iteration: IterationOperator, head: VertexDraft): Stream {
  const parallelism = translation.parallelismOf(iteration);
  const number = translation.iterationOf(iteration);
  const reading = { parallelism, iteration: number };
  if (iteration.kind === "bulkIteration") {
    const { next, termination } = iteration.step as BulkStep;
    addTail(translation, iteration, { kind: "bulkTail" }, inputOf(translation.streamOf(next), reading));
    if (termination !== undefined) {
      const input = inputOf(translation.streamOf(termination), reading);
      addTail(translation, iteration, { kind: "terminationTail" }, input);
    }
    return resultFrom(translation, iteration, head, undefined);
  }
  const { delta, nextWorkset } = iteration.step as DeltaStep;
  addTail(translation, iteration, { kind: "worksetTail" }, inputOf(translation.streamOf(nextWorkset), reading));
  const changes = keyed(translation, iteration, translation.streamOf(delta), partsOf(iteration.keys));
  const { keys, value } = changes;
  const input = inputOf(changes.stream, { ...reading, ship: byHash(keys, parallelism) });
  addTail(translation, iteration, { kind: "solutionTail", keys, value }, input);
  return resultFrom(translation, iteration, head, translation.solutionSetOf(number as number).value);
}

type Tail = Parameters<Translation["addVertex"]>[1];

function addTail(
  translation: Translation,
  iteration: IterationOperator,
  driver: Tail,
  input: ReturnType<typeof inputOf>,
): void {
  const operator = translation.infoOf(iteration, { type: undefined });
  translation.addVertex(iteration, driver, [input], { name: `${driver.kind} of ${iteration.settings.name}`, operator });
}

/** The result leaves by the second output of the head. A vertex behind it is where more can be fused, and types are checked. */
function resultFrom(
  translation: Translation,
  iteration: IterationOperator,
  head: VertexDraft,
  value: number | undefined,
): Stream {
  const { parallelism } = head;
  const left: Stream = {
    ...translation.streamFrom(iteration, head),
    producers: [{ vertex: head, output: 1 }],
    iteration: undefined,
  };
  const vertex = translation.draft.add({
    name: `Result of ${iteration.settings.name}`,
    parallelism,
    driver: { kind: "forward" },
    operator: value === undefined ? translation.infoOf(iteration) : translation.infoOf(iteration, { type: undefined }),
    inputs: [inputOf(left, { parallelism, iteration: undefined })],
    iteration: undefined,
  });
  if (value !== undefined) {
    vertex.chain.push({ kind: "detachKey", position: value, operator: translation.infoOf(iteration) });
  }
  return { ...translation.streamFrom(iteration, vertex), iteration: undefined };
}

function specOf(translation: Translation, iteration: IterationOperator, id: number) {
  return {
    id,
    kind: iteration.kind === "bulkIteration" ? "bulk" : "delta",
    operator: translation.infoOf(iteration),
    parallelism: translation.parallelismOf(iteration),
    maxIterations: iteration.maxIterations,
    aggregators: iteration.aggregators.map(({ name, factory, convergence }) => ({
      name,
      factory: translation.table.add(factory),
      convergence: convergence === undefined ? undefined : translation.table.add(convergence),
    })),
  } as const;
}
