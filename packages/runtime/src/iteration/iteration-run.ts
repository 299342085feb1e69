/**
 * Is a running iteration as the tasks of one slot see it: its superstep barrier, and what heads and tails of one index share.
 *
 * 1. The heads send the state of a superstep, each followed by an event; tasks on the dynamic path pass the event on when their driver is done.
 * 2. A task of the dynamic path that has ended the superstep, and closed its functions, *arrives*. Not tails alone: where a driver needs no more of its
 *    input, they may end before tasks further up. When all in this slot have arrived, it is reported to the coordinator, who may be in this thread or
 *    anywhere, and decides whether there is another superstep.
 * 3. Every head then turns its feedback, and applies the changes of its solution set. No head sends before all have *applied*: a task
 *    of one index may get rows from heads of others, and must not look into a solution set that is not there yet.
 */
import { invariant } from "@millrace/core";
import type { SolutionSet } from "../hash/solution-set.js";
import type { RowKeeper } from "../task/row-keeper.js";
import type { Feedback } from "./feedback.js";
import type { IterationState } from "./iteration-state.js";
import type { SuperstepDecision, SuperstepReport } from "./superstep-coordinator.js";

/** Is what tasks of one index share: heads, tails, and those that look into the solution set. */
export interface IterationPart {
  /** Undefined where the head is elsewhere. */
  readonly feedback: Feedback | undefined;
  /** The changes of a superstep; undefined in bulk iterations, and where the head is elsewhere. */
  readonly changes: RowKeeper | undefined;
  /** Undefined in bulk iterations, and where nobody looks into it. */
  readonly solutionSet: SolutionSet | undefined;
}

/** Is what an iteration is made of in a slot. */
export interface IterationRunParts {
  readonly state: IterationState;
  /** By the index of the subtask. */
  readonly parts: ReadonlyMap<number, IterationPart>;
  /** How many tasks of the slot end each superstep. */
  readonly numTasks: number;
  /** How many heads there are in the slot. */
  readonly numHeads: number;
  /** Tells the coordinator that all tasks of the slot have ended a superstep; {@link IterationRun.decide} is called with its answer. */
  readonly report: (report: SuperstepReport) => void;
}

/** Is a running iteration in one slot. */
export class IterationRun {
  readonly state: IterationState;
  readonly #parts: IterationRunParts;
  readonly #listeners = new Set<() => void>();
  #numArrived = 0;
  #numApplied = 0;
  #numNextRows = 0;
  #numTerminationRows = 0;
  #numEnded = 0;
  #numStarted: number;
  #isDone = false;

  constructor(parts: IterationRunParts) {
    this.#parts = parts;
    this.state = parts.state;
    this.#numStarted = parts.numHeads === 0 ? 1 : 0;
  }

  /** Supersteps that have ended everywhere, and were decided about. */
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

  /** Returns what tasks of an index share. */
  partOf(subtaskIndex: number): IterationPart | undefined {
    return this.#parts.parts.get(subtaskIndex);
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

  /** Takes note of a task that has ended the superstep. The last one ends it for the slot. */
  arrive(): void {
    if (++this.#numArrived < this.#parts.numTasks) return;
    this.#numArrived = 0;
    const [numNextRows, numTerminationRows] = [this.#numNextRows, this.#numTerminationRows];
    this.#numNextRows = this.#numTerminationRows = 0;
    const { superstep } = this.state;
    this.#parts.report({ superstep, numNextRows, numTerminationRows, aggregates: this.state.aggregates() });
  }

  /** Takes the coordinator's answer: the superstep has ended for all. */
  decide({ isLast, aggregates }: SuperstepDecision): void {
    this.state.begin(aggregates);
    this.#isDone = isLast;
    this.#numEnded++;
    if (this.#parts.numHeads === 0 && !isLast) this.#numStarted++;
    this.#changed();
  }

  /** Takes note of a head that has the state of the next superstep ready. The last one lets all begin. */
  apply(): void {
    invariant(this.#numStarted === this.#numEnded, "a superstep begins when the one before has ended");
    if (++this.#numApplied < this.#parts.numHeads) return;
    this.#numApplied = 0;
    this.#numStarted++;
    this.#changed();
  }

  /** Gives everything back. Never throws. */
  close(): void {
    for (const { feedback, changes, solutionSet } of this.#parts.parts.values()) {
      feedback?.close();
      changes?.close();
      solutionSet?.close();
    }
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
