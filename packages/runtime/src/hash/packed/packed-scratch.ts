import type { MemorySegment } from "@millrace/core";
import { RESULT_FIELD_WORDS } from "../../kernels/kernel-layouts.js";
import type { Kernels } from "../../kernels/kernels.js";
import { kernelsFor } from "../../kernels/kernels-for.js";
import type { PageBudget } from "../../memory/page-budget.js";
import { PAGE_SLOTS } from "../../memory/page-slots.js";
import { takePage } from "../../memory/take-page.js";

/** With less memory pages are better used for groups. */
const MIN_PAGES = 32;
const NUM_PAGES = 4;

/** The most rows of which a page has the pointers: rows have at least a header and one field. */
export const MAX_LISTED_ROWS = PAGE_SLOTS / 2;
/** The most partitions that tuples are divided into at once. */
export const MAX_PARTITIONS = 256;

const GROUPS_SLOT = MAX_LISTED_ROWS / 2;
const CURSORS_SLOT = GROUPS_SLOT + MAX_LISTED_ROWS / 2;
const SEEDS_SLOT = CURSORS_SLOT + MAX_PARTITIONS;
/** Seeds of the null bits and of 31 keys. */
export const SEEDS_SLOTS = 64;
const RESULTS_SLOT = SEEDS_SLOT + SEEDS_SLOTS;
/** The most fields of results that kernels write. */
export const MAX_RESULT_FIELDS = 64;
const RESULTS_SLOTS = (MAX_RESULT_FIELDS * RESULT_FIELD_WORDS) / 2;
const TABLE_SLOT = RESULTS_SLOT + RESULTS_SLOTS;

/**
 * Is pages of a budget in which kernels are given their arguments.
 *
 *     page 0   rows of a page of the input; at the end rows of results
 *     page 1   tuples that were made of them
 *     page 2   tuples in the order of their tables
 *     page 3   pointers of rows, entries of tuples, cursors, seeds, fields of results, a table
 * @internal
 */
export class PackedScratch {
  readonly kernels: Kernels;
  /** Where rows are copied to. */
  readonly rows: MemorySegment;
  /** Where tuples are written to, and where they are put in order. */
  readonly tuples: MemorySegment;
  readonly ordered: MemorySegment;
  /** The slots of the lists of the last page. */
  readonly pointers: number;
  readonly groups: number;
  readonly cursors: number;
  readonly seeds: number;
  readonly results: number;
  readonly table: number;
  /** How many words there are for a table. */
  readonly tableWords: number;
  readonly #budget: PageBudget;
  readonly #pages: readonly MemorySegment[];

  private constructor(budget: PageBudget) {
    this.#budget = budget;
    this.kernels = kernelsFor(budget.memory);
    this.#pages = Array.from({ length: NUM_PAGES }, () => takePage(budget));
    const [rows, tuples, ordered, lists] = this.#pages as [MemorySegment, MemorySegment, MemorySegment, MemorySegment];
    this.rows = rows;
    this.tuples = tuples;
    this.ordered = ordered;
    this.pointers = lists.firstSlot;
    this.groups = lists.firstSlot + GROUPS_SLOT;
    this.cursors = lists.firstSlot + CURSORS_SLOT;
    this.seeds = lists.firstSlot + SEEDS_SLOT;
    this.results = lists.firstSlot + RESULTS_SLOT;
    this.table = lists.firstSlot + TABLE_SLOT;
    this.tableWords = (PAGE_SLOTS - TABLE_SLOT) * 2;
  }

  /** Takes pages of a budget, or returns undefined where that would not pay. */
  static of(budget: PageBudget): PackedScratch | undefined {
    return budget.numFree < MIN_PAGES ? undefined : new PackedScratch(budget);
  }

  /** Gives the pages back. */
  release(): void {
    for (const page of this.#pages) this.#budget.give(page);
  }
}
