import type { DriverSpec } from "@millrace/job-graph";
import { singlePassOver } from "../code/index.js";
import { RowRecordReader } from "../rows/record-reader.js";
import type { Driver, DriverContext, Steps, TaskFunction } from "../task/driver.js";

/** Calls a function once, with all records of both inputs, also when there are none. Both are complete before. @internal */
export class CoGroupRawDriver implements Driver {
  readonly #context: DriverContext;
  readonly #function: TaskFunction;
  readonly #left = new RowRecordReader(undefined);
  readonly #right = new RowRecordReader(undefined);

  constructor(spec: Extract<DriverSpec, { kind: "coGroupRaw" }>, context: DriverContext) {
    this.#context = context;
    this.#function = context.function(spec.function, "coGroup");
  }

  *run(): Steps {
    const { out } = this.#context;
    const left = singlePassOver(this.#context.rows(0), this.#left);
    const right = singlePassOver(this.#context.rows(1), this.#right);
    const steps = this.#function.many(out, left, right);
    if (steps !== undefined) yield* steps;
    if (out.isFull) yield "output";
  }

  close(): void {}
}
