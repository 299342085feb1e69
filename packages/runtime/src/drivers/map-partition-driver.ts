import type { DriverSpec } from "@millrace/job-graph";
import { singlePassOver } from "../code/index.js";
import { RowRecordReader } from "../rows/record-reader.js";
import type { Driver, DriverContext, Steps, TaskFunction } from "../task/driver.js";

/** Calls a function once, with all records of the task, also when there are none. Its input is complete before. */
export class MapPartitionDriver implements Driver {
  readonly #context: DriverContext;
  readonly #function: TaskFunction;
  readonly #reader = new RowRecordReader(undefined);

  constructor(spec: Extract<DriverSpec, { kind: "mapPartition" }>, context: DriverContext) {
    this.#context = context;
    this.#function = context.function(spec.function, "mapPartition");
  }

  *run(): Steps {
    const { out } = this.#context;
    const records = singlePassOver(this.#context.rows(0), this.#reader);
    const steps = this.#function.many(out, records);
    if (steps !== undefined) yield* steps;
    if (out.isFull) yield "output";
  }

  close(): void {}
}
