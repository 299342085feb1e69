import { type Memory, types } from "@millrace/core";
import type { KeyFieldSpec, ValuePosition } from "@millrace/job-graph";
import { RowFieldReader, RowRecordReader } from "../rows/record-reader.js";
import { RowPairOrder } from "../rows/row-order.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { DriverContext, RecordOutput, TaskFunction } from "../task/driver.js";
import type { GroupFold } from "./group-fold.js";
import type { GroupTable } from "./group-table.js";
import { KEYED_VALUE, KeyedValueRows, keyPartTypes } from "./keyed-value-rows.js";
import { RecordEncoder } from "./record-encoder.js";

/**
 * Folds the records of a group by a user's function of two (rule [O30]): the group's row is what the function returned last. Where it returns another
 * key than that of the group, the row is a keyed one.
 * @internal
 */
export class ReduceFold implements GroupFold {
  readonly stateSlots = 0;
  /** The rows of groups whose record has not their key. */
  readonly keyed: KeyedValueRows;
  readonly slot = 0;
  layout!: StreamLayout;
  readonly #function: TaskFunction;
  readonly #out: RecordOutput;
  readonly #keys: readonly KeyFieldSpec[];
  readonly #value: ValuePosition;
  readonly #givesKeys: boolean;
  /** Whether the layout of the input was declared, and results must keep it. */
  readonly #isDeclared: boolean;
  readonly #equality: RowPairOrder;
  readonly #reader: RowRecordReader;
  readonly #keyedReader = new RowFieldReader(String(KEYED_VALUE));
  /** The parts of the key: of a row with an attached key those in front of the record. */
  readonly #partReaders: readonly RowFieldReader[];
  readonly #keyedPartReaders: readonly RowFieldReader[];
  readonly #encoder: RecordEncoder;

  /** @param givesKeys - whether results have the keys in front that were attached to the records */
  constructor(
    userFunction: TaskFunction,
    keys: readonly KeyFieldSpec[],
    value: ValuePosition,
    givesKeys: boolean,
    { out, layouts, customTypes, vertex }: DriverContext,
  ) {
    this.#function = userFunction;
    this.#out = out;
    this.#keys = keys;
    this.#value = value;
    this.#givesKeys = givesKeys;
    this.#isDeclared = vertex.operator.resultType !== undefined;
    this.keyed = new KeyedValueRows(layouts, keys.length);
    this.#equality = new RowPairOrder(keys, keys, this.keyed);
    this.#reader = new RowRecordReader(value);
    this.#partReaders =
      value === undefined
        ? keys.map(({ path }) => new RowFieldReader(path))
        : Array.from({ length: value }, (_, part) => new RowFieldReader(String(part)));
    this.#keyedPartReaders = this.keyed.keys.map(({ path }) => new RowFieldReader(path));
    this.#encoder = new RecordEncoder(layouts, customTypes);
  }

  get memory(): Memory {
    return this.#encoder.memory;
  }

  first(): void {}

  next(table: GroupTable, pointer: number, memory: Memory, slot: number, layout: StreamLayout): boolean {
    const group = table.row(pointer);
    const before = group.layout;
    // A large row is in a memory that the next large row is read into, so that all is read from it before anything else.
    const parts = this.#value === undefined ? undefined : this.#partsOf(group.memory, group.slot, before);
    const left = this.#recordOf(group.memory, group.slot, before);
    const result = this.#function.one(left, this.#recordOf(memory, slot, layout));
    if (parts !== undefined) {
      this.layout = this.#encode([...parts, result], before);
    } else {
      this.layout = this.keyed.has(before) ? before : this.#encode(result, before);
      const now = table.row(pointer);
      const isKept =
        !this.keyed.has(before) &&
        this.#equality.comparator(before, this.layout)(now.memory, now.slot, this.memory, 0) === 0;
      if (!isKept) this.layout = this.#encodeKeyed(this.#partsOf(now.memory, now.slot, before), result, before);
    }
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
    const isWholeRow = (this.#value === undefined || this.#givesKeys) && !this.keyed.has(layout);
    if (isWholeRow) this.#out.collectRow(memory, slot, layout);
    else this.#out.collect(this.#recordOf(memory, slot, layout));
  }

  #recordOf(memory: Memory, slot: number, layout: StreamLayout): unknown {
    const reader = this.keyed.has(layout) ? this.#keyedReader : this.#reader;
    return reader.read(memory, slot, layout);
  }

  #partsOf(memory: Memory, slot: number, layout: StreamLayout): unknown[] {
    const readers = this.keyed.has(layout) ? this.#keyedPartReaders : this.#partReaders;
    return readers.map((reader) => reader.read(memory, slot, layout));
  }

  #encode(row: unknown, before: StreamLayout): StreamLayout {
    return this.#isDeclared ? this.#encoder.encodeAs(row, before) : this.#encoder.encode(row);
  }

  #encodeKeyed(parts: readonly unknown[], result: unknown, before: StreamLayout): StreamLayout {
    const keyTypes = keyPartTypes(this.keyed.has(before) ? this.keyed.keys : this.#keys, before);
    const layout = this.keyed.layoutOf(keyTypes, types.any);
    return this.#encoder.encodeAs(this.keyed.recordOf(parts, result), layout);
  }
}
