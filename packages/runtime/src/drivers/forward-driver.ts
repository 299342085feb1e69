import type { Driver, DriverContext, Steps } from "../task/driver.js";

/** Gives what it reads, also what several edges bring. */
export class ForwardDriver implements Driver {
  readonly #context: DriverContext;

  constructor(context: DriverContext) {
    this.#context = context;
  }

  *run(): Steps {
    const { out } = this.#context;
    const pages = this.#context.pages(0);
    for (;;) {
      while (out.isFull) yield "output";
      if (!pages.nextPage()) {
        if (pages.isAtEnd) return;
        yield "input";
        continue;
      }
      const { memory, endSlot, layout } = pages;
      const { i32 } = memory;
      for (let slot = pages.slot; slot < endSlot; slot += i32[slot * 2]! >> 3) out.collectRow(memory, slot, layout);
      yield "turn";
    }
  }

  close(): void {}
}
