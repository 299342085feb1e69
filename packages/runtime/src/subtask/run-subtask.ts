/**
 * Runs one subtask of one vertex, given streams of frames for its inputs and a place to send frames to: whoever calls it moves the frames, and
 * decides when and where which subtask runs. So other engines carry our tasks.
 */
import {
  type Accumulator,
  type CustomType,
  invariant,
  type MemorySegment,
  MillraceError,
  type Sink,
  type Source,
} from "@millrace/core";
import type { JobVertex } from "@millrace/job-graph";
import { isLargePage, largePage } from "../exchange/page-writer.js";
import { type EdgePlan, edgePlansOf } from "../job/edge-plan.js";
import { JobAccumulators } from "../job/job-accumulators.js";
import type { JobContext } from "../job/job-context.js";
import type { LocalJobOptions } from "../job/local-job.js";
import { ioContextOf, makeJobContext } from "../job/make-job-context.js";
import { SinkRun } from "../job/sink-run.js";
import { SplitSupply } from "../job/split-supply.js";
import { TaskAssembler } from "../job/task-assembler.js";
import { demandsOfTask, type TaskBudgets, takeTaskBudgets } from "../job/task-budgets.js";
import type { PageBudget } from "../memory/page-budget.js";
import type { PageCursor } from "../rows/row-cursor.js";
import { SlotScheduler } from "../task/slot-scheduler.js";
import type { Task } from "../task/task.js";
import { FrameInputChannel, type FrameStream } from "./frame-input-channel.js";
import { FrameOutputChannel } from "./frame-output-channel.js";
import { collectedStream, inputStreams, outputStreams } from "./subtask-streams.js";

/** How many pages of a stream are read before the task has read them. */
const MAX_QUEUED_PAGES = 4;

/** Says which subtask to run, and with what. @internal */
export interface SubtaskOptions extends LocalJobOptions {
  /** The vertex. */
  readonly vertex: number;
  /** Which of its tasks, 0 to its parallelism - 1. There may be many more of them than ever run at once. */
  readonly subtaskIndex: number;
  /**
   * Returns the frames of a stream that the subtask reads, see `subtaskStreams`: all of them, in any order, as often as one likes.
   * It is read only as far as the subtask reads: where it ends the iteration early, by `return`, its sender may be told to `stop`.
   */
  readonly receive: (stream: FrameStream) => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** Takes a frame that the subtask sends; its header says where it belongs. A promise holds further ones of that stream back. */
  readonly send: (frame: Uint8Array, stream: FrameStream) => void | Promise<void>;
}

/** Is a subtask that runs. @internal */
export interface RunningSubtask {
  /** Resolves when it ended, and all its frames were taken, to what it added to accumulators. Rejects with its failure. */
  readonly result: Promise<ReadonlyMap<string, Accumulator<never, unknown>>>;
  /**
   * Tells it that nobody reads a stream any more that it sends: only the frame that ends the stream still comes. When that is so of all its
   * streams, the subtask ends early, as it does when it has read everything.
   */
  stop(stream: FrameStream): void;
  /** Cancels it; resolves when it ended, however it did. */
  cancel(reason?: unknown): Promise<void>;
}

/** Starts a subtask. It initialises and commits no sink: the caller does, before the first subtask and after the last. @internal */
export function runSubtask(options: SubtaskOptions): RunningSubtask {
  const run = new SubtaskRun(options);
  const result = run.run();
  result.catch(() => undefined);
  return {
    result,
    stop: (stream) => run.stop(stream),
    async cancel(reason) {
      run.cancel(reason);
      await result.then(
        () => undefined,
        () => undefined,
      );
    },
  };
}

type Frames = Iterator<Uint8Array> | AsyncIterator<Uint8Array>;

class SubtaskRun {
  readonly #options: SubtaskOptions;
  readonly #vertex: JobVertex;
  readonly #edges: readonly EdgePlan[];
  readonly #controller = new AbortController();
  readonly #accumulators = new JobAccumulators();
  readonly #cleanUps: Promise<unknown>[] = [];
  readonly #inputs: FrameInputChannel[] = [];
  readonly #outputs: FrameOutputChannel[] = [];
  /** Streams that nobody reads any more. */
  readonly #stopped: FrameStream[] = [];
  /** By stream: what lets its feeder go on. */
  readonly #rooms = new Map<FrameInputChannel, () => void>();
  #failure: { readonly error: unknown } | undefined;
  #task: Task | undefined;
  #scheduler: SlotScheduler | undefined;
  #sinkRun: SinkRun | undefined;
  #collected: FrameOutputChannel | undefined;

  constructor(options: SubtaskOptions) {
    const vertex = options.graph.vertices[options.vertex];
    invariant(vertex !== undefined, "a subtask belongs to a vertex of the graph");
    this.#options = options;
    this.#vertex = vertex;
    this.#edges = edgePlansOf(options.graph);
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
    this.#stopped.push(stream);
    for (const output of this.#outputs) if (isSame(output.stream, stream)) output.stop();
    this.#task?.onUnwanted();
  }

  async run(): Promise<ReadonlyMap<string, Accumulator<never, unknown>>> {
    const { signal } = this.#options;
    const onAbort = (): void => this.cancel(signal?.reason);
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted === true) onAbort();
    try {
      await undefined;
      this.#throwIfStopped();
      if (this.#vertex.iteration !== undefined) throw iterationsAreNoFrames(this.#vertex);
      return await this.#runInMemory();
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  async #runInMemory(): Promise<ReadonlyMap<string, Accumulator<never, unknown>>> {
    const { graph, memory, subtaskIndex, createSpillSpace } = this.#options;
    const demands = demandsOfTask(this.#vertex, subtaskIndex, graph, this.#edges);
    const budgets = await memory.allocate(demands, this.#controller.signal);
    const spill = createSpillSpace();
    let hasFailed = true;
    try {
      await this.#runTask(this.#makeTask(spill, budgets));
      hasFailed = false;
      return this.#accumulators.merged();
    } finally {
      spill.close();
      if (hasFailed) for (const budget of budgets) budget.giveAll();
      memory.release(budgets);
    }
  }

  async #runTask(task: Task): Promise<void> {
    const { host } = this.#options;
    this.#task = task;
    if (this.#stopped.length > 0) task.onUnwanted();
    try {
      this.#scheduler = new SlotScheduler(
        [task],
        host,
        () => this.#throwIfStopped(),
        () => this.#inputs.some((each) => !each.isComplete) || this.#outputs.some((each) => !each.hasRoom),
      );
      const feeders = this.#inputs.map((channel) => this.#feed(channel));
      await this.#scheduler.run();
      this.#collected?.sendEvent({ kind: "endOfInput" });
      await Promise.all([...feeders, ...this.#cleanUps]);
      for (const output of this.#outputs) await output.settled();
      this.#throwIfStopped();
    } catch (error) {
      await this.#abort(error);
      throw this.#failure?.error ?? error;
    }
  }

  async #abort(error: unknown): Promise<void> {
    this.#fail(error);
    this.#task?.close();
    for (const channel of this.#inputs) channel.close();
    await Promise.allSettled(this.#cleanUps);
    await this.#sinkRun?.abortWriters().catch(() => undefined);
  }

  /** Reads the frames of one stream, no further ahead than a few pages. */
  async #feed(channel: FrameInputChannel): Promise<void> {
    try {
      const received = this.#options.receive(channel.stream);
      const frames = Symbol.asyncIterator in received ? received[Symbol.asyncIterator]() : received[Symbol.iterator]();
      for (;;) {
        const next = await this.#next(channel, frames);
        if (next?.done === true) break;
        if (next !== undefined) channel.accept(next.value);
        while (channel.numQueued >= MAX_QUEUED_PAGES && !channel.isComplete) {
          await new Promise<void>((resolve) => this.#rooms.set(channel, resolve));
        }
        if (!channel.isComplete) continue;
        const ended = Promise.resolve(frames.return?.());
        // A frame that is waited for and not wanted may never come, and the stream can't end before.
        if (next === undefined) ended.catch(() => undefined);
        else await ended;
        return;
      }
      channel.endOfFrames();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Returns the next frame; undefined when the task needs no more before it comes. */
  #next(channel: FrameInputChannel, frames: Frames): Promise<IteratorResult<Uint8Array> | undefined> {
    return new Promise((resolve, reject) => {
      this.#rooms.set(channel, () => {
        if (channel.isComplete) resolve(undefined);
      });
      Promise.resolve(frames.next()).then(resolve, reject);
    });
  }

  #makeTask(spill: JobContext["spill"], budgets: readonly PageBudget[]): Task {
    const { graph, subtaskIndex } = this.#options;
    const left = budgets.values();
    const owned = takeTaskBudgets(this.#vertex, this.#edges, () => left.next().value as PageBudget);
    const job = this.#jobContext(spill);
    const channels = {
      inputs: (edge: EdgePlan, index: number) => this.#inputChannels(edge, index, job),
      outputs: (edge: EdgePlan, index: number) => this.#outputChannels(edge, index, job, owned),
    };
    const { driver } = this.#vertex;
    if (driver.kind === "collect") {
      const stream = collectedStream(this.#edges.length, driver.index, subtaskIndex);
      this.#collected = this.#outputChannel(stream, job, () => {});
    }
    return new TaskAssembler(graph, this.#edges, job, channels, []).makeTask(this.#vertex, subtaskIndex, owned);
  }

  #inputChannels(edge: EdgePlan, index: number, { layouts }: JobContext): readonly FrameInputChannel[] {
    const { graph, customTypes = [] as readonly CustomType[] } = this.#options;
    const made = inputStreams(edge, this.#edges.indexOf(edge), graph, index).map((stream) => {
      const channel: FrameInputChannel = new FrameInputChannel({
        stream,
        layouts,
        customTypes,
        onReadable: () => this.#task?.onReadable(),
        onRoom: () => this.#rooms.get(channel)?.(),
      });
      return channel;
    });
    this.#inputs.push(...made);
    return made;
  }

  #outputChannels(
    edge: EdgePlan,
    index: number,
    job: JobContext,
    { outputs }: TaskBudgets,
  ): readonly FrameOutputChannel[] {
    const { pages } = outputs.get(edge)!;
    const streams = outputStreams(edge, this.#edges.indexOf(edge), this.#options.graph, index);
    // A page that goes to all consumers is copied once for each of them, and comes back with the last.
    const numCopies = edge.ship.kind === "broadcast" ? streams.length : 1;
    const copies = new Map<MemorySegment, number>();
    const onSent = (page: MemorySegment): void => {
      const count = (copies.get(page) ?? 0) + 1;
      copies.set(page, count);
      if (count < numCopies) return;
      copies.delete(page);
      if (!isLargePage(page)) pages.give(page);
    };
    return streams.map((stream) => this.#outputChannel(stream, job, onSent));
  }

  #outputChannel(
    stream: FrameStream,
    { layouts }: JobContext,
    onSent: (page: MemorySegment) => void,
  ): FrameOutputChannel {
    const channel = new FrameOutputChannel({
      stream,
      layouts,
      send: (frame) => this.#options.send(frame, stream),
      onSent,
      onRoom: () => this.#task?.onRoom(),
      onFailure: (error) => this.#fail(error),
    });
    if (this.#stopped.some((each) => isSame(each, stream))) channel.stop();
    this.#outputs.push(channel);
    return channel;
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
      collectPage: (_index, _subtaskIndex, page) => this.#collected!.sendPage(copyOf(page)),
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

function isSame(a: FrameStream, b: FrameStream): boolean {
  return a.edge === b.edge && a.producer === b.producer && a.partition === b.partition;
}

function copyOf({ memory, slot, endSlot, numRows, layout }: PageCursor): MemorySegment {
  return largePage(memory, slot, endSlot - slot, layout, numRows);
}

function iterationsAreNoFrames({ name }: JobVertex): MillraceError {
  return new MillraceError({
    code: "INVALID_ARGUMENT",
    what: `The subtasks of ${name} belong to an iteration`,
    expected:
      "subtasks outside of iterations: a superstep ends for all of its tasks at once, which streams of frames do not tell",
    fix: "Run the vertices of an iteration together, as a job of one slot.",
  });
}
