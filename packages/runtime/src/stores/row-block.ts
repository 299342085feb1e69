import { invariant, type MemorySegment } from "@millrace/core";
import type { PageBudget } from "../memory/page-budget.js";
import { EMPTY_MEMORY } from "../rows/empty-memory.js";
import { MAX_PACKED_ROW_SLOTS, PackedPageReader, PackedPageWriter } from "../rows/packed-page.js";
import type { PageCursor, RowCursor } from "../rows/row-cursor.js";
import { RowsOfPages } from "../rows/rows-of-pages.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";

/**
 * Reads rows in blocks of as much memory as it is given: within a block one can go back to its first row any number of times. That is
 * what nested loops need: the other side is read once per block, not once per row. It needs one page, and no disk.
 *
 * A row that is larger than a page is a block of its own, where it lies in the input.
 * @internal
 */
export class RowBlock {
  readonly #input: RowCursor;
  readonly #budget: PageBudget;
  readonly #maxPages: number;
  readonly #layouts: LayoutTable;
  readonly #writer = new PackedPageWriter();
  readonly #pages: MemorySegment[] = [];
  /** Whether the input is at a row that no block had yet. */
  #hasRow = false;
  #isAtEnd = false;
  #isLarge = false;
  #numRows = 0;

  constructor(
    input: RowCursor,
    options: { readonly budget: PageBudget; readonly layouts: LayoutTable; readonly maxPages?: number | undefined },
  ) {
    this.#input = input;
    this.#budget = options.budget;
    this.#maxPages = options.maxPages ?? options.budget.numPages;
    this.#layouts = options.layouts;
  }

  /** How many rows are in the block. */
  get numRows(): number {
    return this.#numRows;
  }

  /** Fills the block with the next rows; false when there are none. Cursors of the block before are no longer to be used. */
  nextBlock(): boolean {
    this.#clear();
    const input = this.#input;
    while (this.#hasRow || this.#nextRow()) {
      const numSlots = input.memory.i32[input.slot * 2]! >> 3;
      if (numSlots > MAX_PACKED_ROW_SLOTS) {
        if (this.#numRows > 0) break;
        this.#isLarge = true;
        this.#hasRow = false;
        this.#numRows = 1;
        break;
      }
      if (this.#writer.room(input.layout) < numSlots && !this.#turnPage()) break;
      this.#writer.append(input.memory, input.slot, numSlots, 1, input.layout);
      this.#numRows++;
      this.#hasRow = false;
    }
    const last = this.#writer.take();
    if (last !== undefined) this.#pages.push(last);
    return this.#numRows > 0;
  }

  /** Returns the rows of the block from the first one; as often as one likes. */
  rows(): RowCursor {
    return new RowsOfPages(this.pages());
  }

  /** Returns the rows of the block as pages, likewise. */
  pages(): PageCursor {
    return this.#isLarge ? new LargeRowPage(this.#input) : new BlockPages(this.#pages, this.#layouts);
  }

  /** Gives its pages back. Never throws. */
  close(): void {
    this.#clear();
    this.#isAtEnd = true;
    this.#hasRow = false;
  }

  #nextRow(): boolean {
    if (this.#isAtEnd) return false;
    this.#hasRow = this.#input.next();
    this.#isAtEnd = !this.#hasRow;
    return this.#hasRow;
  }

  #turnPage(): boolean {
    const numPages = this.#pages.length + (this.#writer.hasPage ? 1 : 0);
    const page = numPages < this.#maxPages ? this.#budget.take() : undefined;
    invariant(page !== undefined || numPages > 0, "a block has one page at least");
    if (page === undefined) return false;
    const full = this.#writer.take();
    if (full !== undefined) this.#pages.push(full);
    this.#writer.give(page);
    return true;
  }

  #clear(): void {
    const filling = this.#writer.take();
    if (filling !== undefined) this.#budget.give(filling);
    for (const page of this.#pages) this.#budget.give(page);
    this.#pages.length = 0;
    this.#numRows = 0;
    this.#isLarge = false;
  }
}

class BlockPages implements PageCursor {
  readonly #pages: readonly MemorySegment[];
  readonly #reader: PackedPageReader;
  #next = 0;
  isAtEnd = false;

  constructor(pages: readonly MemorySegment[], layouts: LayoutTable) {
    this.#pages = pages;
    this.#reader = new PackedPageReader(layouts);
  }

  get memory(): PageCursor["memory"] {
    return this.#reader.memory;
  }

  get slot(): number {
    return this.#reader.slot;
  }

  get endSlot(): number {
    return this.#reader.endSlot;
  }

  get numRows(): number {
    return this.#reader.numRows;
  }

  get layout(): StreamLayout {
    return this.#reader.layout!;
  }

  nextPage(): boolean {
    while (!this.#reader.next()) {
      if (this.#next === this.#pages.length) {
        this.isAtEnd = true;
        return false;
      }
      this.#reader.open(this.#pages[this.#next++]!);
    }
    return true;
  }
}

/** Gives the row that a cursor is at as the only page. */
class LargeRowPage implements PageCursor {
  memory = EMPTY_MEMORY;
  slot = 0;
  endSlot = 0;
  readonly numRows = 1;
  readonly layout: StreamLayout;
  isAtEnd = false;
  readonly #row: RowCursor;

  constructor(row: RowCursor) {
    this.#row = row;
    this.layout = row.layout;
  }

  nextPage(): boolean {
    this.isAtEnd = this.memory !== EMPTY_MEMORY;
    if (this.isAtEnd) return false;
    this.memory = this.#row.memory;
    this.slot = this.#row.slot;
    this.endSlot = this.slot + (this.memory.i32[this.slot * 2]! >> 3);
    return true;
  }
}
