import type { Memory } from "@millrace/core";
import type { GroupSpec } from "@millrace/job-graph";
import { KeptKey } from "../hash/kept-key.js";
import { collectEachRow } from "../rows/collect-each-row.js";
import { RowFieldReader, RowRecordReader } from "../rows/record-reader.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { GroupRows } from "../sort/merge-groups/group-rows.js";
import type { DriverContext, RecordOutput } from "../task/driver.js";

/**
 * Is the output of a combiner that is called for groups, one after the other, whose results are brought to the groups of all other parts. It throws
 * INVALID_RESULT for one that has not the key of its group ([O125]), in those parts of the key that are fields of the record, and puts the others,
 * which were attached, in front of it again.
 * @internal
 */
export class KeyKeepingOutput implements RecordOutput {
  readonly #out: RecordOutput;
  readonly #key: KeptKey;
  readonly #reader: RowRecordReader;
  /** The attached parts; undefined when the record is all. */
  readonly #parts: readonly RowFieldReader[] | undefined;
  #group: GroupRows | undefined;
  /** Of the current group, once it has a result. */
  #keys: readonly unknown[] | undefined;

  constructor({ keys = [], value }: GroupSpec, context: DriverContext) {
    this.#out = context.out;
    this.#key = new KeptKey(keys, value, context);
    this.#reader = new RowRecordReader(value);
    this.#parts =
      value === undefined ? undefined : Array.from({ length: value }, (_, part) => new RowFieldReader(String(part)));
  }

  get isFull(): boolean {
    return this.#out.isFull;
  }

  /** Begins with a group that the rows were moved in front of. */
  open(group: GroupRows): void {
    this.#group = group;
    this.#keys = undefined;
  }

  collect(record: unknown): void {
    const { firstMemory, firstLayout } = this.#group!;
    if (this.#keys === undefined) {
      this.#key.open(this.#reader.read(firstMemory, 0, firstLayout));
      this.#keys = this.#parts?.map((part) => part.read(firstMemory, 0, firstLayout)) ?? [];
    }
    this.#key.check(record, firstMemory, 0, firstLayout);
    this.#out.collect(this.#parts === undefined ? record : [...this.#keys, record]);
  }

  collectRow(memory: Memory, slot: number, layout: StreamLayout): void {
    this.collect(layout.serializer.read(memory, slot));
  }

  collectRows(memory: Memory, slot: number, endSlot: number, layout: StreamLayout): void {
    collectEachRow(this, memory, slot, endSlot, layout);
  }
}
