import { invariant, MillraceError } from "@millrace/core";
import type { CollectOperator, SinkOperator } from "../operators/endpoints.js";
import type { Operator } from "../operators/operator.js";
import { dependenciesOf } from "./dependencies.js";
import { findIterationBodies, type IterationBody } from "./iterations.js";

/**
 * Is a program as engines run it: sinks, and everything they need. A snapshot: names, parallelism and sinks that change in the
 * program later do not change it, since the operators are read when it is made and again only while the job runs.
 * @public
 */
export class Plan {
  /** The name of the job; empty for a plan that is only shown. */
  readonly jobName: string;
  /** What the job computes; `records(index)` of a job counts the collecting ones among them as they stand here. */
  readonly sinks: readonly (SinkOperator | CollectOperator)[];
  /** All operators, each after its inputs, those of iteration steps included; the same object is here once. */
  readonly operators: readonly Operator[];
  /** What each iteration repeats, by the operator of the iteration. */
  readonly iterations: ReadonlyMap<Operator, IterationBody>;
  readonly #ids: ReadonlyMap<Operator, number>;

  /** Throws ITERATION_NOT_CLOSED, INVALID_ITERATION or DUPLICATE_NAME for a program that no engine could run. */
  constructor(jobName: string, sinks: readonly (SinkOperator | CollectOperator)[]) {
    this.jobName = jobName;
    this.sinks = sinks;
    refuseSharedPlaces(sinks);
    this.operators = inTopologicalOrder(sinks);
    this.iterations = findIterationBodies(this.operators);
    this.#ids = new Map(this.operators.map((operator, index) => [operator, index]));
  }

  /** Returns the 0-based position of an operator in `operators`; it is stable for one plan. */
  idOf(operator: Operator): number {
    const id = this.#ids.get(operator);
    invariant(id !== undefined, `${operator.settings.name} is part of the plan that is asked for its id`);
    return id;
  }
}

/** Throws DUPLICATE_NAME when two sinks would write to one place: one of them would be lost. */
function refuseSharedPlaces(sinks: readonly (SinkOperator | CollectOperator)[]): void {
  const places = new Map<string, SinkOperator>();
  for (const operator of sinks) {
    if (operator.kind !== "sink" || operator.sink.place === undefined) continue;
    const other = places.get(operator.sink.place);
    if (other !== undefined) {
      throw new MillraceError({
        code: "DUPLICATE_NAME",
        what: `Two sinks of one job write to ${JSON.stringify(operator.sink.place)}`,
        expected: "a place of its own for each",
        where: { operator: operator.settings.name, ...operator.location },
        fix: `The other one is ${other.settings.name}. Write both by one sink after a union, or give them two paths.`,
      });
    }
    places.set(operator.sink.place, operator);
  }
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
