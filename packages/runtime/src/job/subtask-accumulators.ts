import { type Accumulator, type AccumulatorClass, checkAccumulatorClass, MillraceError } from "@millrace/core";

/** Is an accumulator of any kind. */
export type AnyAccumulator = Accumulator<never, unknown>;

/**
 * Holds the accumulators of one operator in one task. In an iteration the task keeps its instances from superstep to superstep, since
 * its function may hold on to them, but registers its own ones anew in each `open`.
 */
export class SubtaskAccumulators {
  readonly #instances = new Map<string, AnyAccumulator>();
  /** The names that were used since `open`. */
  readonly #used = new Set<string>();

  /** Begins anew: a function is about to be opened. */
  begin(): void {
    this.#used.clear();
  }

  /** Returns accumulator `name`, made on first use. Throws ACCUMULATOR_CONFLICT. */
  get<A extends AnyAccumulator>(name: string, type: AccumulatorClass<A>): A {
    const accumulator = this.#instances.get(name) ?? new type();
    checkAccumulatorClass(name, accumulator, type);
    this.#instances.set(name, accumulator);
    this.#used.add(name);
    return accumulator as A;
  }

  /** Registers an accumulator that the user made. Throws DUPLICATE_NAME. */
  add(name: string, accumulator: AnyAccumulator): void {
    if (this.#used.has(name)) {
      throw new MillraceError({
        code: "DUPLICATE_NAME",
        what: `The subtask has an accumulator named ${JSON.stringify(name)} already`,
        expected: "one registration per name and subtask",
        fix: "Register it once, in open(); getAccumulator returns it afterwards.",
      });
    }
    this.#used.add(name);
    this.#instances.set(name, accumulator);
  }

  /** Returns all instances by name. */
  entries(): Iterable<[string, AnyAccumulator]> {
    return this.#instances;
  }
}
