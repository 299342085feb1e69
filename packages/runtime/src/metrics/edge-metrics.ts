import type { MemorySegment } from "@millrace/core";
import type { FlowReport } from "./task-metrics.js";

const USED_BYTES_OFFSET = 4;

/** Counts what goes along one edge, or comes from one input: per page, never per record. */
export class EdgeMetrics {
  #numRecords = 0;
  #numBytes = 0;
  #numPages = 0;

  /** Counts a page. */
  count(page: MemorySegment, numRows: number): void {
    this.#numRecords += numRows;
    this.#numBytes += page.getInt32(USED_BYTES_OFFSET);
    this.#numPages++;
  }

  /** Returns the counts so far. */
  report(): FlowReport {
    return { numRecords: this.#numRecords, numBytes: this.#numBytes, numPages: this.#numPages };
  }
}
