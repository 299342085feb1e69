/** Names the kinds of numbers that keys are hashed of; see {@link NumberColumn}. @internal */
export type NumberKind = "int32" | "float64" | "timestamp" | "int64";

/** Is where the numbers of a column lie in rows. Make one per column, not per call. @internal */
export interface NumberColumn {
  readonly kind: NumberKind;
  /** The slot of the number, counted from the begin of the row. */
  readonly fieldSlot: number;
  /** The word of the row that has the column's null bit; any when there are no nulls. */
  readonly nullWord: number;
  /** The column's null bit in that word; 0 when it has no nulls. */
  readonly nullMask: number;
}
