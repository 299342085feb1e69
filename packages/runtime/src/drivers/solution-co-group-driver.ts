/**
 * Calls the function once per key of its input, which is sorted, with none or one record of the solution set (R068, [O65]). Groups of spilled partitions are put
 * off to the end, and then found partition by partition.
 */
import type { Memory } from "@millrace/core";
import type { DriverSpec } from "@millrace/job-graph";
import { singlePassOver } from "../code/index.js";
import { HashKeys } from "../hash/hash-keys.js";
import { type HashRange, prefixOf } from "../hash/hash-range.js";
import { MIN_PUT_OFF_PAGES, type PutOffCursor, PutOffRows } from "../hash/put-off-rows.js";
import type { SolutionSet } from "../hash/solution-set.js";
import { EMPTY_MEMORY } from "../rows/empty-memory.js";
import { RowRecordReader } from "../rows/record-reader.js";
import type { RowCursor } from "../rows/row-cursor.js";
import { RowPairOrder } from "../rows/row-order.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import { KeyOrder } from "../sort/key-order.js";
import { GroupRows } from "../sort/merge-groups/group-rows.js";
import type { Driver, DriverContext, Steps, TaskFunction } from "../task/driver.js";
import { TimedPace } from "./timed-pace.js";

type CoGroupSpec = Extract<DriverSpec, { kind: "coGroup" }>;

/** The least pages of the driver. @internal */
export const MIN_SOLUTION_CO_GROUP_PAGES = MIN_PUT_OFF_PAGES;

/** Makes the driver of a coGroup with a solution set. @internal */
export class SolutionCoGroupDriver implements Driver {
  readonly #context: DriverContext;
  readonly #solution: SolutionSet;
  readonly #isSolutionFirst: boolean;
  readonly #keys: HashKeys;
  /** Compares rows of the solution set with rows of the input. */
  readonly #equality: RowPairOrder;
  readonly #inputOrder: KeyOrder;
  readonly #putOff: PutOffRows;
  readonly #function: TaskFunction;
  readonly #inputReader: RowRecordReader;
  readonly #solutionReader: RowRecordReader;
  readonly #found = new SingleRow();
  readonly #pace: TimedPace;

  /** @param solution - the solution set of this subtask */
  constructor(spec: CoGroupSpec, context: DriverContext, solution: SolutionSet) {
    this.#context = context;
    this.#pace = new TimedPace(context.clock);
    this.#solution = solution;
    this.#isSolutionFirst = spec.solution === "first";
    const inputKeys = this.#isSolutionFirst ? spec.rightKeys : spec.leftKeys;
    this.#keys = new HashKeys(inputKeys);
    this.#equality = new RowPairOrder(solution.keys, inputKeys);
    this.#inputOrder = new KeyOrder(inputKeys);
    this.#putOff = new PutOffRows(context.budget, context.spill, context.layouts);
    this.#function = context.function(spec.function, "coGroup");
    const [solutionValue, inputValue] = this.#isSolutionFirst
      ? [spec.leftValue, spec.rightValue]
      : [spec.rightValue, spec.leftValue];
    this.#inputReader = new RowRecordReader(inputValue);
    this.#solutionReader = new RowRecordReader(solutionValue);
  }

  *run(): Steps {
    const groups = this.#groupsOf(this.#context.rows(0));
    while (groups.nextGroup()) {
      const { firstMemory, firstLayout } = groups;
      const hash = this.#keys.of(firstLayout).hash(firstMemory, 0, this.#context.hashSeed);
      const partition = this.#solution.partitionOf(hash);
      if (this.#solution.isSpilled(partition)) yield* this.#putGroupOff(hash, groups);
      else yield* this.#call(groups, hash);
      if (this.#context.out.isFull) yield "output";
      else if (this.#pace.isDue()) yield "turn";
      while (!groups.skip()) yield "turn";
    }
    yield* this.#callForPutOff();
  }

  close(): void {
    this.#solution.endLoading(this);
    this.#putOff.clear();
    this.#context.budget.giveAll();
  }

  #groupsOf(rows: RowCursor): GroupRows {
    return new GroupRows(rows, this.#inputOrder);
  }

  *#putGroupOff(hash: number, group: RowCursor): Steps {
    while (group.next()) {
      this.#putOff.add(group.memory, group.slot, group.layout, hash);
      if (this.#pace.isDue()) yield "turn";
    }
  }

  *#callForPutOff(): Steps {
    this.#putOff.finish();
    const solution = this.#solution;
    for (let partition = 0; partition < solution.numPartitions; partition++) {
      if (!solution.isSpilled(partition) || !this.#putOff.hasRowsOf(solution.rangeOf(partition))) continue;
      yield* solution.beginLoading(this);
      yield* solution.passes(partition, (pass) => this.#callForPass(pass));
    }
    solution.endLoading(this);
    this.#putOff.clear();
  }

  *#callForPass(pass: HashRange): Steps {
    const rows = yield* this.#putOff.rowsOf(pass);
    const groups = this.#groupsOf(new FilteredRows(rows, pass));
    while (groups.nextGroup()) {
      // Whoever has a partition loaded may not wait for others, who might wait for it: the output keeps what it has no room for.
      for (const wait of this.#call(groups, rows.hash)) yield wait === "output" ? "turn" : wait;
      if (this.#context.out.isFull || this.#pace.isDue()) yield "turn";
      while (!groups.skip()) yield "turn";
      this.#context.throwIfCancelled();
    }
    rows.close();
  }

  *#call(group: GroupRows, hash: number): Steps {
    const { firstMemory, firstLayout } = group;
    const found = this.#solution.find(firstMemory, 0, firstLayout, hash, this.#equality);
    this.#found.set(found?.memory, found?.slot ?? 0, found?.layout);
    const values = singlePassOver(group, this.#inputReader);
    const solution = singlePassOver(this.#found, this.#solutionReader);
    const args = this.#isSolutionFirst ? [solution, values] : [values, solution];
    const steps = this.#function.many(this.#context.out, ...args);
    if (steps !== undefined) yield* steps;
  }
}

/** Is a cursor over one row, or none. */
class SingleRow implements RowCursor {
  memory = EMPTY_MEMORY;
  slot = 0;
  #layout: StreamLayout | undefined;
  #isPending = false;

  get layout(): StreamLayout {
    return this.#layout!;
  }

  /** Begins anew, with a row, or none when `memory` is undefined. */
  set(memory: Memory | undefined, slot: number, layout: StreamLayout | undefined): void {
    this.memory = memory ?? EMPTY_MEMORY;
    this.slot = slot;
    this.#layout = layout;
    this.#isPending = memory !== undefined;
  }

  next(): boolean {
    const isPending = this.#isPending;
    this.#isPending = false;
    return isPending;
  }
}

/** Leaves out rows by the hash of their key. */
class FilteredRows implements RowCursor {
  readonly #rows: PutOffCursor;
  readonly #range: HashRange;

  constructor(rows: PutOffCursor, range: HashRange) {
    this.#rows = rows;
    this.#range = range;
  }

  get memory(): Memory {
    return this.#rows.memory;
  }

  get slot(): number {
    return this.#rows.slot;
  }

  get layout(): StreamLayout {
    return this.#rows.layout;
  }

  next(): boolean {
    while (this.#rows.next()) {
      if (prefixOf(this.#rows.hash, this.#range.numBits) === this.#range.prefix) return true;
    }
    return false;
  }
}
