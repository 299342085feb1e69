import { checkAccumulatorClass } from "@millrace/core";
import { reportedAt } from "./reported.js";
import type { AnyAccumulator, SubtaskAccumulators } from "./subtask-accumulators.js";

/** What all tasks have added to one name. */
interface Total {
  /** Merges and shows the states; the first instance that was seen, the user's own, since only its maker can make another. */
  readonly instance: AnyAccumulator;
  /**
   * States in the order in which they came, merged as a binary counter adds: the one at place i is made of 2^i that were taken. So a job of a
   * million supersteps keeps twenty, and what a state holds is copied no more than twenty times.
   */
  readonly states: unknown[];
}

/** Stands where a counter has no bit; states may be anything else. */
const NONE = Symbol("none");

/** Merges the accumulators of all tasks of one run of a job. */
export class JobAccumulators {
  readonly #totals = new Map<string, Total>();

  /**
   * Takes what an operator of a task added, after its `close`, and resets the instances: a superstep later they count on from
   * nothing. States are cloned, as they are on their way from a worker. Throws ACCUMULATOR_CONFLICT, and what the accumulators throw.
   */
  take(accumulators: SubtaskAccumulators): void {
    for (const [name, accumulator] of accumulators.entries()) {
      const total = this.#totals.get(name) ?? { instance: accumulator, states: [] };
      checkAccumulatorClass(name, total.instance, accumulator.constructor);
      this.#totals.set(name, total);
      addState(total.states, stateOf(accumulator), accumulator);
    }
  }

  /** Returns all merged accumulators by name, in order of first use; for the end of the job, once. Throws FUNCTION_FAILED. */
  merged(): ReadonlyMap<string, AnyAccumulator> {
    const merged = new Map<string, AnyAccumulator>();
    for (const [name, { instance, states }] of this.#totals) {
      mergeAll(name, instance, states);
      merged.set(name, instance);
    }
    return merged;
  }
}

function mergeAll(name: string, instance: AnyAccumulator, states: readonly unknown[]): void {
  try {
    // The oldest states have come furthest.
    for (const state of [...states].reverse()) if (state !== NONE) instance.mergeState(state);
  } catch (error) {
    throw reportedAt(error, `accumulator ${JSON.stringify(name)}`);
  }
}

/** Adds a state to a counter of states. `accumulator` merges them; it is empty before and after. */
function addState(states: unknown[], added: unknown, accumulator: AnyAccumulator): void {
  let carried = added;
  for (let place = 0; ; place++) {
    if (place === states.length) states.push(NONE);
    const earlier = states[place];
    if (earlier === NONE) {
      states[place] = carried;
      return;
    }
    accumulator.mergeState(earlier);
    accumulator.mergeState(carried);
    carried = stateOf(accumulator);
    states[place] = NONE;
  }
}

/** Returns a copy of what an accumulator holds, and resets it. */
function stateOf(accumulator: AnyAccumulator): unknown {
  const state: unknown = structuredClone(accumulator.toState());
  accumulator.resetLocal();
  return state;
}
