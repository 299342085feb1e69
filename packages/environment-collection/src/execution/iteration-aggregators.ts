import type { IterationAggregator, Operator } from "@millrace/common-api";
import { type Aggregator, MillraceError } from "@millrace/core";
import { PerSubtask } from "./per-subtask.js";

/**
 * Holds the aggregators of one run of an iteration. Every subtask that asks for one has an instance of its own, the same in all
 * supersteps; at the end of a superstep they are merged and reset, and the next superstep can read the merged value.
 */
export class IterationAggregators {
  readonly #registered: ReadonlyMap<string, IterationAggregator>;
  readonly #ofSubtasks = new PerSubtask<Map<string, Aggregator<unknown>>>();
  #previous: ReadonlyMap<string, unknown> | undefined = undefined;

  constructor(registered: readonly IterationAggregator[]) {
    this.#registered = new Map(registered.map((each) => [each.name, each]));
  }

  /** Returns the instance of one subtask. */
  ofSubtask(operator: Operator, index: number, name: string): Aggregator<unknown> {
    const { factory } = this.#find(name);
    const ofSubtask = this.#ofSubtasks.of(operator, index, () => new Map());
    const instance = ofSubtask.get(name) ?? factory();
    ofSubtask.set(name, instance);
    return instance;
  }

  /** Returns the merged value of the superstep before; null in the first. */
  previous(name: string): unknown {
    this.#find(name);
    return this.#previous?.get(name) ?? null;
  }

  /** Ends a superstep: returns the merged values by name, and lets every instance begin anew. */
  endSuperstep(): ReadonlyMap<string, unknown> {
    const merged = new Map<string, unknown>();
    for (const { name, factory } of this.#registered.values()) {
      const total = factory();
      for (const instance of this.#instancesOf(name)) {
        total.aggregate(instance.getAggregate());
        instance.reset();
      }
      merged.set(name, total.getAggregate());
    }
    this.#previous = merged;
    return merged;
  }

  #instancesOf(name: string): readonly Aggregator<unknown>[] {
    return this.#ofSubtasks.all().flatMap((byName) => byName.get(name) ?? []);
  }

  #find(name: string): IterationAggregator {
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
