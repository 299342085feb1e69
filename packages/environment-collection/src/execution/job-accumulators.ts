import { type Accumulator, type AccumulatorClass, MillraceError } from "@millrace/core";

/** Is an accumulator of any kind. */
export type AnyAccumulator = Accumulator<never, unknown>;

/** Holds the accumulators of one subtask. */
export class SubtaskAccumulators {
  readonly #byName = new Map<string, AnyAccumulator>();

  /** Returns accumulator `name`, made on first use. */
  get<A extends AnyAccumulator>(name: string, type: AccumulatorClass<A>): A {
    let accumulator = this.#byName.get(name);
    if (accumulator === undefined) {
      accumulator = new type();
      this.#byName.set(name, accumulator);
    }
    checkClass(name, accumulator, type);
    return accumulator as A;
  }

  /** Registers an accumulator that the user made. */
  add(name: string, accumulator: AnyAccumulator): void {
    if (this.#byName.has(name)) {
      throw new MillraceError({
        code: "DUPLICATE_NAME",
        what: `The subtask has an accumulator named ${JSON.stringify(name)} already`,
        expected: "one registration per name and subtask",
        fix: "Register it once, in open(); getAccumulator returns it afterwards.",
      });
    }
    this.#byName.set(name, accumulator);
  }

  entries(): Iterable<[string, AnyAccumulator]> {
    return this.#byName;
  }
}

/** Holds the accumulators of a job: those of all subtasks that have ended, merged. */
export class JobAccumulators {
  readonly #byName = new Map<string, AnyAccumulator>();

  /** Merges what a subtask added, after its end. */
  merge(subtask: SubtaskAccumulators): void {
    for (const [name, accumulator] of subtask.entries()) {
      const merged = this.#byName.get(name);
      if (merged === undefined) {
        this.#byName.set(name, accumulator);
      } else {
        checkClass(name, merged, accumulator.constructor);
        merged.mergeState(accumulator.toState());
      }
    }
  }

  /** Returns the merged accumulator `name`; undefined when no subtask used it. */
  get(name: string): AnyAccumulator | undefined {
    return this.#byName.get(name);
  }

  /** Returns all values by name, in order of first use. */
  values(): ReadonlyMap<string, unknown> {
    return new Map([...this.#byName].map(([name, accumulator]) => [name, accumulator.getLocalValue()]));
  }
}

/** Throws ACCUMULATOR_CONFLICT unless `accumulator` was made by class `type`. */
export function checkClass(name: string, accumulator: AnyAccumulator, type: { readonly name: string }): void {
  if (accumulator.constructor === type) return;
  throw new MillraceError({
    code: "ACCUMULATOR_CONFLICT",
    what: `The accumulator ${JSON.stringify(name)} is used as a ${type.name}, but it is a ${accumulator.constructor.name}`,
    expected: "one class for all uses of a name, since names are shared by the whole job",
  });
}
