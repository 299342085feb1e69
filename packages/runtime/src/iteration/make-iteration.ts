import { type AggregatorFactory, type ConvergenceCriterion, invariant } from "@millrace/core";
import type { DriverSpec, IterationSpec, JobGraph, JobVertex } from "@millrace/job-graph";
import { SolutionSet } from "../hash/solution-set.js";
import type { JobContext } from "../job/job-context.js";
import type { PageBudget } from "../memory/page-budget.js";
import { makeRowStore } from "../task/local-strategies.js";
import { Feedback } from "./feedback.js";
import { type IterationPart, IterationRun } from "./iteration-run.js";
import { IterationState } from "./iteration-state.js";

/** Is the memory of heads and tails: that of their drivers, and what the head of a delta iteration has besides. */
export interface IterationBudgets {
  driverOf(vertex: JobVertex, subtaskIndex: number): PageBudget;
  worksetOf(vertex: JobVertex, subtaskIndex: number): PageBudget;
}

/** Tells whether a vertex has a second budget, for the workset that its solution set's budget is not for. */
export function hasWorksetBudget({ driver }: JobVertex): boolean {
  return driver.kind === "deltaHead";
}

/** Makes what the tasks of an iteration share in this slot. */
export function makeIteration(
  spec: IterationSpec,
  graph: JobGraph,
  job: JobContext,
  budgets: IterationBudgets,
): IterationRun {
  const vertices = graph.vertices.filter(({ iteration }) => iteration === spec.id);
  const find = (...kinds: readonly DriverSpec["kind"][]): JobVertex | undefined =>
    vertices.find(({ driver }) => kinds.includes(driver.kind));
  const head = find("bulkHead", "deltaHead");
  const tail = find("bulkTail", "worksetTail");
  invariant(head !== undefined && tail !== undefined, "an iteration has a head and a tail");
  const solutionTail = find("solutionTail");
  const parts = Array.from({ length: spec.parallelism }, (_, index): IterationPart => {
    const isDelta = head.driver.kind === "deltaHead";
    const current = isDelta ? budgets.worksetOf(head, index) : budgets.driverOf(head, index);
    const next = budgets.driverOf(tail, index);
    return {
      feedback: new Feedback(makeRowStore(current, job), makeRowStore(next, job)),
      changes: solutionTail === undefined ? undefined : makeRowStore(budgets.driverOf(solutionTail, index), job),
      solutionSet:
        head.driver.kind === "deltaHead"
          ? new SolutionSet({
              budget: budgets.driverOf(head, index),
              spill: job.spill,
              layouts: job.layouts,
              keys: head.driver.keys,
              hashSeed: job.hashSeed,
              throwIfCancelled: () => job.throwIfCancelled(),
            })
          : undefined,
    };
  });
  const path = vertices.filter((vertex) => vertex !== head);
  return new IterationRun(spec, stateOf(spec, job), parts, {
    numTasks: path.reduce((sum, { parallelism }) => sum + parallelism, 0),
    hasTermination: find("terminationTail") !== undefined,
  });
}

function stateOf(spec: IterationSpec, { objects }: JobContext): IterationState {
  return new IterationState(
    spec.aggregators.map(({ name, factory, convergence }) => ({
      name,
      factory: objects.get(factory) as AggregatorFactory<unknown>,
      convergence: convergence === undefined ? undefined : (objects.get(convergence) as ConvergenceCriterion<unknown>),
    })),
  );
}
