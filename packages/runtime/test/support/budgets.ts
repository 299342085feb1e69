import { invariant, Memory, type MemorySegment, MillraceError, PAGE_SIZE_BYTES } from "@millrace/core";
import type { PageBudget } from "../../src/index.js";
import { ManagedPageBudget } from "../../src/memory/managed-page-budget.js";
import { PagePool } from "../../src/memory/page-pool.js";
import { makeSharedMemory } from "../../src/memory/shared-memory.js";

/** Makes a budget of `numPages` pages in a memory of its own. */
export function pageBudget(numPages: number, owner = "test owner"): ManagedPageBudget {
  return new ManagedPageBudget(
    owner,
    new PagePool(makeSharedMemory(numPages), [{ first: 0, end: numPages }]),
    numPages,
  );
}

/** Makes a budget of pages on the heap, which wasm kernels cannot reach: their twins do the work. */
export function heapBudget(numPages: number, owner = "test owner"): ManagedPageBudget {
  const memory = new Memory(new ArrayBuffer(numPages * PAGE_SIZE_BYTES));
  return new ManagedPageBudget(owner, new PagePool(memory, [{ first: 0, end: numPages }]), numPages);
}

/**
 * Is a budget whose n-th page, counted from 1, is refused as if all were out, or an error, and that fills pages with rubbish before it hands them
 * out and after it took them back, so that whoever reads what it does not own any more finds nothing sensible.
 */
export class FailingBudget implements PageBudget {
  readonly #inner: PageBudget;
  readonly #refused: (n: number) => boolean;
  /** The page that is an error; 0 for none. */
  failAt = 0;
  #numTakes = 0;
  #numRefused = 0;

  constructor(inner: PageBudget, refused: (n: number) => boolean = () => false) {
    this.#inner = inner;
    this.#refused = refused;
  }

  get owner(): string {
    return this.#inner.owner;
  }

  get memory(): Memory {
    return this.#inner.memory;
  }

  get numPages(): number {
    return this.#inner.numPages;
  }

  get numFree(): number {
    return this.#inner.numFree;
  }

  /** How many takes there were, refused ones too. */
  get numTakes(): number {
    return this.#numTakes;
  }

  get numRefused(): number {
    return this.#numRefused;
  }

  take(): MemorySegment | undefined {
    if (++this.#numTakes === this.failAt) {
      throw new MillraceError({ code: "INVALID_ARGUMENT", what: "A page request was made to fail" });
    }
    if (this.#refused(this.#numTakes)) {
      this.#numRefused++;
      return undefined;
    }
    const page = this.#inner.take();
    page?.bytes().fill(0xa5);
    return page;
  }

  give(page: MemorySegment): void {
    this.#inner.give(page);
    page.bytes().fill(0x5a);
  }

  giveAll(): void {
    this.#inner.giveAll();
  }
}

/** Throws when a page is out. */
export function assertAllReturned(budget: PageBudget): void {
  invariant(budget.numFree === budget.numPages, `${budget.numPages - budget.numFree} pages are not left behind`);
}
