import type { JobInput } from "@millrace/job-graph";
import type { RowQueue } from "../exchange/row-queue.js";
import type { JobContext } from "../job/job-context.js";
import type { PageBudget } from "../memory/page-budget.js";
import { MIN_SORT_PAGES } from "../sort/sort-limits.js";
import { RowStore } from "../stores/row-store.js";
import { SpillingRowQueue } from "../stores/spilling-row-queue.js";
import type { RowKeeper } from "./row-keeper.js";
import { SortKeeper } from "./sort-keeper.js";

/** Is the fewest pages with which rows are kept. */
export const MIN_STORE_PAGES = 1;

/** Is the fewest pages with which rows are queued. */
export const MIN_QUEUE_PAGES = 1;

/** Is the most pages that a queue is given: it is used in bursts, and what is beyond them may as well be on disk. */
export const MAX_QUEUE_PAGES = 4;

/** Returns the fewest pages with which an input can be taken in; undefined stands for the borders of a range partitioning. */
export function minKeeperPages(input: JobInput | undefined): number {
  switch (input?.local.kind) {
    case undefined:
    case "materialize":
      return MIN_STORE_PAGES;
    case "sort":
      return MIN_SORT_PAGES;
    case "none":
      return input?.isConstant === true ? MIN_STORE_PAGES : 0;
  }
}

/** Makes what takes an input in before the driver runs; undefined when the driver reads it as it comes. */
export function makeRowKeeper(input: JobInput, budget: PageBudget, job: JobContext): RowKeeper | undefined {
  const { local } = input;
  switch (local.kind) {
    case "none":
      return input.isConstant ? makeRowStore(budget, job) : undefined;
    case "materialize":
      return makeRowStore(budget, job);
    case "sort":
      return new SortKeeper(local.keys, budget, job, input.isConstant);
  }
}

/** Makes a store for rows of an operator of ours, such as the feedback of an iteration. */
export function makeRowStore(budget: PageBudget, { spill, layouts }: JobContext): RowKeeper {
  return new RowStore({ budget, spill, layouts });
}

/** Makes a queue for what an output has no room for. */
export function makeRowQueue(budget: PageBudget, { spill, layouts }: JobContext): RowQueue {
  return new SpillingRowQueue({ budget, spill, layouts });
}
