/** What becomes of pairs that is no projection: the tuple of both records, the left one, or what a function makes of them. */
import type { Memory } from "@millrace/core";
import type { PairResultSpec } from "@millrace/job-graph";
import { MAX_PAGE_ROW_SLOTS } from "../memory/page-slots.js";
import { RowRecordReader } from "../rows/record-reader.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { DriverContext, Steps, TaskFunction } from "../task/driver.js";
import { PairOutput, type PairValues, type RowPairs } from "./pair-output.js";
import { PairRow } from "./pair-row.js";
import { ProjectionOutput } from "./projection-output.js";
import { TimedPace } from "./timed-pace.js";

/**
 * Returns what makes results of pairs for `result`. `values` says where the records lie in the rows of each side, `method` what a
 * function that is an object calls it.
 */
export function createPairOutput(
  result: PairResultSpec,
  values: PairValues,
  method: "join" | "cross",
  context: DriverContext,
): PairOutput {
  switch (result.kind) {
    case "pair":
      return new TupleOutput(values, context);
    case "left":
      return new LeftOutput(values, context);
    case "projection":
      return new ProjectionOutput(result, values, context);
    case "function":
      return new FunctionOutput(values, context, context.function(result.function, method));
    case "flatFunction":
      return new FlatFunctionOutput(values, context, context.function(result.function, method));
  }
}

/** Gives the tuple of both records; as bytes wherever the records are rows or tuples. */
class TupleOutput extends PairOutput {
  readonly #row: PairRow;
  readonly #left: RowRecordReader;
  readonly #right: RowRecordReader;

  constructor({ leftValue, rightValue }: PairValues, { out, layouts }: DriverContext) {
    super(out);
    this.#row = new PairRow(layouts, leftValue, rightValue);
    this.#left = new RowRecordReader(leftValue);
    this.#right = new RowRecordReader(rightValue);
  }

  override pair(
    left: Memory,
    leftSlot: number,
    leftLayout: StreamLayout,
    right: Memory,
    rightSlot: number,
    rightLayout: StreamLayout,
  ): void {
    const row = this.#row;
    if (row.takesLeft(leftLayout) && row.takesRight(rightLayout)) {
      const layout = row.pair(left, leftSlot, leftLayout, right, rightSlot, rightLayout);
      this.out.collectRow(row.memory, 0, layout);
    } else {
      this.out.collect([this.#left.read(left, leftSlot, leftLayout), this.#right.read(right, rightSlot, rightLayout)]);
    }
    this.count();
  }

  override takesPairs(left: StreamLayout, right: StreamLayout): boolean {
    return this.#row.takesLeft(left) && this.#row.takesRight(right);
  }

  override pairs(
    { kernels, rows }: RowPairs,
    lefts: number,
    leftLayout: StreamLayout,
    rights: number,
    rightLayout: StreamLayout,
    from: number,
    numPairs: number,
  ): number {
    const row = this.#row;
    const limit = rows.firstSlot + MAX_PAGE_ROW_SLOTS;
    const leftWord = row.leftWordOf(leftLayout);
    const rightWord = row.rightWordOf(rightLayout);
    const next = kernels.writePairs(lefts, rights, from, numPairs, leftWord, rightWord, rows.firstSlot, limit);
    if (next > from) {
      this.out.collectRows(kernels.memory, rows.firstSlot, kernels.endSlot, row.layoutOf(leftLayout, rightLayout));
    }
    this.isWaiting = true;
    return next;
  }

  override left(memory: Memory, slot: number, layout: StreamLayout): void {
    const row = this.#row;
    if (row.takesLeft(layout)) {
      const pair = row.left(memory, slot, layout);
      this.out.collectRow(row.memory, 0, pair);
    } else {
      this.out.collect([this.#left.read(memory, slot, layout), null]);
    }
    this.count();
  }

  override right(memory: Memory, slot: number, layout: StreamLayout): void {
    const row = this.#row;
    if (row.takesRight(layout)) {
      const pair = row.right(memory, slot, layout);
      this.out.collectRow(row.memory, 0, pair);
    } else {
      this.out.collect([null, this.#right.read(memory, slot, layout)]);
    }
    this.count();
  }
}

/** Gives the left record. */
class LeftOutput extends PairOutput {
  readonly #isWholeRow: boolean;
  readonly #reader: RowRecordReader;

  constructor({ leftValue }: PairValues, { out }: DriverContext) {
    super(out);
    this.#isWholeRow = leftValue === undefined;
    this.#reader = new RowRecordReader(leftValue);
  }

  override pair(left: Memory, leftSlot: number, leftLayout: StreamLayout): void {
    this.left(left, leftSlot, leftLayout);
  }

  override left(memory: Memory, slot: number, layout: StreamLayout): void {
    if (this.#isWholeRow) this.out.collectRow(memory, slot, layout);
    else this.out.collect(this.#reader.read(memory, slot, layout));
    this.count();
  }

  override right(): void {
    this.out.collect(null);
    this.count();
  }
}

/** Calls the user's function with both records; a missing side is null. */
abstract class CallOutput extends PairOutput {
  readonly #left: RowRecordReader;
  readonly #right: RowRecordReader;

  constructor({ leftValue, rightValue }: PairValues, { out }: DriverContext) {
    super(out);
    this.#left = new RowRecordReader(leftValue);
    this.#right = new RowRecordReader(rightValue);
  }

  protected abstract call(left: unknown, right: unknown): void;

  override pair(
    left: Memory,
    leftSlot: number,
    leftLayout: StreamLayout,
    right: Memory,
    rightSlot: number,
    rightLayout: StreamLayout,
  ): void {
    this.call(this.#left.read(left, leftSlot, leftLayout), this.#right.read(right, rightSlot, rightLayout));
  }

  override left(memory: Memory, slot: number, layout: StreamLayout): void {
    this.call(this.#left.read(memory, slot, layout), null);
  }

  override right(memory: Memory, slot: number, layout: StreamLayout): void {
    this.call(null, this.#right.read(memory, slot, layout));
  }
}

/** Gives what the function returns. */
class FunctionOutput extends CallOutput {
  readonly #function: TaskFunction;
  readonly #pace: TimedPace;

  constructor(values: PairValues, context: DriverContext, userFunction: TaskFunction) {
    super(values, context);
    this.#function = userFunction;
    this.#pace = new TimedPace(context.clock);
  }

  protected override call(left: unknown, right: unknown): void {
    this.out.collect(this.#function.one(left, right));
    if (this.#pace.isDue()) this.isWaiting = true;
  }
}

/** Gives all that the function returns and writes. The call runs in `drain`, since it may have to wait. */
class FlatFunctionOutput extends CallOutput {
  readonly #function: TaskFunction;
  readonly #pace: TimedPace;
  #pending: readonly [left: unknown, right: unknown] | undefined;

  constructor(values: PairValues, context: DriverContext, userFunction: TaskFunction) {
    super(values, context);
    this.#function = userFunction;
    this.#pace = new TimedPace(context.clock);
  }

  override *drain(): Steps {
    const pending = this.#pending;
    this.#pending = undefined;
    this.isWaiting = false;
    const rest = pending === undefined ? undefined : this.#function.many(this.out, pending[0], pending[1]);
    if (rest !== undefined) yield* rest;
    if (this.out.isFull) yield "output";
    else if (this.#pace.isDue()) yield "turn";
  }

  protected override call(left: unknown, right: unknown): void {
    this.#pending = [left, right];
    this.isWaiting = true;
  }
}
