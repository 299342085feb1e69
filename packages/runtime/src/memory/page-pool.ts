import { invariant, type Memory, MemorySegment, PAGE_SIZE_BYTES } from "@millrace/core";
import type { PageRange } from "./page-ranges.js";
import { PAGE_SLOTS } from "./page-slots.js";

/**
 * Is the pages of one memory that one job has in one thread, from which its budgets take and to which they give back. Pages that were used
 * last are given first: they are touched, and most likely in a cache.
 * @internal
 */
export class PagePool {
  /** What the pages lie in. */
  readonly memory: Memory;
  /** Which pages of the memory they are. */
  readonly ranges: readonly PageRange[];
  /** Pages that came back, by index in the memory; a stack, of an array that neither grows nor shrinks: it would leave garbage in the old heap. */
  readonly #returned: Int32Array;
  #numReturned = 0;
  /** Where the pages begin that were never given. */
  #range = 0;
  #next: number;
  /** The first page that all arrays below begin with. */
  readonly #first: number;
  readonly #segments: (MemorySegment | undefined)[] = [];
  /** Number of the budget that has the page, 0 for none. */
  readonly #owners: Int32Array;
  /** Position of the page in its budget's list of pages. */
  readonly #positions: Int32Array;
  #numBudgets = 0;

  constructor(memory: Memory, ranges: readonly PageRange[]) {
    this.memory = memory;
    this.ranges = ranges;
    this.#first = ranges[0]?.first ?? 0;
    this.#next = this.#first;
    const extent = (ranges.at(-1)?.end ?? 0) - this.#first;
    this.#returned = new Int32Array(extent);
    this.#owners = new Int32Array(extent);
    this.#positions = new Int32Array(extent);
  }

  /** How many there are, handed out or not. */
  get numPages(): number {
    return this.ranges.reduce((sum, { first, end }) => sum + end - first, 0);
  }

  /** Returns a number for a new budget. */
  register(): number {
    return ++this.#numBudgets;
  }

  /** Gives a page to a budget that keeps it at `position` of its list. Budgets have no more pages together than there are. */
  take(owner: number, position: number): MemorySegment {
    const page = this.#numReturned > 0 ? this.#returned[--this.#numReturned]! : this.#takeNew();
    const at = page - this.#first;
    this.#owners[at] = owner;
    this.#positions[at] = position;
    let segment = this.#segments[at];
    if (segment === undefined) {
      segment = new MemorySegment(this.memory, page * PAGE_SIZE_BYTES, PAGE_SIZE_BYTES);
      this.#segments[at] = segment;
    }
    return segment;
  }

  /** Returns the position of a page in the list of the budget `owner`, or -1 when that does not have it. */
  positionOf(owner: number, page: MemorySegment): number {
    if (page.memory !== this.memory || page.sizeBytes !== PAGE_SIZE_BYTES) return -1;
    const at = page.firstSlot / PAGE_SLOTS - this.#first;
    return this.#owners[at] === owner ? this.#positions[at]! : -1;
  }

  /** Notes that the page moved in its budget's list. */
  moved(page: MemorySegment, position: number): void {
    this.#positions[page.firstSlot / PAGE_SLOTS - this.#first] = position;
  }

  /** Takes back a page that {@link PagePool.positionOf} found. */
  give(page: MemorySegment): void {
    const index = page.firstSlot / PAGE_SLOTS;
    this.#owners[index - this.#first] = 0;
    this.#returned[this.#numReturned++] = index;
  }

  #takeNew(): number {
    while (this.#next === this.ranges[this.#range]?.end) {
      this.#range++;
      this.#next = this.ranges[this.#range]?.first ?? this.#next;
    }
    invariant(this.#range < this.ranges.length, "budgets have no more pages together than their pool");
    return this.#next++;
  }
}
