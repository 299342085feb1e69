/**
 * Adds things up across all subtasks of a job. Every subtask adds to an instance of its own; when the subtask ends the
 * instances are merged, in no particular order, so `merge` must be commutative and associative.
 *
 * @typeParam V - what is added
 * @typeParam R - what the job's result shows
 * @public
 */
export interface Accumulator<in V, out R> {
  /** Adds one value. */
  add(value: V): void;
  /** Returns what was added since the last reset, without changing it. */
  getLocalValue(): R;
  /** Forgets everything that was added. */
  resetLocal(): void;
  /** Returns what is needed to merge this instance elsewhere: plain data, no functions. */
  toState(): unknown;
  /** Adds what another instance of the same class returned from `toState`. */
  mergeState(state: unknown): void;
}

/** Makes an accumulator: a class whose constructor needs no arguments. @public */
export type AccumulatorClass<A extends Accumulator<never, unknown>> = new () => A;

/** Is what a job's result shows for accumulators of class `A`. @public */
export type AccumulatorResult<A> = A extends Accumulator<never, infer R> ? R : never;
