import { Memory, MillraceError } from "@millrace/core";
import type { RowCursor } from "../../rows/row-cursor.js";

/** Is a stream of no rows: the group of a key that a side does not have. */
export const NO_ROWS: RowCursor = {
  memory: new Memory(new ArrayBuffer(0)),
  slot: 0,
  get layout(): never {
    throw new MillraceError({ code: "INVARIANT_VIOLATED", what: "There is no row whose layout could be asked for" });
  },
  next: () => false,
};
