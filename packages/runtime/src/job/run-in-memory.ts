import type { JobScope } from "../memory/job-scope.js";
import type { PageBudget } from "../memory/page-budget.js";
import type { SpillSpace } from "../spill/spill-space.js";
import type { MemoryDemand } from "./job-memory.js";
import type { LocalJobOptions } from "./local-job.js";

/** Says what memory is asked for. */
export interface MemoryOfRun {
  readonly demands: readonly MemoryDemand[];
  /** Ends the waiting for it. */
  readonly signal: AbortSignal;
  readonly scope: JobScope;
}

/** Does work with the memory that it asks for and a place to spill to, and gives both back, however it ends. */
export async function runInMemory<R>(
  { memory, createSpillSpace }: Pick<LocalJobOptions, "memory" | "createSpillSpace">,
  { demands, signal, scope }: MemoryOfRun,
  work: (budgets: readonly PageBudget[], spill: SpillSpace) => Promise<R>,
): Promise<R> {
  const budgets = await memory.allocate(demands, signal, scope);
  let spill: SpillSpace | undefined;
  let hasFailed = true;
  try {
    spill = createSpillSpace();
    const result = await work(budgets, spill);
    hasFailed = false;
    return result;
  } finally {
    spill?.close();
    // A failure may leave pages out that nobody will ask for again.
    if (hasFailed) for (const budget of budgets) budget.giveAll();
    memory.release(budgets);
  }
}
