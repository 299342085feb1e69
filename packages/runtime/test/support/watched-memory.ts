import type { JobMemory, PageBudget } from "../../src/index.js";
import { jobMemory, MemoryManager } from "../../src/index.js";
import { FailingBudget } from "./budgets.js";

/** Is the memory of one test's job, in which single requests for pages can be refused. */
export interface WatchedMemory extends JobMemory {
  /** How many pages were asked for so far. */
  readonly numTakes: number;
  /** Throws when a page or a reservation is out. */
  assertNothingLeft(): void;
}

/**
 * Makes memory of `numPages` pages.
 *
 * @param refused - tells of the n-th request for a page, counted from 1 over all owners, whether it is refused
 */
export function watchedMemory(numPages: number, refused: (n: number) => boolean = () => false): WatchedMemory {
  const manager = new MemoryManager(numPages * 32 * 1024);
  const inner = jobMemory(manager, "test", numPages);
  const budgetsOf = new Map<readonly PageBudget[], readonly PageBudget[]>();
  let numTakes = 0;
  return {
    get numTakes() {
      return numTakes;
    },
    async allocate(demands, signal) {
      const budgets = await inner.allocate(demands, signal);
      const failing = budgets.map((budget) => new FailingBudget(budget, () => refused(++numTakes)));
      budgetsOf.set(failing, budgets);
      return failing;
    },
    release(budgets) {
      inner.release(budgetsOf.get(budgets)!);
    },
    assertNothingLeft() {
      if (manager.numPagesInUse !== 0) throw new Error(`${manager.numPagesInUse} pages are in use`);
    },
  };
}
