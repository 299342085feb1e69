/**
 * What becomes of the pairs that joins and crosses find: rules [O50] to [O52]. One object of one of these classes stands behind a driver:
 *
 *     for each pair found:  output.pair(left row, right row)
 *                           if (output.isWaiting) yield* output.drain()
 *
 * `isWaiting` is a field, so that asking it per pair costs nothing.
 */
import { fieldValue, type Memory, parseFieldPath } from "@millrace/core";
import type { PairResultSpec, ValuePosition } from "@millrace/job-graph";
import { pathInRow, RowFieldReader, RowRecordReader } from "../rows/record-reader.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { DriverContext, RecordOutput, Steps, TaskFunction } from "../task/driver.js";
import { PairRow } from "./pair-row.js";
import { TimedPace } from "./timed-pace.js";

/** How many pairs there are between two looks at whether the output is full: about as many as fill a page. */
const PAIRS_PER_LOOK = 512;

/** Makes results of pairs of rows. */
export abstract class PairOutput {
  /** Whether `drain` must run before the next call of another method. */
  isWaiting = false;
  protected readonly out: RecordOutput;
  #numPairs = 0;

  constructor(out: RecordOutput) {
    this.out = out;
  }

  /** Takes a pair. */
  abstract pair(
    left: Memory,
    leftSlot: number,
    leftLayout: StreamLayout,
    right: Memory,
    rightSlot: number,
    rightLayout: StreamLayout,
  ): void;
  /** Takes a left record without a right one. */
  abstract left(memory: Memory, slot: number, layout: StreamLayout): void;
  /** Takes a right record without a left one. */
  abstract right(memory: Memory, slot: number, layout: StreamLayout): void;

  /** Does what is to be done before the next pair. */
  *drain(): Steps {
    this.isWaiting = false;
    if (this.out.isFull) yield "output";
    else yield "turn";
  }

  /** Looks from time to time whether to wait for the output. */
  protected count(): void {
    if (++this.#numPairs >= PAIRS_PER_LOOK) {
      this.#numPairs = 0;
      this.isWaiting = true;
    }
  }
}

/** Says which records the two rows of a pair stand for. */
export interface PairValues {
  readonly leftValue: ValuePosition;
  readonly rightValue: ValuePosition;
}

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

/** Gives fields of both sides, and reads no others. A missing side has nulls. */
class ProjectionOutput extends PairOutput {
  readonly #fields: readonly ProjectedField[];
  readonly #shape: "row" | "tuple";

  constructor({ shape, fields }: Projection, { leftValue, rightValue }: PairValues, { out }: DriverContext) {
    super(out);
    this.#shape = shape;
    this.#fields = fields.map(({ side, path, name }) => ({
      isLeft: side === "first",
      name: name ?? path,
      reader: projectedReader(path, side === "first" ? leftValue : rightValue),
    }));
  }

  override pair(
    left: Memory,
    leftSlot: number,
    leftLayout: StreamLayout,
    right: Memory,
    rightSlot: number,
    rightLayout: StreamLayout,
  ): void {
    this.#collect((field) =>
      field.isLeft ? field.reader.read(left, leftSlot, leftLayout) : field.reader.read(right, rightSlot, rightLayout),
    );
  }

  override left(memory: Memory, slot: number, layout: StreamLayout): void {
    this.#collect((field) => (field.isLeft ? field.reader.read(memory, slot, layout) : null));
  }

  override right(memory: Memory, slot: number, layout: StreamLayout): void {
    this.#collect((field) => (field.isLeft ? null : field.reader.read(memory, slot, layout)));
  }

  #collect(read: (field: ProjectedField) => unknown): void {
    if (this.#shape === "tuple") this.out.collect(this.#fields.map(read));
    else this.out.collect(Object.fromEntries(this.#fields.map((field) => [field.name, read(field)])));
    this.count();
  }
}

type Projection = Extract<PairResultSpec, { kind: "projection" }>;

interface ProjectedField {
  readonly isLeft: boolean;
  readonly name: string;
  readonly reader: FieldOfRecord;
}

interface FieldOfRecord {
  read(memory: Memory, slot: number, layout: StreamLayout): unknown;
}

function projectedReader(path: string, value: ValuePosition): FieldOfRecord {
  const parsed = parseFieldPath(path);
  // A path with a wildcard means the value whose fields are meant, which may be the whole record.
  if (!parsed.isWildcard) return new RowFieldReader(pathInRow(path, value));
  const record = new RowRecordReader(value);
  return { read: (memory, slot, layout) => fieldValue(record.read(memory, slot, layout), parsed) };
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
