/**
 * Decides about an iteration at the end of each of its supersteps, wherever its tasks run.
 *
 * 1. Everyone who takes part *reports* once per superstep: what its aggregators have, and how many rows came to its tails. In one slot that
 *    is the slot, for all of its tasks; where each subtask runs by itself, it is each of them.
 * 2. When all have reported, the aggregators are merged, in the order of the reporters, and it is decided whether there is another superstep.
 * 3. All are told the same *decision*, and begin the next superstep with it. A report that comes again gets the same answer.
 */
import { type AggregatorFactory, type ConvergenceCriterion, invariant } from "@millrace/core";
import type { IterationSpec, JobGraph, ObjectRef } from "@millrace/job-graph";
import { reportedAt } from "../job/reported.js";

/** Is what somebody tells who has ended a superstep. */
export interface SuperstepReport {
  /** The 1-based number of the superstep. */
  readonly superstep: number;
  /** Rows of the next partial solution or workset. */
  readonly numNextRows: number;
  /** Rows of the termination criterion. */
  readonly numTerminationRows: number;
  /** By the name of the aggregator: the values of its instances. */
  readonly aggregates: ReadonlyMap<string, readonly unknown[]>;
}

/** Is what comes after a superstep. */
export interface SuperstepDecision {
  /** The superstep that has ended. */
  readonly superstep: number;
  /** Whether it was the last one. */
  readonly isLast: boolean;
  /** The merged values of the aggregators, by name. */
  readonly aggregates: ReadonlyMap<string, unknown>;
}

/** Is an aggregator that an iteration has. */
interface RegisteredAggregator {
  readonly name: string;
  readonly factory: AggregatorFactory<unknown>;
  readonly convergence: ConvergenceCriterion<unknown> | undefined;
}

/** Is the superstep barrier of one iteration. */
export class SuperstepCoordinator {
  readonly #spec: IterationSpec;
  readonly #aggregators: readonly RegisteredAggregator[];
  readonly #hasTermination: boolean;
  readonly #numReporters: number;
  /** By reporter, in this superstep. */
  readonly #reports: (SuperstepReport | undefined)[] = [];
  #numReports = 0;
  #superstep = 1;
  #decision: SuperstepDecision | undefined;

  /** @param numReporters - how many report in each superstep, numbered from 0 */
  constructor(id: number, graph: JobGraph, objects: { get(ref: ObjectRef): unknown }, numReporters: number) {
    const spec = graph.iterations[id];
    invariant(spec !== undefined, "a coordinator is for an iteration of the graph");
    this.#spec = spec;
    this.#numReporters = numReporters;
    this.#hasTermination = graph.vertices.some(
      ({ iteration, driver }) => iteration === id && driver.kind === "terminationTail",
    );
    this.#aggregators = spec.aggregators.map(({ name, factory, convergence }) => ({
      name,
      factory: objects.get(factory) as AggregatorFactory<unknown>,
      convergence: convergence === undefined ? undefined : (objects.get(convergence) as ConvergenceCriterion<unknown>),
    }));
  }

  /** Takes a report; returns the decision once it was the last one. Throws what a convergence criterion throws, as FUNCTION_FAILED. */
  report(reporter: number, report: SuperstepReport): SuperstepDecision | undefined {
    if (report.superstep === this.#decision?.superstep) return this.#decision;
    invariant(report.superstep === this.#superstep, "a superstep is reported when the one before was decided about");
    if (this.#reports[reporter] === undefined) this.#numReports++;
    this.#reports[reporter] = report;
    if (this.#numReports < this.#numReporters) return undefined;
    this.#decision = this.#decide();
    this.#reports.length = this.#numReports = 0;
    this.#superstep++;
    return this.#decision;
  }

  #decide(): SuperstepDecision {
    const superstep = this.#superstep;
    const { kind, maxIterations, operator } = this.#spec;
    const aggregates = new Map<string, unknown>();
    let isLast = superstep >= maxIterations;
    try {
      for (const { name, factory, convergence } of this.#aggregators) {
        const value = this.#merged(name, factory);
        aggregates.set(name, value);
        if (convergence?.(superstep, value) === true) isLast = true;
      }
    } catch (error) {
      throw reportedAt(error, "function isConverged", operator);
    }
    if (kind === "delta") isLast ||= this.#sum("numNextRows") === 0;
    else if (this.#hasTermination) isLast ||= this.#sum("numTerminationRows") === 0;
    return { superstep, isLast, aggregates };
  }

  #merged(name: string, factory: AggregatorFactory<unknown>): unknown {
    const total = factory();
    for (const report of this.#reports) {
      for (const value of report!.aggregates.get(name) ?? []) total.aggregate(value);
    }
    return total.getAggregate();
  }

  #sum(count: "numNextRows" | "numTerminationRows"): number {
    return this.#reports.reduce((sum, report) => sum + report![count], 0);
  }
}
