import type { Memory } from "@millrace/core";
import type { DriverSpec } from "@millrace/job-graph";
import { HeldRow } from "../rows/held-row.js";
import { pathInRow, RowFieldReader } from "../rows/record-reader.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import { KeyOrder } from "../sort/key-order.js";
import { GroupRows } from "../sort/merge-groups/group-rows.js";
import type { Driver, DriverContext, Steps } from "../task/driver.js";
import { eachPage } from "./page-steps.js";
import { TimedPace } from "./timed-pace.js";
import { ValueOutput } from "./value-output.js";

type SelectBySpec = Extract<DriverSpec, { kind: "selectBy" }>;

/**
 * Makes the driver that keeps the least or greatest record of each group of a sorted input, or of the whole input ([O40]). @internal
 */
export function createSelectByDriver(spec: SelectBySpec, context: DriverContext): Driver {
  return spec.strategy === "all" ? new AllSelectByDriver(spec, context) : new SortedSelectByDriver(spec, context);
}

/** Holds the best row so far. */
class BestRow {
  readonly held = new HeldRow();
  readonly #fields: readonly { readonly order: KeyOrder; readonly reader: RowFieldReader }[];
  readonly #isMin: boolean;

  constructor({ extreme, fields, group }: SelectBySpec) {
    this.#isMin = extreme === "min";
    this.#fields = fields.map((field) => {
      const path = pathInRow(field, group.value);
      return { order: new KeyOrder([{ path }]), reader: new RowFieldReader(path) };
    });
  }

  /** Takes the first row. */
  begin(memory: Memory, slot: number, layout: StreamLayout): void {
    this.held.hold(memory, slot, layout);
  }

  /** Takes another row if it is better. */
  offer(memory: Memory, slot: number, layout: StreamLayout): void {
    if (this.#isBetter(memory, slot, layout)) this.held.hold(memory, slot, layout);
  }

  #isBetter(memory: Memory, slot: number, layout: StreamLayout): boolean {
    const { memory: best, layout: bestLayout } = this.held;
    for (const { order, reader } of this.#fields) {
      const compared = order.comparator(layout, bestLayout)(memory, slot, best, 0);
      if (compared === 0) continue;
      if (!this.#isMin) return compared > 0;
      // Null is the least of all values, and yet loses.
      if (compared < 0) return reader.read(memory, slot, layout) !== null;
      return reader.read(best, 0, bestLayout) === null;
    }
    return false;
  }
}

class SortedSelectByDriver implements Driver {
  readonly #context: DriverContext;
  readonly #order: KeyOrder;
  readonly #output: ValueOutput;
  readonly #best: BestRow;

  constructor(spec: SelectBySpec, context: DriverContext) {
    this.#context = context;
    this.#order = new KeyOrder(spec.group.keys ?? []);
    this.#output = new ValueOutput(spec.group.value, context);
    this.#best = new BestRow(spec);
  }

  *run(): Steps {
    const { out } = this.#context;
    const rows = new GroupRows(this.#context.rows(0), this.#order);
    const best = this.#best;
    const pace = new TimedPace(this.#context.clock);
    while (rows.nextGroup()) {
      rows.next();
      best.begin(rows.memory, rows.slot, rows.layout);
      while (rows.next()) {
        best.offer(rows.memory, rows.slot, rows.layout);
        if (pace.isDue()) yield "turn";
      }
      this.#output.collect(best.held.memory, 0, best.held.layout);
      if (pace.isDue()) yield out.isFull ? "output" : "turn";
    }
  }

  close(): void {}
}

class AllSelectByDriver implements Driver {
  readonly #context: DriverContext;
  readonly #output: ValueOutput;
  readonly #best: BestRow;

  constructor(spec: SelectBySpec, context: DriverContext) {
    this.#context = context;
    this.#output = new ValueOutput(spec.group.value, context);
    this.#best = new BestRow(spec);
  }

  *run(): Steps {
    const best = this.#best;
    let isEmpty = true;
    yield* eachPage(this.#context.pages(0), this.#context.out, ({ memory, slot, endSlot, layout }) => {
      for (let at = slot; at < endSlot; at += memory.i32[at * 2]! >> 3) {
        if (isEmpty) best.begin(memory, at, layout);
        else best.offer(memory, at, layout);
        isEmpty = false;
      }
      return undefined;
    });
    if (!isEmpty) this.#output.collect(best.held.memory, 0, best.held.layout);
  }

  close(): void {}
}
