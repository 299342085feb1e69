import { nodeHost } from "@millrace/host-node";
import type { RowQueue } from "../../src/exchange/row-queue.js";
import { createLayoutTable, createSpillSpace, type LayoutTable, SpillingRowQueue } from "../../src/index.js";
import { pageBudget } from "./budgets.js";

/** Makes a queue of rows that has room. */
export function heapQueue(layouts: LayoutTable): RowQueue {
  return new SpillingRowQueue({ budget: pageBudget(16), spill: createSpillSpace(nodeHost()), layouts });
}

/** Makes an empty table of layouts. */
export function slotLayouts(): LayoutTable {
  return createLayoutTable();
}
