import type { Memory, RowCompare } from "@millrace/core";
import { HeldRow } from "../../rows/held-row.js";
import type { RowCursor } from "../../rows/row-cursor.js";
import type { StreamLayout } from "../../rows/stream-layout.js";
import { WORK_IN_A_STEP, workOf } from "../../task/work.js";
import type { RowOrder } from "../sort-keys.js";

/**
 * Cuts sorted rows into groups of equal keys, and is the cursor over the rows of the current one. It holds a copy of the group's first row, with
 * which the others are compared, so the cursor below needs to keep no more than its current row.
 * @internal
 */
export class GroupRows implements RowCursor {
  /** What it did so far, by {@link workOf} for each row that it moved to. */
  work = 0;
  readonly #rows: RowCursor;
  readonly #order: RowOrder;
  /** By the indexes of both layouts. */
  readonly #comparators: (RowCompare | undefined)[][] = [];
  readonly #first = new HeldRow();
  /** Whether the current row of the rows was not handed out yet: it begins a group. */
  #isPending = false;
  #isAtEnd = false;
  #isInGroup = false;

  constructor(rows: RowCursor, order: RowOrder) {
    this.#rows = rows;
    this.#order = order;
  }

  get memory(): Memory {
    return this.#rows.memory;
  }

  get slot(): number {
    return this.#rows.slot;
  }

  get layout(): StreamLayout {
    return this.#rows.layout;
  }

  /** The memory that has the first row of the current group at slot 0, until the next group. */
  get firstMemory(): Memory {
    return this.#first.memory;
  }

  /** The layout of that row. */
  get firstLayout(): StreamLayout {
    return this.#first.layout;
  }

  /** Moves past rows of the group that were not read, as many as are work for a step; returns whether it came to the group's end. */
  skip(): boolean {
    const limit = this.work + WORK_IN_A_STEP;
    while (this.#isInGroup && this.work < limit) this.next();
    return !this.#isInGroup;
  }

  /**
   * Moves in front of the next group, past what was not read of this one; false at the end. That may be many rows: who has not read the group
   * calls `skip` before, until it has ended, and gives others a turn in between.
   */
  nextGroup(): boolean {
    while (this.#isInGroup) this.next();
    if (!this.#isPending && (this.#isAtEnd || !this.#rows.next())) {
      this.#isAtEnd = true;
      return false;
    }
    this.#isPending = true;
    this.#isInGroup = true;
    this.#first.hold(this.#rows.memory, this.#rows.slot, this.#rows.layout);
    return true;
  }

  /** Moves to the next row of the group; false at its end. */
  next(): boolean {
    if (!this.#isInGroup) return false;
    if (this.#isPending) {
      this.#isPending = false;
      return true;
    }
    if (!this.#rows.next()) this.#isAtEnd = true;
    else if (this.#isOfGroup()) return true;
    else this.#isPending = true;
    this.#isInGroup = false;
    return false;
  }

  #isOfGroup(): boolean {
    const { memory, slot, layout } = this.#rows;
    this.work += workOf(memory, slot);
    return this.#comparator(layout)(this.#first.memory, 0, memory, slot) === 0;
  }

  #comparator(layout: StreamLayout): RowCompare {
    const first = this.#first.layout;
    this.#comparators[first.index] ??= [];
    const known = this.#comparators[first.index]!;
    let compare = known[layout.index];
    if (compare === undefined) {
      compare = this.#order.comparator(first, layout);
      known[layout.index] = compare;
    }
    return compare;
  }
}
