import { logical } from "../operators/logical-operator.js";
import type { Operator } from "../operators/operator.js";
import { placeholdersOf } from "./iterations.js";
import type { Plan } from "./plan.js";

/**
 * Returns the number of subtasks of every operator of a plan. An operator's own setting wins; a sink and a union have that of
 * their input (the greatest of them); what is repeated by an iteration, placeholders included, has that of the iteration;
 * all else has `defaultParallelism`. Rules [O10] to [O13] of SPEC.md.
 * @public
 */
export function parallelismOf(plan: Plan, defaultParallelism: number): ReadonlyMap<Operator, number> {
  const ofBody = new Map<Operator, number>();
  for (const { iteration, operators } of plan.iterations.values()) {
    const ofIteration = iteration.settings.parallelism ?? defaultParallelism;
    for (const each of [...placeholdersOf(iteration), ...operators]) ofBody.set(each, ofIteration);
  }
  const result = new Map<Operator, number>();
  for (const operator of plan.operators) {
    const inherited = operator.settings.parallelism ?? ofInputs(operator, result) ?? ofBody.get(operator);
    result.set(operator, inherited ?? defaultParallelism);
  }
  return result;
}

function ofInputs(operator: Operator, known: ReadonlyMap<Operator, number>): number | undefined {
  switch (logical(operator).kind) {
    case "sink":
    case "collect":
    case "union":
      return Math.max(...operator.inputs.map((input) => known.get(input) ?? 1));
    default:
      return undefined;
  }
}
