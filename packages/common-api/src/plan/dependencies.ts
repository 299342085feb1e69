import { MillraceError } from "@millrace/core";
import { logical } from "../operators/logical-operator.js";
import type { FunctionSettings, Operator } from "../operators/operator.js";

/** Returns the function settings of an operator that has user code, else undefined. @public */
export function functionSettingsOf(operator: Operator): FunctionSettings | undefined {
  return "functionSettings" in operator ? (operator.functionSettings as FunctionSettings) : undefined;
}

/** Returns all operators that `operator` reads: inputs, broadcast inputs, and the results of its iteration step. @public */
export function dependenciesOf(operator: Operator): readonly Operator[] {
  const broadcasts = functionSettingsOf(operator)?.broadcastInputs.map((input) => input.operator) ?? [];
  return [...operator.inputs, ...broadcasts, ...stepResultsOf(operator)];
}

function stepResultsOf(operator: Operator): readonly Operator[] {
  const node = logical(operator);
  if (node.kind !== "bulkIteration" && node.kind !== "deltaIteration") return [];
  if (node.step === undefined) {
    throw new MillraceError({
      code: "ITERATION_NOT_CLOSED",
      what: "An iteration is used that was never closed",
      expected: "a call of closeWith on it, whose result is the data set to go on with",
      where: { operator: operator.settings.name },
    });
  }
  if (node.kind === "bulkIteration") {
    const { next, termination } = node.step as { next: Operator; termination: Operator | undefined };
    return termination === undefined ? [next] : [next, termination];
  }
  const { delta, nextWorkset } = node.step as { delta: Operator; nextWorkset: Operator };
  return [delta, nextWorkset];
}
