/**
 * Runs one subtask of one vertex, given streams of frames for its inputs and a place to send frames to: whoever calls it moves the frames, and
 * decides when and where which subtask runs. So other engines carry our tasks.
 */
import { type Accumulator, invariant, MillraceError, type Sink, type Source } from "@millrace/core";
import type { JobVertex } from "@millrace/job-graph";
import { largePage } from "../exchange/page-writer.js";
import type { IterationRun } from "../iteration/iteration-run.js";
import type { EdgePlan } from "../job/edge-plan.js";
import { JobAccumulators } from "../job/job-accumulators.js";
import type { JobContext } from "../job/job-context.js";
import type { LocalJobOptions } from "../job/local-job.js";
import { ioContextOf, makeJobContext } from "../job/make-job-context.js";
import { runInMemory } from "../job/run-in-memory.js";
import { SinkRun } from "../job/sink-run.js";
import { SplitSupply } from "../job/split-supply.js";
import { type CancellableRun, startRun } from "../job/start-run.js";
import { TaskAssembler } from "../job/task-assembler.js";
import { demandsOfTask, type TaskBudgets, takeTaskBudgets } from "../job/task-budgets.js";
import { untilEnded } from "../job/until-ended.js";
import { inSubtaskScope, type JobScope } from "../memory/job-scope.js";
import type { PageBudget } from "../memory/page-budget.js";
import type { TaskReport } from "../metrics/task-metrics.js";
import { SlotScheduler } from "../task/slot-scheduler.js";
import type { Task } from "../task/task.js";
import { type FrameStream, jobHashOf } from "./frame.js";
import { subtaskEdgesOf } from "./iteration-edges.js";
import { SubtaskChannels } from "./subtask-channels.js";
import { makeSubtaskIteration } from "./subtask-iteration.js";
import { readDecision, writeReport } from "./superstep-frames.js";

/** Says which subtask to run, and with what. @beta */
export interface SubtaskOptions extends Omit<LocalJobOptions, "onProgress"> {
  /** Names the job among all whose frames could meet: it stands in every frame. The same for all subtasks. */
  readonly jobId: string;
  /** The vertex. */
  readonly vertex: number;
  /** Which of its tasks, 0 to its parallelism - 1. There may be many more of them than ever run at once. */
  readonly subtaskIndex: number;
  /** Which attempt to run this subtask it is; 0 when left out. Another attempt has another number, since it sends other frames. */
  readonly attemptNumber?: number | undefined;
  /**
   * Returns the frames of a stream that the subtask reads, see `subtaskStreams`: all of them, in any order, as often as one likes.
   * They are read only as far as the subtask reads, and stay the caller's: where it ends the iteration early, by `return`, their sender may be told to `stop`. `signal` aborts when the subtask has failed or was cancelled.
   */
  readonly receive: (stream: FrameStream, signal: AbortSignal) => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** Takes a frame that the subtask sends, which is the mover's from now on. A promise holds further ones of that stream back. */
  readonly send: (frame: Uint8Array, stream: FrameStream) => void | Promise<void>;
  /**
   * Brings a report to the coordinator of an iteration, and its answer back: see `coordinateSupersteps`. Subtasks of iterations need it.
   * It is called once per superstep.
   */
  readonly endSuperstep?:
    | ((report: Uint8Array, iteration: number, signal: AbortSignal) => Promise<Uint8Array>)
    | undefined;
}

/** Is what a subtask leaves that has ended. @beta */
export interface SubtaskResult {
  /** What it added to accumulators, by name. `accumulatorStates` are what can be sent. */
  readonly accumulators: ReadonlyMap<string, Accumulator<never, unknown>>;
  /** What it did. */
  readonly report: TaskReport;
}

/** Is a subtask that runs. @beta */
export interface RunningSubtask {
  /** Resolves when it ended, and all its frames were taken. Rejects with its failure; nothing of it is left then. */
  readonly result: Promise<SubtaskResult>;
  /**
   * Tells it that nobody reads a stream any more that it sends: only the frame that ends the stream still comes. When that is so of all its
   * streams, the subtask ends early, as it does when it has read everything.
   */
  stop(stream: FrameStream): void;
  /** Cancels it; resolves when it ended, however it did. */
  cancel(reason?: unknown): Promise<void>;
}

/**
 * Starts a subtask. It initialises and commits no sink: the caller does, before the first subtask and after the last.
 * @beta
 */
export function runSubtask(options: SubtaskOptions): RunningSubtask {
  const run = new SubtaskRun(options);
  return { ...startRun(run, options, inSubtaskScope), stop: (stream) => run.stop(stream) };
}

class SubtaskRun implements CancellableRun<SubtaskResult> {
  readonly #options: SubtaskOptions;
  readonly #vertex: JobVertex;
  readonly #edges: readonly EdgePlan[];
  readonly #controller = new AbortController();
  readonly #accumulators = new JobAccumulators();
  readonly #cleanUps: Promise<unknown>[] = [];
  readonly #channels: SubtaskChannels;
  #failure: { readonly error: unknown } | undefined;
  #task: Task | undefined;
  #iteration: IterationRun | undefined;
  #scheduler: SlotScheduler | undefined;
  #sinkRun: SinkRun | undefined;

  constructor(options: SubtaskOptions) {
    const vertex = options.graph.vertices[options.vertex];
    invariant(vertex !== undefined, "a subtask belongs to a vertex of the graph");
    this.#options = options;
    this.#vertex = vertex;
    this.#edges = subtaskEdgesOf(options.graph);
    this.#channels = new SubtaskChannels(options, this.#edges, {
      signal: this.#controller.signal,
      onReadable: () => this.#task?.onReadable(),
      onRoom: () => this.#task?.onRoom(),
      onFailure: (error) => this.#fail(error),
    });
  }

  cancel(reason: unknown): void {
    this.#fail(
      new MillraceError({
        code: "JOB_CANCELLED",
        what: `The job ${JSON.stringify(this.#options.graph.name)} was cancelled`,
        cause: reason,
      }),
    );
  }

  stop(stream: FrameStream): void {
    this.#channels.stop(stream);
    this.#task?.onUnwanted();
  }

  async run(scope: JobScope): Promise<SubtaskResult> {
    this.#throwIfStopped();
    if (this.#vertex.iteration !== undefined && this.#options.endSuperstep === undefined) {
      throw withoutCoordinator(this.#vertex);
    }
    const { graph, subtaskIndex } = this.#options;
    const demands = demandsOfTask(this.#vertex, subtaskIndex, graph, this.#edges);
    const request = { demands, signal: this.#controller.signal, scope };
    return runInMemory(this.#options, request, async (budgets, spill) => {
      const job = this.#jobContext(spill);
      await this.#runTask(() => this.#makeTask(job, budgets));
      return { accumulators: this.#accumulators.merged(), report: this.#task!.report() };
    });
  }

  async #runTask(makeTask: () => Task): Promise<void> {
    try {
      const task = makeTask();
      this.#task = task;
      if (this.#channels.areStopped) task.onUnwanted();
      this.#scheduler = new SlotScheduler(
        [task],
        this.#options.host,
        () => this.#throwIfStopped(),
        () => this.#channels.areBusy || this.#iteration?.isDone === false,
      );
      this.#channels.feed();
      await this.#scheduler.run();
      this.#iteration?.close();
      await untilEnded(this.#cleanUps.splice(0), this.#options.host);
      await this.#channels.finished();
      this.#throwIfStopped();
    } catch (error) {
      await this.#abort(error);
      throw this.#failure?.error ?? error;
    }
  }

  async #abort(error: unknown): Promise<void> {
    this.#fail(error);
    this.#task?.close();
    this.#iteration?.close();
    this.#channels.close();
    await untilEnded(this.#cleanUps.splice(0), this.#options.host);
    await this.#sinkRun?.abortWriters().catch(() => undefined);
  }

  #makeTask(job: JobContext, budgets: readonly PageBudget[]): Task {
    const { graph, subtaskIndex } = this.#options;
    const left = budgets.values();
    const owned = takeTaskBudgets(this.#vertex, this.#edges, () => left.next().value as PageBudget);
    const { layouts } = job;
    const channels = {
      inputs: (edge: EdgePlan) => this.#channels.inputs(edge, layouts),
      outputs: (edge: EdgePlan) => this.#channels.outputs(edge, layouts, owned.outputs.get(edge)!.pages),
    };
    const { driver } = this.#vertex;
    if (driver.kind === "collect") this.#channels.openCollected(driver.index, layouts);
    const iterations: IterationRun[] = [];
    if (this.#vertex.iteration !== undefined) {
      this.#iteration = this.#makeIteration(job, owned);
      iterations[this.#vertex.iteration] = this.#iteration;
    }
    return new TaskAssembler(graph, this.#edges, job, channels, iterations).makeTask(this.#vertex, subtaskIndex, owned);
  }

  #makeIteration(job: JobContext, budgets: TaskBudgets): IterationRun {
    const { graph, subtaskIndex, jobId, attemptNumber = 0, customTypes = [], endSuperstep } = this.#options;
    const vertex = this.#vertex;
    const iteration = vertex.iteration!;
    const place = { job: jobHashOf(jobId), attempt: attemptNumber, iteration };
    const edges = this.#edges;
    const run: IterationRun = makeSubtaskIteration({
      ...{ graph, vertex, subtaskIndex, edges, job, budgets },
      report: (report) => {
        const frame = writeReport(place, vertex.id, subtaskIndex, report);
        endSuperstep!(frame, iteration, this.#controller.signal)
          .then((answer) => {
            if (this.#failure === undefined) run.decide(readDecision(answer, place, customTypes));
          })
          .catch((error: unknown) => this.#fail(error));
      },
    });
    return run;
  }

  #jobContext(spill: JobContext["spill"]): JobContext {
    const { signal } = this.#controller;
    const { driver, operator, parallelism } = this.#vertex;
    const { objects } = this.#options;
    const ioContext = ioContextOf(operator, this.#options, signal);
    const splits =
      driver.kind === "source"
        ? new SplitSupply(objects.get(driver.source) as Source<unknown>, parallelism, ioContext)
        : undefined;
    if (driver.kind === "sink") this.#sinkRun = new SinkRun(objects.get(driver.sink) as Sink<unknown>, ioContext);
    return makeJobContext(this.#options, {
      signal,
      spill,
      accumulators: this.#accumulators,
      nextSplit: async (_vertex, subtaskIndex) => splits?.next(subtaskIndex),
      sinkRun: () => this.#sinkRun!,
      collectPage: (_index, _subtaskIndex, { memory, slot, endSlot, layout, numRows }) =>
        this.#channels.collect(largePage(memory, slot, endSlot - slot, layout, numRows)),
      cleanUp: (work) => {
        work.catch(() => undefined);
        this.#cleanUps.push(work);
      },
      throwIfCancelled: () => this.#throwIfStopped(),
    });
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#controller.abort(error);
    this.#scheduler?.interrupt();
  }

  #throwIfStopped(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

function withoutCoordinator({ name }: JobVertex): MillraceError {
  return new MillraceError({
    code: "INVALID_ARGUMENT",
    what: `The subtasks of ${name} belong to an iteration, and nothing was given that brings their reports to its coordinator`,
    expected: "the option endSuperstep",
    fix: "Make the coordinator of the iteration by coordinateSupersteps, and bring it what endSuperstep is given.",
  });
}
