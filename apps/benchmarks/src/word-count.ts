/**
 * Counts the words of a text file, a million different ones of which few are frequent: a job in the local environment at parallelism 1, a plain JavaScript program
 * with a `Map` over the lines of the file as Node.js reads them, the same over chunks without lines, and DuckDB with one thread. All of them split lines at blanks,
 * count, and give the five most frequent words, which are compared. They take turns; ratios are taken within a round.
 *
 *     node src/word-count.ts [MB of text] [rounds]      (after a build; 50 MB by default)
 */
import { createReadStream, mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DuckDBInstance } from "@duckdb/node-api";
import { ExecutionEnvironment } from "millrace";
import { BenchmarkRandom } from "./sort-subject.ts";

const MEGABYTES = Number(process.argv[2] ?? 50);
const NUM_ROUNDS = Number(process.argv[3] ?? 3);
const NUM_WORDS = 1_000_000;
const MAX_WORDS_PER_LINE = 22;
const NUM_FREQUENT = 5;
const CHUNK_BYTES = 1 << 20;

type Counted = readonly { readonly word: string; readonly count: number }[];

/** Writes lines of words; a word is as frequent as it is near to the first one, on a logarithmic scale. */
async function writeText(path: string): Promise<void> {
  const random = new BenchmarkRandom(3);
  const fraction = (): number => (random.bits() >>> 0) / 2 ** 32;
  const words = Array.from({ length: NUM_WORDS }, (_, i) => {
    const numLetters = 2 + Math.floor(fraction() * 9);
    return Array.from({ length: numLetters }, () => String.fromCharCode(97 + fraction() * 26)).join("") + i;
  });
  const file = await open(path, "w");
  for (let size = 0; size < MEGABYTES * 1e6; ) {
    let chunk = "";
    while (chunk.length < CHUNK_BYTES) {
      const numWords = 1 + Math.floor(fraction() * MAX_WORDS_PER_LINE);
      for (let i = 0; i < numWords; i++)
        chunk += `${i === 0 ? "" : " "}${words[Math.floor(NUM_WORDS ** fraction()) - 1]}`;
      chunk += "\n";
    }
    await file.write(chunk);
    size += chunk.length;
  }
  await file.close();
}

async function ours(path: string): Promise<Counted> {
  const env = ExecutionEnvironment.getExecutionEnvironment({ parallelism: 1 });
  const counts = env
    .readTextFile(path)
    .flatMap((line) => line.split(" "))
    .map((word) => ({ word, count: 1 }))
    .groupBy("word")
    .sum("count");
  return counts.orderBy("count", "descending").first(NUM_FREQUENT).collect();
}

async function mapOfLines(path: string): Promise<Counted> {
  const counts = new Map<string, number>();
  const lines = createInterface({ input: createReadStream(path, { highWaterMark: CHUNK_BYTES }) });
  for await (const line of lines) for (const word of line.split(" ")) counts.set(word, (counts.get(word) ?? 0) + 1);
  return mostFrequent(counts);
}

async function mapOfChunks(path: string): Promise<Counted> {
  const counts = new Map<string, number>();
  let rest = "";
  for await (const chunk of createReadStream(path, { encoding: "utf8", highWaterMark: CHUNK_BYTES })) {
    const words = (rest + chunk).split(/[ \n]/);
    rest = words.pop()!;
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return mostFrequent(counts);
}

function mostFrequent(counts: ReadonlyMap<string, number>): Counted {
  const entries = [...counts].sort((a, b) => b[1] - a[1]).slice(0, NUM_FREQUENT);
  return entries.map(([word, count]) => ({ word, count }));
}

async function duckDb(path: string): Promise<Counted> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  const lines = `read_csv('${path}', columns={'l':'VARCHAR'}, header=false, delim='\\x01', quote='', escape='', auto_detect=false)`;
  const reader = await connection.runAndReadAll(
    `SELECT word, count(*)::INTEGER FROM (SELECT unnest(string_split(l, ' ')) AS word FROM ${lines})
     GROUP BY word ORDER BY 2 DESC LIMIT ${NUM_FREQUENT}`,
  );
  connection.closeSync();
  instance.closeSync();
  return reader.getRows().map(([word, count]) => ({ word: String(word), count: Number(count) }));
}

const folder = mkdtempSync(join(tmpdir(), "millrace-words-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, "words.txt");
await writeText(path);

const programs = { ours, "Map of lines": mapOfLines, "Map of chunks": mapOfChunks, DuckDB: duckDb };
for (let round = 0; round < NUM_ROUNDS; round++) {
  const times: [name: string, ms: number][] = [];
  let expected: Counted | undefined;
  for (const [name, count] of Object.entries(programs)) {
    const begin = performance.now();
    const counted = await count(path);
    times.push([name, performance.now() - begin]);
    expected ??= counted;
    if (JSON.stringify(counted) !== JSON.stringify(expected)) throw new Error(`${name} counts otherwise`);
  }
  const [[, own]] = times as [[string, number]];
  console.log(times.map(([name, ms]) => `${name} ${ms.toFixed(0)} ms: ${(ms / own).toFixed(2)} x`).join(", "));
}
