import type { RuntimeContext } from "@millrace/core";
import type { ObjectRef } from "@millrace/job-graph";
import type { UserCode } from "../code/index.js";
import type { InputGate } from "../exchange/input-gate.js";
import type { TaskOutput } from "../exchange/task-output.js";
import type { IterationRun } from "../iteration/iteration-run.js";
import type { JobContext } from "../job/job-context.js";
import type { Driver, DriverContext } from "./driver.js";

/** Is what drivers that reach beyond their task are given: sources, sinks, heads and tails of iterations. */
export interface TaskDriverContext extends DriverContext {
  readonly job: JobContext;
  /** All outputs of the task; `out` is the chain before the first. */
  readonly outputs: readonly TaskOutput[];
  /** Returns the gate of an input, for operators that read its channels by themselves. */
  gate(index: number): InputGate;
  /** What tails elsewhere send to the head of an iteration: the next state, then the changes of a solution set. */
  readonly feedback: readonly InputGate[];
  /** The iteration that the vertex is in. */
  readonly iteration: IterationRun | undefined;
  /** Returns the runtime context of the driver's operator. */
  runtimeContext(): RuntimeContext;
  /** Returns a function of the driver's operator with everything that one can do with it. */
  userCode(ref: ObjectRef, method: string): UserCode;
  /** Lets the task go on when the promise is settled, should it have yielded "input" then; for what a driver waits for beside its input. */
  waitBesideInput(promise: Promise<unknown>): void;
}

/** Makes the driver of one task. */
export type TaskDriverFactory<S> = (spec: S, context: TaskDriverContext) => Driver;
