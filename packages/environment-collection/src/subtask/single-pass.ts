import { MillraceError } from "@millrace/core";
import type { JobAttempt } from "../execution/job-attempt.js";
import type { RecordCopies } from "../execution/record-copies.js";

/**
 * Gives the records of a group or partition to user code, once and during one call: engines that read them from disk or
 * network could do no more. Each record is a copy that the function owns.
 */
export class SinglePassIterable implements Iterable<unknown> {
  readonly #records: Iterable<unknown>;
  readonly #copies: RecordCopies;
  #state: "fresh" | "read" | "ended" = "fresh";
  #last: unknown;

  constructor(records: Iterable<unknown>, { copies }: JobAttempt) {
    this.#records = records;
    this.#copies = copies;
  }

  /** The record that was read last, for error messages; undefined before the first. */
  get last(): unknown {
    return this.#last;
  }

  [Symbol.iterator](): Iterator<unknown> {
    if (this.#state !== "fresh") throw consumed(this.#state);
    this.#state = "read";
    return this.#read();
  }

  /** Ends the call that the iterable was given to. */
  end(): void {
    this.#state = "ended";
  }

  *#read(): Generator<unknown> {
    for (const record of this.#records) {
      if (this.#state === "ended") throw consumed("ended");
      this.#last = record;
      yield this.#copies.handedOut(record);
    }
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
