import type { PageCursor } from "../rows/row-cursor.js";
import type { RecordOutput, Steps } from "../task/driver.js";

/** Calls `read` at each page of an input, to its end, and gives others their turn. `read` returns steps when it takes long. */
export function* eachPage(pages: PageCursor, out: RecordOutput, read: (page: PageCursor) => Steps | undefined): Steps {
  for (;;) {
    if (out.isFull) yield "output";
    if (pages.nextPage()) {
      const steps = read(pages);
      if (steps !== undefined) yield* steps;
      yield "turn";
    } else if (pages.isAtEnd) {
      return;
    } else {
      yield "input";
    }
  }
}

/** How many rows or groups are gone through between two looks at the output: about as many as fill a page. */
const ROWS_PER_LOOK = 512;

/** Tells loops over rows when to look whether to wait. */
export class Pace {
  #count = 0;

  /** Counts one; true when it is time to look. */
  isDue(): boolean {
    if (++this.#count < ROWS_PER_LOOK) return false;
    this.#count = 0;
    return true;
  }
}
