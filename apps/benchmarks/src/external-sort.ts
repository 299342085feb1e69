/**
 * The external sort: lines of 100 bytes from a text file to a text file, by the whole line, in a quarter of the memory that they take, against
 * `sort` of the system and DuckDB, each with one thread and in a process of its own. Processor time of all that a process did, from its start to its end: the disk is left out of it, but
 * not the system calls. "Sorter" is that of the runtime with a reader and a writer made for such lines; "job" what a user writes, `readTextFile` to `writeAsText`.
 * Every round begins with another one: what came before has a say in which pages of memory the system has to make.
 *
 *     node src/external-sort.ts [MB of text] [MB of memory] [rounds]
 */
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BenchmarkRandom } from "./sort-subject.ts";

const LINE_BYTES = 100;
const CHUNK_BYTES = 1 << 20;
const NEWLINE = 10;
const megabytes = Number(process.argv[2] ?? 200);
const memoryMegabytes = Number(process.argv[3] ?? megabytes / 4);
const numRounds = Number(process.argv[4] ?? 1);

/** Writes lines: ten random characters, a number in hexadecimal, letters. */
function writeLines(path: string): void {
  const random = new BenchmarkRandom(7);
  const file = openSync(path, "w");
  const numLines = (megabytes * 1e6) / LINE_BYTES;
  const linesPerChunk = Math.floor(CHUNK_BYTES / LINE_BYTES);
  const chunk = Buffer.alloc(linesPerChunk * LINE_BYTES, NEWLINE);
  for (let line = 0; line < numLines; ) {
    const count = Math.min(linesPerChunk, numLines - line);
    for (let i = 0; i < count; i++, line++) {
      const at = i * LINE_BYTES;
      for (let k = 0; k < 10; k++) chunk[at + k] = 32 + ((random.bits() >>> 8) % 95);
      chunk[at + 10] = 32;
      chunk.write(line.toString(16).toUpperCase().padStart(32, "0"), at + 11, "latin1");
      for (let k = 43; k < 99; k++) chunk[at + k] = 65 + ((line + (k >> 3)) % 26);
    }
    writeSync(file, chunk, 0, count * LINE_BYTES);
  }
  closeSync(file);
}

const folder = mkdtempSync(join(tmpdir(), "millrace-sort-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const input = join(folder, "lines.txt");
writeLines(input);

const duckScript = `
  import { DuckDBInstance } from "@duckdb/node-api";
  const database = await DuckDBInstance.create(":memory:", { threads: "1", memory_limit: "${memoryMegabytes}MB", temp_directory: "${folder}/duck" });
  const connection = await database.connect();
  await connection.run("COPY (SELECT * FROM read_csv('${input}', columns={'l':'VARCHAR'}, header=false, delim='\\x01', quote='', escape='', auto_detect=false) ORDER BY l) TO '${outputOf("DuckDB")}' (HEADER false, QUOTE '', DELIMITER '\\x01')");
`;

type Name = "sorter" | "job" | "GNU sort" | "DuckDB";
const names: readonly Name[] = ["sorter", "GNU sort", "job", "DuckDB"];

function outputOf(name: Name): string {
  return join(folder, `${name.replace(" ", "-")}.txt`);
}

function commandOf(name: Name): readonly [string, ...string[]] {
  if (name === "GNU sort")
    return ["sort", "--parallel=1", "-S", `${memoryMegabytes}M`, "-T", folder, "-o", outputOf(name), input];
  if (name === "DuckDB") return ["node", "--input-type=module", "-e", duckScript];
  const program = new URL("./external-sort-ours.ts", import.meta.url).pathname;
  return ["node", program, name, input, outputOf(name), String(memoryMegabytes)];
}

interface Times {
  readonly processorMs: number;
  readonly wallMs: number;
  readonly said: string;
}

/** Runs a contender, and measures its process. */
function timed(name: Name): Times {
  const command = commandOf(name).map((arg) => `'${arg.replaceAll("'", `'\\''`)}'`);
  const text = execFileSync("bash", ["-c", `{ TIMEFORMAT='%U %S %R'; time ${command.join(" ")}; } 2>&1`], {
    env: { ...process.env, LC_ALL: "C", TMPDIR: folder },
  }).toString();
  const words = text.trim().split(/\s+/);
  const [user, system, wall] = words.slice(-3).map(Number);
  return { processorMs: (user! + system!) * 1000, wallMs: wall! * 1000, said: words.slice(0, -3).join(" ") };
}

for (let round = 0; round < numRounds; round++) {
  const times = new Map<Name, Times>();
  for (let i = 0; i < names.length; i++) {
    const name = names[(round + i) % names.length]!;
    times.set(name, timed(name));
  }
  for (const name of names) {
    if (name !== "GNU sort") execFileSync("cmp", [outputOf("GNU sort"), outputOf(name)]);
  }
  for (const name of names) rmSync(outputOf(name));
  for (const [name, { processorMs, wallMs, said }] of times) {
    const ratios = (["GNU sort", "DuckDB"] as const).map((other) => {
      const { processorMs: otherMs, wallMs: otherWallMs } = times.get(other)!;
      return `${(otherMs / processorMs).toFixed(2)} x ${other} (wall ${(otherWallMs / wallMs).toFixed(2)} x)`;
    });
    const isOurs = name === "sorter" || name === "job";
    const notes = isOurs ? `: ${ratios.join(", ")} ${said}` : "";
    console.log(`${name} ${processorMs.toFixed(0)} ms, wall ${wallMs.toFixed(0)} ms${notes}`);
  }
  console.log("");
}
