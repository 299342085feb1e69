import { type AnyAccumulator, checkClass, type SubtaskAccumulators } from "./subtask-accumulators.js";

/** What all tasks have added to one name. */
interface Total {
  /** Merges and shows the states; the first instance that was seen, since only its maker can make another. */
  readonly instance: AnyAccumulator;
  readonly states: unknown[];
}

/** Merges the accumulators of all tasks of one run of a job. */
export class JobAccumulators {
  readonly #totals = new Map<string, Total>();

  /**
   * Takes what an operator of a task added, after its `close`, and resets the instances: a superstep later they count on from
   * nothing. States are cloned, as they are on their way from a worker.
   */
  take(accumulators: SubtaskAccumulators): void {
    for (const [name, accumulator] of accumulators.entries()) {
      const total = this.#totals.get(name) ?? { instance: accumulator, states: [] };
      checkClass(name, total.instance, accumulator.constructor);
      this.#totals.set(name, total);
      total.states.push(structuredClone(accumulator.toState()));
      accumulator.resetLocal();
    }
  }

  /** Returns all merged accumulators by name, in order of first use; for the end of the job, once. */
  merged(): ReadonlyMap<string, AnyAccumulator> {
    const merged = new Map<string, AnyAccumulator>();
    for (const [name, { instance, states }] of this.#totals) {
      for (const state of states) instance.mergeState(state);
      merged.set(name, instance);
    }
    return merged;
  }
}
