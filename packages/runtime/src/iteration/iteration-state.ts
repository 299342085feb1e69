import { type Aggregator, type AggregatorFactory, MillraceError } from "@millrace/core";
import type { IterationSpec, ObjectRef } from "@millrace/job-graph";

/**
 * Is what the tasks of an iteration in one slot share: the superstep, and the aggregators. Every operator of every task has instances of its own,
 * the same in all supersteps; at the end of a superstep they are merged and reset, and the next one can read the merged value.
 */
export class IterationState {
  readonly #factories: ReadonlyMap<string, AggregatorFactory<unknown>>;
  /** By the operator's runtime context in its task, then by name. */
  readonly #instances = new Map<object, Map<string, Aggregator<unknown>>>();
  #previous: ReadonlyMap<string, unknown> | undefined = undefined;
  #superstep = 1;

  constructor(spec: IterationSpec, objects: { get(ref: ObjectRef): unknown }) {
    this.#factories = new Map(
      spec.aggregators.map(({ name, factory }) => [name, objects.get(factory) as AggregatorFactory<unknown>]),
    );
  }

  /** The 1-based number of the superstep. */
  get superstep(): number {
    return this.#superstep;
  }

  /** Returns the instance that `owner` has of an aggregator. Throws INVALID_ARGUMENT for an unknown name. */
  aggregatorOf(owner: object, name: string): Aggregator<unknown> {
    const factory = this.#find(name);
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

  /** Returns what the instances have, by the name of the aggregator. */
  aggregates(): ReadonlyMap<string, readonly unknown[]> {
    const values = new Map<string, unknown[]>();
    for (const ofOwner of this.#instances.values()) {
      for (const [name, instance] of ofOwner) values.set(name, [...(values.get(name) ?? []), instance.getAggregate()]);
    }
    return values;
  }

  /** Begins the next superstep: the instances begin anew, and `previous` can be read. */
  begin(previous: ReadonlyMap<string, unknown>): void {
    for (const ofOwner of this.#instances.values()) for (const instance of ofOwner.values()) instance.reset();
    this.#previous = previous;
    this.#superstep++;
  }

  #find(name: string): AggregatorFactory<unknown> {
    const factory = this.#factories.get(name);
    if (factory !== undefined) return factory;
    throw new MillraceError({
      code: "INVALID_ARGUMENT",
      what: `The iteration has no aggregator named ${JSON.stringify(name)}`,
      expected: `one of those that are registered: ${[...this.#factories.keys()].join(", ") || "none"}`,
      fix: "Register it on the iteration by registerAggregator.",
    });
  }
}
