import type { Memory, MemorySegment } from "@millrace/core";
import type { PageBudget } from "../memory/page-budget.js";

/**
 * Is a part of a budget: it hands out no more pages than its limit, which may be lowered while they are out. Parts of one budget may have
 * limits that add up to more than the budget has; who comes first gets them.
 * @internal
 */
export class BudgetPart implements PageBudget {
  readonly #budget: PageBudget;
  readonly #out = new Set<MemorySegment>();
  #limit: number;

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
    return Math.min(Math.max(this.#limit - this.#out.size, 0), this.#budget.numFree);
  }

  /** How many pages are out. */
  get numOut(): number {
    return this.#out.size;
  }

  take(): MemorySegment | undefined {
    if (this.#out.size >= this.#limit) return undefined;
    const page = this.#budget.take();
    if (page !== undefined) this.#out.add(page);
    return page;
  }

  give(page: MemorySegment): void {
    this.#out.delete(page);
    this.#budget.give(page);
  }

  giveAll(): void {
    for (const page of this.#out) this.#budget.give(page);
    this.#out.clear();
  }
}
