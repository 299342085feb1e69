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
import {
  createSpillSpace,
  type JobMemory,
  jobMemory,
  MemoryManager,
  type PageBudget,
  type SpillFile,
  type SpillSpace,
} from "@millrace/runtime";
import { localWork } from "../../src/engine/local-work.js";

/** Says what an engine under watch has, and what happens to it. */
export interface Watch {
  /** Pages beyond what all operators cannot do without; they get exactly that by default. Below 0 the job does not fit. */
  readonly numPagesMore?: number;
  /** Is told of every page that is asked for, from 1; returns false to refuse it, or throws. */
  readonly onTake?: (n: number) => boolean;
  /** Is told of every page that comes back while its job works. */
  readonly onGive?: () => void;
  /** The engine whose memory this one goes on with: a page that its jobs kept is missing here. */
  readonly after?: WatchedEngine | undefined;
  /** What this engine does not clean up, for controls: the watch has to find it. */
  readonly keeps?: "pages" | "memory" | "files" | undefined;
  /** Whether jobs never hear of their signal, for controls. */
  readonly ignoresSignals?: boolean | undefined;
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
  /** By the figure. */
  readonly #managers: Map<number, MemoryManager>;
  #numAllocated = 0;

  constructor(watch: Watch = {}) {
    this.#watch = watch;
    this.#managers = watch.after === undefined ? new Map() : watch.after.#managers;
  }

  defaultParallelism(options: EnvironmentOptions): number {
    return options.parallelism ?? 1;
  }

  start(plan: Plan, given: JobOptions): Job {
    this.numTakes = 0;
    const options = this.#watch.ignoresSignals === true ? { ...given, signal: undefined } : given;
    const work = localWork(this.host, options, {
      parallelism: this.defaultParallelism(options.environment),
      executionMode: options.environment.executionMode,
      analyzer: this.#analyzer,
      resources: { jobMemory: () => this.#memory(), createSpillSpace: () => this.#spillSpace() },
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

  /** Throws when a page, a budget, a file, a handle or a timer of a job is left. */
  assertNothingLeft(): void {
    if (this.#out.size > 0) throw new Error(`${this.#out.size} pages are out`);
    if (this.#numAllocated !== 0) throw new Error("the job's memory was not released");
    for (const manager of this.#managers.values()) {
      if (manager.numPagesInUse > 0) throw new Error(`${manager.numPagesInUse} pages are in use`);
    }
    this.host.assertNothingLeft();
  }

  /** Counts a page that is asked for. */
  mayTake(): boolean {
    this.numTakes++;
    return this.#watch.onTake?.(this.numTakes) ?? true;
  }

  /** Counts a page that comes back. */
  noteGive(): void {
    this.#watch.onGive?.();
  }

  #spillSpace(): SpillSpace {
    const space = createSpillSpace(this.host);
    if (this.#watch.keeps !== "files") return space;
    return {
      createFile: (owner) => keptFile(space.createFile(owner)),
      get numBytesWritten() {
        return space.numBytesWritten;
      },
      get numBytesRead() {
        return space.numBytesRead;
      },
      close: () => undefined,
    };
  }

  #memory(): JobMemory {
    const { keeps, numPagesMore = 0 } = this.#watch;
    const inner = new Map<readonly PageBudget[], readonly PageBudget[]>();
    let memory: JobMemory | undefined;
    return {
      allocate: async (demands, signal) => {
        this.leastPages = demands.reduce((sum, { minPages }) => sum + minPages, 0);
        const numPages = this.leastPages + numPagesMore;
        memory ??= jobMemory(this.#managerOf(numPages), "job", numPages);
        const budgets = await memory.allocate(demands, signal);
        const watched = budgets.map((budget) => new WatchedBudget(budget, this, this.#out, keeps === "pages"));
        inner.set(watched, budgets);
        this.#numAllocated++;
        return watched;
      },
      release: (budgets) => {
        if (keeps !== undefined && keeps !== "files") return;
        memory!.release(inner.get(budgets)!);
        this.#numAllocated--;
      },
    };
  }

  #managerOf(numPages: number): MemoryManager {
    const manager = this.#managers.get(numPages) ?? new MemoryManager(Math.max(numPages, 1) * PAGE_SIZE_BYTES);
    this.#managers.set(numPages, manager);
    return manager;
  }
}

/** Returns a file that is never removed. */
function keptFile(file: SpillFile): SpillFile {
  return new Proxy(file, {
    get: (target, name) => {
      if (name === "remove") return () => undefined;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Fills pages with rubbish before they are handed out and after they came back: whoever reads what is not his finds nothing sensible. */
class WatchedBudget implements PageBudget {
  readonly #inner: PageBudget;
  readonly #engine: WatchedEngine;
  readonly #out: Set<MemorySegment>;
  readonly #own = new Set<MemorySegment>();
  /** Whether the last page that is out never comes back. */
  readonly #keepsLast: boolean;

  constructor(inner: PageBudget, engine: WatchedEngine, out: Set<MemorySegment>, keepsLast: boolean) {
    this.#inner = inner;
    this.#engine = engine;
    this.#out = out;
    this.#keepsLast = keepsLast;
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
    this.#engine.noteGive();
    if (this.#keepsLast && this.#own.size === 1) return;
    this.#inner.give(page);
    page.bytes().fill(0x5a);
    this.#out.delete(page);
    this.#own.delete(page);
  }

  giveAll(): void {
    if (this.#keepsLast) return;
    this.#inner.giveAll();
    for (const page of this.#own) this.#out.delete(page);
    this.#own.clear();
  }
}
