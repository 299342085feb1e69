import type { InputGate } from "../exchange/input-gate.js";
import type { Steps } from "../task/driver.js";
import { type InputBeside, type RowKeeper, takePageOfEach } from "../task/row-keeper.js";

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
  readonly #open: readonly InputBeside[];

  constructor(arrivals: readonly Arrival[]) {
    this.#open = arrivals.map(({ gate, keeper }) => ({
      gate,
      get keeper(): RowKeeper {
        return keeper();
      },
      isComplete: false,
    }));
  }

  /** Runs a part of the head's work, and takes in beside it. */
  *during(work: Steps): Steps {
    if (this.#open.length === 0) {
      yield* work;
      return;
    }
    try {
      for (let step = work.next(); step.done !== true; step = work.next()) {
        const hasRead = yield* takePageOfEach(this.#open);
        if (step.value === "output") yield hasRead ? "turn" : "inputOrOutput";
        else yield step.value;
      }
    } finally {
      work.return();
    }
  }

  /** Takes in all that comes in this superstep. */
  *rest(): Steps {
    while (this.#open.some(({ isComplete }) => !isComplete))
      yield (yield* takePageOfEach(this.#open)) ? "turn" : "input";
  }

  /** Begins to take in what comes in the next superstep. */
  beginSuperstep(): void {
    for (const each of this.#open) {
      each.gate.beginSuperstep();
      each.isComplete = false;
    }
  }
}
