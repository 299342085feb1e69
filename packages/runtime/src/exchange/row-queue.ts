import type { Memory } from "@millrace/core";
import type { RowCursor } from "../rows/row-cursor.js";
import type { StreamLayout } from "../rows/stream-layout.js";

/**
 * Keeps rows that there is no room for elsewhere, in order: they go in at one end and come out at the other. What user code writes
 * within one call may be a hundred times the memory, so an implementation spills.
 */
export interface RowQueue extends RowCursor {
  /** Whether there is nothing to take. */
  readonly isEmpty: boolean;
  /** Appends a row. */
  add(memory: Memory, slot: number, layout: StreamLayout): void;
  /** Moves to the next row and takes it off the queue; it lies where the cursor says until the next call of anything. */
  next(): boolean;
  /** Drops everything and gives it back; it can be used again. Never throws. */
  close(): void;
}
