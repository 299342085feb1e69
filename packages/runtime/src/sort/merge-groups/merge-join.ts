/**
 * Joins two streams that are sorted by their keys (sort-merge join). Of a key that both sides have, the right group is kept:
 *
 * 1. Its rows are taken into the memory that there is. When all are in it, each left row meets all of them.
 * 2. Else the right group is written to disk, and the memory holds left rows in its place, as many as it has room for: for each such block the right
 *    group is read once, and each of its rows meets all left rows of the block. So groups of any size on both sides
 *    cost no more than (left size / memory) passes over the right group.
 */
import type { Memory, MemorySegment } from "@millrace/core";
import type { JoinKind, KeyFieldSpec } from "@millrace/job-graph";
import { HashKeys } from "../../hash/hash-keys.js";
import type { PageBudget } from "../../memory/page-budget.js";
import { tooFewPages } from "../../memory/too-few-pages.js";
import type { RowCursor } from "../../rows/row-cursor.js";
import type { LayoutTable, StreamLayout } from "../../rows/stream-layout.js";
import type { SpillFile, SpillSpace } from "../../spill/spill-space.js";
import type { Steps } from "../../task/driver.js";
import { WORK_IN_A_STEP, workOf } from "../../task/work.js";
import { LargeRows } from "../large-rows.js";
import { type Run, RunRows, RunWriter } from "../run.js";
import { MAX_ROW_SLOTS } from "../sort-limits.js";
import { NOT_LARGE } from "../sorted-rows.js";
import { PairedGroups } from "./paired-groups.js";
import { RowBlock } from "./row-block.js";

/** Is the least number of pages of a merge join: one to hold rows, one to read and write a group on disk with. @internal */
export const MIN_MERGE_JOIN_PAGES = 2;

/** Takes the results of a join. `drain` runs before the next call whenever `isWaiting`. @internal */
export interface PairSink {
  /** Whether `drain` has to run. */
  readonly isWaiting: boolean;
  /** Takes a pair of rows with equal keys. */
  pair(
    left: Memory,
    leftSlot: number,
    leftLayout: StreamLayout,
    right: Memory,
    rightSlot: number,
    rightLayout: StreamLayout,
  ): void;
  /** Takes a left row for itself. */
  left(memory: Memory, slot: number, layout: StreamLayout): void;
  /** Takes a right row for itself. */
  right(memory: Memory, slot: number, layout: StreamLayout): void;
  /** Waits for room. */
  drain(): Steps;
}

/** Is what a merge join works with. @internal */
export interface MergeJoinOptions {
  /** Says which rows have results. */
  readonly joinType: JoinKind;
  /** The key of the left rows. */
  readonly leftKeys: readonly KeyFieldSpec[];
  /** The key of the right rows. */
  readonly rightKeys: readonly KeyFieldSpec[];
  /** Its pages: {@link MIN_MERGE_JOIN_PAGES} at least. Nobody else takes from it. */
  readonly budget: PageBudget;
  /** Where large groups go. */
  readonly spill: SpillSpace;
  /** The layouts of the slot. */
  readonly layouts: LayoutTable;
  /** Takes the results. */
  readonly sink: PairSink;
}

/** Joins sorted streams; see above. @internal */
export class MergeJoin {
  readonly #options: MergeJoinOptions;
  readonly #leftKeys: HashKeys;
  readonly #keepsLeft: boolean;
  readonly #keepsRight: boolean;
  readonly #large: LargeRows;
  #block: RowBlock | undefined;
  /** The page with which groups on disk are written and read. */
  #page: MemorySegment | undefined;
  #file: SpillFile | undefined;

  constructor(options: MergeJoinOptions) {
    const { budget, joinType, leftKeys, spill } = options;
    if (budget.numPages < MIN_MERGE_JOIN_PAGES) throw tooFewPages(budget, MIN_MERGE_JOIN_PAGES, "join");
    this.#options = options;
    this.#leftKeys = new HashKeys(leftKeys);
    this.#keepsLeft = joinType === "left-outer" || joinType === "full-outer" || joinType === "anti";
    this.#keepsRight = joinType === "right-outer" || joinType === "full-outer";
    this.#large = new LargeRows(spill, budget.owner);
  }

  /** Reads both streams, and gives all results. It is one generator for all groups, since most groups are of one row. */
  *run(leftRows: RowCursor, rightRows: RowCursor): Steps {
    const { leftKeys, rightKeys, joinType, sink } = this.#options;
    const groups = new PairedGroups(leftRows, leftKeys, rightRows, rightKeys);
    const { left, right } = groups;
    // Keys without results give no turn to others.
    let workAtTurn = 0;
    for (let side = groups.next(); side !== undefined; side = groups.next()) {
      if (groups.isLeftAtEnd && !this.#keepsRight) return;
      if (groups.isRightAtEnd && !this.#keepsLeft) return;
      const isMatch = side === "both" && this.#leftKeys.of(left.firstLayout).hasNull?.(left.firstMemory, 0) !== true;
      if (isMatch && joinType !== "semi" && joinType !== "anti") {
        const block = this.#openBlock();
        right.next();
        let taken = this.#take(right, block);
        for (; taken === "some"; taken = this.#take(right, block)) yield "turn";
        if (taken === "full") yield* this.#givePairsFromDisk(left, right);
        else {
          while (left.next()) {
            block.reset();
            while (block.next()) {
              if (sink.isWaiting) yield* sink.drain();
              sink.pair(left.memory, left.slot, left.layout, block.memory, block.slot, block.layout);
            }
          }
        }
      } else {
        const givesLeft = isMatch ? joinType === "semi" : side !== "right" && this.#keepsLeft;
        while (givesLeft && left.next()) {
          if (sink.isWaiting) yield* sink.drain();
          sink.left(left.memory, left.slot, left.layout);
        }
        const givesRight = !isMatch && side !== "left" && this.#keepsRight;
        while (givesRight && right.next()) {
          if (sink.isWaiting) yield* sink.drain();
          sink.right(right.memory, right.slot, right.layout);
        }
      }
      if (sink.isWaiting) yield* sink.drain();
      while (!groups.skip()) yield "turn";
      if (groups.work - workAtTurn < WORK_IN_A_STEP) continue;
      workAtTurn = groups.work;
      yield "turn";
    }
  }

  /** Takes rows from the current one on into memory, as many as are work for a step. When it is full, the current row is the first without room. */
  #take(rows: RowCursor, block: RowBlock): "all" | "some" | "full" {
    let work = 0;
    do {
      if (!block.append(rows.memory, rows.slot, rows.layout)) return "full";
      work += workOf(rows.memory, rows.slot);
      if (!rows.next()) return "all";
    } while (work < WORK_IN_A_STEP);
    return "some";
  }

  /** `right` is at the first row for which the block had no room. */
  *#givePairsFromDisk(left: RowCursor, right: RowCursor): Steps {
    const { sink, layouts, budget } = this.#options;
    const block = this.#block!;
    const run = yield* this.#writeRun(block, right);
    const load = (number: number): Memory => this.#large.load(number);
    for (let hasLeft = left.next(); hasLeft; ) {
      block.clear();
      let taken = this.#take(left, block);
      for (; taken === "some"; taken = this.#take(left, block)) yield "turn";
      hasLeft = taken === "full";
      if (block.isEmpty) throw tooFewPages(budget, MIN_MERGE_JOIN_PAGES, "join");
      const rows = new RunRows(run, this.#page!, layouts, undefined, load, () => {});
      while (rows.next()) {
        const isLarge = rows.largeBlock !== NOT_LARGE;
        const memory = isLarge ? load(rows.largeBlock) : rows.memory;
        const slot = isLarge ? 0 : rows.slot;
        block.reset();
        while (block.next()) {
          if (sink.isWaiting) yield* sink.drain();
          sink.pair(block.memory, block.slot, block.layout, memory, slot, rows.layout);
        }
      }
    }
    run.file.remove();
  }

  /** Writes the rows of the block, and those of `right` from the current one on. */
  *#writeRun(block: RowBlock, right: RowCursor): Steps<Run> {
    const { spill, budget } = this.#options;
    this.#file = spill.createFile(budget.owner);
    const writer = new RunWriter(this.#file, this.#page!);
    block.reset();
    let work = 0;
    for (let rows: RowCursor = block.next() ? block : right; ; ) {
      work += workOf(rows.memory, rows.slot);
      this.#write(writer, rows);
      if (!rows.next()) {
        if (rows === right) return writer.finish();
        rows = right;
      }
      if (work < WORK_IN_A_STEP) continue;
      work = 0;
      yield "turn";
    }
  }

  #write(writer: RunWriter, { memory, slot, layout }: RowCursor): void {
    const isLarge = memory.i32[slot * 2]! >> 3 > MAX_ROW_SLOTS;
    writer.append(memory, slot, layout, isLarge ? this.#large.put(memory, slot) : NOT_LARGE);
  }

  /** Returns the block, empty. */
  #openBlock(): RowBlock {
    const { budget, layouts } = this.#options;
    this.#page ??= budget.take();
    if (this.#page === undefined) throw tooFewPages(budget, MIN_MERGE_JOIN_PAGES, "join");
    this.#block ??= new RowBlock(budget, layouts, this.#large);
    this.#block.clear();
    this.#large.close();
    return this.#block;
  }

  /** Gives back all pages and removes all files, whatever was done so far. Never throws. */
  close(): void {
    this.#file?.remove();
    this.#large.close();
    this.#block = undefined;
    this.#page = undefined;
    this.#options.budget.giveAll();
  }
}
