import { crc32c, isMillraceError } from "@millrace/core";
import { TestHost } from "@millrace/host-test";
import { JobGraphBuilder } from "@millrace/job-graph";
import { describe, expect, it } from "vitest";
import {
  createSpillSpace,
  type FrameStream,
  jobHashOf,
  readFrame,
  recordsOfFrames,
  runSubtask,
  subtaskStreams,
  writeFrame,
} from "../../src/index.js";
import { code, objectsOf } from "../support/run-graph.js";
import { watchedMemory } from "../support/watched-memory.js";

const records = Array.from({ length: 3000 }, (_, id) => ({ id, text: `record ${id}`.repeat(id % 20) }));
const header = {
  kind: "page",
  job: jobHashOf("job"),
  edge: 3,
  producer: 1,
  partition: 4,
  attempt: 2,
  sequence: 9,
} as const;

function graphOf() {
  const graph = new JobGraphBuilder();
  const source = graph.add({ kind: "collection", records: 0 });
  const toFive = graph.input(source, {}, { kind: "hash", keys: [{ path: "id" }] });
  const map = { kind: "map", function: 1, operator: graph.operator("map", 9) } as const;
  graph.add({ kind: "collect", index: 0 }, [toFive], { parallelism: 5, chain: [] });
  graph.add({ kind: "forward" }, [graph.input(source, {}, { kind: "broadcast" })], { parallelism: 2, chain: [map] });
  return graph.build();
}

const objects = objectsOf([records, code("map", (record: unknown) => record)]);

type Frames = Map<string, Uint8Array[]>;

function keyOf({ edge, producer, partition }: FrameStream): string {
  return `${edge} ${producer} ${partition}`;
}

/** Runs one subtask on frames, and returns those that it sent. */
async function run(vertex: number, subtaskIndex: number, inputs: Frames): Promise<Frames> {
  const host = new TestHost();
  const memory = watchedMemory(64);
  const sent: Frames = new Map();
  const { result } = runSubtask({
    graph: graphOf(),
    jobId: "job",
    objects,
    host,
    memory,
    vertex,
    subtaskIndex,
    createSpillSpace: () => createSpillSpace(host),
    receive: (stream) => inputs.get(keyOf(stream)) ?? [],
    send: (frame, stream) => {
      sent.set(keyOf(stream), [...(sent.get(keyOf(stream)) ?? []), frame]);
      return frame.length % 2 === 0 ? Promise.resolve() : undefined;
    },
  });
  try {
    await result;
  } finally {
    memory.assertNothingLeft();
    host.assertNothingLeft();
  }
  return sent;
}

function collected(frames: Frames, subtaskIndex: number): unknown[] {
  const [stream] = subtaskStreams(graphOf(), 1, subtaskIndex).outputs;
  return [...recordsOfFrames({ stream: stream!, jobId: "job" }, frames.get(keyOf(stream!))!)];
}

/** Gives a frame another version, and the checksum for it. */
function withVersion(frame: Uint8Array, version: number): Uint8Array {
  const changed = frame.slice();
  const view = new DataView(changed.buffer);
  view.setUint16(4, version, true);
  view.setUint32(8, 0, true);
  view.setUint32(8, crc32c(changed) >>> 0, true);
  return changed;
}

function withAttempt(frame: Uint8Array, attempt: number): Uint8Array {
  const { payload, ...own } = readFrame(frame);
  return writeFrame({ ...own, attempt }, payload);
}

describe("a frame", () => {
  it("[RT50] says where it belongs", () => {
    const payload = new Uint8Array([1, 2, 3]);
    expect(readFrame(writeFrame(header, payload))).toEqual({ ...header, payload });
  });

  it("[RT50] is refused when any of its bits is flipped", () => {
    const frame = writeFrame(header, new Uint8Array(40).fill(7));
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const damaged = frame.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => readFrame(damaged), `bit ${bit}`).toThrow("FRAME_CORRUPT");
    }
  });

  it("[RT50] is refused when it was cut, or goes on behind its end", () => {
    const frame = writeFrame(header, new Uint8Array(40).fill(7));
    for (let length = 0; length < frame.length; length++) {
      expect(() => readFrame(frame.subarray(0, length))).toThrow("FRAME_CORRUPT");
    }
    expect(() => readFrame(new Uint8Array([...frame, 0]))).toThrow("FRAME_CORRUPT");
  });
});

describe("a subtask that is given frames", () => {
  it("[RT62] fails when it is given frames of another job, or of another version", async () => {
    const sent = await run(0, 0, new Map());
    const [own] = subtaskStreams(graphOf(), 1, 2).inputs;
    const frames = sent.get(keyOf(own!))!;
    const ofOtherJob = frames.map((frame) => {
      const { payload, ...each } = readFrame(frame);
      return writeFrame({ ...each, job: jobHashOf("another job") }, payload);
    });
    await expect(run(1, 2, new Map([[keyOf(own!), ofOtherJob]]))).rejects.toMatchObject({ code: "FRAME_MISPLACED" });
    const ofOtherVersion = frames.map((frame) => withVersion(frame, 3));
    await expect(run(1, 2, new Map([[keyOf(own!), ofOtherVersion]]))).rejects.toMatchObject({
      code: "FRAME_VERSION_MISMATCH",
    });
  });

  it("[RT63] reads one attempt, whatever is left of others before it", async () => {
    const sent = await run(0, 0, new Map());
    const [own] = subtaskStreams(graphOf(), 1, 2).inputs;
    const frames = sent.get(keyOf(own!))!;
    const again = frames.map((frame) => withAttempt(frame, 1));
    const left = frames.slice(1, -1);
    const all = collected(await run(1, 2, new Map([[keyOf(own!), frames]])), 2);
    // The layout of attempt 0 came, but no page.
    for (const mixed of [
      [...left, ...again],
      [frames[0]!, ...again, ...left],
      [...again, ...frames],
    ]) {
      expect(collected(await run(1, 2, new Map([[keyOf(own!), mixed]])), 2)).toEqual(all);
    }
    const tooLate = [...frames.slice(0, 3), ...again];
    await expect(run(1, 2, new Map([[keyOf(own!), tooLate]]))).rejects.toMatchObject({ code: "FRAME_SUPERSEDED" });
  });

  it("[RT51] reads each record once, whatever the order of the frames and however often they come", async () => {
    const sent = await run(0, 0, new Map());
    const all: unknown[] = [];
    for (let i = 0; i < 5; i++) {
      const [stream] = subtaskStreams(graphOf(), 1, i).inputs;
      const frames = sent.get(keyOf(stream!))!;
      const reversed = frames.toReversed();
      all.push(...collected(await run(1, i, new Map([[keyOf(stream!), [...reversed, ...frames]]])), i));
    }
    expect((all as { id: number }[]).toSorted((a, b) => a.id - b.id)).toEqual(records);
  });

  it("[RT51] [RT62] fails when any frame is missing", async () => {
    const sent = await run(0, 0, new Map());
    const [stream] = subtaskStreams(graphOf(), 1, 2).inputs;
    const frames = sent.get(keyOf(stream!))!;
    expect(frames.length).toBeGreaterThan(2);
    for (let missing = 0; missing < frames.length; missing++) {
      const left = frames.filter((_, i) => i !== missing);
      await expect(run(1, 2, new Map([[keyOf(stream!), left]]))).rejects.toMatchObject({ code: "FRAME_MISSING" });
    }
  });

  it("[RT51] [RT62] fails when it is given frames of another stream", async () => {
    const sent = await run(0, 0, new Map());
    const [own] = subtaskStreams(graphOf(), 1, 2).inputs;
    const [other] = subtaskStreams(graphOf(), 1, 3).inputs;
    const mixed = [...sent.get(keyOf(own!))!.slice(0, 1), ...sent.get(keyOf(other!))!];
    await expect(run(1, 2, new Map([[keyOf(own!), mixed]]))).rejects.toMatchObject({ code: "FRAME_MISPLACED" });
  });

  it("control: the same frames, all of them, are read", async () => {
    const sent = await run(0, 0, new Map());
    const [own] = subtaskStreams(graphOf(), 1, 2).inputs;
    expect(collected(await run(1, 2, new Map([[keyOf(own!), sent.get(keyOf(own!))!]])), 2).length).toBeGreaterThan(500);
  });

  it("[RT65] fails with what the mover failed with", async () => {
    const host = new TestHost();
    const memory = watchedMemory(64);
    const { result } = runSubtask({
      graph: graphOf(),
      jobId: "job",
      objects,
      host,
      memory,
      vertex: 0,
      subtaskIndex: 0,
      createSpillSpace: () => createSpillSpace(host),
      receive: () => [],
      send: () => Promise.reject(new Error("the network is gone")),
    });
    await expect(result).rejects.toThrow("the network is gone");
    memory.assertNothingLeft();
  });

  it("[RT65] ends when it is cancelled while it waits for frames", async () => {
    const host = new TestHost();
    const memory = watchedMemory(64);
    const subtask = runSubtask({
      graph: graphOf(),
      jobId: "job",
      objects,
      host,
      memory,
      vertex: 1,
      subtaskIndex: 0,
      createSpillSpace: () => createSpillSpace(host),
      receive: async function* () {
        yield* [];
        await new Promise(() => {});
      },
      send: () => {},
    });
    await host.time.advance(5);
    await subtask.cancel("enough");
    const error = await subtask.result.catch((reason: unknown) => reason);
    expect(isMillraceError(error, "JOB_CANCELLED")).toBe(true);
    memory.assertNothingLeft();
  });

  it("reads its splits of a source, writes to a sink, and tells its accumulators", async () => {
    const graph = new JobGraphBuilder();
    const source = graph.add({ kind: "source", source: 0, parameters: undefined }, [], { parallelism: 2 });
    const dealt = graph.input(source, {}, { kind: "rebalance" });
    graph.add({ kind: "sink", sink: 1, parameters: undefined }, [dealt], { parallelism: 3 });
    const log: string[] = [];
    const written: unknown[] = [];
    const table = objectsOf([
      {
        name: "numbers",
        createSplits: async () => Array.from({ length: 4 }, (_, index) => ({ index })),
        async *read({ index }: { index: number }, context: { count(name: string, increment: number): void }) {
          context.count("splits", 1);
          yield [index * 10, index * 10 + 1];
        },
      },
      {
        name: "list",
        openWriter: async ({ subtaskIndex }: { subtaskIndex: number }) => ({
          write: (record: unknown) => void written.push(record),
          close: async () => void log.push(`closed ${subtaskIndex}`),
          abort: async () => void log.push(`aborted ${subtaskIndex}`),
        }),
        commit: async () => void log.push("committed"),
      },
    ]);
    const frames: Frames = new Map();
    let numSplits = 0;
    const runOne = async (vertex: number, subtaskIndex: number): Promise<void> => {
      const host = new TestHost();
      const memory = watchedMemory(64);
      const { result } = runSubtask({
        graph: graph.build(),
        jobId: "job",
        objects: table,
        host,
        memory,
        vertex,
        subtaskIndex,
        createSpillSpace: () => createSpillSpace(host),
        receive: (stream) => frames.get(keyOf(stream)) ?? [],
        send: (frame, stream) => void frames.set(keyOf(stream), [...(frames.get(keyOf(stream)) ?? []), frame]),
      });
      numSplits += ((await result).accumulators.get("splits")?.getLocalValue() as number | undefined) ?? 0;
      memory.assertNothingLeft();
      host.assertNothingLeft();
    };
    for (const index of [1, 0]) await runOne(0, index);
    for (const index of [2, 0, 1]) await runOne(1, index);
    expect(numSplits).toBe(4);
    expect((written as number[]).toSorted((a, b) => a - b)).toEqual([0, 1, 10, 11, 20, 21, 30, 31]);
    // Committing is for whoever runs all of them.
    expect(log).toEqual(["closed 2", "closed 0", "closed 1"]);
    frames.set([...frames.keys()][0]!, []);
    const [stream] = subtaskStreams(graph.build(), 1, 0).inputs;
    frames.set(keyOf(stream!), []);
    await expect(runOne(1, 0)).rejects.toMatchObject({ code: "FRAME_MISSING" });
    expect(log.at(-1)).toBe("aborted 0");
  });

  it("[RT56] reads a stream no further than it needs, also one that never goes on", async () => {
    const sent = await run(0, 0, new Map());
    const graph = new JobGraphBuilder();
    const source = graph.add({ kind: "collection", records: 0 });
    const group = { keys: undefined, value: undefined };
    const dealt = graph.input(source, {}, { kind: "hash", keys: [{ path: "id" }] });
    const few = graph.add({ kind: "first", count: 2, group, strategy: "all" }, [dealt], { parallelism: 5 });
    graph.add({ kind: "collect", index: 0 }, [few], { parallelism: 5 });
    const host = new TestHost();
    const memory = watchedMemory(64);
    let isLeft = false;
    const frames: Uint8Array[] = [];
    const { result } = runSubtask({
      graph: graph.build(),
      jobId: "job",
      objects,
      host,
      memory,
      vertex: 1,
      subtaskIndex: 0,
      createSpillSpace: () => createSpillSpace(host),
      receive: (stream) => {
        const given = sent.get(keyOf(stream))!.slice(0, 2).values();
        return {
          [Symbol.asyncIterator]: () => ({
            next: () => {
              const next = given.next();
              return next.done === true ? new Promise<never>(() => {}) : Promise.resolve(next);
            },
            return: async () => {
              isLeft = true;
              return { done: true, value: undefined };
            },
          }),
        };
      },
      send: (frame) => void frames.push(frame),
    });
    await result;
    expect(isLeft).toBe(true);
    expect(frames.map((frame) => readFrame(frame).kind)).toEqual(["layout", "page", "end"]);
    memory.assertNothingLeft();
    host.assertNothingLeft();
  });

  it("[RT56] ends early when it is told that nobody reads its streams any more, and ends them all the same", async () => {
    const graph = new JobGraphBuilder();
    const source = graph.add({ kind: "source", source: 0, parameters: undefined });
    const dealt = graph.input(source, {}, { kind: "rebalance" });
    graph.add({ kind: "collect", index: 0 }, [graph.add({ kind: "forward" }, [dealt], { parallelism: 2 })]);
    let isClosed = false;
    const endless = {
      name: "endless",
      createSplits: async () => [{ index: 0 }],
      *read() {
        try {
          for (;;) yield Array.from({ length: 1000 }, (_, id) => ({ id }));
        } finally {
          isClosed = true;
        }
      },
    };
    const host = new TestHost();
    const memory = watchedMemory(64);
    const kinds: string[] = [];
    const subtask = runSubtask({
      graph: graph.build(),
      jobId: "job",
      objects: objectsOf([endless]),
      host,
      memory,
      vertex: 0,
      subtaskIndex: 0,
      createSpillSpace: () => createSpillSpace(host),
      receive: () => [],
      send: (frame, stream) => {
        kinds.push(`${stream.partition} ${readFrame(frame).kind}`);
        // First one of the two, a while later the other.
        if (kinds.length === 6) subtask.stop({ ...stream, partition: 1 });
        if (kinds.length === 12) subtask.stop({ ...stream, partition: 0 });
      },
    });
    await subtask.result;
    expect(isClosed).toBe(true);
    expect(kinds.slice(6, 12).every((kind) => kind === "0 page")).toBe(true);
    expect(kinds.slice(-2).toSorted()).toEqual(["0 end", "1 end"]);
    memory.assertNothingLeft();
    host.assertNothingLeft();
  });
});
