import { type LineForm, type LineWindow, PAGE_SIZE_BYTES, RowLayout, types } from "@millrace/core";
import { kernelsFor } from "../kernels/kernels-for.js";
import { PAGE_SLOTS } from "../memory/page-slots.js";
import { makeSharedMemory } from "../memory/shared-memory.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { RecordOutput, Steps } from "../task/driver.js";

/** How many bytes of lines are made rows at once: with their rows, which are larger, less than a first-level cache holds twice. */
const TEXT_BYTES = PAGE_SIZE_BYTES / 2;
const TEXT_SLOTS = PAGE_SLOTS / 2;
const NUM_PAGES = 2;

/** Makes rows of lines as they lie in a file, in a little memory of its own, without strings in between. */
export class LineRows {
  readonly #form: LineForm;
  readonly #layout: StreamLayout;
  readonly #kernels = kernelsFor(makeSharedMemory(NUM_PAGES));

  constructor(form: LineForm, layouts: LayoutTable) {
    this.#form = form;
    this.#layout = layouts.add(RowLayout.of(types.string) as unknown as RowLayout);
  }

  /** Gives the rows of lines to `out`, up to the first that cannot be made a row here. */
  *collect(window: LineWindow, out: RecordOutput): Steps {
    const { memory } = this.#kernels;
    while (window.start < window.end) {
      while (out.isFull) yield "output";
      const length = Math.min(TEXT_BYTES, window.end - window.start);
      memory.u8.set(window.bytes.subarray(window.start, window.start + length));
      const taken = this.#kernels.splitLines(0, length, this.#form, TEXT_SLOTS, memory.numSlots);
      if (taken === 0) return;
      out.collectRows(memory, TEXT_SLOTS, this.#kernels.endSlot, this.#layout);
      window.start += taken;
      yield "turn";
    }
  }
}
