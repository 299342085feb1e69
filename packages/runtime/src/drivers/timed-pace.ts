import type { Clock } from "@millrace/core";

/** The most records between two turns: about a page of small ones. */
const MAX_RECORDS = 512;
/** The fewest: the time of one record alone cannot be told from that of other tasks before it. */
const MIN_RECORDS = 2;
/** How long records between two turns may take: as long as the scheduler lets the event loop wait. */
const MAX_MS = 20;

/**
 * Tells a loop that calls functions for each record when others should have a turn. It begins with few records and doubles them as long as they
 * are quick, so that functions of milliseconds hold up neither the event loop nor a cancellation for a page of records.
 */
export class TimedPace {
  readonly #clock: Clock;
  #limit = MIN_RECORDS;
  #count = 0;
  #since = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a record that was given; true when others should have a turn. */
  isDue(): boolean {
    this.#count++;
    if (this.#count === 1) this.#since = this.#clock.monotonic();
    if (this.#count < this.#limit) return false;
    const elapsedMs = this.#clock.monotonic() - this.#since;
    if (elapsedMs > MAX_MS) this.#limit = Math.max(MIN_RECORDS, Math.floor((this.#limit * MAX_MS) / elapsedMs));
    else if (elapsedMs * 2 < MAX_MS) this.#limit = Math.min(MAX_RECORDS, this.#limit * 2);
    this.#count = 0;
    return true;
  }
}
