/**
 * Reduces parts of groups before an exchange: fills a sort buffer, sorts it, reduces its groups, gives the results, and begins anew (R058). So it
 * never spills; what is left to do is the work of the reduce behind the exchange.
 */
import type { DriverSpec } from "@millrace/job-graph";
import { KeptKey } from "../hash/kept-key.js";
import { RowRecordReader } from "../rows/record-reader.js";
import type { Driver, DriverContext, Steps, TaskFunction } from "../task/driver.js";
import { BufferedGroups } from "./buffered-groups.js";
import { TimedPace } from "./timed-pace.js";

type ReduceCombineSpec = Extract<DriverSpec, { kind: "reduceCombine" }>;

/** Makes the driver of a combiner that sorts: strategy `sorted`. @internal */
export function createSortedReduceCombineDriver(spec: ReduceCombineSpec, context: DriverContext): Driver {
  return new SortedReduceCombineDriver(spec, context);
}

class SortedReduceCombineDriver implements Driver {
  readonly #context: DriverContext;
  readonly #function: TaskFunction;
  readonly #value: number | undefined;
  readonly #rowReader = new RowRecordReader(undefined);
  readonly #reader: RowRecordReader;
  readonly #groups: BufferedGroups;
  readonly #key: KeptKey;

  constructor({ function: ref, group }: ReduceCombineSpec, context: DriverContext) {
    this.#context = context;
    this.#function = context.function(ref, "reduce");
    this.#value = group.value;
    this.#reader = new RowRecordReader(group.value);
    this.#groups = new BufferedGroups(group.keys ?? [], [], context);
    this.#key = new KeptKey(group.keys ?? [], group.value, context);
  }

  *run(): Steps {
    const { out } = this.#context;
    const pace = new TimedPace(this.#context.clock);
    const groups = this.#groups;
    while (yield* groups.fill()) {
      const rows = groups.rows();
      while (rows.nextGroup()) {
        rows.next();
        let numRows = 1;
        const first = this.#rowReader.read(rows.memory, rows.slot, rows.layout);
        let result = this.#value === undefined ? first : (first as unknown[])[this.#value];
        this.#key.open(result);
        for (; rows.next(); numRows++) {
          result = this.#function.one(result, this.#reader.read(rows.memory, rows.slot, rows.layout));
          this.#key.check(result, rows.firstMemory, 0, rows.firstLayout);
          if (pace.isDue()) yield "turn";
        }
        if (numRows === 1) out.collectRow(rows.firstMemory, 0, rows.firstLayout);
        else out.collect(this.#value === undefined ? result : (first as unknown[]).with(this.#value, result));
        if (pace.isDue()) yield out.isFull ? "output" : "turn";
      }
    }
  }

  close(): void {
    this.#groups.close();
  }
}
