import type { RowQueue } from "../../src/exchange/row-queue.js";
import type { LayoutTable } from "../../src/index.js";
import { SlotLayouts } from "../../src/job/slot-layouts.js";
import { HeapRowQueue } from "../../src/task/heap-rows.js";

/** Makes a queue of rows that has room. */
export function heapQueue(_layouts: LayoutTable): RowQueue {
  return new HeapRowQueue();
}

/** Makes an empty table of layouts. */
export function slotLayouts(): LayoutTable {
  return new SlotLayouts();
}
