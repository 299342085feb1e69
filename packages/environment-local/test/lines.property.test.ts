/**
 * Text files are read and written as bytes where that gives the same as strings. Files of every kind of line go through a job and must come out as the
 * strings that they are, whichever lines take which way.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ExecutionEnvironment } from "@millrace/dataset";
import { textSource } from "@millrace/format-text";
import { nodeHost } from "@millrace/host-node";
import { SeededRandom } from "@millrace/host-test";
import { afterAll, describe, expect, test } from "vitest";
import { localEngine } from "../src/index.js";

const engine = localEngine(nodeHost(), { memory: "16MiB" });
const folder = mkdtempSync(join(tmpdir(), "millrace-lines-"));
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

const input = join(folder, "in.txt");
const output = join(folder, "out.txt");
const LENGTHS = [0, 1, 7, 8, 15, 16, 17, 100, 100, 100, 5000, 16_384, 40_000];
const ODD_TEXTS = ["\u{e9}", "\u{20ac}uro", "\u{1f600}", "\0", "\x7f", "tab\t", "a\rb"];

function randomLine(random: SeededRandom, isOdd: number, mayBeAny: boolean): string {
  const text = String.fromCharCode(random.between(33, 126)).repeat(random.pick(LENGTHS));
  if (!random.chance(isOdd)) return text;
  return text + (mayBeAny ? random.pick(ODD_TEXTS) : "\u{e9}");
}

const SEED = Number(process.env.FUZZ_SEED ?? 20_261);
const NUM_RUNS = Number(process.env.FUZZ_COUNT ?? 12);

/** Calls `run` with random numbers of a seed each; what fails names the seed. */
async function eachRun(run: (random: SeededRandom) => Promise<void>): Promise<void> {
  for (let seed = SEED; seed < SEED + NUM_RUNS; seed++) {
    try {
      await run(new SeededRandom(seed));
    } catch (error) {
      throw new Error(`FUZZ_SEED=${seed} FUZZ_COUNT=1 replays this`, { cause: error });
    }
  }
}

/** Runs a job that copies a text file, sorted or as it is. */
async function copy(read: object, write: object, parallelism: number, isSorted: boolean): Promise<string> {
  const env = ExecutionEnvironment.onEngine(engine, { progress: false, parallelism });
  const lines = env.readTextFile(input, read);
  const arranged = isSorted ? lines.sortPartition("*" as never, "ascending") : lines;
  arranged.setParallelism(1).writeAsText(output, { writeMode: "overwrite", ...write });
  await env.execute();
  return readFileSync(output, write && "charset" in write ? "latin1" : "utf8");
}

describe("[RT93] a text file that is copied has the same lines", () => {
  test.each([
    ["utf-8", "\n"],
    ["utf-8", "|"],
    ["latin1", "\n"],
    ["utf-8", "\r\n"],
    ["utf-8", "\u{e9}"],
  ] as const)("in %s, with %j between them", async (charset, delimiter) => {
    await eachRun(async (random) => {
      const isOdd = random.pick([0, 0.01, 0.5]);
      const mayBeAny = charset === "utf-8" && delimiter === "\n";
      const lines = Array.from({ length: random.below(300) }, () => randomLine(random, isOdd, mayBeAny));
      const texts = lines.filter((line) => !line.includes(delimiter));
      const isEnded = random.chance(0.5) || texts.at(-1) === "";
      writeFileSync(
        input,
        texts.join(delimiter) + (isEnded && texts.length > 0 ? delimiter : ""),
        charset === "latin1" ? "latin1" : "utf8",
      );
      const read = { charset, delimiter, bufferSizeBytes: random.pick([64, 1000, 256 * 1024]) };
      const isSorted = random.chance(0.5);
      const expected = isSorted ? texts.sort(byCodeUnits) : texts;
      const copied = await copy(read, charset === "latin1" ? { charset } : {}, 1, isSorted);
      expect(copied === expected.map((line) => `${line}\n`).join("")).toBe(true);
    });
  });
});

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

test("[RT93] each split has the lines that begin in it", async () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i}${i % 97 === 0 ? " \u{e9}" : ""}`);
  writeFileSync(input, `\u{feff}${lines.join("\r\n")}`);
  const env = ExecutionEnvironment.onEngine(engine, { progress: false, parallelism: 5 });
  const read = await env.readTextFile(input, { maxSplitSizeBytes: 5000 } as object).collect();
  expect([...read].sort(byCodeUnits)).toEqual(lines.sort(byCodeUnits));
});

test("[RT93] a line that is too long, and one that is no text, are reported with their place", async () => {
  writeFileSync(
    input,
    Buffer.concat([Buffer.from("fine\n".repeat(5000)), Buffer.from([0xff, 10]), Buffer.from("x".repeat(200))]),
  );
  const env = ExecutionEnvironment.onEngine(engine, { progress: false, parallelism: 1 });
  const place = { file: input, line: 5001 };
  await expect(env.readTextFile(input, { invalidCharacters: "fail" }).collect()).rejects.toMatchObject({
    code: "MALFORMED_INPUT",
    where: place,
  });
  const limited = env.readTextFile(input, { lineLengthLimit: 100 }).collect();
  await expect(limited).rejects.toMatchObject({ code: "MALFORMED_INPUT", where: { file: input, line: 5002 } });
});

test("[RT93] lines that are no text are left out and counted", async () => {
  writeFileSync(input, Buffer.concat([Buffer.from("a\n"), Buffer.from([0xff, 10]), Buffer.from("b\n")]));
  const env = ExecutionEnvironment.onEngine(engine, { progress: false, parallelism: 1 });
  env.readTextFile(input, { invalidCharacters: "skip" }).writeAsText(output, { writeMode: "overwrite" });
  const result = await env.execute();
  expect(readFileSync(output, "utf8")).toBe("a\nb\n");
  expect(Number(result.getAccumulatorResult("skipped lines"))).toBe(1);
});

test("[RT93] a source that is wrapped is read by the wrapper", async () => {
  writeFileSync(input, "a\nb\n");
  const source = textSource(input);
  const wrapped = {
    ...source,
    async *read(...args: Parameters<typeof source.read>) {
      for await (const batch of source.read(...args)) yield batch.map((line) => `${line}!`);
    },
  };
  const env = ExecutionEnvironment.onEngine(engine, { progress: false, parallelism: 1 });
  expect(await env.createInput(wrapped).collect()).toEqual(["a!", "b!"]);
});
