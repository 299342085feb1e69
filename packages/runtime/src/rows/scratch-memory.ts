import { MAX_RECORD_SIZE_BYTES, Memory, MillraceError } from "@millrace/core";

const INITIAL_BYTES = 64 * 1024;
/** Memory of one huge record is not kept for the small ones behind it. */
const MAX_KEPT_BYTES = 1024 * 1024;

/** Is a place on the heap where one row at a time is written, from slot 0, before it is known where it goes or how large it is. */
export class ScratchMemory {
  /** Replaced when it grows. */
  memory = new Memory(new ArrayBuffer(INITIAL_BYTES));
  /** Whether it is larger than what is kept. */
  isLarge = false;

  /** Doubles it; what it held is lost. Throws RECORD_TOO_LARGE. */
  grow(): void {
    const size = this.memory.buffer.byteLength * 2;
    if (size > MAX_RECORD_SIZE_BYTES) throw tooLarge();
    this.memory = new Memory(new ArrayBuffer(size));
    this.isLarge = size > MAX_KEPT_BYTES;
  }

  /** Gives up what it grew; what it held is lost. */
  shrink(): void {
    this.memory = new Memory(new ArrayBuffer(INITIAL_BYTES));
    this.isLarge = false;
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
