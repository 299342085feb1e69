/** Bulk and delta iterations: rules [O60] to [O69]. */

import type {
  BulkIterationOperator,
  BulkStep,
  DeltaIterationOperator,
  DeltaStep,
  Operator,
} from "@millrace/common-api";
import { keyText } from "@millrace/core";
import { IterationAggregators } from "../execution/iteration-aggregators.js";
import { throwIfCancelled } from "../execution/job-attempt.js";
import type { OperatorRun } from "../execution/operator-run.js";
import { forwardedOrRebalanced, type Partitions } from "../execution/partitions.js";
import type { Superstep } from "../execution/superstep.js";
import { partitionedByKey } from "../keys/exchange.js";

/**
 * Evaluates the dynamic path of an iteration once, with these records for its placeholders, and gives a function that finds
 * the result of any operator.
 */
export type EvaluateStep = (
  placeholders: ReadonlyMap<Operator, Partitions>,
  superstep: Superstep,
) => Promise<(operator: Operator) => Partitions>;

/** Repeats the step; the result of the last superstep is the result. */
export async function bulkIteration(
  run: OperatorRun<BulkIterationOperator>,
  evaluateStep: EvaluateStep,
): Promise<Partitions> {
  const { operator } = run;
  const { next, termination } = operator.step as BulkStep;
  let solution = run.forwardedInput;
  for (const superstep of supersteps(operator)) {
    throwIfCancelled(run.job);
    const resultOf = await evaluateStep(new Map([[operator.partialSolution, solution]]), superstep);
    solution = forwardedOrRebalanced(resultOf(next), run.parallelism);
    const isTerminated = termination !== undefined && isEmpty(resultOf(termination));
    if (endsConverged(run, superstep) || isTerminated) break;
  }
  return solution;
}

/** Repeats the step as long as there is a workset; the solution set is the result. */
export async function deltaIteration(
  run: OperatorRun<DeltaIterationOperator>,
  evaluateStep: EvaluateStep,
): Promise<Partitions> {
  const { operator } = run;
  const { delta, nextWorkset } = operator.step as DeltaStep;
  const solutionSet = new SolutionSet(run);
  solutionSet.apply(run.input);
  let workset = forwardedOrRebalanced(run.secondInput, run.parallelism);
  for (const superstep of supersteps(operator)) {
    throwIfCancelled(run.job);
    const placeholders = new Map<Operator, Partitions>([
      [operator.solutionSet, solutionSet.records()],
      [operator.workset, workset],
    ]);
    const resultOf = await evaluateStep(placeholders, superstep);
    solutionSet.apply(resultOf(delta));
    workset = forwardedOrRebalanced(resultOf(nextWorkset), run.parallelism);
    if (endsConverged(run, superstep) || isEmpty(workset)) break;
  }
  return solutionSet.records();
}

/** Holds one record per key. A record of a key that is there takes the other's place. */
class SolutionSet {
  readonly #run: OperatorRun<DeltaIterationOperator>;
  readonly #partitions: readonly Map<string, unknown>[];

  constructor(run: OperatorRun<DeltaIterationOperator>) {
    this.#run = run;
    this.#partitions = Array.from({ length: run.parallelism }, () => new Map());
  }

  apply(records: Partitions): void {
    partitionedByKey(this.#run, records, this.#run.operator.keys, undefined).forEach((keyed, index) => {
      for (const { key, record } of keyed) this.#partitions[index]?.set(keyText(key), record);
    });
  }

  records(): Partitions {
    return this.#partitions.map((partition) => [...partition.values()]);
  }
}

type Iteration = BulkIterationOperator | DeltaIterationOperator;

/** Yields the supersteps of an iteration. */
function* supersteps({ maxIterations, aggregators }: Iteration): Generator<Superstep> {
  const ofIteration = new IterationAggregators(aggregators);
  for (let number = 1; number <= maxIterations; number++) yield { number, aggregators: ofIteration };
}

/** Ends a superstep, and tells whether a criterion is true of what was aggregated in it. */
function endsConverged(run: OperatorRun<Iteration>, { number, aggregators }: Superstep): boolean {
  return run.calling("isConverged", () => {
    const merged = aggregators.endSuperstep();
    return run.operator.aggregators.some(({ name, convergence }) => convergence?.(number, merged.get(name)) === true);
  });
}

function isEmpty(partitions: Partitions): boolean {
  return partitions.every((records) => records.length === 0);
}
