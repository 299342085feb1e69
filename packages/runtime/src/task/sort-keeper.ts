import type { KeyFieldSpec } from "@millrace/job-graph";
import type { JobContext } from "../job/job-context.js";
import type { PageBudget } from "../memory/page-budget.js";
import type { PageCursor, RowCursor } from "../rows/row-cursor.js";
import { GatheredRows } from "../sort/gathered-rows.js";
import { KeyOrder } from "../sort/key-order.js";
import { Sorter } from "../sort/sorter.js";
import type { Steps } from "./driver.js";
import { PagesOfRows, type RowKeeper } from "./row-keeper.js";

/** Sorts the rows of an input. */
export class SortKeeper implements RowKeeper {
  readonly #order: KeyOrder;
  readonly #budget: PageBudget;
  readonly #job: JobContext;
  readonly #isReadAgain: boolean;
  #sorter: Sorter;

  /** @param isReadAgain - whether the rows are read more than once, as constant inputs of iterations are */
  constructor(keys: readonly KeyFieldSpec[], budget: PageBudget, job: JobContext, isReadAgain: boolean) {
    this.#order = new KeyOrder(keys);
    this.#budget = budget;
    this.#job = job;
    this.#isReadAgain = isReadAgain;
    this.#sorter = this.#makeSorter();
  }

  #makeSorter(): Sorter {
    const { spill, layouts } = this.#job;
    return new Sorter({
      budget: this.#budget,
      spill,
      layouts,
      order: this.#order,
      isReadAgain: this.#isReadAgain,
      throwIfCancelled: () => this.#job.throwIfCancelled(),
    });
  }

  add(page: PageCursor): Steps {
    return this.#sorter.appendPage(page);
  }

  complete(): Steps {
    return this.#sorter.complete();
  }

  rows(): RowCursor {
    return this.#sorter.rows();
  }

  pages(): PageCursor {
    const rows = this.rows();
    return rows instanceof GatheredRows ? rows.pages() : new PagesOfRows(rows);
  }

  clear(): void {
    this.#sorter.close();
    this.#sorter = this.#makeSorter();
  }

  close(): void {
    this.#sorter.close();
  }
}
