import { CallCollector, checkMany } from "@millrace/core";
import { closeIterator, type UserCode } from "../code/user-code.js";
import type { IterableReader, PendingIterables } from "./pending-iterables.js";

/** Is the collector of a call. */
interface OpenCollector {
  isOpen: boolean;
}

/** Is what generated code leaves to others when it calls a flatMap: what is returned and is no array, and what fails. @internal */
export class FlatMapCalls {
  /** Takes what the function gives, and hands it on; set by the generated code. */
  emit: (record: unknown) => void = () => {};
  /** Whether something further down failed while the function was writing, which it may have caught. */
  hasFailed = false;
  /** What failed. */
  error: unknown = undefined;
  readonly #code: UserCode;
  readonly #pending: PendingIterables;

  constructor(code: UserCode, pending: PendingIterables) {
    this.#code = code;
    this.#pending = pending;
  }

  /** Refuses a record that is written after the call. */
  refuse(): void {
    const ended = new CallCollector(() => {});
    ended.end();
    ended.collect(undefined);
  }

  /** Remembers what failed further down, and returns it. */
  failed(error: unknown): unknown {
    if (!this.hasFailed) {
      this.hasFailed = true;
      this.error = error;
    }
    return error;
  }

  /** Returns the error to report for a call with `argument`. */
  failure(error: unknown, argument: unknown): unknown {
    return this.#code.failure(error, [argument]);
  }

  /** Reads what the function returned. */
  read(result: unknown, argument: unknown, out: OpenCollector): void {
    let records: Iterator<unknown>;
    try {
      records = checkMany(result, this.#code.method)[Symbol.iterator]();
    } catch (error) {
      out.isOpen = false;
      throw this.failure(error, argument);
    }
    this.#pending.read(records, this.#readerOf(argument, out));
  }

  /** Reads an array from `index` on, since reading it stopped there. */
  readRest(result: readonly unknown[], index: number, argument: unknown, out: OpenCollector): void {
    this.#pending.read(result.slice(index).values(), this.#readerOf(argument, out));
  }

  #readerOf(argument: unknown, out: OpenCollector): IterableReader {
    return {
      handOnNext: (records) => {
        let step: IteratorResult<unknown>;
        this.#pending.numCalls++;
        try {
          step = records.next();
        } catch (error) {
          out.isOpen = false;
          throw this.failure(error, argument);
        } finally {
          this.#pending.numCalls--;
        }
        if (this.hasFailed) throw this.error;
        if (step.done === true) {
          out.isOpen = false;
          return false;
        }
        try {
          this.emit(step.value);
        } catch (error) {
          out.isOpen = false;
          closeIterator(records);
          throw error;
        }
        return true;
      },
      leave: (records) => {
        out.isOpen = false;
        try {
          records.return?.();
        } catch (error) {
          throw this.failure(error, argument);
        }
      },
    };
  }
}
