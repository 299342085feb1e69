/**
 * Gives jobs their memory. All jobs of a process share one figure. A job names its owners and the pages that each needs. What could never fit
 * is refused before anything starts; what fits when others are done waits for its turn: jobs start in the order in which they asked,
 * so that a large one is not overtaken for ever. A job gets everything that is free, up to its own limit and to what its owners can use, and keeps it
 * to its end.
 *
 * A job that was started inside of another one comes before all that wait, since the other one may wait for it: it starts as soon as
 * it fits. It is refused when it could not even start after all jobs had ended that need not wait for it: those that it is inside of have to, and so have
 * those inside of which others wait. So jobs inside of jobs never wait for each other in a circle: each waits for some that can end without it.
 *
 * Memories are made when they are first needed. They are never given back, because the system cannot take back parts of them; but only pages
 * that were used cost anything, and the ones used before are given first.
 */
import { invariant, type Memory, MillraceError, PAGE_SIZE_BYTES } from "@millrace/core";
import type { MemoryDemand } from "../job/job-memory.js";
import { insufficientMemory } from "./insufficient-memory.js";
import type { JobScope } from "./job-scope.js";
import { type MemoryGrant, MemoryReservation } from "./memory-reservation.js";
import { memorySizeText } from "./memory-size.js";
import { FreePages } from "./page-ranges.js";
import { sharePages } from "./share-pages.js";
import { MAX_MEMORY_PAGES, makeSharedMemory } from "./shared-memory.js";

/** The least size of a memory in pages (256 MiB), so that figures that rise step by step do not leave many small ones. */
const MIN_MEMORY_PAGES = 8192;

/** Asks for the memory of one job. @beta */
export interface MemoryRequest {
  /** The job's name, for messages. */
  readonly jobName: string;
  /** All that hold pages in the job. */
  readonly demands: readonly MemoryDemand[];
  /** The most that the job may have, in pages: the figure of its environment. */
  readonly maxPages: number;
  /** What the job runs in; undefined for a job that is inside of no other. */
  readonly scope?: JobScope | undefined;
  /** Gives up waiting when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

interface ManagedMemory {
  /** Undefined until the first job gets pages of it. */
  memory: Memory | undefined;
  readonly numPages: number;
  readonly free: FreePages;
}

/** Is a job that has its memory. */
interface RunningJob {
  readonly scope: JobScope | undefined;
  /** How many pages it has of each memory. */
  readonly pages: readonly number[];
}

interface WaitingJob {
  readonly request: MemoryRequest;
  readonly resolve: (memory: MemoryReservation) => void;
  readonly reject: (error: unknown) => void;
}

/** Gives jobs their memory; see {@link MemoryManager.reserve}. @beta */
export class MemoryManager {
  readonly #memories: ManagedMemory[] = [];
  readonly #waiting: WaitingJob[] = [];
  readonly #running = new Set<RunningJob>();
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
   * or more than there will ever be, with JOB_WAITS_FOR_ITSELF when it would wait for the job that it is inside of, and with JOB_CANCELLED when the
   * signal aborts first.
   */
  async reserve(request: MemoryRequest): Promise<MemoryReservation> {
    const { demands, maxPages, signal } = request;
    const most = Math.min(maxPages, this.#limitPages);
    const sizes = this.#memories.map((memory) => memory.numPages);
    if (needOf(demands) > most || placementOf(demands, sizes, most) === undefined) {
      throw insufficientMemory(request.jobName, demands, most);
    }
    throwIfAborted(request.jobName, signal);
    this.#throwIfCircular(request);
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
    let hasWaiting = false;
    for (const job of this.#waiting.filter(isInside)) if (!this.#start(job)) hasWaiting = true;
    while (!hasWaiting && this.#waiting.length > 0) hasWaiting = !this.#start(this.#waiting[0]!);
  }

  /** Starts a job that waits, if it fits in now. */
  #start(job: WaitingJob): boolean {
    const { request } = job;
    const free = this.#memories.map((memory) => memory.free.numFree);
    const pages = this.#placementOf(request, free, this.#limitPages - this.#numUsed);
    if (pages === undefined) return false;
    this.#waiting.splice(this.#waiting.indexOf(job), 1);
    try {
      job.resolve(this.#grant(request, pages));
    } catch (error) {
      job.reject(error);
    }
    return true;
  }

  /** Returns how many pages of each memory a job would get, of `free` ones of which it may have `most`; undefined when it does not fit in. */
  #placementOf({ demands, maxPages }: MemoryRequest, free: readonly number[], most: number): number[] | undefined {
    return placementOf(demands, free, Math.min(maxPages, wishOf(demands), most));
  }

  #throwIfCircular(request: MemoryRequest): void {
    const { scope } = request;
    if (scope?.outer === undefined) return;
    const inside = [scope, ...this.#waiting.flatMap((job) => job.request.scope ?? [])];
    const held = new Set(inside.flatMap((each) => [...each.allOuter]));
    const kept = [...this.#running].filter((job) => job.scope !== undefined && held.has(job.scope));
    const free = this.#memories.map(({ numPages }, i) => kept.reduce((left, { pages }) => left - pages[i]!, numPages));
    const numKept = kept.reduce((sum, { pages }) => sum + sumOf(pages), 0);
    if (this.#placementOf(request, free, this.#limitPages - numKept) === undefined) {
      throw waitsForItself(request, scope.outer, numKept);
    }
  }

  #grant({ demands, scope }: MemoryRequest, pages: readonly number[]): MemoryReservation {
    const parts = pages.flatMap((count, i) => (count === 0 ? [] : [{ count, managed: this.#memories[i]! }]));
    // Budgets of no pages lie in some memory too.
    if (parts.length === 0) parts.push({ count: 0, managed: this.#memories[0]! });
    for (const { managed } of parts) managed.memory ??= makeSharedMemory(managed.numPages);
    const grants: MemoryGrant[] = parts.map(({ managed, count }) => ({
      memory: managed.memory!,
      ranges: managed.free.take(count),
    }));
    const job: RunningJob = { scope, pages };
    const numPages = sumOf(pages);
    this.#running.add(job);
    this.#numUsed += numPages;
    return new MemoryReservation(demands, grants, () => {
      parts.forEach(({ managed }, i) => managed.free.give(grants[i]!.ranges));
      this.#running.delete(job);
      this.#numUsed -= numPages;
      invariant(this.#numUsed >= 0, "no more pages come back than were given");
      this.#startWaiting();
    });
  }
}

/** Tells whether a job was started inside of one that runs. */
function isInside({ request }: WaitingJob): boolean {
  return request.scope?.outer !== undefined;
}

function sumOf(pages: readonly number[]): number {
  return pages.reduce((sum, each) => sum + each, 0);
}

function needOf(demands: readonly MemoryDemand[]): number {
  return sumOf(demands.map(({ minPages }) => minPages));
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

function waitsForItself({ jobName, demands }: MemoryRequest, outer: JobScope, numKept: number): MillraceError {
  const [needed, kept] = [needOf(demands), numKept].map((pages) => memorySizeText(pages * PAGE_SIZE_BYTES));
  return new MillraceError({
    code: "JOB_WAITS_FOR_ITSELF",
    what: `The job ${JSON.stringify(jobName)} was started inside of the job ${JSON.stringify(outer.jobName)} and would wait for the memory that this one keeps to its end: it needs ${needed}, and jobs that wait for others inside of them have ${kept}`,
    expected: "memory for both",
    fix: "Run the inner job before the outer one, or join its data set in place of a call per record. Or give the environment of the outer job less memory than that of the inner one, so that something is left.",
  });
}

function cancelled(jobName: string, signal: AbortSignal | undefined): MillraceError {
  return new MillraceError({
    code: "JOB_CANCELLED",
    what: `The job ${JSON.stringify(jobName)} was cancelled before it started, while it waited for memory`,
    cause: signal?.reason,
  });
}
