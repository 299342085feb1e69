import { invariant } from "@millrace/core";
import type { SolutionSet } from "../hash/solution-set.js";
import type { PageCursor, RowCursor } from "../rows/row-cursor.js";
import type { Steps } from "../task/driver.js";
import type { RowKeeper } from "../task/row-keeper.js";

/**
 * Keeps a copy of a part of the solution set for a task whose head is elsewhere: before each superstep it takes in what the head sends,
 * first all rows, then those that have changed. The task looks into the set itself; nobody reads it from here.
 */
export class SolutionCopy implements RowKeeper {
  readonly #solutionSet: SolutionSet;

  constructor(solutionSet: SolutionSet) {
    this.#solutionSet = solutionSet;
  }

  add(page: PageCursor): void {
    this.#solutionSet.upsertPage(page);
  }

  *complete(): Steps {}

  rows(): RowCursor {
    invariant(false, "a copy of the solution set is looked into");
  }

  pages(): PageCursor {
    invariant(false, "a copy of the solution set is looked into");
  }

  clear(): void {
    // The next superstep brings changes only.
  }

  close(): void {
    // The set is closed with its iteration.
  }
}
