import type { JobInput } from "@millrace/job-graph";
import type { JobContext } from "../job/job-context.js";
import type { PageBudget } from "../memory/page-budget.js";
import { MIN_SORT_PAGES } from "../sort/sort-limits.js";
import { HeapRows } from "./heap-rows.js";
import type { RowKeeper } from "./row-keeper.js";
import { SortKeeper } from "./sort-keeper.js";

/** Returns the fewest pages with which an input can be taken in; undefined stands for the borders of a range partitioning. */
export function minKeeperPages(input: JobInput | undefined): number {
  return input?.local.kind === "sort" ? MIN_SORT_PAGES : 0;
}

/** Makes what takes an input in before the driver runs; undefined when the driver reads it as it comes. */
export function makeRowKeeper(input: JobInput, budget: PageBudget, job: JobContext): RowKeeper | undefined {
  const { local } = input;
  switch (local.kind) {
    case "none":
      return input.isConstant ? new HeapRows() : undefined;
    case "materialize":
      return new HeapRows();
    case "sort":
      return new SortKeeper(local.keys, budget, job, input.isConstant);
  }
}
