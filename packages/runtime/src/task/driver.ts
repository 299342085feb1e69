import type { FunctionAnalyzer } from "@millrace/closures";
import type { Clock, CustomType, Memory } from "@millrace/core";
import type { JobVertex, ObjectRef, OperatorInfo } from "@millrace/job-graph";
import type { CodeContext } from "../code/code-context.js";
import type { UserCode } from "../code/user-code.js";
import type { PageBudget } from "../memory/page-budget.js";
import type { PageCursor, RowCursor } from "../rows/row-cursor.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { SpillSpace } from "../spill/spill-space.js";

/**
 * Is what a driver yields when it hands the thread back: there is no input now, the output is full, another task should have
 * a turn (after about a page of work), or something has to be waited for. `inputOrOutput` is for who reads while it has no room to write.
 * @internal
 */
export type Wait = "input" | "output" | "inputOrOutput" | "turn" | Promise<unknown>;

/** Is work that goes on a piece at a time. It is a generator per task, never per record. @internal */
export type Steps<R = void> = Generator<Wait, R, void>;

/**
 * Reads the inputs of one task and writes to what is chained behind it. In iterations one driver serves all supersteps.
 * @internal
 */
export interface Driver {
  /**
   * Reads its inputs until it needs no more of them; called once, in an iteration once per superstep, and never again after it failed. It
   * yields "output" whenever `out.isFull`, looked at between pages, and after each call of user code that may give many. When nobody
   * needs its results any more its steps are ended by `return` where they yielded; after that comes `leave`, then `close`.
   */
  run(): Steps;
  /** Ends in good order what `run` has begun outside and left, such as the reading of a source; what fails then fails the job. */
  leave?(): Steps;
  /** Gives back pages and files, and drops what it holds; called once, however the task ended. Never throws. */
  close(): void;
}

/** Is what a task gives its driver. @internal */
export interface DriverContext {
  /** The step of the plan that the task is a part of. */
  readonly vertex: JobVertex;
  /** The task's 0-based number among those of its vertex. */
  readonly subtaskIndex: number;
  /** The driver's pages, by its memory weight. */
  readonly budget: PageBudget;
  /** Where it spills to. */
  readonly spill: SpillSpace;
  /** The layouts of the slot. */
  readonly layouts: LayoutTable;
  /** All types of classes that the plan declares. */
  readonly customTypes: readonly CustomType[];
  /** Tells loops that call functions how long they have been at it. */
  readonly clock: Clock;
  /** Where the driver's results go: the head of the chain, or the output. */
  readonly out: RecordOutput;
  /** The secret of the job's hash tables. */
  readonly hashSeed: { readonly low: number; readonly high: number };
  /**
   * Returns input number `index` as rows, when it is sorted or materialized: then it is complete when the driver runs. Ask for
   * it in `run()`, in an iteration in each superstep; each call reads from the beginning.
   */
  rows(index: number): RowCursor;
  /**
   * Returns input number `index` as pages, whatever its local strategy is. Ask for it in `run()`. Inputs that are constant in an iteration
   * and those with a local strategy are complete, and each call reads them from the beginning.
   */
  pages(index: number): PageCursor;
  /** Returns a function of the driver's operator as this task has it. It is open whenever the driver runs. */
  function(ref: ObjectRef, method: string): TaskFunction;
  /** Throws JOB_CANCELLED when the job was cancelled; for long loops inside of one step. */
  throwIfCancelled(): void;
}

/**
 * Is what a task gives to the operators that are chained behind its driver.
 * @internal
 */
export interface ChainContext extends CodeContext {
  /** The step of the plan that the task is a part of. */
  readonly vertex: JobVertex;
  /** The layouts of the slot. */
  readonly layouts: LayoutTable;
  /** Reads the sources of functions. */
  readonly analyzer: FunctionAnalyzer;
  /** How chains run: as generated code where that is allowed, unless this says otherwise. */
  readonly code?: "generated" | "interpreted" | undefined;
  /** Returns a function of a chained operator as this task has it. It is open whenever the driver runs. */
  function(operator: OperatorInfo, ref: ObjectRef, method: string): UserCode;
  /** Throws JOB_CANCELLED when the job was cancelled. */
  throwIfCancelled(): void;
}

/**
 * Takes the results of a driver. A call never fails for want of room: what does not fit is kept, in memory or spilled,
 * until there is, and `isFull` says so.
 * @internal
 */
export interface RecordOutput {
  /** Takes a record. It is the output's from now on. */
  collect(record: unknown): void;
  /** Takes a row as it lies; cheaper than a record wherever nothing behind reads it as an object. */
  collectRow(memory: Memory, slot: number, layout: StreamLayout): void;
  /** Takes rows of one layout that lie one behind the other, as if by `collectRow`, each in its turn. */
  collectRows(memory: Memory, slot: number, endSlot: number, layout: StreamLayout): void;
  /** Whether the driver should yield "output" before it goes on. */
  readonly isFull: boolean;
}

/**
 * Is a user function of one task. What it throws is reported with operator, subtask and record; what it returns is checked.
 * @internal
 */
export interface TaskFunction {
  /** Calls it with arguments, then its runtime context; returns its one result. */
  one(...args: readonly unknown[]): unknown;
  /**
   * Calls it with arguments, then a collector, then its runtime context. Each record that it writes or returns goes to
   * `out`. A returned iterable that is no array is pulled as there is room, hence the steps; undefined when all was given already.
   */
  many(out: RecordOutput, ...args: readonly unknown[]): Steps | undefined;
}
