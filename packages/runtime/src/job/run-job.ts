/**
 * Runs a job in this thread, from its start to its end: memory, sinks, tasks, commit; when anything fails, or the job is cancelled, everything
 * is taken back before the failure is reported.
 */

import { commitSinks, invariant, isMillraceError, MillraceError, type Sink, type Source } from "@millrace/core";
import type { JobVertex } from "@millrace/job-graph";
import type { IterationRun } from "../iteration/iteration-run.js";
import type { JobScope } from "../memory/job-scope.js";
import type { PageBudget } from "../memory/page-budget.js";
import type { SpillSpace } from "../spill/spill-space.js";
import { SlotScheduler } from "../task/slot-scheduler.js";
import type { Task } from "../task/task.js";
import { CollectedRecords } from "./collected-records.js";
import { JobAccumulators } from "./job-accumulators.js";
import { type JobContext, placeOfTask } from "./job-context.js";
import { JobProgressCounter } from "./job-progress.js";
import { JobWiring } from "./job-wiring.js";
import type { LocalJob, LocalJobOptions, LocalJobResult } from "./local-job.js";
import { ioContextOf, makeJobContext } from "./make-job-context.js";
import { reportedAt } from "./reported.js";
import { runInMemory } from "./run-in-memory.js";
import { SinkRun } from "./sink-run.js";
import { SplitSupply } from "./split-supply.js";
import { type CancellableRun, startRun } from "./start-run.js";
import { untilEnded } from "./until-ended.js";

/** Starts a job. @internal */
export function runJob(options: LocalJobOptions): LocalJob {
  return startRun(new JobRun(options), options);
}

class JobRun implements CancellableRun<LocalJobResult> {
  readonly #options: LocalJobOptions;
  /** Aborts for sources, sinks and asynchronous functions, when the job failed or was cancelled. */
  readonly #controller = new AbortController();
  readonly #cleanUps: Promise<unknown>[] = [];
  readonly #sinkRuns = new Map<number, SinkRun>();
  readonly #splitSupplies = new Map<number, SplitSupply>();
  readonly #collected: CollectedRecords;
  readonly #accumulators = new JobAccumulators();
  #tasks: readonly Task[] = [];
  #iterations: readonly IterationRun[] = [];
  #scheduler: SlotScheduler | undefined;
  #isCancelled = false;
  /** Whether output may be visible, which stays whoever cancels the job. */
  #hasBegunToCommit = false;
  /** What the job failed with before anybody cancelled it. */
  #failure: { readonly error: unknown } | undefined;
  #cancelReason: unknown;

  constructor(options: LocalJobOptions) {
    this.#options = options;
    this.#collected = new CollectedRecords(options.createSpillSpace);
  }

  cancel(reason: unknown): void {
    if (this.#isCancelled) return;
    this.#isCancelled = true;
    this.#cancelReason = reason;
    this.#controller.abort(this.#cancelled());
    this.#scheduler?.interrupt();
  }

  async run(scope: JobScope): Promise<LocalJobResult> {
    try {
      this.#throwIfCancelled();
      const wiring = new JobWiring(this.#options.graph);
      const request = { demands: wiring.demands(), signal: this.#controller.signal, scope };
      return await runInMemory(this.#options, request, (budgets, spill) => this.#runTasks(wiring, budgets, spill));
    } catch (error) {
      throw this.#failure === undefined && this.#isCancelled && !this.#hasBegunToCommit ? this.#cancelled() : error;
    }
  }

  async #runTasks(wiring: JobWiring, budgets: readonly PageBudget[], spill: SpillSpace): Promise<LocalJobResult> {
    const { graph, host } = this.#options;
    const job = this.#jobContext(spill);
    for (const { driver, parallelism } of graph.vertices) {
      if (driver.kind === "collect") this.#collected.register(driver.index, parallelism);
    }
    try {
      await this.#initializeSinks(job);
      const { tasks, iterations } = wiring.wire(job, budgets);
      this.#tasks = tasks;
      this.#iterations = iterations;
      this.#scheduler = new SlotScheduler(this.#tasks, host, () => this.#throwIfCancelled());
      const { onProgress } = this.#options;
      if (onProgress !== undefined) {
        const progress = new JobProgressCounter(tasks, onProgress);
        this.#scheduler.onProgress = (task) => progress.tell(task);
      }
      await this.#scheduler.run();
      for (const iteration of this.#iterations) iteration.close();
      await this.#settled();
      // From here on nothing may fail but a sink itself: what was committed can't be taken back.
      const result = this.#result();
      this.#throwIfCancelled();
      await this.#commitSinks();
      return result;
    } catch (error) {
      await this.#abort(error);
      throw error;
    }
  }

  async #initializeSinks(job: JobContext): Promise<void> {
    for (const vertex of this.#options.graph.vertices) {
      if (vertex.driver.kind !== "sink") continue;
      this.#throwIfCancelled();
      const sink = this.#options.objects.get(vertex.driver.sink) as Sink<unknown>;
      const context = job.ioContext(vertex.operator);
      await this.#reported(vertex, async () => sink.initialize?.(context, vertex.parallelism));
      // A sink that refused to begin must not be told to remove what was there before.
      this.#sinkRuns.set(vertex.id, new SinkRun(sink, context));
    }
  }

  async #commitSinks(): Promise<void> {
    if (this.#sinkRuns.size === 0) return;
    this.#hasBegunToCommit = true;
    this.#options.onCommit?.();
    const sinks = [...this.#sinkRuns].map(([id, sinkRun]) => ({
      sink: sinkRun.sink,
      where: placeOfTask(this.#options.graph.vertices[id]!.operator),
      commit: async () => {
        await sinkRun.commit();
        // What is committed stays: a later failure must not remove it.
        this.#sinkRuns.delete(id);
      },
    }));
    await commitSinks(sinks);
  }

  /** Ends everything after a failure. What fails here is not reported: the first failure is. */
  async #abort(error: unknown): Promise<void> {
    // Who cancels a job that has failed already learns why it failed.
    if (!this.#isCancelled) this.#failure = { error };
    if (!this.#controller.signal.aborted) this.#controller.abort(error);
    for (const task of this.#tasks) task.close();
    for (const iteration of this.#iterations) iteration.close();
    await this.#settled();
    for (const sinkRun of this.#sinkRuns.values()) await sinkRun.abort().catch(() => undefined);
    this.#collected.close();
  }

  /** Waits for what tasks left to be waited for, but not for ever: a source may never hear that it is not read any more. */
  async #settled(): Promise<void> {
    await untilEnded(this.#cleanUps.splice(0), this.#options.host);
  }

  #result(): LocalJobResult {
    const collected = this.#collected;
    return {
      accumulators: this.#accumulators.merged(),
      tasks: this.#tasks.map((task) => task.report()),
      records: (index) => collected.read(index),
      close: () => collected.close(),
    };
  }

  async #reported(vertex: JobVertex, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#throwIfCancelled();
      throw reportedAt(error, "source or sink", vertex.operator);
    }
  }

  #jobContext(spill: SpillSpace): JobContext {
    const { graph } = this.#options;
    return makeJobContext(this.#options, {
      signal: this.#controller.signal,
      spill,
      accumulators: this.#accumulators,
      nextSplit: (vertex, subtaskIndex) => this.#splitsOf(graph.vertices[vertex]!).next(subtaskIndex),
      sinkRun: (vertex) => this.#sinkRuns.get(vertex)!,
      collectPage: (index, subtaskIndex, page) => this.#collected.add(index, subtaskIndex, page),
      cleanUp: (work) => {
        work.catch(() => undefined);
        this.#cleanUps.push(work);
      },
      throwIfCancelled: () => this.#throwIfCancelled(),
    });
  }

  #splitsOf(vertex: JobVertex): SplitSupply {
    let supply = this.#splitSupplies.get(vertex.id);
    if (supply === undefined) {
      invariant(vertex.driver.kind === "source", "only sources have splits");
      const source = this.#options.objects.get(vertex.driver.source) as Source<unknown>;
      const context = ioContextOf(vertex.operator, this.#options, this.#controller.signal);
      supply = new SplitSupply(source, vertex.parallelism, context);
      this.#splitSupplies.set(vertex.id, supply);
    }
    return supply;
  }

  #throwIfCancelled(): void {
    if (this.#isCancelled) throw this.#cancelled();
  }

  #cancelled(): MillraceError {
    const cause = this.#cancelReason;
    if (isMillraceError(cause, "JOB_CANCELLED") && cause instanceof MillraceError) return cause;
    return new MillraceError({
      code: "JOB_CANCELLED",
      what: `The job ${JSON.stringify(this.#options.graph.name)} was cancelled`,
      cause,
    });
  }
}
