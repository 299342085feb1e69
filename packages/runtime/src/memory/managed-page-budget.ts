import { invariant, type Memory, type MemorySegment } from "@millrace/core";
import type { PageBudget } from "./page-budget.js";
import type { PagePool } from "./page-pool.js";

/**
 * Is a budget over pages of a pool. A page that is given back twice, or by somebody who never had it, is INVARIANT_VIOLATED at once: later it
 * would be two owners writing to one page.
 * @internal
 */
export class ManagedPageBudget implements PageBudget {
  readonly owner: string;
  readonly numPages: number;
  readonly #pool: PagePool;
  readonly #number: number;
  /** The pages that are out, and behind them what was out once: it never shrinks. The pool knows where in it each stands. */
  readonly #out: MemorySegment[] = [];
  #numOut = 0;
  #maxOut = 0;

  /** @param numPages - reserved for it alone: the budgets of a pool have no more pages together than the pool */
  constructor(owner: string, pool: PagePool, numPages: number) {
    this.owner = owner;
    this.numPages = numPages;
    this.#pool = pool;
    this.#number = pool.register();
  }

  get memory(): Memory {
    return this.#pool.memory;
  }

  get numFree(): number {
    return this.numPages - this.#numOut;
  }

  /** The most pages that were out at once. */
  get maxNumOut(): number {
    return this.#maxOut;
  }

  take(): MemorySegment | undefined {
    const numOut = this.#numOut;
    if (numOut === this.numPages) return undefined;
    const page = this.#pool.take(this.#number, numOut);
    this.#out[numOut] = page;
    this.#numOut++;
    if (numOut === this.#maxOut) this.#maxOut = numOut + 1;
    return page;
  }

  give(page: MemorySegment): void {
    const position = this.#pool.positionOf(this.#number, page);
    if (position < 0) invariant(false, `${this.owner} gives back pages that it has, each once`);
    const last = this.#out[--this.#numOut]!;
    if (last !== page) {
      this.#out[position] = last;
      this.#pool.moved(last, position);
    }
    this.#pool.give(page);
  }

  giveAll(): void {
    while (this.#numOut > 0) this.#pool.give(this.#out[--this.#numOut]!);
  }
}
