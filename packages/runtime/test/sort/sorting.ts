import { isDeepStrictEqual } from "node:util";
import { DOES_NOT_FIT, Memory } from "@millrace/core";
import { expect } from "vitest";
import type { PageBudget, SpillSpace } from "../../src/index.js";
import type { RowCursor } from "../../src/rows/row-cursor.js";
import type { LayoutTable, StreamLayout } from "../../src/rows/stream-layout.js";
import { type RowCombiner, Sorter } from "../../src/sort/sorter.js";
import type { Steps } from "../../src/task/driver.js";
import type { TestOrder } from "./doubles.js";

/** A record and the layout that it has. */
export type TypedRecord = readonly [StreamLayout, unknown];

const scratch = { memory: new Memory(new ArrayBuffer(1 << 16)) };

/** Writes a record into memory of its own until the next call. */
export function rowOf([layout, record]: TypedRecord): Memory {
  while (layout.serializer.write(record, scratch.memory, 0, scratch.memory.numSlots) === DOES_NOT_FIT) {
    scratch.memory = new Memory(new ArrayBuffer(scratch.memory.buffer.byteLength * 2));
  }
  return scratch.memory;
}

export function runSteps<R>(steps: Steps<R>): R {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

export function* readAll(rows: RowCursor): Generator<unknown> {
  while (rows.next()) yield rows.layout.serializer.read(rows.memory, rows.slot);
}

export interface SortSetting {
  readonly budget: PageBudget;
  readonly spill: SpillSpace;
  readonly layouts: LayoutTable;
  readonly order: TestOrder;
  readonly combine?: RowCombiner;
}

export function* appendAll(sorter: Sorter, records: Iterable<TypedRecord>): Steps {
  for (const record of records) {
    while (!sorter.append(rowOf(record), 0, record[0])) yield* sorter.spillBuffer();
  }
}

/** Sorts records and returns them; everything is closed then. */
export function sortRecords(setting: SortSetting, records: Iterable<TypedRecord>): unknown[] {
  const sorter = new Sorter(setting);
  try {
    runSteps(appendAll(sorter, records));
    return [...readAll(runSteps(sorter.finish()))];
  } finally {
    sorter.close();
  }
}

/** Is records as rows that are overwritten by the next one, as those of files are. */
export class RecordRows implements RowCursor {
  memory = new Memory(new ArrayBuffer(0));
  slot = 0;
  layout: StreamLayout;
  readonly #records: readonly TypedRecord[];
  #next = 0;

  constructor(records: readonly TypedRecord[]) {
    this.#records = records;
    this.layout = records[0]?.[0] as StreamLayout;
  }

  next(): boolean {
    const record = this.#records[this.#next];
    this.memory.u8.fill(0xcc);
    if (record === undefined) return false;
    this.#next++;
    const row = rowOf(record);
    this.memory = new Memory(row.u8.slice(0, row.i32[0]! + 8).buffer);
    this.memory.u8.copyWithin(8, 0);
    this.slot = 1;
    this.layout = record[0];
    return true;
  }
}

/** Expects equal records in equal order; the way that shows differences is slow, and taken only when there are some. */
export function expectRecords(actual: readonly unknown[], expected: readonly unknown[]): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected);
}
