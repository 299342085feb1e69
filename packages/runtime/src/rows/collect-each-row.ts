import type { Memory } from "@millrace/core";
import type { RecordOutput } from "../task/driver.js";
import type { StreamLayout } from "./stream-layout.js";

/** Gives rows that lie one behind the other to an output, one by one. */
export function collectEachRow(
  out: Pick<RecordOutput, "collectRow">,
  memory: Memory,
  slot: number,
  endSlot: number,
  layout: StreamLayout,
): void {
  for (let at = slot; at < endSlot; ) {
    // What takes the row may write to where it lies.
    const next = at + (memory.i32[at * 2]! >>> 3);
    out.collectRow(memory, at, layout);
    at = next;
  }
}
