import type { Memory, MemorySegment } from "@millrace/core";

/**
 * Is where a job spills to: files of pages in temporary folders, removed when the job ends, however it ends. Reads and writes
 * are synchronous, since they also happen inside of calls of user functions, which cannot be suspended.
 * Failures are MillraceErrors: SPILL_FAILED (disk full, I/O error) with the system's code, SPILL_CORRUPT.
 * @beta
 */
export interface SpillSpace {
  /** Makes an empty file for `owner`. Folders take turns. */
  createFile(owner: string): SpillFile;
  /** Bytes written so far by the whole job. */
  readonly numBytesWritten: number;
  /** Bytes read so far by the whole job. */
  readonly numBytesRead: number;
  /** Removes everything; nothing can be written afterwards. Never throws. */
  close(): void;
}

/**
 * Is a file of blocks, one per page, appended at the end and read at any place. Of each block a checksum is kept in memory, so that
 * flipped bits, and a swapped, a stale and a truncated block are found: what is read is what was written, or SPILL_CORRUPT.
 * @beta
 */
export interface SpillFile {
  /** How many bytes of pages it holds. */
  readonly sizeBytes: number;
  /** How many blocks it holds. */
  readonly numBlocks: number;
  /** Appends the used bytes of a page and returns the number of its block. The page may be used again at once. */
  writePage(page: MemorySegment): number;
  /** Reads a block into `page` and returns the used bytes. */
  readPage(block: number, page: MemorySegment): number;
  /**
   * Appends a record that is too large for a page and returns the number of its block. Large records are read by `readLarge`
   * only.
   */
  writeLarge(memory: Memory, slot: number): number;
  /** Reads such a record into memory on the heap, which the next call may use again: at slot 0. */
  readLarge(block: number): Memory;
  /** Closes and removes the file; a no-op when it is gone. Never throws. */
  remove(): void;
}
