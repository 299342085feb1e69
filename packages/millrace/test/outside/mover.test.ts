/** What becomes of a job whose frames or subtasks are lost, damaged or mixed up on the way, and of one that is cancelled. */
import { ExecutionEnvironment } from "@millrace/dataset";
import { collectionEngine } from "@millrace/environment-collection";
import { nodeHost } from "@millrace/host-node";
import { SeededRandom } from "@millrace/host-test";
import { jobHashOf, readFrame, writeFrame } from "@millrace/runtime";
import { afterAll, describe, expect, it } from "vitest";
import type { Mover, MoverOptions } from "./mover.js";
import { OutsideEngine, type OutsideOptions } from "./outside-engine.js";
import { RunningProcess, SubtaskProcesses } from "./subtask-processes.js";

const seed = Number(process.env.FUZZ_SEED ?? 3);
const TIMEOUT_MS = 60_000;
const NUM_KILLED = 4;

const processes = new SubtaskProcesses(true);
afterAll(() => processes.close());

const words = Array.from({ length: 6000 }, (_, i) => ({
  word: `word ${(i * 7919) % 300} ${"x".repeat(i % 90)}`,
  weight: i % 10,
}));
const pairs = Array.from({ length: 60 }, (_, i) => ({ from: i, to: (i * 7) % 60 }));

/** Counts words in a few exchanges: more partitions than there are places. */
function wordCount(env: ExecutionEnvironment) {
  return env
    .fromCollection(words)
    .rebalance()
    .filter(({ weight }) => weight > 2)
    .map(({ word, weight }) => ({ word: word.trim(), weight, count: 1 }))
    .groupBy("word")
    .reduceGroup((group) => {
      const all = [...group];
      return [{ word: all[0]!.word, count: all.length, weight: all.reduce((sum, { weight }) => sum + weight, 0) }];
    });
}

/** Finds the lowest number that each one is reached from. */
function components(env: ExecutionEnvironment) {
  const edges = env.fromCollection([...pairs, ...pairs.map(({ from, to }) => ({ from: to, to: from }))]);
  const vertices = env.fromCollection(pairs.map(({ from }) => ({ id: from, component: from })));
  const loop = vertices.iterateDelta(vertices, 100, "id");
  const candidates = loop.workset
    .join(edges)
    .where("id")
    .equalTo("from")
    .with((vertex, edge) => ({ id: edge.to, component: vertex.component }));
  const lowest = candidates.groupBy("id").reduce((a, b) => (a.component < b.component ? a : b));
  const changed = lowest
    .join(loop.solutionSet)
    .where("id")
    .equalTo("id")
    .flatWith((found, known) => (found.component < known.component ? [found] : []));
  return loop.closeWith(changed, changed);
}

type Program = (env: ExecutionEnvironment) => { collect(): Promise<readonly unknown[]> };

/** At a parallelism of more partitions than there are places, but for iterations, whose subtasks all run at once. */
const programs: readonly (readonly [string, Program, number])[] = [
  ["a job of several exchanges", wordCount, 6],
  ["a delta iteration", components, 2],
];

async function expected(program: Program, parallelism: number): Promise<unknown[]> {
  const engine = collectionEngine(nodeHost());
  return sorted(await program(ExecutionEnvironment.onEngine(engine, { parallelism })).collect());
}

function sorted(records: readonly unknown[]): unknown[] {
  return records.map((record) => JSON.stringify(record)).toSorted();
}

interface Outcome {
  readonly records: unknown[];
  readonly mover: Mover;
}

/** Runs a program with every subtask in a process, whatever the mover does with the frames. */
async function run(
  program: Program,
  parallelism: number,
  mover: Partial<MoverOptions>,
  options: Partial<OutsideOptions> = {},
): Promise<Outcome> {
  let used: Mover | undefined;
  const engine = new OutsideEngine(nodeHost(), {
    ...{ seed, startIn: (folder: string) => processes.startIn(folder), mover },
    onMover: (each) => {
      used = each;
    },
    ...options,
  });
  const env = ExecutionEnvironment.onEngine(engine, { parallelism });
  try {
    return { records: sorted(await program(env).collect()), mover: used! };
  } finally {
    await engine.close();
  }
}

/** Changes one frame of a kind, on its way. */
function changing(kind: string, change: (frame: Uint8Array) => Uint8Array | undefined): Partial<MoverOptions> {
  let hasChanged = false;
  return {
    repeated: 0,
    onFrame: (frame) => {
      if (hasChanged || readFrame(frame).kind !== kind) return frame;
      hasChanged = true;
      return change(frame);
    },
  };
}

function withHeader(frame: Uint8Array, changed: object): Uint8Array {
  const { payload, ...header } = readFrame(frame);
  return writeFrame({ ...header, ...changed }, payload);
}

describe.each(programs)(`[RT66] %s through the mover (FUZZ_SEED=${seed})`, (_name, program, parallelism) => {
  it("gives what it should while frames are shuffled, late, and come twice", { timeout: TIMEOUT_MS }, async () => {
    const { records } = await run(program, parallelism, { repeated: 0.5 });
    expect(records).toEqual(await expected(program, parallelism));
  });

  it("[RT67] gives what it should when processes die, one after the other", { timeout: TIMEOUT_MS }, async () => {
    const random = new SeededRandom(seed);
    const running: RunningProcess[] = [];
    let numKilled = 0;
    const killing: Partial<MoverOptions> = {
      onStart: (_request, each) => {
        if (each instanceof RunningProcess) running.push(each);
      },
      onFrame: (frame) => {
        if (numKilled < NUM_KILLED && random.next() < 0.1 && running.length > 0) {
          numKilled++;
          running.splice(random.below(running.length), 1)[0]!.kill();
        }
        return frame;
      },
    };
    const { records, mover } = await run(program, parallelism, killing);
    expect(records).toEqual(await expected(program, parallelism));
    expect(mover.numRunAgain).toBeGreaterThan(0);
  });

  it.each([
    ["FRAME_CORRUPT", "was cut", "page", (frame: Uint8Array) => frame.slice(0, frame.length - 8)],
    [
      "FRAME_CORRUPT",
      "has a flipped bit",
      "page",
      (frame: Uint8Array) => frame.map((byte, i) => (i === 60 ? byte ^ 4 : byte)),
    ],
    [
      "FRAME_MISPLACED",
      "is of another job",
      "layout",
      (frame: Uint8Array) => withHeader(frame, { job: jobHashOf("other") }),
    ],
    ["FRAME_MISPLACED", "is of another stage", "end", (frame: Uint8Array) => withHeader(frame, { edge: 99 })],
    ["FRAME_MISPLACED", "is of another partition", "page", (frame: Uint8Array) => withHeader(frame, { partition: 77 })],
  ] as const)("[RT62] fails with %s when a frame %s", { timeout: TIMEOUT_MS }, async (code, _what, kind, change) => {
    await expect(run(program, parallelism, changing(kind, change))).rejects.toMatchObject({ code });
  });

  it("[RT65] ends, and leaves nothing, when it is cancelled", { timeout: TIMEOUT_MS }, async () => {
    let used: Mover | undefined;
    let numFrames = 0;
    const cancelling: Partial<MoverOptions> = {
      onFrame: (frame) => {
        if (++numFrames === 20) void used!.cancel(new Error("enough"));
        return frame;
      },
    };
    const onMover = (mover: Mover): void => {
      used = mover;
    };
    await expect(run(program, parallelism, cancelling, { onMover })).rejects.toThrow("enough");
    // Each process says so when it was left with pages. All of them go on to the next job.
    expect((await run(program, parallelism, {})).records).toEqual(await expected(program, parallelism));
  });
});
