/**
 * Is a running iteration: its superstep barrier, and what heads and tails of one index share.
 *
 * 1. The heads send the state of a superstep, each followed by an event; tasks on the dynamic path pass the event on when their driver is done.
 * 2. A task of the dynamic path that has ended the superstep, and closed its functions, *arrives*. Not tails alone: where a driver needs no more of its
 *    input, they may end before tasks further up. When all have arrived, aggregators are merged, and it is decided whether there is another superstep.
 * 3. Every head then turns its feedback, and applies the changes of its solution set. No head sends before all have *applied*: a task
 *    of one index may get rows from heads of others, and must not look into a solution set that is not there yet.
 */
import { invariant } from "@millrace/core";
import type { IterationSpec } from "@millrace/job-graph";
import type { SolutionSet } from "../hash/solution-set.js";
import { reportedAt } from "../job/reported.js";
import type { RowKeeper } from "../task/row-keeper.js";
import type { Feedback } from "./feedback.js";
import type { IterationState } from "./iteration-state.js";

/** Is what heads and tails of one index share. */
export interface IterationPart {
  readonly feedback: Feedback;
  /** The changes of a superstep; undefined in bulk iterations. */
  readonly changes: RowKeeper | undefined;
  /** Undefined in bulk iterations. */
  readonly solutionSet: SolutionSet | undefined;
}

/** Is a running iteration in one slot. */
export class IterationRun {
  readonly spec: IterationSpec;
  readonly state: IterationState;
  readonly parts: readonly IterationPart[];
  readonly #numTasks: number;
  readonly #hasTermination: boolean;
  readonly #listeners = new Set<() => void>();
  #numArrived = 0;
  #numApplied = 0;
  #numNextRows = 0;
  #numTerminationRows = 0;
  /** Supersteps that all tasks have ended. */
  #numEnded = 0;
  /** Supersteps that may be sent. */
  #numStarted = 0;
  #isDone = false;

  /** @param path - how many tasks there are on the dynamic path, tails among them, and whether some of them read a termination criterion */
  constructor(
    spec: IterationSpec,
    state: IterationState,
    parts: readonly IterationPart[],
    path: { readonly numTasks: number; readonly hasTermination: boolean },
  ) {
    this.spec = spec;
    this.state = state;
    this.parts = parts;
    this.#numTasks = path.numTasks;
    this.#hasTermination = path.hasTermination;
  }

  /** Supersteps that all tasks have ended. */
  get numEnded(): number {
    return this.#numEnded;
  }

  /** Supersteps that heads may send, and that tasks may run which read nothing that changes. */
  get numStarted(): number {
    return this.#numStarted;
  }

  /** Whether there is no superstep after those that were ended. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** Tells `listener` whenever one of these changes. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Counts rows of the next partial solution or workset. */
  addNextRows(count: number): void {
    this.#numNextRows += count;
  }

  /** Counts rows of the termination criterion. */
  addTerminationRows(count: number): void {
    this.#numTerminationRows += count;
  }

  /** Takes note of a task that has ended the superstep. The last one ends it for all. */
  arrive(): void {
    if (++this.#numArrived < this.#numTasks) return;
    this.#numArrived = 0;
    this.#isDone = this.#isLast();
    this.#numEnded++;
    this.#numNextRows = 0;
    this.#numTerminationRows = 0;
    this.#changed();
  }

  /** Takes note of a head that has the state of the next superstep ready. The last one lets all begin. */
  apply(): void {
    invariant(this.#numStarted === this.#numEnded, "a superstep begins when the one before has ended");
    if (++this.#numApplied < this.spec.parallelism) return;
    this.#numApplied = 0;
    this.#numStarted++;
    this.#changed();
  }

  /** Gives everything back. Never throws. */
  close(): void {
    for (const { feedback, changes, solutionSet } of this.parts) {
      feedback.close();
      changes?.close();
      solutionSet?.close();
    }
  }

  #isLast(): boolean {
    const { kind, maxIterations, operator } = this.spec;
    const superstep = this.#numEnded + 1;
    let hasConverged: boolean;
    try {
      hasConverged = this.state.endSuperstep();
    } catch (error) {
      throw reportedAt(error, "function isConverged", operator);
    }
    if (hasConverged || superstep >= maxIterations) return true;
    return kind === "delta" ? this.#numNextRows === 0 : this.#hasTermination && this.#numTerminationRows === 0;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
