import type { InputGate } from "../exchange/input-gate.js";
import type { Steps } from "../task/driver.js";
import { type RowKeeper, takePageIn } from "../task/row-keeper.js";

/** Is something that tails elsewhere send to a head, and where the head keeps it. */
export interface Arrival {
  readonly gate: InputGate;
  /** Returns what takes the rows of this superstep. */
  readonly keeper: () => RowKeeper;
}

/**
 * Takes in what tails in other places send to a head. It is taken in at any time, also while the head waits for room in its output: what
 * the head sends comes back to it in the end, so that otherwise both directions could be full.
 */
export class Arrivals {
  readonly #open: { readonly arrival: Arrival; isComplete: boolean }[];

  constructor(arrivals: readonly Arrival[]) {
    this.#open = arrivals.map((arrival) => ({ arrival, isComplete: false }));
  }

  /** Runs a part of the head's work, and takes in beside it. */
  *during(work: Steps): Steps {
    if (this.#open.length === 0) {
      yield* work;
      return;
    }
    for (let step = work.next(); step.done !== true; step = work.next()) {
      const hasRead = yield* this.#takeIn();
      if (step.value === "output") yield hasRead ? "turn" : "inputOrOutput";
      else yield step.value;
    }
  }

  /** Takes in all that comes in this superstep. */
  *rest(): Steps {
    while (this.#open.some(({ isComplete }) => !isComplete)) yield (yield* this.#takeIn()) ? "turn" : "input";
  }

  /** Begins to take in what comes in the next superstep. */
  beginSuperstep(): void {
    for (const each of this.#open) {
      each.arrival.gate.beginSuperstep();
      each.isComplete = false;
    }
  }

  /** Takes a page of each in; returns whether there was any, or one got complete. */
  *#takeIn(): Steps<boolean> {
    let hasRead = false;
    for (const each of this.#open) {
      if (each.isComplete) continue;
      const taken = yield* takePageIn(each.arrival.gate, each.arrival.keeper());
      if (taken === "end") each.isComplete = true;
      if (taken !== "nothing") hasRead = true;
    }
    return hasRead;
  }
}
