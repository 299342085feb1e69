import type { JobScope } from "../memory/job-scope.js";
import type { PageBudget } from "../memory/page-budget.js";

/** Is what one owner of pages asks for. @beta */
export interface MemoryDemand {
  /** Operator and subtask, for errors. */
  readonly owner: string;
  /** The least that it can work with. */
  readonly minPages: number;
  /** More than this is of no use to it; Infinity for whatever there is. */
  readonly maxPages: number;
  /** Its share of what is left when everybody has his least, relative to others. */
  readonly weight: number;
}

/** Gives a job its pages. @beta */
export interface JobMemory {
  /**
   * Returns a budget for each demand, in their order, all at once: it waits for other jobs, until `signal` aborts. Rejects when
   * the least figures are together more than there ever will be, or when the job would wait for the one that it was started in, which `scope` knows.
   */
  allocate(demands: readonly MemoryDemand[], signal: AbortSignal, scope?: JobScope): Promise<readonly PageBudget[]>;
  /** Takes the budgets back. All their pages must be in. */
  release(budgets: readonly PageBudget[]): void;
}
