import type { Operator } from "@millrace/common-api";
import { checkAccumulatorClass, failureOf } from "@millrace/core";
import { PerSubtask } from "./per-subtask.js";
import { type AnyAccumulator, SubtaskAccumulators } from "./subtask-accumulators.js";

/** What all subtasks have added to one name. */
interface Total {
  /** Merges and shows the states; the first instance that was seen, since only its maker can make another. */
  readonly instance: AnyAccumulator;
  readonly states: unknown[];
}

/** Holds the accumulators of one run of a job. */
export class JobAccumulators {
  readonly #ofSubtasks = new PerSubtask<Map<string, AnyAccumulator>>();
  readonly #totals = new Map<string, Total>();
  #isFinished = false;

  /** Returns the accumulators of a subtask, for one `open` to `close`. */
  ofSubtask(operator: Operator, index: number): SubtaskAccumulators {
    return new SubtaskAccumulators(this.#ofSubtasks.of(operator, index, () => new Map()));
  }

  /**
   * Takes what a subtask added, after its `close`, and resets its instances: a superstep later they count on from nothing.
   * States are cloned, as they are on their way from a worker.
   */
  take(subtask: SubtaskAccumulators): void {
    for (const [name, accumulator] of subtask.entries()) {
      const total = this.#totals.get(name) ?? { instance: accumulator, states: [] };
      checkAccumulatorClass(name, total.instance, accumulator.constructor);
      this.#totals.set(name, total);
      total.states.push(structuredClone(accumulator.toState()));
      accumulator.resetLocal();
    }
  }

  /** Returns all merged accumulators by name, in order of first use. Nothing is taken afterwards. Throws FUNCTION_FAILED. */
  merged(): ReadonlyMap<string, AnyAccumulator> {
    if (!this.#isFinished) {
      this.#isFinished = true;
      for (const { instance, states } of this.#totals.values()) {
        merge(instance, states);
      }
    }
    return new Map([...this.#totals].map(([name, { instance }]) => [name, instance]));
  }
}

function merge(instance: AnyAccumulator, states: readonly unknown[]): void {
  try {
    for (const state of states) instance.mergeState(state);
  } catch (error) {
    throw failureOf(error, "mergeState", [], {});
  }
}
