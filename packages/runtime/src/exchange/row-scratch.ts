import { DOES_NOT_FIT, type Memory } from "@millrace/core";
import { ScratchMemory } from "../rows/scratch-memory.js";
import type { OutputSerializer } from "./page-writer.js";

/** Is a place on the heap where one record is written before it is known where it goes, or because it is larger than a page. */
export class RowScratch {
  readonly #scratch = new ScratchMemory();

  /** The memory of the row that was written last, at slot 0, until the next one. */
  get memory(): Memory {
    return this.#scratch.memory;
  }

  /** Writes a record at slot 0 and returns its size in slots. Throws RECORD_TOO_LARGE. */
  write(record: unknown, serializer: Pick<OutputSerializer, "write">): number {
    if (this.#scratch.isLarge) this.#scratch.shrink();
    for (;;) {
      const { memory } = this.#scratch;
      const end = serializer.write(record, memory, 0, memory.numSlots);
      if (end !== DOES_NOT_FIT) return end;
      this.#scratch.grow();
    }
  }
}
