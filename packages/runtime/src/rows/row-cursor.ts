import type { Memory } from "@millrace/core";
import type { StreamLayout } from "./stream-layout.js";

/**
 * Is a stream of rows that is pulled and never has to be waited for: sorted rows, a materialized input, one group. After `next()`
 * returned true, `memory` and `slot` say where the row lies, until the next call.
 * @internal
 */
export interface RowCursor {
  /** What the row lies in. */
  readonly memory: Memory;
  /** Where it begins. */
  readonly slot: number;
  /** What its fields are. */
  readonly layout: StreamLayout;
  /** Moves to the next row; false at the end. */
  next(): boolean;
}

/**
 * Is a stream of pages of rows. After `nextPage()` returned true, the rows lie one behind the other in `memory` from `slot` to
 * `endSlot`, all of `layout`, until the next call; a row's first 32-bit word is its size in bytes. Every page holds
 * whole rows; a row that is larger than a page comes alone, in memory of its own.
 * @internal
 */
export interface PageCursor {
  /** What the rows lie in. */
  readonly memory: Memory;
  /** Where the first row begins. */
  readonly slot: number;
  /** The slot behind the last row. */
  readonly endSlot: number;
  /** How many rows there are, at least one. */
  readonly numRows: number;
  /** What their fields are. */
  readonly layout: StreamLayout;
  /** Moves to the next page; false when there is none now: `isAtEnd` tells whether there will be. */
  nextPage(): boolean;
  /** Whether the last `nextPage()` returned false because the input ended (in an iteration: the superstep's input). */
  readonly isAtEnd: boolean;
}
