import type { DriverSpec } from "@millrace/job-graph";
import { nextPage } from "../hash/join-table.js";
import { KeyOrder } from "../sort/key-order.js";
import { GroupRows } from "../sort/merge-groups/group-rows.js";
import type { Driver, DriverContext, Steps } from "../task/driver.js";
import { TimedPace } from "./timed-pace.js";
import { ValueOutput } from "./value-output.js";

type FirstSpec = Extract<DriverSpec, { kind: "first" }>;

/** Makes the driver that keeps the first records of each group of a sorted input, or of the whole input ([O42]). @internal */
export function createFirstDriver(spec: FirstSpec, context: DriverContext): Driver {
  return spec.strategy === "all" ? new AllFirstDriver(spec, context) : new SortedFirstDriver(spec, context);
}

class SortedFirstDriver implements Driver {
  readonly #context: DriverContext;
  readonly #count: number;
  readonly #order: KeyOrder;
  readonly #output: ValueOutput;

  constructor({ count, group }: FirstSpec, context: DriverContext) {
    this.#context = context;
    this.#count = count;
    this.#order = new KeyOrder(group.keys ?? []);
    this.#output = new ValueOutput(group.value, context);
  }

  *run(): Steps {
    const { out } = this.#context;
    const rows = new GroupRows(this.#context.rows(0), this.#order);
    const pace = new TimedPace(this.#context.clock);
    while (rows.nextGroup()) {
      for (let i = 0; i < this.#count && rows.next(); i++) {
        this.#output.collect(rows.memory, rows.slot, rows.layout);
        if (pace.isDue()) yield out.isFull ? "output" : "turn";
      }
      // Rows that are passed over cost time too.
      while (rows.next()) if (pace.isDue()) yield "turn";
    }
  }

  close(): void {}
}

/** Takes records as they come, until it has enough. */
class AllFirstDriver implements Driver {
  readonly #context: DriverContext;
  readonly #count: number;
  readonly #output: ValueOutput;

  constructor({ count, group }: FirstSpec, context: DriverContext) {
    this.#context = context;
    this.#count = count;
    this.#output = new ValueOutput(group.value, context);
  }

  *run(): Steps {
    const { out } = this.#context;
    const pages = this.#context.pages(0);
    let rest = this.#count;
    while (rest > 0 && !(yield* nextPage(pages))) {
      const { memory, endSlot, layout } = pages;
      for (let at = pages.slot; at < endSlot && rest > 0; at += memory.i32[at * 2]! >> 3, rest--) {
        this.#output.collect(memory, at, layout);
      }
      if (rest > 0) yield out.isFull ? "output" : "turn";
    }
  }

  close(): void {}
}
