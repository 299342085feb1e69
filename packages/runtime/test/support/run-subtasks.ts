/** Runs whole jobs with every subtask by itself: all at once in this process, and frames from one to the other through mailboxes. */
import { nodeHost } from "@millrace/host-node";
import type { JobGraph } from "@millrace/job-graph";
import {
  coordinateSupersteps,
  createSpillSpace,
  type FrameStream,
  type RunningSubtask,
  recordsOfFrames,
  runSubtask,
  type SubtaskOptions,
  subtaskGraph,
  subtaskStreams,
} from "../../src/index.js";
import { objectsOf, type RunOptions } from "./run-graph.js";
import { watchedMemory } from "./watched-memory.js";

const JOB_ID = "job";

/** Names a stream. */
export function keyOf({ edge, producer, partition }: FrameStream): string {
  return `${edge} ${producer} ${partition}`;
}

/** Holds the frames of one stream, and lets its reader wait for more. */
export class Mailbox {
  readonly frames: Uint8Array[] = [];
  #wakeUp: (() => void) | undefined;

  put(frame: Uint8Array): void {
    this.frames.push(frame);
    this.#wakeUp?.();
  }

  /** Gives all frames as they come; its reader leaves when it has the last one. */
  async *read(): AsyncGenerator<Uint8Array> {
    for (let i = 0; ; i++) {
      while (i === this.frames.length) {
        await new Promise<void>((resolve) => {
          this.#wakeUp = resolve;
        });
      }
      yield this.frames[i]!;
    }
  }
}

/** What a test may want to be different. */
export interface SubtasksOptions extends RunOptions {
  /** Makes what a subtask is given in place of this. */
  readonly changed?: (options: SubtaskOptions) => Partial<SubtaskOptions>;
  /** Makes the graph that subtasks run of that of the job; `subtaskGraph` by default. */
  readonly graphOf?: (plan: JobGraph) => JobGraph;
}

/** Is a job whose subtasks all run. */
export interface StartedSubtasks {
  readonly subtasks: readonly RunningSubtask[];
  /** By stream. */
  readonly mailboxes: ReadonlyMap<string, Mailbox>;
  /** Throws unless all subtasks gave everything back. */
  assertNothingLeft(): void;
}

/** Starts all subtasks of a graph. */
export function startSubtasks(
  plan: JobGraph,
  objects: readonly unknown[],
  { numPages = 256, host = nodeHost(), changed = () => ({}), graphOf = subtaskGraph, ...options }: SubtasksOptions = {},
): StartedSubtasks {
  const graph = graphOf(plan);
  const mailboxes = new Map<string, Mailbox>();
  const mailboxOf = (stream: FrameStream): Mailbox => {
    const mailbox = mailboxes.get(keyOf(stream)) ?? new Mailbox();
    mailboxes.set(keyOf(stream), mailbox);
    return mailbox;
  };
  const table = objectsOf(objects);
  const coordinators = graph.iterations.map(({ id }) =>
    coordinateSupersteps({ graph, iteration: id, objects: table, jobId: JOB_ID }),
  );
  const memories: ReturnType<typeof watchedMemory>[] = [];
  const subtasks = graph.vertices.flatMap(({ id, parallelism }) =>
    Array.from({ length: parallelism }, (_, subtaskIndex) => {
      const memory = watchedMemory(numPages);
      memories.push(memory);
      const own: SubtaskOptions = {
        ...{ graph, host, memory, subtaskIndex, vertex: id, objects: table, jobId: JOB_ID },
        createSpillSpace: () => createSpillSpace(host),
        receive: (stream) => mailboxOf(stream).read(),
        send: (frame, stream) => mailboxOf(stream).put(frame),
        endSuperstep: (report, iteration) => coordinators[iteration]!.endSuperstep(report),
        ...options,
      };
      return runSubtask({ ...own, ...changed(own) });
    }),
  );
  return {
    subtasks,
    mailboxes,
    assertNothingLeft: () => {
      for (const memory of memories) memory.assertNothingLeft();
    },
  };
}

/** Runs a job, and returns what reached its collecting sinks, like `runGraph`. */
export async function runSubtasks(
  plan: JobGraph,
  objects: readonly unknown[],
  options: SubtasksOptions = {},
): Promise<unknown[][]> {
  const { subtasks, mailboxes, assertNothingLeft } = startSubtasks(plan, objects, options);
  try {
    await Promise.all(subtasks.map(({ result }) => result));
  } catch (error) {
    await Promise.all(subtasks.map((subtask) => subtask.cancel("another failed")));
    throw error;
  } finally {
    assertNothingLeft();
  }
  const collected: unknown[][] = [];
  const graph = (options.graphOf ?? subtaskGraph)(plan);
  for (const { id, driver, parallelism } of graph.vertices) {
    if (driver.kind !== "collect") continue;
    collected[driver.index] = Array.from({ length: parallelism }, (_, index) => {
      const stream = subtaskStreams(graph, id, index).outputs.at(-1)!;
      return [...recordsOfFrames({ stream, jobId: JOB_ID }, mailboxes.get(keyOf(stream))!.frames)];
    }).flat();
  }
  return collected;
}
