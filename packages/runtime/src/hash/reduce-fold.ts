import type { Memory } from "@millrace/core";
import type { KeyFieldSpec, ValuePosition } from "@millrace/job-graph";
import { RowRecordReader } from "../rows/record-reader.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { DriverContext, RecordOutput, TaskFunction } from "../task/driver.js";
import type { GroupFold } from "./group-fold.js";
import type { GroupTable } from "./group-table.js";
import { KeptKey } from "./kept-key.js";

/**
 * Folds the records of a group by a user's function of two (rule [O30]): the group's row is what the function returned last, which has the key of the
 * group ([O46]).
 * @internal
 */
export class ReduceFold implements GroupFold {
  readonly stateSlots = 0;
  readonly slot = 0;
  layout!: StreamLayout;
  readonly #function: TaskFunction;
  readonly #out: RecordOutput;
  readonly #givesWholeRows: boolean;
  readonly #key: KeptKey;
  readonly #reader: RowRecordReader;

  /** @param givesKeys - whether results have the keys in front that were attached to the records */
  constructor(
    userFunction: TaskFunction,
    keys: readonly KeyFieldSpec[],
    value: ValuePosition,
    givesKeys: boolean,
    context: DriverContext,
  ) {
    this.#function = userFunction;
    this.#out = context.out;
    this.#givesWholeRows = value === undefined || givesKeys;
    this.#key = new KeptKey(keys, value, context);
    this.#reader = new RowRecordReader(value);
  }

  get memory(): Memory {
    return this.#key.encoder.memory;
  }

  first(): void {}

  next(table: GroupTable, pointer: number, memory: Memory, slot: number, layout: StreamLayout): boolean {
    const group = table.row(pointer);
    const left = this.#reader.read(group.memory, group.slot, group.layout);
    const result = this.#function.one(left, this.#reader.read(memory, slot, layout));
    // A large row is in a memory that other large rows are read into.
    const now = table.row(pointer);
    this.layout = this.#key.makeRow(result, now.memory, now.slot, now.layout);
    this.#key.checkRow(result, now.memory, now.slot, now.layout, this.layout);
    return table.replace(this.memory, this.slot, this.layout) !== 0;
  }

  give(table: GroupTable, pointer: number): void {
    const row = table.row(pointer);
    this.#give(row.memory, row.slot, row.layout);
  }

  giveEvicted(): void {
    this.#give(this.memory, this.slot, this.layout);
  }

  #give(memory: Memory, slot: number, layout: StreamLayout): void {
    if (this.#givesWholeRows) this.#out.collectRow(memory, slot, layout);
    else this.#out.collect(this.#reader.read(memory, slot, layout));
  }
}
