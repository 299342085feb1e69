import type { Memory } from "@millrace/core";
import type { PageCursor, RowCursor } from "../rows/row-cursor.js";
import { RowsOfPages } from "../rows/rows-of-pages.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { Steps } from "../task/driver.js";
import { StoredPageCursor } from "./stored-page-cursor.js";
import { StoredPages, type StoreOptions } from "./stored-pages.js";

/** Reads rows again and again. @internal */
export interface RewindableRows extends RowCursor {
  /** Goes back before the first row. */
  rewind(): void;
  /** Gives back the page that it reads into; it can be rewound and read again. Never throws. */
  close(): void;
}

/** Reads pages again and again. @internal */
export interface RewindablePages extends PageCursor {
  /** Goes back before the first page. */
  rewind(): void;
  /** Gives back the page that it reads into; it can be rewound and read again. Never throws. */
  close(): void;
}

/**
 * Keeps rows in the order in which they were added, to be read as often as one likes: materialized inputs, dams, groups that are read twice. What does not
 * fit into its pages goes to disk. It needs one page, and one more for each further reader at the same time.
 *
 * Rows are added, then it is completed, then read; after that more may be added, and completed again.
 * @internal
 */
export class RowStore {
  readonly #pages: StoredPages;
  readonly #layouts: LayoutTable;
  /** The cursor that `rows()` and `pages()` gave last. */
  #current: StoredPageCursor | undefined;
  readonly #readers = new Set<StoredPageCursor>();
  #numRows = 0;

  constructor(options: StoreOptions & { readonly layouts: LayoutTable }) {
    this.#pages = new StoredPages(options);
    this.#layouts = options.layouts;
  }

  /** How many rows it has. */
  get numRows(): number {
    return this.#numRows;
  }

  /** Whether some of its rows are on disk. */
  get isSpilled(): boolean {
    return this.#pages.numOnDisk > 0;
  }

  /** Adds a row. */
  addRow(memory: Memory, slot: number, layout: StreamLayout): void {
    this.#pages.appendRow(memory, slot, layout);
    this.#numRows++;
  }

  /** Adds all rows of the page that a cursor is at. */
  add(page: PageCursor): undefined {
    this.#pages.append(page.memory, page.slot, page.endSlot, page.numRows, page.layout);
    this.#numRows += page.numRows;
  }

  /** Ends the adding. There is nothing to be waited for, whatever was spilled. */
  complete(): Steps {
    this.#pages.endPage();
    return noSteps();
  }

  /** Returns all rows, from the beginning. A call ends what the calls before gave, of this and of {@link pages}. */
  rows(): RewindableRows {
    return rowsOf(this.#turn());
  }

  /** Returns all rows as pages, likewise. */
  pages(): RewindablePages {
    return this.#turn();
  }

  /** Returns a reader beside all others. Large rows that two readers are at lie in the same memory: only that of the last is there. */
  reader(): RewindableRows {
    const cursor = new StoredPageCursor(this.#pages, this.#layouts);
    this.#readers.add(cursor);
    return rowsOf(cursor);
  }

  /** Moves all rows to disk and gives all pages back, so that others can have them; reading takes one again. */
  spill(): void {
    this.#closeReaders();
    for (let page = this.#pages.spillLast(); page !== undefined; page = this.#pages.spillLast()) {
      this.#pages.giveBack(page);
    }
  }

  /** Forgets all rows, and gives back pages and file; others can be added then. Never throws. */
  clear(): void {
    this.#closeReaders();
    this.#current = undefined;
    this.#readers.clear();
    this.#pages.clear();
    this.#numRows = 0;
  }

  /** Gives everything back. Never throws. */
  close(): void {
    this.clear();
  }

  #turn(): StoredPageCursor {
    this.#current?.close();
    this.#current = new StoredPageCursor(this.#pages, this.#layouts);
    return this.#current;
  }

  #closeReaders(): void {
    this.#current?.close();
    for (const reader of this.#readers) reader.close();
  }
}

function* noSteps(): Steps {}

function rowsOf(pages: StoredPageCursor): RewindableRows {
  return new RewindableRowsOfPages(pages);
}

class RewindableRowsOfPages extends RowsOfPages implements RewindableRows {
  readonly #cursor: StoredPageCursor;

  constructor(pages: StoredPageCursor) {
    super(pages);
    this.#cursor = pages;
  }

  rewind(): void {
    this.#cursor.rewind();
    this.reset();
  }

  close(): void {
    this.#cursor.close();
    this.reset();
  }
}
