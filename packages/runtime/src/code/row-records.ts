import { type RecordCursor, SinglePassIterable } from "@millrace/core";
import type { RowRecordReader } from "../rows/record-reader.js";
import type { RowCursor } from "../rows/row-cursor.js";

/** Gives the rows of a cursor to one call of user code, decoded as they are read. @internal */
export function singlePassOver(rows: RowCursor, reader: RowRecordReader): SinglePassIterable {
  return new SinglePassIterable(new RowRecords(rows, reader));
}

class RowRecords implements RecordCursor {
  last: unknown = undefined;
  readonly #rows: RowCursor;
  readonly #reader: RowRecordReader;

  constructor(rows: RowCursor, reader: RowRecordReader) {
    this.#rows = rows;
    this.#reader = reader;
  }

  next(): boolean {
    return this.#rows.next();
  }

  take(): unknown {
    const { memory, slot, layout } = this.#rows;
    const record = this.#reader.read(memory, slot, layout);
    this.last = record;
    return record;
  }
}
