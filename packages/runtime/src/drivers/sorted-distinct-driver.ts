import type { DriverSpec } from "@millrace/job-graph";
import { KeyOrder } from "../sort/key-order.js";
import { GroupRows } from "../sort/merge-groups/group-rows.js";
import type { Driver, DriverContext, Steps } from "../task/driver.js";
import { TimedPace } from "./timed-pace.js";
import { ValueOutput } from "./value-output.js";

type DistinctSpec = Extract<DriverSpec, { kind: "distinct" }>;

/** Makes the driver that keeps one record of each key of a sorted input ([O41]): strategy `sorted`. @internal */
export function createSortedDistinctDriver(spec: DistinctSpec, context: DriverContext): Driver {
  return new SortedDistinctDriver(spec, context);
}

class SortedDistinctDriver implements Driver {
  readonly #context: DriverContext;
  readonly #order: KeyOrder;
  readonly #output: ValueOutput;

  constructor({ group }: DistinctSpec, context: DriverContext) {
    this.#context = context;
    this.#order = new KeyOrder(group.keys ?? []);
    this.#output = new ValueOutput(group.value, context);
  }

  *run(): Steps {
    const { out } = this.#context;
    const rows = new GroupRows(this.#context.rows(0), this.#order);
    const pace = new TimedPace(this.#context.clock);
    while (rows.nextGroup()) {
      rows.next();
      this.#output.collect(rows.memory, rows.slot, rows.layout);
      if (pace.isDue()) yield out.isFull ? "output" : "turn";
      while (rows.next()) if (pace.isDue()) yield "turn";
    }
  }

  close(): void {}
}
