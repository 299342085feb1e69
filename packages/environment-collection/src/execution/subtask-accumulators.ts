import { type Accumulator, type AccumulatorClass, checkAccumulatorClass, MillraceError } from "@millrace/core";

/** Is an accumulator of any kind. */
export type AnyAccumulator = Accumulator<never, unknown>;

/**
 * Shows one subtask its accumulators for the time of one `open` to `close`. A subtask inside of an iteration keeps its
 * instances from superstep to superstep, since its function may hold on to them, but registers its own ones anew in each
 * `open`.
 */
export class SubtaskAccumulators {
  readonly #kept: Map<string, AnyAccumulator>;
  /** The names that were used since `open`. */
  readonly #used = new Set<string>();

  /** @param kept - the instances of the subtask by name, which outlive this view */
  constructor(kept: Map<string, AnyAccumulator>) {
    this.#kept = kept;
  }

  /** Returns accumulator `name`, made on first use. */
  get<A extends AnyAccumulator>(name: string, type: AccumulatorClass<A>): A {
    const accumulator = this.#kept.get(name) ?? new type();
    checkAccumulatorClass(name, accumulator, type);
    this.#kept.set(name, accumulator);
    this.#used.add(name);
    return accumulator as A;
  }

  /** Registers an accumulator that the user made. */
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
    this.#kept.set(name, accumulator);
  }

  /** Returns all instances of the subtask by name. */
  entries(): Iterable<[string, AnyAccumulator]> {
    return this.#kept;
  }
}
