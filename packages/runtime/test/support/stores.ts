import { TestHost } from "@millrace/host-test";
import type { RowQueue } from "../../src/exchange/row-queue.js";
import { createSpillSpace } from "../../src/index.js";
import type { LayoutTable } from "../../src/rows/stream-layout.js";
import { SpillingRowQueue } from "../../src/stores/spilling-row-queue.js";
import { pageBudget } from "./budgets.js";

const PAGES = 64;

/** Makes a queue of rows that has room. */
export function rowQueue(layouts: LayoutTable): RowQueue {
  return new SpillingRowQueue({ budget: pageBudget(PAGES), spill: createSpillSpace(new TestHost()), layouts });
}
