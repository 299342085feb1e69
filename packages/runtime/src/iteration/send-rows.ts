import type { PageCursor } from "../rows/row-cursor.js";
import type { RecordOutput, Steps } from "../task/driver.js";

/** Sends the rows of the page that a cursor is at. */
export function* sendRows({ memory, slot, endSlot, layout }: PageCursor, output: RecordOutput): Steps {
  const { i32 } = memory;
  for (let at = slot; at < endSlot; at += i32[at * 2]! >> 3) output.collectRow(memory, at, layout);
  while (output.isFull) yield "output";
}
