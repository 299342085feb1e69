import type { PageBudget } from "../memory/page-budget.js";
import type { GroupTable } from "./group-table.js";

/** Of so many groups on, one table is divided into so many that fit the cache; it takes so many pages. */
const MAX_GROUPS_OF_ONE_TABLE = 1 << 15;
const TABLE_BITS = 7;
const MIN_PAGES_TO_DIVIDE = 1024;

/**
 * Is the tables of groups: one, or many by high bits of the hash. With many groups, one table becomes many, each of which fits the cache. Tables are made
 * once and used again: what lives as long as a partition is grouped gets old in the heap, and its garbage would pile up there.
 * @internal
 */
export class GroupTables {
  /** The table at work: the only one, or that which was asked for last. */
  current: GroupTable;
  /** How many high bits of a hash are the number of its table. */
  bits = 0;
  readonly #create: (numCommonBits: number) => GroupTable;
  readonly #only: readonly [GroupTable];
  /** Made when they are needed first. */
  #many: readonly GroupTable[] = [];
  #all: readonly GroupTable[];
  /** Whether there was no room for many tables. */
  #isUndivided = false;

  /** @param create - makes a table for hashes that have so many high bits in common */
  constructor(create: (numCommonBits: number) => GroupTable) {
    this.#create = create;
    this.#only = [create(0)];
    this.current = this.#only[0];
    this.#all = this.#only;
  }

  /** All tables, by number. */
  get all(): readonly GroupTable[] {
    return this.#all;
  }

  /** Whether there is more than one. */
  get isDivided(): boolean {
    return this.#all.length > 1;
  }

  /** Begins anew with one table, which is empty; the others have no memory. */
  useOnly(): void {
    this.#only[0].clear();
    this.#use(this.#only, 0);
  }

  /** Makes the table of a hash the one at work, and returns it. */
  of(hash: number): GroupTable {
    this.current = this.#all[(hash >>> 1) >>> (31 - this.bits)]!;
    return this.current;
  }

  /** Makes many of one table when that pays, and there is memory for it; returns whether it did. */
  divide(budget: PageBudget): boolean {
    const old = this.current;
    if (this.isDivided || this.#isUndivided || old.isFrozen || old.numGroups < MAX_GROUPS_OF_ONE_TABLE) return false;
    if (budget.numFree < MIN_PAGES_TO_DIVIDE + old.numPages * 2) return false;
    const tables = this.#emptyTables();
    if (!old.moveTo(tables, TABLE_BITS)) {
      for (const table of tables) table.release();
      this.#isUndivided = true;
      return false;
    }
    old.release();
    this.#use(tables, TABLE_BITS);
    return true;
  }

  /** Gives back all memory. */
  release(): void {
    for (const table of this.#all) table.release();
  }

  #emptyTables(): readonly GroupTable[] {
    if (this.#many.length > 0) for (const table of this.#many) table.clear();
    else this.#many = Array.from({ length: 1 << TABLE_BITS }, () => this.#create(TABLE_BITS));
    return this.#many;
  }

  #use(tables: readonly GroupTable[], bits: number): void {
    this.#all = tables;
    this.current = tables[0]!;
    this.bits = bits;
  }
}
