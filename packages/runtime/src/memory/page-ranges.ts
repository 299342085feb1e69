import { invariant } from "@millrace/core";

/** Is pages `first` to before `end` of a memory. @beta */
export interface PageRange {
  /** The index of the first page. */
  readonly first: number;
  /** The index behind the last one. */
  readonly end: number;
}

/**
 * Keeps track of which pages of one memory nobody has, as ranges. The lowest are given first: they were touched by earlier jobs, so that memory
 * that was never needed stays with the system.
 */
export class FreePages {
  /** In order, none touching another. */
  #ranges: PageRange[];
  #numFree: number;

  constructor(numPages: number) {
    this.#ranges = [{ first: 0, end: numPages }];
    this.#numFree = numPages;
  }

  /** How many pages nobody has. */
  get numFree(): number {
    return this.#numFree;
  }

  /** Takes the lowest `count` pages, of which there must be as many. */
  take(count: number): PageRange[] {
    invariant(count <= this.#numFree, "no more pages are taken than are free");
    const taken: PageRange[] = [];
    for (let missing = count; missing > 0; ) {
      const range = this.#ranges.shift()!;
      const end = Math.min(range.end, range.first + missing);
      taken.push({ first: range.first, end });
      if (end < range.end) this.#ranges.unshift({ first: end, end: range.end });
      missing -= end - range.first;
    }
    this.#numFree -= count;
    return taken;
  }

  /** Takes ranges back. */
  give(ranges: readonly PageRange[]): void {
    const sorted = [...this.#ranges, ...ranges].sort((a, b) => a.first - b.first);
    this.#ranges = [];
    for (const range of sorted) {
      const last = this.#ranges.at(-1);
      invariant(last === undefined || last.end <= range.first, "pages are given back once");
      if (last?.end === range.first) this.#ranges[this.#ranges.length - 1] = { first: last.first, end: range.end };
      else this.#ranges.push(range);
    }
    for (const { first, end } of ranges) this.#numFree += end - first;
  }
}
