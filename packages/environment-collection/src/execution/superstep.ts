import type { IterationAggregator } from "@millrace/common-api";
import { type Aggregator, MillraceError } from "@millrace/core";

/**
 * Is one round of an iteration. Every subtask that asks for an aggregator gets an instance of its own; at the end of the
 * superstep they are merged, and the next superstep can read the merged value.
 */
export class Superstep {
  /** 1-based. */
  readonly number: number;
  readonly #aggregators: ReadonlyMap<string, IterationAggregator>;
  readonly #previous: ReadonlyMap<string, unknown> | undefined;
  readonly #instances = new Map<string, Aggregator<unknown>[]>();

  /** @param previous - the merged values of the superstep before; undefined in the first */
  constructor(
    number: number,
    aggregators: readonly IterationAggregator[],
    previous: ReadonlyMap<string, unknown> | undefined,
  ) {
    this.number = number;
    this.#aggregators = new Map(aggregators.map((each) => [each.name, each]));
    this.#previous = previous;
  }

  /** Makes the instance of one subtask. */
  newAggregator(name: string): Aggregator<unknown> {
    const instance = this.#registered(name).factory();
    const others = this.#instances.get(name) ?? [];
    this.#instances.set(name, [...others, instance]);
    return instance;
  }

  /** Returns the merged value of the superstep before; null in the first. */
  previousAggregate(name: string): unknown {
    this.#registered(name);
    return this.#previous?.get(name) ?? null;
  }

  /** Merges the instances of all subtasks, by aggregator. */
  mergedAggregates(): ReadonlyMap<string, unknown> {
    const merged = new Map<string, unknown>();
    for (const { name, factory } of this.#aggregators.values()) {
      const total = factory();
      for (const instance of this.#instances.get(name) ?? []) total.aggregate(instance.getAggregate());
      merged.set(name, total.getAggregate());
    }
    return merged;
  }

  #registered(name: string): IterationAggregator {
    const aggregator = this.#aggregators.get(name);
    if (aggregator !== undefined) return aggregator;
    throw new MillraceError({
      code: "INVALID_ARGUMENT",
      what: `The iteration has no aggregator named ${JSON.stringify(name)}`,
      expected: `one of those that are registered: ${[...this.#aggregators.keys()].join(", ") || "none"}`,
      fix: "Register it on the iteration by registerAggregator.",
    });
  }
}
