import type { DriverSpec } from "@millrace/job-graph";
import { singlePassOver } from "../code/index.js";
import { RowRecordReader } from "../rows/record-reader.js";
import { NO_ROWS } from "../sort/merge-groups/no-rows.js";
import { PairedGroups } from "../sort/merge-groups/paired-groups.js";
import type { Driver, DriverContext, Steps, TaskFunction } from "../task/driver.js";
import { TimedPace } from "./timed-pace.js";

type CoGroupSpec = Extract<DriverSpec, { kind: "coGroup" }>;

/** Makes the driver that calls a function for each key of two sorted inputs ([O55], [O57]), neither of them a solution set. @internal */
export function createCoGroupDriver(spec: CoGroupSpec, context: DriverContext): Driver {
  return new CoGroupDriver(spec, context);
}

class CoGroupDriver implements Driver {
  readonly #spec: CoGroupSpec;
  readonly #context: DriverContext;
  readonly #function: TaskFunction;
  readonly #left: RowRecordReader;
  readonly #right: RowRecordReader;

  constructor(spec: CoGroupSpec, context: DriverContext) {
    this.#spec = spec;
    this.#context = context;
    this.#function = context.function(spec.function, "coGroup");
    this.#left = new RowRecordReader(spec.leftValue);
    this.#right = new RowRecordReader(spec.rightValue);
  }

  *run(): Steps {
    const { out } = this.#context;
    const { leftKeys, rightKeys } = this.#spec;
    const groups = new PairedGroups(this.#context.rows(0), leftKeys, this.#context.rows(1), rightKeys);
    const pace = new TimedPace(this.#context.clock);
    for (let side = groups.next(); side !== undefined; side = groups.next()) {
      const left = singlePassOver(side === "right" ? NO_ROWS : groups.left, this.#left);
      const right = singlePassOver(side === "left" ? NO_ROWS : groups.right, this.#right);
      const steps = this.#function.many(out, left, right);
      if (steps !== undefined) yield* steps;
      if (out.isFull) yield "output";
      else if (pace.isDue()) yield "turn";
      while (!groups.skip()) yield "turn";
    }
  }

  close(): void {}
}
