import { DOES_NOT_FIT, MAX_RECORD_SIZE_BYTES, Memory, MillraceError } from "@millrace/core";
import type { OutputSerializer } from "./page-writer.js";

const INITIAL_BYTES = 64 * 1024;
/** Scratch memory of one huge record is not kept for the small ones behind it. */
const MAX_KEPT_BYTES = 1024 * 1024;

/** Is a place on the heap where one record is written before it is known where it goes, or because it is larger than a page. */
export class RowScratch {
  #memory = new Memory(new ArrayBuffer(INITIAL_BYTES));

  /** The memory of the row that was written last, at slot 0, until the next one. */
  get memory(): Memory {
    return this.#memory;
  }

  /** Writes a record at slot 0 and returns its size in slots. Throws RECORD_TOO_LARGE. */
  write(record: unknown, serializer: OutputSerializer): number {
    if (this.#memory.buffer.byteLength > MAX_KEPT_BYTES) this.#memory = new Memory(new ArrayBuffer(INITIAL_BYTES));
    for (;;) {
      const end = serializer.write(record, this.#memory, 0, this.#memory.numSlots);
      if (end !== DOES_NOT_FIT) return end;
      const size = this.#memory.buffer.byteLength * 2;
      if (size > MAX_RECORD_SIZE_BYTES) throw tooLarge();
      this.#memory = new Memory(new ArrayBuffer(size));
    }
  }
}

function tooLarge(): MillraceError {
  return new MillraceError({
    code: "RECORD_TOO_LARGE",
    what: `A record takes more than ${MAX_RECORD_SIZE_BYTES} bytes`,
    expected: "records that fit into one buffer",
    fix: "Split the record, or keep its large part in a file and its path in the record.",
  });
}
