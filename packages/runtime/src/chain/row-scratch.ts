import { MAX_RECORD_SIZE_BYTES, Memory, MillraceError } from "@millrace/core";

const INITIAL_BYTES = 64 * 1024;

/** Is a place on the heap where generated code writes one row, from slot 0, before it hands it on. @internal */
export class RowScratch {
  /** Replaced when it grows. */
  memory = new Memory(new ArrayBuffer(INITIAL_BYTES));

  /** Doubles it; what it held is lost. Throws RECORD_TOO_LARGE. */
  grow(): void {
    const size = this.memory.buffer.byteLength * 2;
    if (size <= MAX_RECORD_SIZE_BYTES) {
      this.memory = new Memory(new ArrayBuffer(size));
      return;
    }
    throw new MillraceError({
      code: "RECORD_TOO_LARGE",
      what: `A record takes more than ${MAX_RECORD_SIZE_BYTES} bytes`,
      expected: "records that fit into one buffer",
      fix: "Split the record, or keep its large part in a file and its path in the record.",
    });
  }
}
