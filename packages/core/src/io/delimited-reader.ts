/**
 * Reading whole records from a split of a delimited file.
 *
 *   file    ....r0..|..r1.|........r2........|..r3..|....
 *   split            [s                 e)
 *
 * Records belong to the split in which they start: r1 starts before s and is not ours, r2 starts before e and is read to its
 * end, r3 starts behind e and is not ours. The reader keeps a window of the file in one buffer. Each `advance` moves what was not
 * consumed to its front, fills the rest, and cuts the window behind the last delimiter, so that consumers see whole records
 * only and need no state between windows. A record longer than the buffer doubles the buffer, up to the limit.
 */
import { type ByteInput, openByteInput } from "./byte-input.js";
import { closeAfterFailure, withClosing } from "./closing.js";
import type { Delimiter } from "./delimiter.js";
import type { FileSplit } from "./file-splits.js";
import type { IoContext } from "./io-context.js";
import { MalformedRecord } from "./malformed-record.js";
import { findSearchStart } from "./record-start.js";

/** Large enough to make calls to the system rare, small enough for a second-level cache. */
export const DEFAULT_BUFFER_SIZE_BYTES = 256 * 1024;
/** Longer records are more likely a wrong delimiter than data; a string of this length still fits in memory. */
export const DEFAULT_LINE_LENGTH_LIMIT = 256 * 1024 * 1024;

/** Settings of a {@link DelimitedReader}. @internal */
export interface DelimitedReaderOptions {
  /** What ends a record. */
  readonly delimiter: Delimiter;
  /** The longest record in bytes without its delimiter. */
  readonly lineLengthLimit: number;
  /** The buffer's size at first. */
  readonly bufferSizeBytes: number;
  /** Bytes to leave out at the start of the file when it begins with them; empty for none. */
  readonly byteOrderMark: Uint8Array;
  /**
   * Whether windows are cut behind delimiters. If not, they end anywhere, the consumer says by `start` how far it came, and
   * the split must be the whole file.
   */
  readonly cutsAtDelimiters: boolean;
  /** Whether the file is UTF-16 and is read as UTF-8; then the split must be the whole file. */
  readonly isUtf16?: boolean;
  /** Records that start before this position of the file are not read: a header was read apart. */
  readonly dataStart?: number;
}

/**
 * Reads the records of one split, window by window. `bytes[start..end)` is the window; it holds whole records, each followed by its
 * delimiter but for the last one of a file. The bytes are valid until the next call.
 * @internal
 */
export class DelimitedReader {
  /** The buffer that holds the window. */
  bytes: Uint8Array;
  /** Where the first record that was not consumed begins; in uncut windows the consumer moves it. */
  start = 0;
  /** Where the window ends in the buffer. */
  end = 0;
  /** The position in the (plain) file of `bytes[0]`. */
  base: number;
  /** Whether the file ends with this window. */
  isAtEnd = false;

  readonly #input: ByteInput;
  readonly #options: DelimitedReaderOptions;
  /** Records that start here or behind are not ours. */
  #splitEnd: number;
  /** Bytes [0, #filled) of the buffer are of the file. */
  #filled = 0;
  #isLastWindow = false;
  #isExhausted = false;

  private constructor(input: ByteInput, base: number, splitEnd: number, options: DelimitedReaderOptions) {
    this.#input = input;
    this.#options = options;
    this.#splitEnd = splitEnd;
    this.base = base;
    const least = Math.max(2 * options.delimiter.length, options.byteOrderMark.length);
    this.bytes = new Uint8Array(Math.max(options.bufferSizeBytes, least));
  }

  /** Opens the split and finds its first record. The owner closes the reader. */
  static async open(split: FileSplit, context: IoContext, options: DelimitedReaderOptions): Promise<DelimitedReader> {
    const splitEnd = split.isWholeFile ? Number.POSITIVE_INFINITY : split.offset + split.length;
    const dataStart = options.dataStart ?? 0;
    const offset = Math.max(split.offset, dataStart);
    let searchStart = dataStart;
    if (offset > dataStart) {
      const file = await context.fileSystemOf(split.path).openRead(split.path);
      searchStart = await withClosing(file, () => findSearchStart(file, options.delimiter, offset));
    }
    const input = await openByteInput(context, split.path, searchStart, {
      compression: split.compression,
      isUtf16: options.isUtf16,
    });
    const reader = new DelimitedReader(input, searchStart, splitEnd, options);
    try {
      if (offset > dataStart) await reader.#skipTo(offset);
      else if (offset === 0) await reader.#skipByteOrderMark();
    } catch (error) {
      await closeAfterFailure(input);
      throw error;
    }
    return reader;
  }

  /** The position in the file of the window's first byte. */
  get position(): number {
    return this.base + this.start;
  }

  /**
   * Brings the next window. What lies behind `end` of the last one is kept; in uncut windows, what lies behind `start` is, and
   * it must be consumed once `isAtEnd` is true. Returns false when there are no more records.
   */
  async advance(): Promise<boolean> {
    if (this.#options.cutsAtDelimiters) this.start = this.end;
    if (this.#isLastWindow) return false;
    this.#moveToFront();
    if (this.base >= this.#splitEnd) return false;
    for (;;) {
      await this.#fill();
      if (this.#cut()) return this.end > this.start;
      this.#grow();
    }
  }

  /** Closes the file. */
  close(): Promise<void> {
    return this.#input.close();
  }

  /** Sets `end`; false when no record ends in what was read so far. */
  #cut(): boolean {
    const { delimiter, cutsAtDelimiters } = this.#options;
    this.isAtEnd = this.#isExhausted;
    if (!cutsAtDelimiters) {
      const grew = this.#filled > this.end;
      this.end = this.#filled;
      return grew || this.#isExhausted;
    }
    if (this.base + this.#filled >= this.#splitEnd) {
      const end = this.#firstDelimiterEnd(this.#splitEnd - this.base);
      if (end >= 0) {
        this.end = end;
        this.#isLastWindow = true;
        return true;
      }
    }
    if (this.#isExhausted) {
      this.end = this.#filled;
      return true;
    }
    const last = this.#lastDelimiter();
    if (last < 0) return false;
    this.end = last + delimiter.length;
    return true;
  }

  /** Returns where the first delimiter ends that ends at or behind `atLeast`, or -1. */
  #firstDelimiterEnd(atLeast: number): number {
    const { delimiter } = this.#options;
    const { length } = delimiter;
    let from = delimiter.isSelfOverlapping ? this.start : Math.max(this.start, atLeast - length);
    for (;;) {
      const match = delimiter.indexOf(this.bytes, from, this.#filled, this.base);
      if (match < 0) return -1;
      if (match + length >= atLeast) return match + length;
      from = match + length;
    }
  }

  #lastDelimiter(): number {
    const { delimiter } = this.#options;
    if (!delimiter.isSelfOverlapping) return delimiter.lastIndexOf(this.bytes, this.start, this.#filled, this.base);
    let last = -1;
    for (let from = this.start; ; from = last + delimiter.length) {
      const match = delimiter.indexOf(this.bytes, from, this.#filled, this.base);
      if (match < 0) return last;
      last = match;
    }
  }

  #moveToFront(): void {
    this.bytes.copyWithin(0, this.start, this.#filled);
    this.base += this.start;
    this.#filled -= this.start;
    this.end = Math.max(0, this.end - this.start);
    this.start = 0;
  }

  async #fill(): Promise<void> {
    while (!this.#isExhausted && this.#filled < this.bytes.length) {
      const numRead = await this.#input.read(this.bytes.subarray(this.#filled));
      if (numRead === 0) this.#isExhausted = true;
      this.#filled += numRead;
    }
  }

  #grow(): void {
    const { lineLengthLimit, delimiter } = this.#options;
    if (this.#filled - this.start > lineLengthLimit + delimiter.length)
      throw recordTooLong(this.position, lineLengthLimit);
    const larger = new Uint8Array(Math.min(this.bytes.length * 2, lineLengthLimit + 2 * delimiter.length + 2));
    if (larger.length <= this.bytes.length) throw recordTooLong(this.position, lineLengthLimit);
    larger.set(this.bytes.subarray(0, this.#filled));
    this.bytes = larger;
  }

  /** Moves `end` to the start of the first record at or behind `offset`, or makes the reader empty. */
  async #skipTo(offset: number): Promise<void> {
    const { length } = this.#options.delimiter;
    for (;;) {
      await this.#fill();
      const end = this.#firstDelimiterEnd(offset - this.base);
      if (end >= 0) {
        this.end = end;
        if (!this.#options.cutsAtDelimiters) this.start = end;
        return;
      }
      if (this.#isExhausted || this.base + this.#filled - length >= this.#splitEnd) {
        this.#isExhausted = true;
        this.#filled = 0;
        this.start = 0;
        this.end = 0;
        this.base = this.#splitEnd;
        return;
      }
      // The record before the split is still going on; a delimiter may have begun in the last bytes.
      this.start = this.#searchedTo();
      this.#moveToFront();
    }
  }

  /** Returns up to where no delimiter begins that could still be completed by the bytes that follow. */
  #searchedTo(): number {
    const { delimiter } = this.#options;
    if (!delimiter.isSelfOverlapping) return Math.max(this.start, this.#filled - delimiter.length + 1);
    const last = this.#lastDelimiter();
    const behind = last < 0 ? this.start : last + delimiter.length;
    return Math.max(behind, this.#filled - delimiter.length + 1);
  }

  async #skipByteOrderMark(): Promise<void> {
    const mark = this.#options.byteOrderMark;
    if (mark.length === 0) return;
    await this.#fill();
    if (mark.length > this.#filled || mark.some((byte, i) => this.bytes[i] !== byte)) return;
    this.start = mark.length;
    this.end = mark.length;
    // The first record starts at the start of the file as far as splits are concerned, even if the split ends inside the mark.
    this.#splitEnd = Math.max(this.#splitEnd, mark.length + 1);
  }
}

/** Makes the report of a record that is longer than the limit. @internal */
export function recordTooLong(position: number, limit: number): MalformedRecord {
  return new MalformedRecord(position, {
    what: `A record is longer than ${limit} bytes`,
    expected: "a delimiter before that",
    fix: "Check the delimiter, or raise lineLengthLimit.",
  });
}
