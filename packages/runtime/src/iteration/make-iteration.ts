import { invariant } from "@millrace/core";
import type { DriverSpec, IterationSpec, JobGraph, JobVertex } from "@millrace/job-graph";
import { SolutionSet } from "../hash/solution-set.js";
import type { JobContext } from "../job/job-context.js";
import type { PageBudget } from "../memory/page-budget.js";
import { makeRowStore } from "../task/local-strategies.js";
import { Feedback } from "./feedback.js";
import { type IterationPart, IterationRun } from "./iteration-run.js";
import { IterationState } from "./iteration-state.js";
import { SuperstepCoordinator } from "./superstep-coordinator.js";

/** Is the memory of heads and tails: that of their drivers, and what the head of a delta iteration has besides. */
export interface IterationBudgets {
  driverOf(vertex: JobVertex, subtaskIndex: number): PageBudget;
  worksetOf(vertex: JobVertex, subtaskIndex: number): PageBudget;
}

/** Tells whether a vertex is the head of an iteration, which drives its supersteps. */
export function isHead({ driver }: JobVertex): boolean {
  return driver.kind === "bulkHead" || driver.kind === "deltaHead";
}

/** Tells whether a vertex has a second budget, for the workset that its solution set's budget is not for. */
export function hasWorksetBudget({ driver }: JobVertex): boolean {
  return driver.kind === "deltaHead";
}

/** Makes what the tasks of an iteration share when all of them are in this slot, and its coordinator too. */
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
  const parts = new Map<number, IterationPart>();
  for (let index = 0; index < spec.parallelism; index++) {
    const current = hasWorksetBudget(head) ? budgets.worksetOf(head, index) : budgets.driverOf(head, index);
    const next = budgets.driverOf(tail, index);
    parts.set(index, {
      feedback: new Feedback(makeRowStore(current, job), makeRowStore(next, job)),
      changes: solutionTail === undefined ? undefined : makeRowStore(budgets.driverOf(solutionTail, index), job),
      solutionSet: makeSolutionSet(head, budgets.driverOf(head, index), job),
    });
  }
  const coordinator = new SuperstepCoordinator(spec.id, graph, job.objects, 1);
  const run: IterationRun = new IterationRun({
    state: new IterationState(spec, job.objects),
    parts,
    numTasks: vertices.reduce((sum, vertex) => sum + (isHead(vertex) ? 0 : vertex.parallelism), 0),
    numHeads: spec.parallelism,
    report: (report) => {
      const decision = coordinator.report(0, report);
      invariant(decision !== undefined, "a coordinator with one reporter decides at once");
      run.decide(decision);
    },
  });
  return run;
}

/** Makes the solution set that belongs to a head; undefined in bulk iterations. */
export function makeSolutionSet({ driver }: JobVertex, budget: PageBudget, job: JobContext): SolutionSet | undefined {
  if (driver.kind !== "deltaHead") return undefined;
  const { spill, layouts, hashSeed } = job;
  const throwIfCancelled = (): void => job.throwIfCancelled();
  return new SolutionSet({ budget, spill, layouts, keys: driver.keys, hashSeed, throwIfCancelled });
}
