import { MillraceError, PAGE_SIZE_BYTES } from "@millrace/core";
import type { MemoryDemand } from "../job/job-memory.js";
import { memorySizeText } from "./memory-size.js";

/** How many operators a message names. */
const MAX_NAMED = 5;

/**
 * Returns the error of a job that would never fit: it names the least figure that would do, and the operators that need most, each with all its
 * subtasks and all that they keep pages for.
 */
export function insufficientMemory(jobName: string, demands: readonly MemoryDemand[], maxPages: number): MillraceError {
  const needs = new Map<string, { pages: number; readonly subtasks: Set<string> }>();
  for (const { owner, minPages } of demands) {
    const [, operator = owner, subtask = ""] = SUBTASK.exec(owner) ?? [];
    const need = needs.get(operator) ?? { pages: 0, subtasks: new Set() };
    need.pages += minPages;
    need.subtasks.add(subtask);
    needs.set(operator, need);
  }
  const total = demands.reduce((sum, { minPages }) => sum + minPages, 0);
  const largest = [...needs].sort((a, b) => b[1].pages - a[1].pages).slice(0, MAX_NAMED);
  const named = largest.map(
    ([name, { pages, subtasks }]) => `${name}${subtasks.size > 1 ? ` (${subtasks.size}x)` : ""} ${text(pages)}`,
  );
  const others = needs.size - largest.length;
  return new MillraceError({
    code: "INSUFFICIENT_MEMORY",
    what: `The job ${JSON.stringify(jobName)} needs ${text(total)} of memory and may use ${text(maxPages)}; most is needed by ${named.join(", ")}${others > 0 ? ` and ${others} others` : ""}`,
    expected: `at least ${text(total)}`,
    fix: `Give the environment { memory: ${JSON.stringify(text(total))} }, or lower the parallelism.`,
  });
}

/** How owners are told apart that belong to one operator: `name (3/7)` or `name (3/7), output`. */
const SUBTASK = /^(.*) \((\d+)\/\d+\)(?:, [a-z ]+)?$/s;

function text(pages: number): string {
  return memorySizeText(pages * PAGE_SIZE_BYTES);
}
