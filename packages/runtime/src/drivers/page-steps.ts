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
