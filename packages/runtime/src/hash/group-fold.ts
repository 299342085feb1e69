import type { Memory } from "@millrace/core";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { GroupTable } from "./group-table.js";
import type { RowBatch } from "./row-batch.js";

/** Is what is done with the rows of a group. @internal */
export interface GroupFold {
  /** The slots of state that an entry has in front of its row. */
  readonly stateSlots: number;
  /** Where the row is that a group has no room for; see `next`. */
  readonly memory: Memory;
  readonly slot: number;
  readonly layout: StreamLayout;
  /** Begins a group, whose entry has its first row already. */
  first(table: GroupTable, pointer: number, memory: Memory, slot: number, layout: StreamLayout): void;
  /**
   * Takes another row of a group. Returns false when the group's new row has no room in the table; it is at `memory` and `slot` then, and stands for
   * all rows of the group so far.
   */
  next(table: GroupTable, pointer: number, memory: Memory, slot: number, layout: StreamLayout): boolean;
  /** Gives the result of a group. */
  give(table: GroupTable, pointer: number): void;
  /** Reads what `addBatch` needs of a batch of rows; false when the fold can't take them, and the grouping is to end before them. */
  read?(batch: RowBatch, layout: StreamLayout): boolean;
  /**
   * Takes the rows of the last `read`, in place of `first` and `next`. `groups` has the entry of each row's group, or 0 for rows that are left
   * out.
   */
  addBatch?(table: GroupTable, groups: Int32Array, batch: RowBatch): void;
  /** Whether only the first row of a group matters: then `next` need not be called. */
  readonly needsOnlyFirst?: boolean;
  /** Gives the result of the group whose row is at `memory` and `slot`, as `next` left it. */
  giveEvicted(): void;
}
