import { invariant, MillraceError } from "@millrace/core";
import type { CollectOperator, SinkOperator } from "../operators/endpoints.js";
import { logical } from "../operators/logical-operator.js";
import type { FunctionSettings, Operator } from "../operators/operator.js";

/**
 * Is a program as engines run it: sinks, and everything they need. A snapshot: names, parallelism and sinks that change in the
 * program later do not change it, since the operators are read when it is made and again only while the job runs.
 * @public
 */
export class Plan {
  /** The name of the job. */
  readonly jobName: string;
  readonly sinks: readonly (SinkOperator | CollectOperator)[];
  /** All operators, each after its inputs, those of iteration steps included; the same object is here once. */
  readonly operators: readonly Operator[];
  readonly #ids: ReadonlyMap<Operator, number>;

  /** Throws ITERATION_NOT_CLOSED or INVALID_ITERATION for a program that no engine could run. */
  constructor(jobName: string, sinks: readonly (SinkOperator | CollectOperator)[]) {
    this.jobName = jobName;
    this.sinks = sinks;
    this.operators = inTopologicalOrder(sinks);
    this.#ids = new Map(this.operators.map((operator, index) => [operator, index]));
  }

  /** Returns the 0-based position of an operator in `operators`; it is stable for one plan. */
  idOf(operator: Operator): number {
    const id = this.#ids.get(operator);
    invariant(id !== undefined, `${operator.settings.name} is part of the plan that is asked for its id`);
    return id;
  }
}

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

function inTopologicalOrder(sinks: readonly Operator[]): Operator[] {
  const order: Operator[] = [];
  const done = new Set<Operator>();
  // An explicit stack: programs of many thousand chained operators must not overflow the call stack.
  const stack: { operator: Operator; dependencies: readonly Operator[]; position: number }[] = [];
  const visit = (operator: Operator): void => {
    if (done.has(operator)) return;
    done.add(operator);
    stack.push({ operator, dependencies: dependenciesOf(operator), position: 0 });
  };
  for (const sink of sinks) {
    visit(sink);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.dependencies[top.position++];
      if (next !== undefined) visit(next);
      else order.push((stack.pop() as { operator: Operator }).operator);
    }
  }
  return order;
}
