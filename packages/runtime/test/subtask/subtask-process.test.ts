/**
 * Runs a whole job with every subtask in another process. The test is the mover: it carries frames as files from folder to folder, one vertex after
 * the other, in an order that it shuffles, and each of them twice.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { captureFunctions, encodeCapturedGraph } from "@millrace/closures";
import { nodeHost } from "@millrace/host-node";
import { SeededRandom } from "@millrace/host-test";
import { JobGraphBuilder, jobGraphToJson } from "@millrace/job-graph";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FrameStream, recordsOfFrames, subtaskStreams } from "../../src/index.js";

const PROGRAM = join(import.meta.dirname, "subtask-process.mjs");
/** More partitions than processes. */
const NUM_PARTITIONS = 5;
const NUM_PROCESSES = 2;
const seed = Number(process.env.FUZZ_SEED ?? 7);

const words = Array.from({ length: 20_000 }, (_, i) => ({ word: `word ${(i * 7919) % 500}`, weight: i % 10 }));
const suffix = " (counted)";

function jobGraph() {
  const graph = new JobGraphBuilder();
  const parallelism = NUM_PARTITIONS;
  const source = graph.add({ kind: "collection", records: 0 }, [], { parallelism: 3 });
  const heavy = { kind: "filter", function: 1, operator: graph.operator("heavy", 50) } as const;
  const dealt = graph.input(source, {}, { kind: "rebalance" });
  const filtered = graph.add({ kind: "forward" }, [dealt], { parallelism, chain: [heavy] });
  const byWord = graph.input(
    filtered,
    { local: { kind: "sort", keys: [{ path: "word" }] } },
    { kind: "hash", keys: [{ path: "word" }] },
  );
  const counted = graph.add({ kind: "mapPartition", function: 2 }, [byWord], { parallelism });
  graph.add({ kind: "collect", index: 0 }, [counted], { parallelism });
  return graph.build();
}

const isHeavy = ({ weight }: { weight: number }): boolean => weight > 2;

function* countWords(records: Iterable<{ word: string }>) {
  let word: string | undefined;
  let count = 0;
  for (const record of records) {
    if (record.word !== word && word !== undefined) {
      yield { word: word + suffix, count };
      count = 0;
    }
    word = record.word;
    count++;
  }
  if (word !== undefined) yield { word: word + suffix, count };
}

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "millrace-frames-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Writes what every process needs: the plan and what it names. */
function writeJob(graph: ReturnType<typeof jobGraph>): void {
  const functions = [isHeavy, countWords];
  const captured = captureFunctions(
    functions.map((value) => ({ value, where: { operator: "test" } })),
    nodeHost(),
  );
  const table = [
    { records: words },
    { functionIndex: 0, method: "filter" },
    { functionIndex: 1, method: "mapPartition" },
  ];
  writeFileSync(join(folder, "functions"), encodeCapturedGraph(captured));
  writeFileSync(join(folder, "job.json"), JSON.stringify({ graph: jobGraphToJson(graph), table }));
}

/** Runs all subtasks of a vertex, in a few processes. */
async function runVertex(graph: ReturnType<typeof jobGraph>, vertex: number): Promise<void> {
  const { parallelism } = graph.vertices[vertex]!;
  const subtasks = Array.from({ length: parallelism }, (_, i) => `${vertex}:${i}`);
  const shares = Array.from({ length: NUM_PROCESSES }, (_, p) =>
    subtasks.filter((_each, i) => i % NUM_PROCESSES === p),
  );
  const run = promisify(execFile);
  await Promise.all(shares.map((share) => run(process.execPath, [PROGRAM, folder, ...share])));
}

/** Moves the frames of all streams to where they are read: shuffled, and each twice. */
function move(random: SeededRandom, streams: readonly FrameStream[]): void {
  for (const stream of streams) {
    const frames = framesOf(stream);
    const twice = shuffled(random, [...frames, ...frames]);
    const inbox = join(folder, "in", nameOf(stream));
    mkdirSync(inbox, { recursive: true });
    twice.forEach((frame, i) => writeFileSync(join(inbox, String(i).padStart(6, "0")), frame));
  }
}

function framesOf(stream: FrameStream): Uint8Array[] {
  const outbox = join(folder, "out", nameOf(stream));
  return readdirSync(outbox).map((file) => new Uint8Array(readFileSync(join(outbox, file))));
}

function nameOf({ edge, producer, partition }: FrameStream): string {
  return `${edge}-${producer}-${partition}`;
}

function shuffled<T>(random: SeededRandom, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, rank: random.next() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

describe(`a job whose subtasks run in processes of their own (seed ${seed})`, () => {
  it("gives what it should, whatever the mover does with the frames", async () => {
    const graph = jobGraph();
    const random = new SeededRandom(seed);
    writeJob(graph);
    const collected: unknown[] = [];
    for (const { id, parallelism, driver } of graph.vertices) {
      const streams = Array.from({ length: parallelism }, (_, i) => subtaskStreams(graph, id, i));
      await runVertex(graph, id);
      for (const stream of streams.flatMap(({ outputs }) => outputs)) {
        if (driver.kind === "collect") collected.push(...recordsOfFrames(stream, framesOf(stream)));
        else move(random, [stream]);
      }
    }
    const counts = new Map<string, number>();
    for (const { word, weight } of words) if (weight > 2) counts.set(word, (counts.get(word) ?? 0) + 1);
    const expected = [...counts].map(([word, count]) => ({ word: word + suffix, count }));
    expect(byWord(collected)).toEqual(byWord(expected));
  }, 120_000);
});

function byWord(records: readonly unknown[]): unknown[] {
  return (records as { word: string }[]).toSorted((a, b) => (a.word < b.word ? -1 : 1));
}
