/** The channels of one subtask that runs by itself: frames that a mover brings, and frames that it takes. */
import type { MemorySegment } from "@millrace/core";
import { isLargePage } from "../exchange/page-writer.js";
import type { EdgePlan } from "../job/edge-plan.js";
import type { PageBudget } from "../memory/page-budget.js";
import type { LayoutTable } from "../rows/stream-layout.js";
import { type FrameStream, jobHashOf } from "./frame.js";
import { FrameFeeder } from "./frame-feeder.js";
import { FrameInputChannel } from "./frame-input-channel.js";
import { FrameOutputChannel } from "./frame-output-channel.js";
import type { SubtaskOptions } from "./run-subtask.js";
import { collectedStream, inputStreams, outputStreams } from "./subtask-streams.js";

/** The output of a head that leaves its iteration. */
const RESULT_OUTPUT = 1;

/** Is what hears of the channels. */
export interface ChannelListener {
  /** Aborts when the subtask has failed or was cancelled. */
  readonly signal: AbortSignal;
  readonly onReadable: () => void;
  readonly onRoom: () => void;
  readonly onFailure: (error: unknown) => void;
}

/** Makes and feeds the channels of one subtask. */
export class SubtaskChannels {
  readonly #options: SubtaskOptions;
  readonly #edges: readonly EdgePlan[];
  readonly #listener: ChannelListener;
  readonly #job: bigint;
  readonly #inputs: FrameInputChannel[] = [];
  readonly #feeders: FrameFeeder[] = [];
  readonly #outputs: FrameOutputChannel[] = [];
  /** Streams that nobody reads any more. */
  readonly #stopped: FrameStream[] = [];
  #fed: Promise<unknown> = Promise.resolve();
  #collected: FrameOutputChannel | undefined;

  constructor(options: SubtaskOptions, edges: readonly EdgePlan[], listener: ChannelListener) {
    this.#options = options;
    this.#edges = edges;
    this.#listener = listener;
    this.#job = jobHashOf(options.jobId);
  }

  /** Whether something may still come, or the mover has not taken all yet that there is room for. */
  get areBusy(): boolean {
    return this.#inputs.some((each) => !each.isComplete) || this.#outputs.some((each) => !each.hasRoom);
  }

  /** Makes the channels of an edge that the subtask reads. */
  inputs(edge: EdgePlan, layouts: LayoutTable): readonly FrameInputChannel[] {
    const { graph, subtaskIndex } = this.#options;
    return inputStreams(edge, this.#edges.indexOf(edge), graph, subtaskIndex).map((stream) =>
      this.#input(stream, this.#isDynamic(edge), layouts),
    );
  }

  /** Makes the channels of an edge that the subtask writes to; pages come back to `pages` when they are in frames. */
  outputs(edge: EdgePlan, layouts: LayoutTable, pages: PageBudget): readonly FrameOutputChannel[] {
    const { graph, subtaskIndex } = this.#options;
    const streams = outputStreams(edge, this.#edges.indexOf(edge), graph, subtaskIndex);
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
    return streams.map((stream) => this.#output(stream, layouts, onSent));
  }

  /** Makes the channel of what the subtask collects for the client. */
  openCollected(index: number, layouts: LayoutTable): void {
    const stream = collectedStream(this.#edges.length, index, this.#options.subtaskIndex);
    this.#collected = this.#output(stream, layouts, () => {});
  }

  /** Sends a page on the heap that the subtask collected. */
  collect(page: MemorySegment): void {
    this.#collected!.sendPage(page);
  }

  /** Begins to read what the mover brings. */
  feed(): void {
    this.#fed = Promise.all(
      this.#feeders.map((feeder) => feeder.run().catch((error: unknown) => this.#listener.onFailure(error))),
    );
  }

  /** Ends what is collected; resolves when all frames were read that are wanted, and all that were sent were taken. */
  async finished(): Promise<void> {
    this.#collected?.sendEvent({ kind: "endOfInput" });
    await this.#fed;
    for (const output of this.#outputs) await output.settled();
  }

  /** Drops what is sent along a stream from now on. */
  stop(stream: FrameStream): void {
    this.#stopped.push(stream);
    for (const output of this.#outputs) if (isSame(output.stream, stream)) output.stop();
  }

  /** Whether some streams are not read any more. */
  get areStopped(): boolean {
    return this.#stopped.length > 0;
  }

  /** Drops what came and whatever comes. */
  close(): void {
    for (const channel of this.#inputs) channel.close();
  }

  /** Tells whether an edge stays within an iteration, and so ends once per superstep. */
  #isDynamic({ source, output, consumer }: EdgePlan): boolean {
    const { vertices } = this.#options.graph;
    const { iteration } = vertices[source]!;
    return iteration !== undefined && iteration === vertices[consumer]!.iteration && output !== RESULT_OUTPUT;
  }

  #input(stream: FrameStream, isDynamic: boolean, layouts: LayoutTable): FrameInputChannel {
    const { customTypes = [], receive } = this.#options;
    const { onReadable, signal } = this.#listener;
    let feeder: FrameFeeder | undefined;
    const onRoom = (): void => feeder?.onRoom();
    const channel = new FrameInputChannel({
      ...{ stream, isDynamic, job: this.#job, layouts, customTypes, onReadable, onRoom },
    });
    feeder = new FrameFeeder(channel, () => receive(stream, signal));
    this.#inputs.push(channel);
    this.#feeders.push(feeder);
    return channel;
  }

  #output(stream: FrameStream, layouts: LayoutTable, onSent: (page: MemorySegment) => void): FrameOutputChannel {
    const { attemptNumber = 0, send } = this.#options;
    const { onRoom, onFailure } = this.#listener;
    const channel = new FrameOutputChannel({
      ...{ stream, layouts, job: this.#job, attempt: attemptNumber, onSent, onRoom, onFailure },
      send: (frame) => send(frame, stream),
    });
    if (this.#stopped.some((each) => isSame(each, stream))) channel.stop();
    this.#outputs.push(channel);
    return channel;
  }
}

function isSame(a: FrameStream, b: FrameStream): boolean {
  return a.edge === b.edge && a.producer === b.producer && a.partition === b.partition;
}
