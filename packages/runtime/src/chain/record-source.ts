import type { RowPartCode } from "@millrace/core";
import type { Columns, RowColumns } from "../expressions/index.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { Shape } from "./shape.js";

/** Is where the columns of a shape are read: a row, or a record that is a JavaScript value. @internal */
export interface RecordSource {
  readonly columns: Columns;
  /** Set for rows. */
  readonly row?: RowSource;
  /** The name of the record, for values. */
  readonly record?: string;
}

/** Is a row at slot `base` of `memory`, two names of the code around. @internal */
export interface RowSource {
  readonly parts: RowPartCode;
  readonly columns: RowColumns;
  readonly layout: StreamLayout;
}

/** Is a record at one place of a chain. @internal */
export interface RecordAt {
  readonly source: RecordSource;
  readonly shape: Shape;
}
