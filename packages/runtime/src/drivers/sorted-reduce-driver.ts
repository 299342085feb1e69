import type { DriverSpec } from "@millrace/job-graph";
import { nextPage } from "../hash/join-table.js";
import { KeptKey } from "../hash/kept-key.js";
import { RowRecordReader } from "../rows/record-reader.js";
import { KeyOrder } from "../sort/key-order.js";
import { GroupRows } from "../sort/merge-groups/group-rows.js";
import type { Driver, DriverContext, Steps, TaskFunction } from "../task/driver.js";
import { TimedPace } from "./timed-pace.js";

type ReduceSpec = Extract<DriverSpec, { kind: "reduce" }>;

/** Makes the driver that reduces groups of a sorted input, or the whole input: strategies `sorted` and `all`. @internal */
export function createSortedReduceDriver(spec: ReduceSpec, context: DriverContext): Driver {
  return spec.strategy === "all" ? new AllReduceDriver(spec, context) : new SortedReduceDriver(spec, context);
}

/** Reduces group after group ([O30], [O46]): from left to right, a group of one without a call. */
class SortedReduceDriver implements Driver {
  readonly #context: DriverContext;
  readonly #function: TaskFunction;
  readonly #reader: RowRecordReader;
  readonly #order: KeyOrder;
  readonly #key: KeptKey;

  constructor({ function: ref, group }: ReduceSpec, context: DriverContext) {
    const { keys = [], value } = group;
    this.#context = context;
    this.#function = context.function(ref, "reduce");
    this.#reader = new RowRecordReader(value);
    this.#order = new KeyOrder(keys);
    this.#key = new KeptKey(keys, value, context);
  }

  *run(): Steps {
    const { out } = this.#context;
    const rows = new GroupRows(this.#context.rows(0), this.#order);
    const pace = new TimedPace(this.#context.clock);
    while (rows.nextGroup()) {
      rows.next();
      let result = this.#reader.read(rows.memory, rows.slot, rows.layout);
      this.#key.open(result);
      while (rows.next()) {
        result = this.#function.one(result, this.#reader.read(rows.memory, rows.slot, rows.layout));
        this.#key.check(result, rows.firstMemory, 0, rows.firstLayout);
        if (pace.isDue()) yield "turn";
      }
      out.collect(result);
      if (pace.isDue()) yield out.isFull ? "output" : "turn";
    }
  }

  close(): void {}
}

/** Reduces everything to one record, or to none when there is none. */
class AllReduceDriver implements Driver {
  readonly #context: DriverContext;
  readonly #function: TaskFunction;
  readonly #reader: RowRecordReader;

  constructor({ function: ref, group }: ReduceSpec, context: DriverContext) {
    this.#context = context;
    this.#function = context.function(ref, "reduce");
    this.#reader = new RowRecordReader(group.value);
  }

  *run(): Steps {
    const { out } = this.#context;
    const pace = new TimedPace(this.#context.clock);
    const pages = this.#context.pages(0);
    let result: unknown;
    let isEmpty = true;
    while (!(yield* nextPage(pages))) {
      const { memory, endSlot, layout } = pages;
      for (let { slot } = pages; slot < endSlot; slot += memory.i32[slot * 2]! >> 3) {
        const record = this.#reader.read(memory, slot, layout);
        result = isEmpty ? record : this.#function.one(result, record);
        isEmpty = false;
        if (pace.isDue()) yield "turn";
      }
      yield "turn";
    }
    if (!isEmpty) out.collect(result);
  }

  close(): void {}
}
