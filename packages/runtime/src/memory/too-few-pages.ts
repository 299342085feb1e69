import { MillraceError } from "@millrace/core";
import type { PageBudget } from "./page-budget.js";

/** Returns the error for an operator with fewer pages than it works with. */
export function tooFewPages(budget: PageBudget, minPages: number, action: string): MillraceError {
  return new MillraceError({
    code: "INSUFFICIENT_MEMORY",
    what: `${budget.owner} has too few pages to ${action}`,
    expected: `${minPages} pages or more, got ${budget.numPages}`,
    fix: "Give the job more memory, or lower its parallelism.",
  });
}
