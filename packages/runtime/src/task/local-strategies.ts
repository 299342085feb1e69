import { MillraceError } from "@millrace/core";
import type { JobInput } from "@millrace/job-graph";
import type { JobContext } from "../job/job-context.js";
import type { PageBudget } from "../memory/page-budget.js";
import { HeapRows } from "./heap-rows.js";
import type { RowKeeper } from "./row-keeper.js";

/** Returns the fewest pages with which an input can be taken in; undefined stands for the borders of a range partitioning. */
export function minKeeperPages(_input: JobInput | undefined): number {
  return 0;
}

/** Makes what takes an input in before the driver runs; undefined when the driver reads it as it comes. */
export function makeRowKeeper(input: JobInput, _budget: PageBudget, _job: JobContext): RowKeeper | undefined {
  const { local } = input;
  switch (local.kind) {
    case "none":
      return input.isConstant ? new HeapRows() : undefined;
    case "materialize":
      return new HeapRows();
    case "sort":
      throw new MillraceError({ code: "INVARIANT_VIOLATED", what: "There is no sorter" });
  }
}
