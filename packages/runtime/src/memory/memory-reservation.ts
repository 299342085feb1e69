import type { Memory } from "@millrace/core";
import { invariant, MillraceError } from "@millrace/core";
import type { MemoryDemand } from "../job/job-memory.js";
import { ManagedPageBudget } from "./managed-page-budget.js";
import type { PageBudget } from "./page-budget.js";
import { PagePool } from "./page-pool.js";
import type { PageRange } from "./page-ranges.js";
import { sharePages } from "./share-pages.js";

/** Is what a job has of one memory. @beta */
export interface MemoryGrant {
  /** The memory. */
  readonly memory: Memory;
  /** The pages of it that the job has. */
  readonly ranges: readonly PageRange[];
}

/** Is the memory of one job, shared out among its owners, until it is released. @beta */
export class MemoryReservation {
  /** The budget of each owner, in the order of the demands. */
  readonly budgets: readonly PageBudget[];
  /** How many pages the job has. */
  readonly numPages: number;
  readonly #release: () => void;
  #isReleased = false;

  constructor(demands: readonly MemoryDemand[], grants: readonly MemoryGrant[], release: () => void) {
    const pools = grants.map(({ memory, ranges }) => new PagePool(memory, ranges));
    const capacities = pools.map((pool) => pool.numPages);
    const shares = sharePages(demands, capacities);
    invariant(shares !== undefined, "a job is given memory that its owners fit into");
    this.budgets = shares.map(
      ({ memory, numPages }, i) => new ManagedPageBudget(demands[i]!.owner, pools[memory]!, numPages),
    );
    this.numPages = capacities.reduce((sum, pages) => sum + pages, 0);
    this.#release = release;
  }

  /** Throws INVARIANT_VIOLATED, naming the owners, when pages are out. */
  verifyAllReturned(): void {
    const missing = this.budgets.filter((budget) => budget.numFree < budget.numPages);
    if (missing.length === 0) return;
    const list = missing.map((budget) => `${budget.owner}: ${budget.numPages - budget.numFree}`);
    throw new MillraceError({
      code: "INVARIANT_VIOLATED",
      what: `Pages were not given back: ${list.join(", ")}`,
      expected: "every owner to give back all its pages when it ends",
      fix: "This is a bug in Millrace; please report it with the program that showed it.",
    });
  }

  /**
   * Gives the memory to the next job; a no-op the second time. The pages are back in any case: when owners still have some, that
   * is thrown afterwards (see {@link MemoryReservation.verifyAllReturned}).
   */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    try {
      this.verifyAllReturned();
    } finally {
      for (const budget of this.budgets) budget.giveAll();
      this.#release();
    }
  }
}
