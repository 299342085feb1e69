import type { Memory } from "@millrace/core";
import { RowFieldReader } from "../../rows/record-reader.js";
import type { StreamLayout } from "../../rows/stream-layout.js";
import type { GroupFold } from "../group-fold.js";
import type { GroupTable } from "../group-table.js";
import { KEYED_VALUE, type KeyedValueRows } from "../keyed-value-rows.js";
import type { RecordEncoder } from "../record-encoder.js";
import type { RowAggregates } from "./row-aggregates.js";
import type { PartialAggregate } from "./value-aggregate.js";

/** Is the value of a keyed row that stands for rows of a group: what the result needs of one of them, and the aggregates so far. */
export type PartialGroup = readonly [head: unknown, partials: readonly PartialAggregate[]];

/** Gets the parts of a group's key, and what its rows amount to. */
export type TakePartial = (parts: readonly unknown[], group: PartialGroup) => void;

/** Merges aggregates of any kind that are kept as data in keyed rows. @internal */
export class MergeFold implements GroupFold {
  readonly stateSlots = 0;
  slot = 0;
  layout!: StreamLayout;
  readonly #keyed: KeyedValueRows;
  readonly #aggregates: RowAggregates;
  readonly #encoder: RecordEncoder;
  readonly #take: TakePartial;
  readonly #partReaders: readonly RowFieldReader[];
  readonly #groupReader = new RowFieldReader(String(KEYED_VALUE));

  constructor(keyed: KeyedValueRows, aggregates: RowAggregates, encoder: RecordEncoder, take: TakePartial) {
    this.#keyed = keyed;
    this.#aggregates = aggregates;
    this.#encoder = encoder;
    this.#take = take;
    this.#partReaders = keyed.keys.map(({ path }) => new RowFieldReader(path));
  }

  get memory(): Memory {
    return this.#encoder.memory;
  }

  first(): void {}

  next(table: GroupTable, pointer: number, memory: Memory, slot: number, layout: StreamLayout): boolean {
    const row = table.row(pointer);
    const parts = this.#partsOf(row.memory, row.slot, row.layout);
    const [head, partials] = this.#groupReader.read(row.memory, row.slot, row.layout) as PartialGroup;
    this.layout = row.layout;
    const [, others] = this.#groupReader.read(memory, slot, layout) as PartialGroup;
    this.#aggregates.clear();
    this.#aggregates.merge(partials);
    this.#aggregates.merge(others);
    const merged: PartialGroup = [head, this.#aggregates.partials()];
    this.#encoder.encodeAs(this.#keyed.recordOf(parts, merged), this.layout);
    this.slot = this.#encoder.slot;
    return table.replace(this.memory, this.slot, this.layout) !== 0;
  }

  give(table: GroupTable, pointer: number): void {
    const row = table.row(pointer);
    const parts = this.#partsOf(row.memory, row.slot, row.layout);
    this.#take(parts, this.#groupReader.read(row.memory, row.slot, row.layout) as PartialGroup);
  }

  giveEvicted(): void {}

  #partsOf(memory: Memory, slot: number, layout: StreamLayout): unknown[] {
    return this.#partReaders.map((reader) => reader.read(memory, slot, layout));
  }
}
