import { Memory, type RowCompare } from "@millrace/core";
import { copyRow } from "../../rows/copy-row.js";
import type { RowCursor } from "../../rows/row-cursor.js";
import type { StreamLayout } from "../../rows/stream-layout.js";
import type { RowOrder } from "../sort-keys.js";

const INITIAL_SLOTS = 128;

/**
 * Cuts sorted rows into groups of equal keys, and is the cursor over the rows of the current one. It holds a copy of the group's first row, with
 * which the others are compared, so the cursor below needs to keep no more than its current row.
 * @internal
 */
export class GroupRows implements RowCursor {
  readonly #rows: RowCursor;
  readonly #order: RowOrder;
  /** By the indexes of both layouts. */
  readonly #comparators: (RowCompare | undefined)[][] = [];
  #first = new Memory(new ArrayBuffer(INITIAL_SLOTS * 8));
  #firstLayout: StreamLayout | undefined;
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
    return this.#first;
  }

  /** The layout of that row. */
  get firstLayout(): StreamLayout {
    return this.#firstLayout!;
  }

  /** Moves in front of the next group, past what was not read of this one; false at the end. */
  nextGroup(): boolean {
    while (this.#isInGroup) this.next();
    if (!this.#isPending && (this.#isAtEnd || !this.#rows.next())) {
      this.#isAtEnd = true;
      return false;
    }
    this.#isPending = true;
    this.#isInGroup = true;
    this.#holdFirst();
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
    return this.#comparator(layout)(this.#first, 0, memory, slot) === 0;
  }

  #comparator(layout: StreamLayout): RowCompare {
    const first = this.#firstLayout!;
    this.#comparators[first.index] ??= [];
    const known = this.#comparators[first.index]!;
    let compare = known[layout.index];
    if (compare === undefined) {
      compare = this.#order.comparator(first, layout);
      known[layout.index] = compare;
    }
    return compare;
  }

  #holdFirst(): void {
    const { memory, slot, layout } = this.#rows;
    const numSlots = memory.i32[slot * 2]! >> 3;
    if (this.#first.numSlots < numSlots) this.#first = new Memory(new ArrayBuffer(numSlots * 8));
    copyRow(memory, slot, this.#first, 0, numSlots);
    this.#firstLayout = layout;
  }
}
