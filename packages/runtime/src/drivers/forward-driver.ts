import type { PageCursor } from "../rows/row-cursor.js";
import type { Driver, Steps } from "../task/driver.js";
import type { TaskDriverContext } from "../task/task-driver-context.js";
import { TimedPace } from "./timed-pace.js";

/** Gives what it reads, also what several edges bring. */
export class ForwardDriver implements Driver {
  readonly #context: TaskDriverContext;

  constructor(context: TaskDriverContext) {
    this.#context = context;
  }

  *run(): Steps {
    const { out, vertex, job } = this.#context;
    // Without functions behind it a page goes on as a whole.
    const pace = vertex.chain.length === 0 ? undefined : new TimedPace(job.host.clock);
    const pages = this.#context.pages(0);
    for (;;) {
      while (out.isFull) yield "output";
      if (!pages.nextPage()) {
        if (pages.isAtEnd) return;
        yield "input";
        continue;
      }
      const { memory, endSlot, layout } = pages;
      if (pace === undefined) out.collectRows(memory, pages.slot, endSlot, layout);
      else yield* this.#giveEach(pages, pace);
      yield "turn";
    }
  }

  *#giveEach({ memory, slot: first, endSlot, layout }: PageCursor, pace: TimedPace): Steps {
    const { out } = this.#context;
    for (let slot = first; slot < endSlot; slot += memory.i32[slot * 2]! >> 3) {
      out.collectRow(memory, slot, layout);
      if (pace.isDue()) yield "turn";
    }
  }

  close(): void {}
}
