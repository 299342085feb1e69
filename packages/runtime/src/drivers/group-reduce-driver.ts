import type { DriverSpec } from "@millrace/job-graph";
import { singlePassOver } from "../code/index.js";
import { RowRecordReader } from "../rows/record-reader.js";
import { KeyOrder } from "../sort/key-order.js";
import { GroupRows } from "../sort/merge-groups/group-rows.js";
import type { Driver, DriverContext, Steps, TaskFunction } from "../task/driver.js";
import { TimedPace } from "./timed-pace.js";

type GroupReduceSpec = Extract<DriverSpec, { kind: "groupReduce" }>;

/** Makes the driver that calls a function for each group of a sorted input, or once for all records ([O31]). @internal */
export function createGroupReduceDriver(spec: GroupReduceSpec, context: DriverContext): Driver {
  return new GroupReduceDriver(spec, context);
}

class GroupReduceDriver implements Driver {
  readonly #context: DriverContext;
  readonly #function: TaskFunction;
  readonly #reader: RowRecordReader;
  readonly #order: KeyOrder;

  constructor({ function: ref, group, strategy }: GroupReduceSpec, context: DriverContext) {
    this.#context = context;
    this.#function = context.function(ref, "reduce");
    this.#reader = new RowRecordReader(group.value);
    // A key without fields is equal in all records: they are one group.
    this.#order = new KeyOrder(strategy === "all" ? [] : (group.keys ?? []));
  }

  *run(): Steps {
    const { out } = this.#context;
    const rows = new GroupRows(this.#context.rows(0), this.#order);
    const pace = new TimedPace(this.#context.clock);
    while (rows.nextGroup()) {
      const steps = this.#function.many(out, singlePassOver(rows, this.#reader));
      if (steps !== undefined) yield* steps;
      if (out.isFull) yield "output";
      else if (pace.isDue()) yield "turn";
      while (!rows.skip()) yield "turn";
    }
  }

  close(): void {}
}
