/**
 * Aggregates over all subtasks of one superstep. The merged value can be read in the next superstep and by a convergence
 * criterion; then every instance is reset.
 *
 * @typeParam V - what is aggregated and what comes out
 * @public
 */
export interface Aggregator<V> {
  /** Takes one element in. */
  aggregate(element: V): void;
  /** Returns the aggregate of what was taken in since the last reset. */
  getAggregate(): V;
  /** Forgets everything. */
  reset(): void;
}

/** Makes one aggregator per subtask. @public */
export type AggregatorFactory<V> = () => Aggregator<V>;

/**
 * Decides after each superstep whether the iteration has converged.
 * @param superstep - the 1-based number of the superstep that has just ended
 * @param value - its merged aggregate
 * @public
 */
export type ConvergenceCriterion<V> = (superstep: number, value: V) => boolean;

/** Sums bigints; numbers that are integers are taken too. @public */
export class LongSumAggregator implements Aggregator<bigint> {
  #sum = 0n;

  aggregate(element: bigint | number): void {
    this.#sum += BigInt(element);
  }

  getAggregate(): bigint {
    return this.#sum;
  }

  reset(): void {
    this.#sum = 0n;
  }
}

/** Sums numbers. @public */
export class DoubleSumAggregator implements Aggregator<number> {
  #sum = 0;

  aggregate(element: number): void {
    this.#sum += element;
  }

  getAggregate(): number {
    return this.#sum;
  }

  reset(): void {
    this.#sum = 0;
  }
}

/** Converges when the aggregate is zero. @public */
export function convergesAtZero(_superstep: number, value: number | bigint): boolean {
  return value === 0 || value === 0n;
}
