import type { KeyColumn, MemorySegment } from "@millrace/core";
import { KEY_FIELD_KINDS, KEY_FIELD_WORDS, MAX_KEY_FIELDS } from "../kernels/kernel-layouts.js";
import type { Kernels } from "../kernels/kernels.js";
import { kernelsFor } from "../kernels/kernels-for.js";
import type { PageBudget } from "../memory/page-budget.js";
import { takePage } from "../memory/take-page.js";

/** With less memory pages are better used for rows. */
const MIN_PAGES_WITH_SCRATCH = 32;
/** Rows of a page at most, as words of a plain array: half a page. */
const ROWS_SLOTS = 2048;
const MAX_CURSORS = 512;
const CURSORS_SLOT = ROWS_SLOTS;
const FIELDS_SLOT = CURSORS_SLOT + MAX_CURSORS;
const TABLE_SLOT = FIELDS_SLOT + (MAX_KEY_FIELDS * KEY_FIELD_WORDS) / 2;

/**
 * Is pages of a budget in which kernels are given their arguments: what hash tables do row by row is done by kernels for as many rows as a page has. There is none
 * where the memory is small, or has no kernels that are faster than the code in place of which they stand.
 *
 *     page 0   rows of a page of the input that lies elsewhere
 *     page 1   the slots of rows, then their hashes: of the input
 *     page 2   the same, of rows that waited
 *     page 3   the entries of the rows' groups or keys, cursors of partitions, the fields of a key, a table of groups or the directory of a join
 *     page 4   of groups: the bytes of a key; of joins: lists of pairs of rows
 *     page 5   of joins only: the rows that are made of them
 * @internal
 */
export class HashScratch {
  readonly kernels: Kernels;
  /** Where rows of another memory are copied to. */
  readonly rows: MemorySegment;
  /** Where lists of rows begin, and those of hashes {@link HashScratch.hashesAfter} them: two of each. */
  readonly lists: readonly [number, number];
  /** Where the groups of rows, or the first entries of their keys, are written to. */
  readonly groups: number;
  readonly cursors: number;
  /** Where the fields of a key are described: see {@link HashScratch.useFields}. */
  readonly fields: number;
  /** Where the bytes of a key are written to; undefined for joins. */
  readonly keyRoom: number | undefined;
  /** Where a table of groups is described, and how many words there are for it. */
  readonly table: number;
  readonly tableWords: number;
  /** How many slots hashes lie behind the rows that have them. */
  readonly hashesAfter = ROWS_SLOTS;
  /** Where joins list pairs of rows, and where they write what becomes of them. */
  readonly pairs: { readonly lists: MemorySegment; readonly rows: MemorySegment } | undefined;
  readonly #budget: PageBudget;
  readonly #pages: readonly MemorySegment[];
  /** The fields that are described now. */
  #columns: readonly KeyColumn[] | undefined;

  private constructor(budget: PageBudget, kernels: Kernels, isForJoin: boolean) {
    this.#budget = budget;
    this.kernels = kernels;
    this.#pages = Array.from({ length: isForJoin ? 6 : 5 }, () => takePage(budget));
    const [rows, first, second, groups] = this.#pages as [MemorySegment, MemorySegment, MemorySegment, MemorySegment];
    this.rows = rows;
    this.lists = [first.firstSlot, second.firstSlot];
    this.groups = groups.firstSlot;
    this.cursors = groups.firstSlot + CURSORS_SLOT;
    this.fields = groups.firstSlot + FIELDS_SLOT;
    this.table = groups.firstSlot + TABLE_SLOT;
    this.tableWords = (groups.endSlot - this.table) * 2;
    const [lists, results] = this.#pages.slice(4);
    this.pairs = lists === undefined || results === undefined ? undefined : { lists, rows: results };
    this.keyRoom = isForJoin ? undefined : lists?.firstSlot;
  }

  /** Takes pages of a budget, or returns undefined where that would not pay. */
  static of(budget: PageBudget, use: "groups" | "join"): HashScratch | undefined {
    if (budget.numFree < MIN_PAGES_WITH_SCRATCH) return undefined;
    const kernels = kernelsFor(budget.memory);
    return kernels.implementation === "wasm" ? new HashScratch(budget, kernels, use === "join") : undefined;
  }

  /** Returns `length` words from a slot on. */
  words(slot: number, length: number): Int32Array {
    return this.#budget.memory.i32.subarray(slot * 2, slot * 2 + length);
  }

  /** Describes the fields of a key to kernels. */
  useFields(columns: readonly KeyColumn[]): void {
    if (columns === this.#columns) return;
    this.#columns = columns;
    const words = this.words(this.fields, columns.length * KEY_FIELD_WORDS);
    columns.forEach(({ kind, fieldSlot, nullWord, nullMask }, i) => {
      words.set([KEY_FIELD_KINDS[kind], fieldSlot, nullWord, nullMask], i * KEY_FIELD_WORDS);
    });
  }

  /** Gives the pages back. */
  release(): void {
    for (const page of this.#pages) this.#budget.give(page);
  }
}
