import type { Memory, MemorySegment } from "@millrace/core";
import type { PageBudget, PageSupply } from "../memory/page-budget.js";

/**
 * Is a part of a budget: it hands out no more pages than its limit, which may be lowered while they are out. Parts of one budget may have
 * limits that add up to more than the budget has; who comes first gets them. Whose part a page is of is known to who has it; the budget
 * refuses pages that are not out, and has all back in the end.
 * @internal
 */
export class BudgetPart implements PageSupply {
  readonly #budget: PageBudget;
  #limit: number;
  #numOut = 0;

  constructor(budget: PageBudget, limit: number) {
    this.#budget = budget;
    this.#limit = limit;
  }

  get owner(): string {
    return this.#budget.owner;
  }

  get memory(): Memory {
    return this.#budget.memory;
  }

  get numPages(): number {
    return this.#limit;
  }

  /** How many pages it may have from now on; those that are out beyond that are to be given back by whoever has them. */
  set limit(numPages: number) {
    this.#limit = numPages;
  }

  get numFree(): number {
    return Math.min(Math.max(this.#limit - this.#numOut, 0), this.#budget.numFree);
  }

  /** How many pages are out. */
  get numOut(): number {
    return this.#numOut;
  }

  take(): MemorySegment | undefined {
    if (this.#numOut >= this.#limit) return undefined;
    const page = this.#budget.take();
    if (page !== undefined) this.#numOut++;
    return page;
  }

  give(page: MemorySegment): void {
    this.#budget.give(page);
    this.#numOut--;
  }
}
