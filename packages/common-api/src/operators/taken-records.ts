import { type ErrorPlace, failureOf } from "@millrace/core";

/** Tells what gives its values once, such as a generator, from collections. */
export function isIterator(records: Iterable<unknown>): records is IterableIterator<unknown> {
  return "next" in records && typeof records.next === "function";
}

/** Tells what has an end, and its number of values, without being read. */
export function hasKnownSize(records: Iterable<unknown>): boolean {
  return (
    ("length" in records && typeof records.length === "number") ||
    ("size" in records && typeof records.size === "number")
  );
}

/**
 * Gives the values of an iterator to any number of readers. It is read when the first of them comes to a value, so that one that never ends is read
 * as far as somebody needs; what was read is kept for the others. The iterator is never told that nobody reads on: a later job may.
 */
export class TakenRecords implements Iterable<unknown> {
  readonly #iterator: Iterator<unknown>;
  readonly #copy: (record: unknown) => unknown;
  readonly #place: () => ErrorPlace;
  readonly #taken: unknown[] = [];
  /** How it ended. */
  #end: { readonly failure: unknown } | "end" | undefined = undefined;

  /** @param copy - makes the copy that is kept */
  constructor(iterator: Iterator<unknown>, copy: (record: unknown) => unknown, place: () => ErrorPlace) {
    this.#iterator = iterator;
    this.#copy = copy;
    this.#place = place;
  }

  /** Takes the next values, `count` at most; returns all that were taken when there are no others, else undefined. Throws what the iterator threw. */
  takeAhead(count: number): readonly unknown[] | undefined {
    for (let i = 0; i < count; i++) if (!this.#takeNext()) return this.#taken;
    return undefined;
  }

  *[Symbol.iterator](): Iterator<unknown> {
    for (let index = 0; index < this.#taken.length || this.#takeNext(); index++) yield this.#taken[index];
  }

  /** Takes one more; false when there is none. Throws what the iterator threw, to every reader. */
  #takeNext(): boolean {
    if (this.#end === undefined) {
      try {
        const { done, value } = this.#iterator.next();
        if (done !== true) {
          this.#taken.push(this.#copy(value));
          return true;
        }
        this.#end = "end";
      } catch (error) {
        this.#end = { failure: failureOf(error, "fromCollection", [], this.#place()) };
      }
    }
    if (this.#end !== "end") throw this.#end.failure;
    return false;
  }
}
