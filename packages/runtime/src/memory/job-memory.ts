import { invariant } from "@millrace/core";
import type { JobMemory } from "../job/job-memory.js";
import type { MemoryManager } from "./memory-manager.js";
import type { MemoryReservation } from "./memory-reservation.js";
import type { PageBudget } from "./page-budget.js";

/**
 * Returns the way in which one job asks for memory: from `manager`, in turn with all others, and never more than `maxPages`, the figure of its
 * environment.
 * @beta
 */
export function jobMemory(manager: MemoryManager, jobName: string, maxPages: number): JobMemory {
  const reservations = new Map<readonly PageBudget[], MemoryReservation>();
  return {
    async allocate(demands, signal, scope) {
      const reservation = await manager.reserve({ jobName, demands, maxPages, scope, signal });
      reservations.set(reservation.budgets, reservation);
      return reservation.budgets;
    },
    release(budgets) {
      const reservation = reservations.get(budgets);
      invariant(reservation !== undefined, "budgets are released once, by the job that has them");
      reservations.delete(budgets);
      reservation.release();
    },
  };
}
