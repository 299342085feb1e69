import { type Aggregator, type AggregatorFactory, type ConvergenceCriterion, MillraceError } from "@millrace/core";

/** Is an aggregator that an iteration has. */
export interface RegisteredAggregator {
  readonly name: string;
  readonly factory: AggregatorFactory<unknown>;
  readonly convergence: ConvergenceCriterion<unknown> | undefined;
}

/**
 * Is what the tasks of an iteration in one slot share: the superstep, and the aggregators. Every operator of every task has instances of its own,
 * the same in all supersteps; at the end of a superstep they are merged and reset, and the next one can read the merged value.
 */
export class IterationState {
  readonly #registered: ReadonlyMap<string, RegisteredAggregator>;
  /** By the operator's runtime context in its task, then by name. */
  readonly #instances = new Map<object, Map<string, Aggregator<unknown>>>();
  #previous: ReadonlyMap<string, unknown> | undefined = undefined;
  #superstep = 1;

  constructor(aggregators: readonly RegisteredAggregator[]) {
    this.#registered = new Map(aggregators.map((each) => [each.name, each]));
  }

  /** The 1-based number of the superstep. */
  get superstep(): number {
    return this.#superstep;
  }

  /** Returns the instance that `owner` has of an aggregator. Throws INVALID_ARGUMENT for an unknown name. */
  aggregatorOf(owner: object, name: string): Aggregator<unknown> {
    const { factory } = this.#find(name);
    let ofOwner = this.#instances.get(owner);
    if (ofOwner === undefined) {
      ofOwner = new Map();
      this.#instances.set(owner, ofOwner);
    }
    const instance = ofOwner.get(name) ?? factory();
    ofOwner.set(name, instance);
    return instance;
  }

  /** Returns the merged value of the superstep before; null in the first. Throws INVALID_ARGUMENT for an unknown name. */
  previousAggregate(name: string): unknown {
    this.#find(name);
    return this.#previous?.get(name) ?? null;
  }

  /** Ends a superstep: merges the instances, which begin anew, and tells whether a criterion is true of what was aggregated. */
  endSuperstep(): boolean {
    const merged = new Map<string, unknown>();
    let hasConverged = false;
    for (const { name, factory, convergence } of this.#registered.values()) {
      const total = factory();
      for (const ofOwner of this.#instances.values()) {
        const instance = ofOwner.get(name);
        if (instance === undefined) continue;
        total.aggregate(instance.getAggregate());
        instance.reset();
      }
      const value = total.getAggregate();
      merged.set(name, value);
      if (convergence?.(this.#superstep, value) === true) hasConverged = true;
    }
    this.#previous = merged;
    this.#superstep++;
    return hasConverged;
  }

  #find(name: string): RegisteredAggregator {
    const aggregator = this.#registered.get(name);
    if (aggregator !== undefined) return aggregator;
    throw new MillraceError({
      code: "INVALID_ARGUMENT",
      what: `The iteration has no aggregator named ${JSON.stringify(name)}`,
      expected: `one of those that are registered: ${[...this.#registered.keys()].join(", ") || "none"}`,
      fix: "Register it on the iteration by registerAggregator.",
    });
  }
}
