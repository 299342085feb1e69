import type { Memory } from "@millrace/core";
import { PAGE_SLOTS } from "../../memory/page-slots.js";
import { EMPTY_MEMORY } from "../../rows/empty-memory.js";
import type { StreamLayout } from "../../rows/stream-layout.js";
import { STATE_SLOT } from "../entry.js";
import type { GroupFold } from "../group-fold.js";
import type { GroupTable } from "../group-table.js";
import type { RowBatch } from "../row-batch.js";
import type { SlotAggregates } from "./slot-aggregates.js";

/** Takes a group's state, and a row of it. */
export type TakeGroup = (state: number, memory: Memory, slot: number, layout: StreamLayout) => void;

/** Aggregates in the slots in front of the first row of each group. @internal */
export class SlotFold implements GroupFold {
  readonly stateSlots: number;
  readonly memory = EMPTY_MEMORY;
  readonly slot = 0;
  readonly layout!: StreamLayout;
  /** Gets the groups. */
  take: TakeGroup;
  readonly #aggregates: SlotAggregates;
  readonly #states = new Int32Array(PAGE_SLOTS);
  #table: Memory;

  constructor(aggregates: SlotAggregates, table: Memory, take: TakeGroup) {
    this.#aggregates = aggregates;
    this.stateSlots = aggregates.numSlots;
    this.#table = table;
    this.take = take;
  }

  read(batch: RowBatch, layout: StreamLayout): boolean {
    return this.#aggregates.read(batch, layout);
  }

  addBatch(_table: GroupTable, groups: Int32Array, batch: RowBatch): void {
    const states = this.#states;
    const { numRows } = batch;
    if (this.#aggregates.addByKernels(batch)) return;
    for (let i = 0; i < numRows; i++) states[i] = groups[i] === 0 ? 0 : groups[i]! + STATE_SLOT;
    this.#aggregates.add(this.#table, states, batch);
  }

  give(table: GroupTable, pointer: number): void {
    const row = table.row(pointer);
    this.take(table.stateOf(pointer), row.memory, row.slot, row.layout);
  }

  first(): void {}

  next(): boolean {
    return true;
  }

  giveEvicted(): void {}
}
