import { MillraceError } from "../errors/index.js";

/** Is the records of a group or partition, one after the other. @internal */
export interface RecordCursor {
  /** Moves to the next record; false at the end. */
  next(): boolean;
  /** Returns the record, as one that whoever gets it owns. Once for each `next()` that returned true. */
  take(): unknown;
  /** The record that was taken last, for messages. */
  readonly last: unknown;
}

/** Has the methods that iterators of the language have, such as `map`, in versions that know them. */
const ITERATOR_PROTOTYPE: object = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));

/**
 * Gives the records of a group or partition to user code, once and during one call: engines that read them from disk or
 * network could do no more. Each record is one that the function owns.
 * @internal
 */
export class SinglePassIterable implements Iterable<unknown> {
  readonly #records: RecordCursor;
  #state: "fresh" | "read" | "ended" = "fresh";

  constructor(records: RecordCursor) {
    this.#records = records;
  }

  /** The record that was read last, for error messages; undefined before the first. */
  get last(): unknown {
    return this.#records.last;
  }

  /** Begins the only pass. Throws ITERABLE_CONSUMED the second time, and after the call. */
  [Symbol.iterator](): Iterator<unknown> {
    if (this.#state !== "fresh") throw consumed(this.#state);
    this.#state = "read";
    return new SinglePassIterator(this, this.#records);
  }

  /** Ends the call that the iterable was given to. */
  end(): void {
    this.#state = "ended";
  }

  /** Whether the call has ended. */
  get isEnded(): boolean {
    return this.#state === "ended";
  }
}

/** Is the one iterator of such an iterable. It is no generator because those cost more per record than reading a row. */
class SinglePassIterator implements Iterator<unknown> {
  static {
    Object.setPrototypeOf(SinglePassIterator.prototype, ITERATOR_PROTOTYPE);
  }

  readonly #iterable: SinglePassIterable;
  readonly #records: RecordCursor;
  #isDone = false;

  constructor(iterable: SinglePassIterable, records: RecordCursor) {
    this.#iterable = iterable;
    this.#records = records;
  }

  next(): IteratorResult<unknown> {
    if (this.#isDone) return { done: true, value: undefined };
    if (this.#iterable.isEnded) throw consumed("ended");
    if (this.#records.next()) return { done: false, value: this.#records.take() };
    this.#isDone = true;
    return { done: true, value: undefined };
  }

  return(value?: unknown): IteratorResult<unknown> {
    this.#isDone = true;
    return { done: true, value };
  }
}

function consumed(state: "read" | "ended"): MillraceError {
  return new MillraceError({
    code: "ITERABLE_CONSUMED",
    what:
      state === "read"
        ? "The records of a group or partition were read a second time"
        : "The records of a group or partition were read after the call that they were given to",
    expected: "one pass over them, during the call",
    fix: "Copy them first if you need them twice: const records = [...values].",
  });
}
