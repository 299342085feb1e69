import type { Memory, MemorySegment } from "@millrace/core";
import type { PageBudget } from "../memory/page-budget.js";

const TWO_TO_32 = 2 ** 32;

/**
 * Tells of most keys that were not added that they were not: a blocked Bloom filter (Putze, Sanders, Singler, "Cache-, Hash- and Space-Efficient
 * Bloom Filters", 2007) with three bits of one word per key, so that a look is one cache miss. It knows hashes only. The more keys are added
 * than half of its bits, the less it tells; it never denies a key that was added.
 * @internal
 */
export class BloomFilter {
  readonly #memory: Memory;
  readonly #budget: PageBudget;
  readonly #pages: MemorySegment[] = [];
  /** The first word of each page. */
  readonly #firstWords: number[] = [];
  readonly #wordsPerPage: number;
  #numWords = 0;
  /** Whether nothing was added yet: then the pages are not touched either, which would cost time and memory for nothing in most joins. */
  #isEmpty = true;

  /** Takes up to `numPages` of the budget; as many as there are. */
  constructor(budget: PageBudget, numPages: number) {
    this.#memory = budget.memory;
    this.#budget = budget;
    let wordsPerPage = 0;
    for (let i = 0; i < numPages; i++) {
      const page = budget.take();
      if (page === undefined) break;
      wordsPerPage = page.sizeBytes / 4;
      this.#pages.push(page);
      this.#firstWords.push(page.firstSlot * 2);
    }
    this.#wordsPerPage = wordsPerPage;
    this.#numWords = wordsPerPage * this.#pages.length;
  }

  /** Adds a key by its hash. */
  add(hash: number): void {
    if (this.#numWords === 0) return;
    if (this.#isEmpty) this.#clear();
    const mixed = remix(hash);
    const word = this.#wordOf(mixed);
    this.#memory.i32[word] = this.#memory.i32[word]! | bitsOf(mixed);
  }

  /** Whether a key of this hash may have been added. */
  mayHave(hash: number): boolean {
    if (this.#numWords === 0) return true;
    if (this.#isEmpty) return false;
    const mixed = remix(hash);
    const bits = bitsOf(mixed);
    return (this.#memory.i32[this.#wordOf(mixed)]! & bits) === bits;
  }

  /** Gives back its pages; from then on it tells nothing. */
  release(): void {
    for (const page of this.#pages) this.#budget.give(page);
    this.#pages.length = 0;
    this.#numWords = 0;
  }

  #clear(): void {
    for (const { firstSlot, endSlot } of this.#pages) this.#memory.i32.fill(0, firstSlot * 2, endSlot * 2);
    this.#isEmpty = false;
  }

  #wordOf(mixed: number): number {
    const index = Math.floor(((mixed >>> 0) * this.#numWords) / TWO_TO_32);
    const page = Math.floor(index / this.#wordsPerPage);
    return this.#firstWords[page]! + (index - page * this.#wordsPerPage);
  }
}

/** The high bits of a hash chose the partition; the filter wants all of them spread. */
function remix(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return mixed ^ (mixed >>> 12);
}

function bitsOf(mixed: number): number {
  return (1 << (mixed & 31)) | (1 << ((mixed >>> 5) & 31)) | (1 << ((mixed >>> 10) & 31));
}
