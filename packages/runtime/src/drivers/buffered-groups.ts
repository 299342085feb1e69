import type { KeyFieldSpec } from "@millrace/job-graph";
import { tooFewPages } from "../memory/too-few-pages.js";
import type { PageCursor } from "../rows/row-cursor.js";
import { KeyOrder } from "../sort/key-order.js";
import { LargeRows } from "../sort/large-rows.js";
import { GroupRows } from "../sort/merge-groups/group-rows.js";
import { MergeRows } from "../sort/merge-rows.js";
import { SortBuffer } from "../sort/sort-buffer.js";
import { SortKeys } from "../sort/sort-keys.js";
import { MIN_SORT_PAGES } from "../sort/sort-limits.js";
import type { DriverContext, Steps } from "../task/driver.js";

/** Is the least number of pages of a driver that works on parts of groups. @internal */
export const MIN_BUFFERED_GROUP_PAGES = MIN_SORT_PAGES;

/** Cuts an input into parts that fit into memory, each sorted and cut into groups: what combiners work on. */
export class BufferedGroups {
  readonly #context: DriverContext;
  readonly #groupOrder: KeyOrder;
  readonly #keys: SortKeys;
  readonly #large: LargeRows;
  readonly #buffer: SortBuffer;
  #pages: PageCursor | undefined;
  /** Where the first row of the current page lies that was not taken; -1 when all were. */
  #rest = -1;
  #isAtEnd = false;

  /**
   * @param keys - what a group has in common
   * @param order - how the rows of a group follow each other
   */
  constructor(keys: readonly KeyFieldSpec[], order: readonly KeyFieldSpec[], context: DriverContext) {
    const { budget, spill, layouts } = context;
    if (budget.numPages < MIN_BUFFERED_GROUP_PAGES) throw tooFewPages(budget, MIN_BUFFERED_GROUP_PAGES, "combine");
    this.#context = context;
    this.#groupOrder = new KeyOrder(keys);
    this.#keys = new SortKeys(new KeyOrder([...keys, ...order]));
    this.#large = new LargeRows(spill, budget.owner);
    this.#buffer = new SortBuffer(budget, { keys: this.#keys, layouts, large: this.#large });
  }

  /** Takes the next part of the input and sorts it; false when there is none. The part before is gone. */
  *fill(): Steps<boolean> {
    this.#pages ??= this.#context.pages(0);
    this.#buffer.clear();
    this.#large.close();
    const isFull = (yield* this.#readPages()) && this.#buffer.numRows === 0;
    if (isFull) throw tooFewPages(this.#context.budget, MIN_BUFFERED_GROUP_PAGES, "combine");
    yield* this.#buffer.sort();
    yield "turn";
    if (this.#buffer.numRows > 0) return true;
    this.#pages = undefined;
    this.#isAtEnd = false;
    return false;
  }

  /** Reads pages until the buffer is full, then returns true, or the input ends. */
  *#readPages(): Steps<boolean> {
    const pages = this.#pages!;
    while (!this.#isAtEnd) {
      if (this.#rest < 0) {
        if (pages.nextPage()) {
          this.#rest = pages.slot;
        } else {
          this.#isAtEnd = pages.isAtEnd;
          if (!this.#isAtEnd) yield "input";
          continue;
        }
      }
      this.#rest = this.#buffer.appendRows(pages.memory, this.#rest, pages.endSlot, pages.layout);
      if (this.#rest < pages.endSlot) return true;
      this.#rest = -1;
      yield "turn";
    }
    return false;
  }

  /** Returns the groups of the part. */
  rows(): GroupRows {
    return new GroupRows(new MergeRows(this.#buffer.sorted(), this.#keys, this.#large), this.#groupOrder);
  }

  /** Gives everything back. Never throws. */
  close(): void {
    this.#large.close();
    this.#context.budget.giveAll();
  }
}
