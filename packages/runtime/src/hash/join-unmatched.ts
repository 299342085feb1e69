import type { Steps } from "../task/driver.js";
import type { JoinEmitter } from "./join-emitter.js";
import { CELLS_IN_A_STEP, type JoinIndex } from "./join-index.js";

/** Gives the build rows of an index that nothing matched. */
export function* giveUnmatched(index: JoinIndex, emitter: JoinEmitter): Steps {
  for (let from = 0; from < index.numCells; from += CELLS_IN_A_STEP) {
    const to = Math.min(from + CELLS_IN_A_STEP, index.numCells);
    for (let cell = index.nextUnmatched(from, to); cell < to; cell = index.nextUnmatched(cell + 1, to)) {
      for (let entry = index.headOf(cell); entry !== 0; entry = index.next(entry)) {
        const row = index.row(entry);
        emitter.build(row.memory, row.slot, row.layout);
        if (emitter.isWaiting) yield* emitter.drain();
      }
    }
    yield "turn";
  }
}
