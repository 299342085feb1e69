/**
 * Moves frames between subtasks, as files, badly but within the rules: in any order, mixed over all producers, some of them twice, and late, while
 * their consumers run. A subtask that was lost is run again with all that have read what it sent.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SeededRandom } from "@millrace/host-test";
import type { JobGraph } from "@millrace/job-graph";
import {
  type AccumulatorState,
  type FrameStream,
  type IterationCoordinator,
  readFrame,
  recordsOfFrames,
  subtaskStages,
  subtaskStreams,
  type TaskReport,
} from "@millrace/runtime";

/** Is what one attempt to run a subtask can be told, and what it tells. */
export interface SubtaskRun {
  /** Takes a frame of a stream that it reads, which is in a file. */
  deliver(stream: string, path: string): void;
  /** Tells it that nobody reads a stream any more that it sends. */
  stop(stream: FrameStream): void;
  /** Ends it; resolves when nothing of it runs. */
  cancel(): Promise<void>;
  /** Rejects with its failure; with a {@link Lost} when it is not known what became of it. */
  readonly ended: Promise<SubtaskEnd>;
}

/** Is what a subtask leaves. */
export interface SubtaskEnd {
  readonly accumulators: readonly AccumulatorState[];
  readonly report: TaskReport;
}

/** Says that the process of a subtask is gone. */
export class Lost extends Error {
  override readonly name = "Lost";
}

/** Says which subtask is run. */
export interface SubtaskRequest {
  readonly vertex: number;
  readonly subtaskIndex: number;
  readonly attempt: number;
}

/** Hears what a subtask has for others. */
export interface SubtaskListener {
  /** Takes a frame. A promise holds further ones of its sender back: who sends without end must not fill the disk. */
  sent(stream: FrameStream, frame: Uint8Array): void | Promise<void>;
  /** Hears of a stream that the subtask reads no further. */
  left(stream: string): void;
  endSuperstep(report: Uint8Array, iteration: number): Promise<Uint8Array>;
}

/** Starts subtasks, somewhere. */
export type StartSubtask = (request: SubtaskRequest, listener: SubtaskListener) => SubtaskRun;

/** Says what is moved, and how. */
export interface MoverOptions {
  readonly graph: JobGraph;
  readonly jobId: string;
  readonly folder: string;
  readonly random: SeededRandom;
  readonly start: StartSubtask;
  readonly coordinate: (iteration: number) => IterationCoordinator;
  /** How many subtasks may run at once, unless an iteration has more. */
  readonly numPlaces: number;
  /** How likely a frame comes twice. */
  readonly repeated?: number;
  /** Hears of each frame before it is delivered; what it returns is delivered in its place, nothing when that is undefined. */
  readonly onFrame?: (frame: Uint8Array) => Uint8Array | undefined;
  /** Hears of the subtasks that are started. */
  readonly onStart?: (request: SubtaskRequest, run: SubtaskRun) => void;
}

/** How many frames are on their way before their senders are held back. */
const MAX_PARCELS = 100;
/** Whoever is lost so often will be the next time. */
const MAX_ATTEMPTS = 10;

interface Subtask {
  readonly vertex: number;
  readonly subtaskIndex: number;
  readonly stage: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  attempt: number;
  state: "waiting" | "running" | "ended";
  run: SubtaskRun | undefined;
  end: SubtaskEnd | undefined;
}

interface Parcel {
  readonly stream: string;
  readonly path: string;
}

/** Moves the frames of one job. */
export class Mover {
  readonly #options: MoverOptions;
  readonly #subtasks: Subtask[];
  readonly #readerOf = new Map<string, Subtask>();
  readonly #senderOf = new Map<string, { readonly subtask: Subtask; readonly stream: FrameStream }>();
  readonly #coordinators = new Map<number, IterationCoordinator>();
  /** Frames on their way. */
  #parcels: Parcel[] = [];
  /** By stream: what was delivered, for readers that begin later or again. */
  readonly #delivered = new Map<string, string[]>();
  /** What lets those go on that were held back. */
  readonly #heldBack: (() => void)[] = [];
  #numFiles = 0;
  #isPumping = false;
  readonly #done: Promise<void>;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;
  #failure: { readonly error: unknown } | undefined;
  /** How many subtasks were run again. */
  numRunAgain = 0;
  numFrames = 0;

  constructor(options: MoverOptions) {
    this.#options = options;
    const { graph } = options;
    this.#subtasks = subtaskStages(graph).flatMap(({ vertices }, stage) =>
      vertices.flatMap((vertex) =>
        Array.from({ length: graph.vertices[vertex]!.parallelism }, (_, subtaskIndex): Subtask => {
          const { inputs, outputs } = subtaskStreams(graph, vertex, subtaskIndex);
          const subtask: Subtask = {
            ...{ vertex, subtaskIndex, stage, attempt: 0, state: "waiting", run: undefined, end: undefined },
            inputs: inputs.map(keyOf),
            outputs: outputs.map(keyOf),
          };
          for (const stream of outputs) this.#senderOf.set(keyOf(stream), { subtask, stream });
          return subtask;
        }),
      ),
    );
    for (const subtask of this.#subtasks) for (const stream of subtask.inputs) this.#readerOf.set(stream, subtask);
    this.#done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#done.catch(() => undefined);
  }

  /** Runs all subtasks. Rejects with the first failure, when nothing runs any more. */
  async run(): Promise<readonly SubtaskEnd[]> {
    this.#startWhatCan();
    await this.#done;
    return this.#subtasks.map(({ end }) => end!);
  }

  /** Ends everything. */
  async cancel(reason: unknown): Promise<void> {
    await this.#fail(reason);
  }

  /** Returns what reached a collecting sink, partition after partition. */
  records(index: number, customTypes: Parameters<typeof recordsOfFrames>[0]["customTypes"]): unknown[] {
    const { graph, jobId } = this.#options;
    const { id, parallelism } = graph.vertices.find(
      ({ driver }) => driver.kind === "collect" && driver.index === index,
    )!;
    return Array.from({ length: parallelism }, (_, subtaskIndex) => {
      const stream = subtaskStreams(graph, id, subtaskIndex).outputs.at(-1)!;
      const frames = (this.#delivered.get(keyOf(stream)) ?? []).map((path) => readFileSync(path));
      return [...recordsOfFrames({ stream, jobId, customTypes }, frames)];
    }).flat();
  }

  #startWhatCan(): void {
    if (this.#failure !== undefined) return;
    let numRunning = this.#subtasks.filter(({ state }) => state === "running").length;
    // In order: whoever runs waits only for those that began before, or for its own iteration.
    for (const subtask of this.#subtasks) {
      if (subtask.state !== "waiting") continue;
      const isBegun = this.#subtasks.some(({ stage, state }) => stage === subtask.stage && state === "running");
      const isInIteration = this.#options.graph.vertices[subtask.vertex]!.iteration !== undefined;
      if (numRunning >= this.#options.numPlaces && !(isInIteration && isBegun)) break;
      numRunning++;
      this.#start(subtask);
    }
    if (this.#subtasks.every(({ state }) => state === "ended") && this.#parcels.length === 0) this.#resolve();
  }

  #start(subtask: Subtask): void {
    const { start, onStart } = this.#options;
    const { vertex, subtaskIndex, attempt } = subtask;
    const isCurrent = (): boolean => subtask.attempt === attempt && this.#failure === undefined;
    const request = { vertex, subtaskIndex, attempt };
    const run = start(request, {
      sent: (stream, frame) => (isCurrent() ? this.#take(keyOf(stream), frame) : undefined),
      left: (stream) => {
        const sender = this.#senderOf.get(stream);
        if (isCurrent() && sender?.subtask.state === "running") sender.subtask.run?.stop(sender.stream);
      },
      endSuperstep: (report, iteration) => this.#coordinator(iteration).endSuperstep(report),
    });
    subtask.state = "running";
    subtask.run = run;
    run.ended.then(
      (end) => {
        if (!isCurrent()) return;
        subtask.state = "ended";
        subtask.end = end;
        this.#startWhatCan();
      },
      (error: unknown) => {
        if (!isCurrent()) return;
        if (error instanceof Lost && attempt < MAX_ATTEMPTS)
          void this.#runAgain(subtask).catch((reason: unknown) => this.#fail(reason));
        else void this.#fail(error);
      },
    );
    for (const stream of subtask.inputs)
      for (const path of this.#delivered.get(stream) ?? []) run.deliver(stream, path);
    onStart?.(request, run);
  }

  #coordinator(iteration: number): IterationCoordinator {
    const coordinator = this.#coordinators.get(iteration) ?? this.#options.coordinate(iteration);
    this.#coordinators.set(iteration, coordinator);
    return coordinator;
  }

  /** Runs a lost subtask again, and all that could have read what it sent. */
  async #runAgain(lost: Subtask): Promise<void> {
    const again = new Set<Subtask>([lost]);
    for (const subtask of again) {
      const { iteration } = this.#options.graph.vertices[subtask.vertex]!;
      if (iteration !== undefined) {
        for (const each of this.#subtasks) if (each.stage === subtask.stage) again.add(each);
        this.#coordinators.delete(iteration);
      }
      for (const stream of subtask.outputs) {
        const reader = this.#readerOf.get(stream);
        if (reader !== undefined && reader.state !== "waiting") again.add(reader);
      }
    }
    const runs = [...again].flatMap(({ run, state }) => (run !== undefined && state === "running" ? [run] : []));
    for (const subtask of again) {
      this.numRunAgain++;
      subtask.attempt++;
      subtask.end = undefined;
      const gone = new Set(subtask.outputs);
      for (const stream of gone) this.#delivered.delete(stream);
      this.#parcels = this.#parcels.filter(({ stream }) => !gone.has(stream));
    }
    await Promise.all(runs.map((run) => run.cancel()));
    for (const subtask of again) subtask.state = "waiting";
    this.#startWhatCan();
  }

  /** Puts a frame into the folder, and on its way. */
  #take(stream: string, frame: Uint8Array): void | Promise<void> {
    const { folder, random, repeated = 0.2 } = this.#options;
    const path = join(folder, String(this.#numFiles++));
    writeFileSync(path, frame);
    this.numFrames++;
    this.#parcels.push({ stream, path });
    if (random.next() < repeated) this.#parcels.push({ stream, path });
    this.#pump();
    if (this.#parcels.length > MAX_PARCELS) return new Promise((resolve) => this.#heldBack.push(resolve));
  }

  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    setImmediate(() => {
      this.#isPumping = false;
      const { random } = this.#options;
      // Many stay behind while others overtake them.
      for (let n = random.between(1, 8); n > 0 && this.#parcels.length > 0; n--) {
        const [parcel] = this.#parcels.splice(random.below(this.#parcels.length), 1);
        this.#deliver(parcel!);
      }
      if (this.#parcels.length <= MAX_PARCELS) for (const goOn of this.#heldBack.splice(0)) goOn();
      if (this.#parcels.length > 0) this.#pump();
      else this.#startWhatCan();
    });
  }

  #deliver({ stream, path }: Parcel): void {
    const { onFrame } = this.#options;
    if (onFrame !== undefined) {
      const frame = readFileSync(path);
      const changed = onFrame(frame);
      if (changed === undefined) return;
      if (changed !== frame) writeFileSync(path, changed);
    }
    const delivered = this.#delivered.get(stream) ?? [];
    this.#delivered.set(stream, delivered);
    delivered.push(path);
    this.#readerOf.get(stream)?.run?.deliver(stream, path);
  }

  async #fail(error: unknown): Promise<void> {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#parcels = [];
    for (const goOn of this.#heldBack.splice(0)) goOn();
    await Promise.all(this.#subtasks.map(({ run }) => run?.cancel()));
    this.#reject(error);
  }
}

/** Makes the folder of a mover. */
export function makeFolder(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Names a stream. */
export function keyOf({ edge, producer, partition }: FrameStream): string {
  return `${edge}-${producer}-${partition}`;
}

/** Tells the kind of a frame that is not damaged. */
export function kindOf(frame: Uint8Array): string {
  return readFrame(frame).kind;
}
