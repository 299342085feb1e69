/**
 * Gives jobs their memory. All jobs of a process share one figure. A job names its owners and the pages that each needs. What could never fit
 * is refused before anything starts; what fits when others are done waits for its turn: jobs start in the order in which they asked,
 * so that a large one is not overtaken for ever. A job gets everything that is free, up to its own limit, and keeps it to its end.
 *
 * Memories are made when they are first needed. They are never given back, because the system cannot take back parts of them; but only pages
 * that were used cost anything, and the ones used before are given first.
 */
import { invariant, type Memory, MillraceError, PAGE_SIZE_BYTES } from "@millrace/core";
import type { MemoryDemand } from "../job/job-memory.js";
import { insufficientMemory } from "./insufficient-memory.js";
import { type MemoryGrant, MemoryReservation } from "./memory-reservation.js";
import { FreePages } from "./page-ranges.js";
import { sharePages } from "./share-pages.js";
import { MAX_MEMORY_PAGES, makeSharedMemory } from "./shared-memory.js";

/** The least size of a memory in pages (256 MiB), so that figures that rise step by step do not leave many small ones. */
const MIN_MEMORY_PAGES = 8192;

/** Asks for the memory of one job. @internal */
export interface MemoryRequest {
  /** The job's name, for messages. */
  readonly jobName: string;
  /** All that hold pages in the job. */
  readonly demands: readonly MemoryDemand[];
  /** The most that the job may have, in pages: the figure of its environment. */
  readonly maxPages: number;
  /** Gives up waiting when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

interface ManagedMemory {
  /** Undefined until the first job gets pages of it. */
  memory: Memory | undefined;
  readonly numPages: number;
  readonly free: FreePages;
}

interface WaitingJob {
  readonly request: MemoryRequest;
  readonly resolve: (memory: MemoryReservation) => void;
  readonly reject: (error: unknown) => void;
}

/** Gives jobs their memory; see {@link MemoryManager.reserve}. @internal */
export class MemoryManager {
  readonly #memories: ManagedMemory[] = [];
  readonly #waiting: WaitingJob[] = [];
  #limitPages = 0;
  #numUsed = 0;

  constructor(limitBytes: number) {
    this.raiseLimit(limitBytes);
  }

  /** The figure, in pages. */
  get limitPages(): number {
    return this.#limitPages;
  }

  /** How many pages jobs have now. */
  get numPagesInUse(): number {
    return this.#numUsed;
  }

  /** How many jobs wait. */
  get numWaiting(): number {
    return this.#waiting.length;
  }

  /** Raises the figure to `limitBytes`; a figure that is lower changes nothing. */
  raiseLimit(limitBytes: number): void {
    this.#limitPages = Math.max(this.#limitPages, Math.floor(limitBytes / PAGE_SIZE_BYTES));
    let missing = this.#limitPages - this.#memories.reduce((sum, { numPages }) => sum + numPages, 0);
    while (missing > 0) {
      const numPages = Math.min(MAX_MEMORY_PAGES, Math.max(missing, MIN_MEMORY_PAGES));
      this.#memories.push({ memory: undefined, numPages, free: new FreePages(numPages) });
      missing -= numPages;
    }
    this.#startWaiting();
  }

  /**
   * Resolves to the job's memory when it is its turn. Rejects with INSUFFICIENT_MEMORY at once when the owners' needs are more than `maxPages`
   * or more than there will ever be, and with JOB_CANCELLED when the signal aborts first.
   */
  async reserve(request: MemoryRequest): Promise<MemoryReservation> {
    const { demands, maxPages, signal } = request;
    const most = Math.min(maxPages, this.#limitPages);
    const sizes = this.#memories.map((memory) => memory.numPages);
    if (needOf(demands) > most || placementOf(demands, sizes, most) === undefined) {
      throw insufficientMemory(request.jobName, demands, most);
    }
    throwIfAborted(request.jobName, signal);
    return new Promise<MemoryReservation>((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(job), 1);
        reject(cancelled(request.jobName, signal));
        this.#startWaiting();
      };
      const job: WaitingJob = {
        request,
        resolve: (memory) => {
          signal?.removeEventListener("abort", onAbort);
          resolve(memory);
        },
        reject: (error) => {
          signal?.removeEventListener("abort", onAbort);
          reject(error);
        },
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting.push(job);
      this.#startWaiting();
    });
  }

  #startWaiting(): void {
    for (let job = this.#waiting[0]; job !== undefined; job = this.#waiting[0]) {
      const { demands, maxPages } = job.request;
      const wish = Math.min(maxPages, wishOf(demands));
      const free = this.#memories.map((memory) => memory.free.numFree);
      const capacities = placementOf(demands, free, Math.min(wish, this.#limitPages - this.#numUsed));
      if (capacities === undefined) return;
      this.#waiting.shift();
      try {
        job.resolve(this.#grant(demands, capacities));
      } catch (error) {
        job.reject(error);
      }
    }
  }

  #grant(demands: readonly MemoryDemand[], capacities: readonly number[]): MemoryReservation {
    const parts = capacities.flatMap((count, i) => (count === 0 ? [] : [{ count, managed: this.#memories[i]! }]));
    // Budgets of no pages lie in some memory too.
    if (parts.length === 0) parts.push({ count: 0, managed: this.#memories[0]! });
    for (const { managed } of parts) managed.memory ??= makeSharedMemory(managed.numPages);
    const grants: MemoryGrant[] = parts.map(({ managed, count }) => ({
      memory: managed.memory!,
      ranges: managed.free.take(count),
    }));
    const numPages = parts.reduce((sum, { count }) => sum + count, 0);
    this.#numUsed += numPages;
    return new MemoryReservation(demands, grants, () => {
      parts.forEach(({ managed }, i) => managed.free.give(grants[i]!.ranges));
      this.#numUsed -= numPages;
      invariant(this.#numUsed >= 0, "no more pages come back than were given");
      this.#startWaiting();
    });
  }
}

function needOf(demands: readonly MemoryDemand[]): number {
  return demands.reduce((sum, { minPages }) => sum + minPages, 0);
}

/** Returns the most that all demands together can use. */
function wishOf(demands: readonly MemoryDemand[]): number {
  return demands.reduce((sum, { minPages, maxPages, weight }) => sum + (weight > 0 ? maxPages : minPages), 0);
}

/**
 * Returns how many pages of each memory a job gets that may have `count`, where memories have `sizes` to give; undefined when its owners do not
 * fit in. One memory for all is best, then those first that earlier jobs used, then the roomiest.
 */
function placementOf(demands: readonly MemoryDemand[], sizes: readonly number[], count: number): number[] | undefined {
  const inOrder = sizes.map((_, i) => i);
  const roomiest = inOrder.toSorted((a, b) => sizes[b]! - sizes[a]!);
  const single = sizes.findIndex((size) => size >= count);
  const orders = single >= 0 ? [[single], inOrder, roomiest] : [inOrder, roomiest];
  for (const order of orders) {
    const parts = split(sizes, order, count);
    if (sharePages(demands, parts) !== undefined) return parts;
  }
  return undefined;
}

/** Takes up to `count` of `sizes`, in the given order of their positions. */
function split(sizes: readonly number[], order: readonly number[], count: number): number[] {
  const parts = sizes.map(() => 0);
  let missing = count;
  for (const i of order) {
    parts[i] = Math.min(sizes[i]!, missing);
    missing -= parts[i]!;
  }
  return parts;
}

function throwIfAborted(jobName: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw cancelled(jobName, signal);
}

function cancelled(jobName: string, signal: AbortSignal | undefined): MillraceError {
  return new MillraceError({
    code: "JOB_CANCELLED",
    what: `The job ${JSON.stringify(jobName)} was cancelled before it started, while it waited for memory`,
    cause: signal?.reason,
  });
}
