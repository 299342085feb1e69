/**
 * Counts the distinct values of a group, of several arguments at once, in the pages of a budget and on disk.
 *
 * 1. Values are kept in sets, whose size is bounded by a part of the budget. Most groups have no more values than that.
 * 2. When the sets are full, each value becomes a row (argument, text) in a sort, and the sets begin anew. Two values have one text exactly when they are equal
 *    keys, so nothing else has to be known of them. Equal rows are one as soon as a run is written.
 * 3. At the end of the group the rows come in order, and changes are counted.
 */
import { keyText, RowLayout, types } from "@millrace/core";
import type { AggregateFunctionName } from "@millrace/job-graph";
import type { PageBudget } from "../../memory/page-budget.js";
import { tooFewPages } from "../../memory/too-few-pages.js";
import type { RowCursor } from "../../rows/row-cursor.js";
import type { LayoutTable, StreamLayout } from "../../rows/stream-layout.js";
import { KeyOrder } from "../../sort/key-order.js";
import { GroupRows } from "../../sort/merge-groups/group-rows.js";
import { MIN_SORT_PAGES } from "../../sort/sort-limits.js";
import { type RowEmitter, Sorter } from "../../sort/sorter.js";
import type { SpillSpace } from "../../spill/spill-space.js";
import type { Steps } from "../../task/driver.js";
import { RecordEncoder } from "../record-encoder.js";

/** The values and the characters that sets have for each page of the budget: they take about an eighth of its size. */
const VALUES_PER_PAGE = 64;
const CHARACTERS_PER_PAGE = 2048;
/** The most of both; larger sets are not faster than a sort. */
const MAX_VALUES = 1 << 15;
const MAX_CHARACTERS = 1 << 20;

/** Is an argument and the text of a value. */
const ROW = types.tuple(types.int32, types.string);
const ORDER = [{ path: "0" }, { path: "1" }];
/** Values that are counted between two turns of other tasks. */
const GROUPS_PER_TURN = 4096;

/** Tells whether one of some aggregates counts distinct values. @internal */
export function countsDistinct(aggregates: readonly { readonly aggregate: AggregateFunctionName }[]): boolean {
  return aggregates.some(({ aggregate }) => aggregate === "countDistinct");
}

/** Returns the least number of pages with which distinct values are counted. @internal */
export function minDistinctPages(): number {
  return MIN_SORT_PAGES;
}

/** Says what counting works with. @internal */
export interface DistinctCountsOptions {
  readonly budget: PageBudget;
  readonly spill: SpillSpace;
  readonly layouts: LayoutTable;
  readonly throwIfCancelled: () => void;
}

/** Counts distinct values, a group after the other. @internal */
export class DistinctCounts {
  readonly #options: DistinctCountsOptions;
  readonly #maxValues: number;
  readonly #maxCharacters: number;
  /** By argument: the texts that wait. */
  readonly #sets: readonly Set<string>[];
  readonly #encoder: RecordEncoder;
  #numCharacters = 0;
  #numValues = 0;
  #layout: StreamLayout | undefined;
  #order: KeyOrder | undefined;
  /** The values of the group that did not fit; undefined while all do. */
  #sorter: Sorter | undefined;

  constructor(numArguments: number, options: DistinctCountsOptions) {
    const { budget } = options;
    const { numPages } = budget;
    if (numPages < MIN_SORT_PAGES) throw tooFewPages(budget, MIN_SORT_PAGES, "count distinct values");
    this.#options = options;
    this.#maxValues = Math.min(MAX_VALUES, numPages * VALUES_PER_PAGE);
    this.#maxCharacters = Math.min(MAX_CHARACTERS, numPages * CHARACTERS_PER_PAGE);
    this.#sets = Array.from({ length: numArguments }, () => new Set<string>());
    this.#encoder = new RecordEncoder(options.layouts);
  }

  /** Takes a value of an argument; null is none. */
  add(argument: number, value: unknown): void {
    if (value === null || value === undefined) return;
    const text = keyText(value);
    const set = this.#sets[argument]!;
    const before = set.size;
    set.add(text);
    if (set.size === before) return;
    this.#numValues++;
    this.#numCharacters += text.length;
  }

  /** Whether `spill` is to be called before more values are added. */
  get isFull(): boolean {
    return this.#numValues >= this.#maxValues || this.#numCharacters >= this.#maxCharacters;
  }

  /** Makes room for more values. */
  *spill(): Steps {
    this.#sorter ??= this.#createSorter();
    for (const [argument, set] of this.#sets.entries()) {
      for (const text of set) yield* this.#append(this.#sorter, argument, text);
      set.clear();
    }
    this.#numValues = this.#numCharacters = 0;
    yield "turn";
  }

  /** Returns the counts of the group, by argument, and begins the next one. */
  *finishGroup(): Steps<readonly number[]> {
    if (this.#sorter === undefined) {
      const counts = this.#sets.map(({ size }) => size);
      this.#clear();
      return counts;
    }
    yield* this.spill();
    const counts = yield* this.#countSorted(yield* this.#sorter.finish());
    this.#clear();
    return counts;
  }

  /** Gives back memory and files. */
  close(): void {
    this.#sorter?.close();
  }

  #clear(): void {
    for (const set of this.#sets) set.clear();
    this.#numValues = this.#numCharacters = 0;
    this.#sorter?.close();
    this.#sorter = undefined;
  }

  #createSorter(): Sorter {
    const { budget, spill, layouts, throwIfCancelled } = this.#options;
    this.#layout ??= layouts.add(RowLayout.of(ROW) as RowLayout);
    this.#order ??= new KeyOrder(ORDER);
    return new Sorter({ budget, spill, layouts, order: this.#order, combine: keepFirst, throwIfCancelled });
  }

  *#append(sorter: Sorter, argument: number, text: string): Steps {
    const layout = this.#encoder.encodeAs([argument, text], this.#layout!);
    while (!sorter.append(this.#encoder.memory, this.#encoder.slot, layout)) yield* sorter.spillBuffer();
  }

  *#countSorted(rows: RowCursor): Steps<readonly number[]> {
    const counts = this.#sets.map(() => 0);
    const groups = new GroupRows(rows, this.#order!);
    const read = this.#layout!.serializer.fieldReader(0);
    let numGroups = 0;
    while (groups.nextGroup()) {
      counts[read(groups.firstMemory, 0) as number]!++;
      if (++numGroups % GROUPS_PER_TURN === 0) yield "turn";
    }
    return counts;
  }
}

/** Keeps one of equal rows. */
function keepFirst(group: RowCursor, emit: RowEmitter): void {
  group.next();
  emit(group.memory, group.slot, group.layout);
}
