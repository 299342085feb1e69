import type { JobVertex } from "@millrace/job-graph";
import type { InputGate } from "../exchange/input-gate.js";
import type { TaskOutput } from "../exchange/task-output.js";
import type { IterationRun } from "../iteration/iteration-run.js";
import type { JobContext } from "../job/job-context.js";
import type { PageBudget } from "../memory/page-budget.js";
import type { TaskMetrics } from "../metrics/task-metrics.js";
import type { Driver } from "./driver.js";
import type { BroadcastSet } from "./operator-runtime-context.js";
import type { RowKeeper } from "./row-keeper.js";
import type { TaskDriverContext } from "./task-driver-context.js";

/** Is an input of a task, and what takes it in before the driver runs; undefined when the driver reads it as it comes. */
export interface TaskInput {
  readonly gate: InputGate;
  readonly keeper: RowKeeper | undefined;
  /** Whether it is the same in all supersteps. */
  readonly isConstant: boolean;
}

/** Is what a task is put together from. */
export interface TaskParts {
  readonly vertex: JobVertex;
  readonly subtaskIndex: number;
  readonly job: JobContext;
  /** The driver's pages. */
  readonly budget: PageBudget;
  /** Measures what it does. */
  readonly metrics: TaskMetrics;
  readonly inputs: readonly TaskInput[];
  /** Broadcast sets, and what functions see of them. */
  readonly broadcasts: readonly TaskInput[];
  readonly broadcastSets: readonly BroadcastSet[];
  /** The borders of range partitionings of its output. */
  readonly borders: readonly TaskInput[];
  /** What tails elsewhere send to the head of an iteration: the next state, then the changes of a solution set. */
  readonly feedback: readonly InputGate[];
  /** One, or two and more of the head of an iteration. */
  readonly outputs: readonly TaskOutput[];
  /** The iteration that the vertex is in. */
  readonly iteration: IterationRun | undefined;
  /** Whether it runs once per superstep, as its inputs say: heads drive the supersteps themselves. */
  readonly isDynamic: boolean;
  /** Whether the driver ends the outputs itself: heads do. */
  readonly endsItsOutputs: boolean;
  /** Makes the driver where it is not the one that the plan names. */
  readonly makeDriver?: ((context: TaskDriverContext) => Driver) | undefined;
}
