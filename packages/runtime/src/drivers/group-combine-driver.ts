/**
 * Calls a function on parts of groups, where they lie ([O32], R060): a sort buffer is filled and sorted, the function is called for each group in it,
 * and the buffer filled again. Without keys it is called once, for all records. The combiner of a group reduce keeps keys: what it gives is held to the key
 * of its group ([O125]), and gets those parts of the key in front that were attached.
 */
import type { DriverSpec } from "@millrace/job-graph";
import { singlePassOver } from "../code/index.js";
import { RowRecordReader } from "../rows/record-reader.js";
import { KeyOrder } from "../sort/key-order.js";
import { GroupRows } from "../sort/merge-groups/group-rows.js";
import type { Driver, DriverContext, RecordOutput, Steps, TaskFunction } from "../task/driver.js";
import { BufferedGroups } from "./buffered-groups.js";
import { KeyKeepingOutput } from "./key-keeping-output.js";
import { TimedPace } from "./timed-pace.js";

type GroupCombineSpec = Extract<DriverSpec, { kind: "groupCombine" }>;

/** Makes the driver of a group combiner. @internal */
export function createGroupCombineDriver(spec: GroupCombineSpec, context: DriverContext): Driver {
  return new GroupCombineDriver(spec, context);
}

class GroupCombineDriver implements Driver {
  readonly #context: DriverContext;
  readonly #function: TaskFunction;
  readonly #reader: RowRecordReader;
  /** Undefined when all records are one group. */
  readonly #groups: BufferedGroups | undefined;
  readonly #out: RecordOutput;
  /** The same, when results have to have the key of their group. */
  readonly #keeper: KeyKeepingOutput | undefined;
  readonly #pace: TimedPace;

  constructor({ function: ref, group, order, keepsKeys }: GroupCombineSpec, context: DriverContext) {
    this.#context = context;
    this.#keeper = keepsKeys ? new KeyKeepingOutput(group, context) : undefined;
    this.#out = this.#keeper ?? context.out;
    this.#pace = new TimedPace(context.clock);
    this.#function = context.function(ref, "combine");
    this.#reader = new RowRecordReader(group.value);
    this.#groups = group.keys === undefined ? undefined : new BufferedGroups(group.keys, order, context);
  }

  *run(): Steps {
    const groups = this.#groups;
    if (groups === undefined) yield* this.#callForEach(new GroupRows(this.#context.rows(0), new KeyOrder([])));
    else while (yield* groups.fill()) yield* this.#callForEach(groups.rows());
  }

  *#callForEach(rows: GroupRows): Steps {
    const out = this.#out;
    while (rows.nextGroup()) {
      this.#keeper?.open(rows);
      const steps = this.#function.many(out, singlePassOver(rows, this.#reader));
      if (steps !== undefined) yield* steps;
      if (out.isFull) yield "output";
      else if (this.#pace.isDue()) yield "turn";
      while (!rows.skip()) yield "turn";
    }
  }

  close(): void {
    this.#groups?.close();
  }
}
