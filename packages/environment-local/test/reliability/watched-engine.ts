import { FunctionAnalyzer } from "@millrace/closures";
import { EngineJobs, type Plan, PlanJob } from "@millrace/common-api";
import {
  type Engine,
  type EnvironmentOptions,
  type Job,
  type JobOptions,
  type Memory,
  type MemorySegment,
  PAGE_SIZE_BYTES,
} from "@millrace/core";
import { TestHost } from "@millrace/host-test";
import { createSpillSpace, type JobMemory, jobMemory, MemoryManager, type PageBudget } from "@millrace/runtime";
import { localWork } from "../../src/engine/local-work.js";

/** Says what an engine under watch has, and what happens to it. */
export interface Watch {
  /** Pages beyond what all operators cannot do without; they get exactly that by default. Below 0 the job does not fit. */
  readonly numPagesMore?: number;
  /** Is told of every page that is asked for, from 1; returns false to refuse it, or throws. */
  readonly onTake?: (n: number) => boolean;
}

/**
 * Is the local engine on a test host, with memory that is counted to the page, on a disk that can fail. One job at a time.
 */
export class WatchedEngine implements Engine<Plan> {
  readonly name = "watched local";
  readonly host = new TestHost();
  /** The least pages of the last job. */
  leastPages = 0;
  /** Pages that were asked for by the last job. */
  numTakes = 0;
  readonly #watch: Watch;
  readonly #jobs = new EngineJobs("watched");
  readonly #analyzer = new FunctionAnalyzer();
  /** Pages that are out. */
  readonly #out = new Set<MemorySegment>();
  #numAllocated = 0;

  constructor(watch: Watch = {}) {
    this.#watch = watch;
  }

  defaultParallelism(options: EnvironmentOptions): number {
    return options.parallelism ?? 1;
  }

  start(plan: Plan, options: JobOptions): Job {
    this.numTakes = 0;
    const work = localWork(this.host, options, {
      parallelism: this.defaultParallelism(options.environment),
      analyzer: this.#analyzer,
      resources: { jobMemory: () => this.#memory(), createSpillSpace: () => createSpillSpace(this.host) },
      transport: undefined,
    });
    return this.#jobs.start((id) => new PlanJob(id, plan, this.host, options, work));
  }

  explain(): Promise<string> {
    return Promise.resolve("");
  }

  close(): Promise<void> {
    return this.#jobs.close();
  }

  /** Throws when a page, a budget or a file of a job is left. */
  assertNothingLeft(): void {
    if (this.#out.size > 0) throw new Error(`${this.#out.size} pages are out`);
    if (this.#numAllocated !== 0) throw new Error("the job's memory was not released");
    this.host.files.assertNothingLeft();
  }

  /** Counts a page that is asked for. */
  mayTake(): boolean {
    this.numTakes++;
    return this.#watch.onTake?.(this.numTakes) ?? true;
  }

  #memory(): JobMemory {
    const inner = new Map<readonly PageBudget[], readonly PageBudget[]>();
    let memory: JobMemory | undefined;
    return {
      allocate: async (demands, signal) => {
        this.leastPages = demands.reduce((sum, { minPages }) => sum + minPages, 0);
        const numPages = this.leastPages + (this.#watch.numPagesMore ?? 0);
        memory ??= jobMemory(new MemoryManager(Math.max(numPages, 1) * PAGE_SIZE_BYTES), "job", numPages);
        const budgets = await memory.allocate(demands, signal);
        const watched = budgets.map((budget) => new WatchedBudget(budget, this, this.#out));
        inner.set(watched, budgets);
        this.#numAllocated++;
        return watched;
      },
      release: (budgets) => {
        memory!.release(inner.get(budgets)!);
        this.#numAllocated--;
      },
    };
  }
}

/** Fills pages with rubbish before they are handed out and after they came back: whoever reads what is not his finds nothing sensible. */
class WatchedBudget implements PageBudget {
  readonly #inner: PageBudget;
  readonly #engine: WatchedEngine;
  readonly #out: Set<MemorySegment>;
  readonly #own = new Set<MemorySegment>();

  constructor(inner: PageBudget, engine: WatchedEngine, out: Set<MemorySegment>) {
    this.#inner = inner;
    this.#engine = engine;
    this.#out = out;
  }

  get owner(): string {
    return this.#inner.owner;
  }

  get memory(): Memory {
    return this.#inner.memory;
  }

  get numPages(): number {
    return this.#inner.numPages;
  }

  get numFree(): number {
    return this.#inner.numFree;
  }

  take(): MemorySegment | undefined {
    if (!this.#engine.mayTake()) return undefined;
    const page = this.#inner.take();
    if (page === undefined) return undefined;
    page.bytes().fill(0xa5);
    this.#out.add(page);
    this.#own.add(page);
    return page;
  }

  give(page: MemorySegment): void {
    this.#inner.give(page);
    page.bytes().fill(0x5a);
    this.#out.delete(page);
    this.#own.delete(page);
  }

  giveAll(): void {
    this.#inner.giveAll();
    for (const page of this.#own) this.#out.delete(page);
    this.#own.clear();
  }
}
