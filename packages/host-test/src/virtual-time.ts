import { type Clock, invariant, type TimerHandle, type Timers } from "@millrace/core";
import type { SeededRandom } from "./seeded-random.js";

/** A timer that sets the next one at once would otherwise never let `runAll` come to an end. */
const MAX_TIMERS_IN_ONE_RUN = 1_000_000;
/** How many turns of promise callbacks pass between timers, so that what a timer woke can go on before the next one fires. */
const TURNS_BETWEEN_TIMERS = 20;

interface PendingTimer {
  readonly dueMs: number;
  /** Settles the order of timers that are due at the same time. */
  readonly rank: number;
  readonly callback: () => void;
}

/**
 * Is a time that stands still until a test moves it. Timers that are due at the same time fire in an order drawn from the
 * seed, as a system may fire them in any.
 * @public
 */
export class VirtualTime implements Clock, Timers {
  readonly #random: SeededRandom;
  readonly #startMs: number;
  readonly #pending = new Set<PendingTimer>();
  #elapsedMs = 0;

  /**
   * @param random - settles the order of timers that are due at once
   * @param startMs - the wall-clock time at first; 2024-01-01T00:00:00Z by default
   */
  constructor(random: SeededRandom, startMs: number = Date.UTC(2024, 0, 1)) {
    this.#random = random;
    this.#startMs = startMs;
  }

  now(): number {
    return this.#startMs + this.#elapsedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  setTimer(delayMs: number, callback: () => void): TimerHandle {
    const dueMs = this.#elapsedMs + Math.max(0, delayMs);
    const timer: PendingTimer = { dueMs, rank: this.#random.next(), callback };
    this.#pending.add(timer);
    return { cancel: () => void this.#pending.delete(timer) };
  }

  /** How many timers were set and have neither fired nor been cancelled. */
  get numPendingTimers(): number {
    return this.#pending.size;
  }

  /** Moves the time on by `ms` and fires the timers on the way, letting promise callbacks run after each. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#elapsedMs + ms;
    await settle();
    await this.#fireUntil(untilMs);
    this.#elapsedMs = untilMs;
  }

  /** Fires timers, moving the time to each, until none is left. */
  async runAll(): Promise<void> {
    await settle();
    await this.#fireUntil(Number.POSITIVE_INFINITY);
  }

  async #fireUntil(untilMs: number): Promise<void> {
    for (let numFired = 0; ; numFired++) {
      invariant(numFired < MAX_TIMERS_IN_ONE_RUN, "timers do not set each other for ever");
      const next = this.#nextDue(untilMs);
      if (next === undefined) return;
      this.#pending.delete(next);
      this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs);
      next.callback();
      await settle();
    }
  }

  #nextDue(untilMs: number): PendingTimer | undefined {
    let next: PendingTimer | undefined;
    for (const timer of this.#pending) {
      if (timer.dueMs > untilMs) continue;
      const isEarlier =
        next === undefined || timer.dueMs < next.dueMs || (timer.dueMs === next.dueMs && timer.rank < next.rank);
      if (isEarlier) next = timer;
    }
    return next;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS_BETWEEN_TIMERS; turn++) await undefined;
}
