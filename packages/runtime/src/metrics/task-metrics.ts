import type { MemorySegment } from "@millrace/core";

const USED_BYTES_OFFSET = 4;

/** Counts what goes along one edge, or comes from one input: per page, never per record. */
export class EdgeMetrics {
  #numRecords = 0;
  #numBytes = 0;
  #numPages = 0;

  /** Counts a page that was sent or received. */
  sent(page: MemorySegment, numRows: number): void {
    this.#numRecords += numRows;
    this.#numBytes += page.getInt32(USED_BYTES_OFFSET);
    this.#numPages++;
  }

  /** Records so far. */
  get numRecords(): number {
    return this.#numRecords;
  }

  /** Bytes of pages so far, with their headers. */
  get numBytes(): number {
    return this.#numBytes;
  }

  /** Pages so far. */
  get numPages(): number {
    return this.#numPages;
  }
}
