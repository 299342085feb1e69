import { MillraceError, PAGE_SIZE_BYTES } from "@millrace/core";
import type { MemoryDemand } from "../job/job-memory.js";
import { memorySizeText } from "./memory-size.js";

/** How many operators a message names. */
const MAX_NAMED = 5;

/**
 * Returns the error of a job that would never fit: it names the least figure that would do, and the owners that need most, subtasks of one
 * operator together.
 */
export function insufficientMemory(jobName: string, demands: readonly MemoryDemand[], maxPages: number): MillraceError {
  const needs = new Map<string, { pages: number; count: number }>();
  for (const { owner, minPages } of demands) {
    const operator = owner.replace(SUBTASK, "");
    const need = needs.get(operator) ?? { pages: 0, count: 0 };
    needs.set(operator, { pages: need.pages + minPages, count: need.count + 1 });
  }
  const total = demands.reduce((sum, { minPages }) => sum + minPages, 0);
  const largest = [...needs].sort((a, b) => b[1].pages - a[1].pages).slice(0, MAX_NAMED);
  const named = largest.map(([name, { pages, count }]) => `${name}${count > 1 ? ` (${count}x)` : ""} ${text(pages)}`);
  const others = needs.size - largest.length;
  return new MillraceError({
    code: "INSUFFICIENT_MEMORY",
    what: `The job ${JSON.stringify(jobName)} needs ${text(total)} of memory and may use ${text(maxPages)}; most is needed by ${named.join(", ")}${others > 0 ? ` and ${others} others` : ""}`,
    expected: `at least ${text(total)}`,
    fix: `Give the environment { memory: ${JSON.stringify(text(total))} }, or lower the parallelism.`,
  });
}

/** How owners are told apart that are subtasks of one operator: `name (3/7)`, `name (3/7), output` or `name, subtask 2`. */
const SUBTASK = / \(\d+\/\d+\)(?=$|, )|,? subtask \d+$/;

function text(pages: number): string {
  return memorySizeText(pages * PAGE_SIZE_BYTES);
}
