import { MillraceError } from "../errors/index.js";
import type { Collector } from "../functions/collector.js";

/** Takes records during one call of a function, and no longer. @internal */
export class CallCollector implements Collector<unknown> {
  #take: ((record: unknown) => void) | undefined;

  /** @param take - gets each record at once */
  constructor(take: (record: unknown) => void) {
    this.#take = take;
  }

  collect(record: unknown): void {
    if (this.#take === undefined) {
      throw new MillraceError({
        code: "INVALID_RESULT",
        what: "A record was written to a collector after the call that it was given to",
        expected: "that a function writes all its results before it returns",
        fix: "Use mapAsync for functions that must wait for something.",
      });
    }
    this.#take(record);
  }

  /** Ends the call. */
  end(): void {
    this.#take = undefined;
  }
}
