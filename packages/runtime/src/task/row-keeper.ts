import type { PageCursor, RowCursor } from "../rows/row-cursor.js";
import type { Steps } from "./driver.js";

/**
 * Takes all rows of an input in before anybody reads them: the local strategies `materialize` and `sort`, constant inputs of
 * iterations, broadcast sets. It spills what its pages do not hold.
 */
export interface RowKeeper {
  /** Takes all rows of the page that a cursor is at; with steps when that takes long. */
  add(page: PageCursor): Steps | undefined | void;
  /** Ends the taking in. Called once, in an iteration once per superstep. */
  complete(): Steps;
  /** Returns all rows, from the beginning. After `complete`, as often as one likes; a new cursor ends the one before. */
  rows(): RowCursor;
  /** Returns them as pages, likewise. */
  pages(): PageCursor;
  /** Forgets all rows: another superstep brings others. */
  clear(): void;
  /** Gives everything back. Never throws. */
  close(): void;
}

/** Gives rows as pages of one row each, where nothing gathers them: for drivers that read pages of a sorted input. */
export class PagesOfRows implements PageCursor {
  readonly #rows: RowCursor;
  readonly numRows = 1;
  #isAtEnd = false;

  constructor(rows: RowCursor) {
    this.#rows = rows;
  }

  get memory(): PageCursor["memory"] {
    return this.#rows.memory;
  }

  get slot(): number {
    return this.#rows.slot;
  }

  get endSlot(): number {
    return this.#rows.slot + (this.#rows.memory.i32[this.#rows.slot * 2]! >> 3);
  }

  get layout(): PageCursor["layout"] {
    return this.#rows.layout;
  }

  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  nextPage(): boolean {
    if (!this.#isAtEnd) this.#isAtEnd = !this.#rows.next();
    return !this.#isAtEnd;
  }
}
