/**
 * Sorts the records of one task, stably, in the pages of a budget and on disk.
 *
 * 1. Rows are taken into a sort buffer. When it is full, it is sorted and written as a run, through the combiner if there is one.
 * 2. Runs have a level: a run of a buffer has 0. When a level has as many runs as can be merged at once, they are merged to one of the
 *    next level at once; so the number of open files is bounded by the fan-in times the levels, and every row is written once for each level.
 *    Runs stand in the order of arrival, and only neighbours are merged: that keeps the sort stable.
 * 3. At the end the last buffer is sorted. What sorting it needed beside rows and entries is free then, and serves as pages to read the
 *    runs with: so the last buffer mostly stays in memory, and without runs nothing is written. Else it becomes a run too, and neighbours with the
 *    fewest pages are merged until one merge can read all runs.
 * 4. The result is that last merge, made as it is read. Files are removed and pages given back as they come to their end.
 */
import type { Memory, MemorySegment } from "@millrace/core";
import type { PageBudget } from "../memory/page-budget.js";
import { tooFewPages } from "../memory/too-few-pages.js";
import type { PageCursor, RowCursor } from "../rows/row-cursor.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { SpillFile, SpillSpace } from "../spill/spill-space.js";
import type { Steps } from "../task/driver.js";
import { ArrivalBuffer } from "./arrival-buffer.js";
import { GatheredRows, type RowGather } from "./gathered-rows.js";
import { LargeRows } from "./large-rows.js";
import { MergeGather } from "./merge-gather.js";
import { GroupRows } from "./merge-groups/group-rows.js";
import { MergeRows } from "./merge-rows.js";
import { type Run, RunRows, RunWriter } from "./run.js";
import { SegmentRows } from "./segment-rows.js";
import { type RowOrder, SortKeys } from "./sort-keys.js";
import { MAX_FAN_IN, MAX_ROW_SLOTS, MIN_SORT_PAGES } from "./sort-limits.js";
import { NOT_LARGE, PrefixReader, type SortedRows } from "./sorted-rows.js";

/** Takes rows that a combiner makes. The row is copied before the call returns. @internal */
export type RowEmitter = (memory: Memory, slot: number, layout: StreamLayout) => void;

/**
 * Makes fewer rows of the rows of one key, when a run is written and when runs are merged. It may be called on any part of the rows of a
 * key, in order of arrival, and on its own results; they must have the same key.
 * @internal
 */
export type RowCombiner = (group: RowCursor, emit: RowEmitter) => void;

/** Is what a sort works with. @internal */
export interface SorterOptions {
  /** Its pages: {@link MIN_SORT_PAGES} at least. Nobody else takes from it. */
  readonly budget: PageBudget;
  /** Where runs and large rows go. */
  readonly spill: SpillSpace;
  /** The layouts of the slot. */
  readonly layouts: LayoutTable;
  /** The order of the rows. */
  readonly order: RowOrder;
  /** Undefined keeps all rows. */
  readonly combine?: RowCombiner | undefined;
  /** Whether the rows are read more than once: then files stay until the sorter is closed. */
  readonly isReadAgain?: boolean | undefined;
  /** Is called every few thousand rows inside of long steps; what it throws ends the sort. */
  readonly throwIfCancelled?: (() => void) | undefined;
}

interface LeveledRun {
  readonly run: Run;
  readonly level: number;
}

/** Sorts rows; see above. Rows are appended, then `finish` is called once, then the result read, then all of it closed. @internal */
export class Sorter {
  readonly #budget: PageBudget;
  readonly #spill: SpillSpace;
  readonly #layouts: LayoutTable;
  readonly #order: RowOrder;
  readonly #combine: RowCombiner | undefined;
  readonly #isReadAgain: boolean;
  readonly #between: () => void;
  readonly #keys: SortKeys;
  readonly #prefixes: PrefixReader;
  readonly #large: LargeRows;
  readonly #buffer: ArrivalBuffer;
  /** In order of arrival. */
  #runs: LeveledRun[] = [];
  /** The file that is written now. */
  #file: SpillFile | undefined;
  /** What the result is read from. */
  #result: MergeRows | MergeGather | undefined;
  /** The page through which rows are read that are copied in order. */
  #gatherPage: MemorySegment | undefined;
  #isClosed = false;

  /** Throws INSUFFICIENT_MEMORY when the budget has fewer than {@link MIN_SORT_PAGES} pages. */
  constructor(options: SorterOptions) {
    const { budget, spill, layouts, order } = options;
    if (budget.numPages < MIN_SORT_PAGES) throw tooFewPages(budget, MIN_SORT_PAGES, "sort");
    this.#budget = budget;
    this.#spill = spill;
    this.#layouts = layouts;
    this.#order = order;
    this.#combine = options.combine;
    this.#isReadAgain = options.isReadAgain === true;
    this.#between = options.throwIfCancelled ?? (() => {});
    this.#keys = new SortKeys(order);
    this.#prefixes = new PrefixReader(this.#keys);
    this.#large = new LargeRows(spill, budget.owner);
    this.#buffer = new ArrivalBuffer(budget, { keys: this.#keys, layouts, large: this.#large });
  }

  /** How many runs there are now. */
  get numRuns(): number {
    return this.#runs.length;
  }

  /** Takes a copy of a row; false when there is no room: then `spillBuffer` makes some. */
  append(memory: Memory, slot: number, layout: StreamLayout): boolean {
    return this.#buffer.append(memory, slot, layout);
  }

  /** Takes copies of all rows of the cursor's current page. */
  *appendPage(pages: PageCursor): Steps {
    const { memory, endSlot, layout } = pages;
    for (let { slot } = pages; ; ) {
      slot = this.#buffer.appendRows(memory, slot, endSlot, layout);
      if (slot === endSlot) return;
      yield* this.spillBuffer();
    }
  }

  /** Writes the buffer as a run, and merges runs when there are too many. */
  *spillBuffer(): Steps {
    if (this.#buffer.numRows === 0) throw tooFewPages(this.#budget, MIN_SORT_PAGES, "sort");
    yield* this.#sortBuffer();
    yield* this.#spillSorted();
    while (this.#isLevelFull()) {
      const { level } = this.#runs.at(-1)!;
      yield* this.#mergeNeighbours(this.#runs.length - this.#fanIn, this.#fanIn, level + 1);
    }
  }

  *#sortBuffer(): Steps {
    for (const wait of this.#buffer.sort()) {
      this.#between();
      yield wait;
    }
    yield "turn";
  }

  *#spillSorted(): Steps {
    const gather = this.#combine === undefined ? this.#buffer.gather() : undefined;
    const rows = gather ?? new MergeRows(this.#buffer.sorted(), this.#keys, this.#large);
    const run = yield* this.#writeRun(rows, () => this.#buffer.clear());
    this.#runs.push({ run, level: 0 });
  }

  /** Levels never rise along the runs, so those of the last one's level are the last. */
  #isLevelFull(): boolean {
    const first = this.#runs.at(-this.#fanIn);
    return first !== undefined && first.level === this.#runs.at(-1)!.level;
  }

  /** How many runs are merged to one: a page is read of each, and one is written. */
  get #fanIn(): number {
    return Math.min(MAX_FAN_IN, this.#budget.numPages - 1);
  }

  *#mergeNeighbours(first: number, count: number, level: number): Steps {
    const runs = this.#runs.slice(first, first + count);
    const merge = this.#combine === undefined ? this.#open(runs, []) : this.#openRuns(runs, []);
    const run = yield* this.#writeRun(merge, () => merge.close());
    this.#runs.splice(first, count, { run, level });
  }

  /** Returns the rows of runs, and of what is in memory behind them, in order: copied by a kernel where that can be, and there are pages for it. */
  #open(runs: readonly LeveledRun[], inMemory: readonly SortedRows[], keepsFiles = false): MergeRows | MergeGather {
    const layout = this.#plainLayout(runs, inMemory);
    // Beside the pages of the runs there are that of the merge, and one that rows are copied to.
    if (layout === undefined || this.#budget.numFree < runs.length + 2)
      return this.#openRuns(runs, inMemory, keepsFiles);
    const streams = [...this.#streams(runs, keepsFiles), ...(inMemory as readonly SegmentRows[])];
    const page = this.#takePage();
    return new MergeGather(streams, layout, this.#keys, page, () => this.#budget.give(page));
  }

  /** Returns the layout of all rows when there is one, and none has a tag. */
  #plainLayout(runs: readonly LeveledRun[], inMemory: readonly SortedRows[]): StreamLayout | undefined {
    const layout = runs[0]?.run.layout;
    const arePlain = inMemory.every((rows) => rows instanceof SegmentRows && rows.layout === layout);
    if (!arePlain || (inMemory.length > 0 && this.#buffer.isMixed)) return undefined;
    return runs.every(({ run }) => !run.hasTags && run.layout === layout) ? layout : undefined;
  }

  #openRuns(runs: readonly LeveledRun[], inMemory: readonly SortedRows[], keepsFiles = false): MergeRows {
    return new MergeRows([...this.#streams(runs, keepsFiles), ...inMemory], this.#keys, this.#large);
  }

  #streams(runs: readonly LeveledRun[], keepsFiles: boolean): RunRows[] {
    const load = (block: number): Memory => this.#large.load(block);
    return runs.map(({ run }) => {
      const page = this.#takePage();
      return new RunRows(run, page, this.#layouts, this.#prefixes, load, () => {
        this.#budget.give(page);
        if (!keepsFiles) run.file.remove();
      });
    });
  }

  /** Writes the rows to a file, and lets go of them. */
  *#writeRun(rows: MergeRows | RowGather, close: () => void): Steps<Run> {
    const file = this.#spill.createFile(this.#budget.owner);
    this.#file = file;
    const page = this.#takePage();
    const writer = new RunWriter(file, page);
    const newLayouts = new Set<StreamLayout>();
    if (!(rows instanceof MergeRows)) yield* this.#writeGathered(rows, writer);
    else if (this.#combine === undefined) yield* this.#writeRows(rows, writer);
    else yield* this.#writeCombined(rows, writer, this.#combine, newLayouts);
    const run = writer.finish();
    close();
    this.#budget.give(page);
    this.#file = undefined;
    // Not before: the prefixes of the rows that were merged are of the form before.
    for (const layout of newLayouts) this.#keys.admit(layout);
    return run;
  }

  /** Takes a page that is there by the arithmetic of this class. */
  #takePage(): MemorySegment {
    const page = this.#budget.take();
    if (page === undefined) throw tooFewPages(this.#budget, MIN_SORT_PAGES, "sort");
    return page;
  }

  *#writeGathered(gather: RowGather, writer: RunWriter): Steps {
    while (!gather.isAtEnd) {
      writer.writeGathered(gather);
      this.#between();
      yield "turn";
    }
  }

  *#writeRows(rows: MergeRows, writer: RunWriter): Steps {
    while (rows.next()) {
      if (!writer.append(rows.memory, rows.slot, rows.layout, rows.largeBlock)) continue;
      this.#between();
      yield "turn";
    }
  }

  *#writeCombined(rows: MergeRows, writer: RunWriter, combine: RowCombiner, newLayouts: Set<StreamLayout>): Steps {
    let isPageWritten = false;
    const emit: RowEmitter = (memory, slot, layout) => {
      newLayouts.add(layout);
      const isLarge = memory.i32[slot * 2]! >> 3 > MAX_ROW_SLOTS;
      const largeBlock = isLarge ? this.#large.put(memory, slot) : NOT_LARGE;
      if (writer.append(memory, slot, layout, largeBlock)) isPageWritten = true;
    };
    const groups = new GroupRows(rows, this.#order);
    while (groups.nextGroup()) {
      combine(groups, emit);
      while (!groups.skip()) {
        this.#between();
        yield "turn";
      }
      if (!isPageWritten) continue;
      isPageWritten = false;
      this.#between();
      yield "turn";
    }
  }

  /** Sorts what was appended and returns the rows in order. Nothing may be appended afterwards. */
  *finish(): Steps<RowCursor> {
    yield* this.complete();
    return this.rows();
  }

  /** Sorts what was appended: `rows` returns it then. Nothing may be appended afterwards. */
  *complete(): Steps {
    const buffer = this.#buffer;
    yield* this.#sortBuffer();
    if (this.#runs.length > this.#budget.numFree) {
      if (buffer.numRows > 0) yield* this.#spillSorted();
      while (this.#runs.length > this.#budget.numFree) yield* this.#mergeSmallest();
    }
  }

  /** Returns the sorted rows from the beginning, once `complete` is done. A cursor that was returned before must not be used any more. */
  rows(): RowCursor {
    this.#result?.close();
    this.#result = undefined;
    const inMemory = this.#buffer.sorted();
    if (this.#runs.length > 0) {
      const merge = this.#open(this.#runs, inMemory, this.#isReadAgain);
      this.#result = merge;
      if (merge instanceof MergeRows) return merge;
      this.#gatherPage ??= this.#takePage();
      return new GatheredRows(merge, this.#gatherPage);
    }
    // The page first: who has begun to gather rows can't be read one by one any more.
    this.#gatherPage ??= this.#budget.take();
    const gather = this.#gatherPage === undefined ? undefined : this.#buffer.gather();
    if (gather !== undefined) return new GatheredRows(gather, this.#gatherPage!);
    if (inMemory.length === 1 && !this.#buffer.isMixed) return inMemory[0]!;
    this.#result = this.#openRuns([], inMemory);
    return this.#result;
  }

  /** Merges as many neighbours as have to be, so that one merge reads what is left: those with the fewest pages. */
  *#mergeSmallest(): Steps {
    const runs = this.#runs;
    const count = Math.min(this.#fanIn, runs.length - this.#budget.numFree + 1);
    let best = 0;
    let bestSize = Number.POSITIVE_INFINITY;
    for (let first = 0; first + count <= runs.length; first++) {
      const size = runs.slice(first, first + count).reduce((sum, { run }) => sum + run.file.numBlocks, 0);
      if (size < bestSize) [best, bestSize] = [first, size];
    }
    yield* this.#mergeNeighbours(best, count, 0);
  }

  /** Gives back all pages and removes all files, whatever was done so far. Never throws. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#result?.close();
    this.#file?.remove();
    for (const { run } of this.#runs) run.file.remove();
    this.#large.close();
    this.#budget.giveAll();
  }
}
