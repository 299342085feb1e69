import { type MemorySegment, MillraceError } from "@millrace/core";
import type { PageSupply } from "./page-budget.js";

/** Takes a page that is there by the arithmetic of the caller, such as one that a least figure counts. Throws when it is refused all the same. */
export function takePage(budget: PageSupply): MemorySegment {
  const page = budget.take();
  if (page === undefined) throw pageRefused(budget);
  return page;
}

/** Returns the error for an owner that was refused a page which is there by its arithmetic. */
export function pageRefused(budget: PageSupply): MillraceError {
  return new MillraceError({
    code: "INSUFFICIENT_MEMORY",
    what: `${budget.owner} was refused a page, though ${budget.numFree} of its ${budget.numPages} are free`,
    expected: "the pages that the job was given at its start",
    fix: "This is a bug in Millrace; please report it with the program that showed it.",
  });
}
