import type { Clock } from "@millrace/core";
import type { Wait } from "../task/driver.js";

/** Measures what a task spends its time on: once per step, which is about a page of work. */
export class TaskClock {
  readonly #clock: Clock;
  #busyMs = 0;
  #idleMs = 0;
  #backPressuredMs = 0;
  #numSteps = 0;
  #since: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock.monotonic();
  }

  /** Begins a step: until now the task waited for `wait`. */
  begin(wait: Wait): void {
    const now = this.#clock.monotonic();
    if (wait === "output") this.#backPressuredMs += now - this.#since;
    else if (wait !== "turn") this.#idleMs += now - this.#since;
    this.#since = now;
  }

  /** Ends a step; returns the time. */
  end(): number {
    const now = this.#clock.monotonic();
    this.#busyMs += now - this.#since;
    this.#since = now;
    this.#numSteps++;
    return now;
  }

  /** Milliseconds in which it worked. */
  get busyMs(): number {
    return this.#busyMs;
  }

  /** Milliseconds in which it waited for input, or for something from outside. */
  get idleMs(): number {
    return this.#idleMs;
  }

  /** Milliseconds in which it waited for room in its output. */
  get backPressuredMs(): number {
    return this.#backPressuredMs;
  }

  /** How often it had a turn. */
  get numSteps(): number {
    return this.#numSteps;
  }
}
