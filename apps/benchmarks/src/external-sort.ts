/**
 * The external sort: lines of 100 bytes from a text file to a text file, by the whole line, in a quarter of the memory that they take, against
 * `sort` of the system and DuckDB, each with one thread. Processor time of everything that worked; the disk is left out of it, but not the system calls.
 * "Ours" is the sorter of the runtime with a reader and a writer made for such lines; "as a user" a job of the local environment, `readTextFile` to `writeAsText`.
 *
 *     node src/external-sort.ts [MB of text] [MB of memory] [rounds]
 */
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync, writevSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Memory, type MemorySegment, PAGE_SIZE_BYTES, types } from "@millrace/core";
import { GatheredRows, type Kernels, KeyOrder, kernelsFor, type PageCursor, Sorter } from "@millrace/runtime/parts";
import { ExecutionEnvironment } from "millrace";
import { BenchmarkRandom, budgetsOf, layoutOf, processMs, runSteps, sortWorld } from "./sort-subject.ts";

const LINE_BYTES = 100;
const CHUNK_BYTES = 1 << 20;
const WASM_PAGE_BYTES = 1 << 16;
/** How many pages of text are written at once. */
const NUM_TEXT_PAGES = 32;
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

/** How the lines are strings: every byte is a character. */
const LINES = {
  delimiter: NEWLINE,
  stripsReturn: false,
  isLatin1: true,
  maxBytes: Number.POSITIVE_INFINITY,
};

/** Reads a file of lines as pages of rows, in a little memory of its own: of text, and behind it a page. */
class LinePages implements PageCursor {
  readonly memory: Memory;
  readonly slot = CHUNK_BYTES / 8;
  endSlot = 0;
  readonly numRows = 0;
  isAtEnd = false;
  readonly layout: PageCursor["layout"];
  readonly #kernels: Kernels;
  readonly #file: number;
  /** The bytes of the text that were read and not yet taken. */
  #begin = 0;
  #end = 0;

  constructor(path: string, layout: PageCursor["layout"]) {
    const numPages = (CHUNK_BYTES + PAGE_SIZE_BYTES) / WASM_PAGE_BYTES;
    const wasm = new WebAssembly.Memory({ initial: Math.ceil(numPages), maximum: Math.ceil(numPages), shared: true });
    this.memory = new Memory(wasm.buffer);
    this.#kernels = kernelsFor(this.memory, wasm);
    this.#file = openSync(path, "r");
    this.layout = layout;
  }

  nextPage(): boolean {
    this.#takeLines();
    if (this.endSlot === this.slot && this.#readChunk()) this.#takeLines();
    this.isAtEnd = this.endSlot === this.slot;
    if (this.isAtEnd) closeSync(this.#file);
    return !this.isAtEnd;
  }

  #takeLines(): void {
    const limit = this.slot + PAGE_SIZE_BYTES / 8;
    this.#begin += this.#kernels.splitLines(this.#begin, this.#end - this.#begin, LINES, this.slot, limit);
    this.endSlot = this.#kernels.endSlot;
  }

  #readChunk(): boolean {
    const { u8 } = this.memory;
    u8.copyWithin(0, this.#begin, this.#end);
    this.#end -= this.#begin;
    this.#begin = 0;
    const numRead = readSync(this.#file, u8, this.#end, CHUNK_BYTES - this.#end, null);
    this.#end += numRead;
    return numRead > 0;
  }
}

/** Writes pages of rows to a file as lines, in the given pages of the same memory, which all are written by one call. */
function writePages(path: string, pages: PageCursor, texts: readonly MemorySegment[]): void {
  const { memory } = pages;
  const kernels = kernelsFor(memory);
  const file = openSync(path, "w");
  let full: Uint8Array[] = [];
  while (pages.nextPage()) {
    const text = texts[full.length]!;
    const written = kernels.joinLines(pages.slot, pages.endSlot, LINES, text.firstSlot * 8, text.endSlot * 8);
    if (written !== pages.endSlot) throw new Error("lines are shorter than their rows");
    full.push(memory.u8.subarray(text.firstSlot * 8, kernels.endByte));
    if (full.length < texts.length) continue;
    writeAll(file, full);
    full = [];
  }
  writeAll(file, full);
  closeSync(file);
}

function writeAll(file: number, parts: readonly Uint8Array[]): void {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length > 0 && writevSync(file, parts) !== length) throw new Error("the disk took a part only");
}

const folder = mkdtempSync(join(tmpdir(), "millrace-sort-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const input = join(folder, "lines.txt");
writeLines(input);

const world = sortWorld();
const layout = layoutOf(world.layouts, types.string);
const numPages = Math.floor((memoryMegabytes * 1e6) / PAGE_SIZE_BYTES);
const [budget, textBudget] = await budgetsOf(numPages - NUM_TEXT_PAGES, NUM_TEXT_PAGES);
const texts = Array.from({ length: NUM_TEXT_PAGES }, () => textBudget!.take()!);

function sortOurs(): { readonly ms: number; readonly parts: string } {
  const begin = processMs();
  const { spill, layouts } = world;
  const sorter = new Sorter({ budget: budget!, spill, layouts, order: new KeyOrder([{ path: "*" }]) });
  const pages = new LinePages(input, layout);
  while (pages.nextPage()) runSteps(sorter.appendPage(pages));
  const rows = runSteps(sorter.finish());
  const sorted = processMs();
  if (!(rows instanceof GatheredRows)) throw new Error("rows of lines lie in pages");
  writePages(join(folder, "ours.txt"), rows.pages(), texts);
  const { numRuns } = sorter;
  sorter.close();
  const done = processMs();
  return {
    ms: done - begin,
    parts: `runs ${(sorted - begin).toFixed(0)} ms (${numRuns}), merge ${(done - sorted).toFixed(0)} ms`,
  };
}

/** Runs the job that a user would write, and returns its processor time. */
async function sortAsUser(): Promise<number> {
  const begin = processMs();
  const env = ExecutionEnvironment.createEnvironment("local", { memory: `${memoryMegabytes}MB`, parallelism: 1 });
  const lines = env.readTextFile(input).sortPartition((line) => line, "ascending");
  lines.writeAsText(join(folder, "user.txt"), { writeMode: "overwrite" });
  await env.execute();
  return processMs() - begin;
}

/** Runs a program and returns its processor time. */
function timed(program: string, args: readonly string[]): number {
  const script = `TIMEFORMAT='%U %S'; time ${program} ${args.map((arg) => `'${arg}'`).join(" ")}`;
  const text = execFileSync("bash", ["-c", `{ ${script}; } 2>&1`], {
    env: { ...process.env, LC_ALL: "C", TMPDIR: folder },
  }).toString();
  const [user, system] = text.trim().split(/\s+/).slice(-2).map(Number);
  return (user! + system!) * 1000;
}

const duckScript = `
  import { DuckDBInstance } from "@duckdb/node-api";
  const database = await DuckDBInstance.create(":memory:", { threads: "1", memory_limit: "${memoryMegabytes}MB", temp_directory: "${folder}/duck" });
  const connection = await database.connect();
  await connection.run("COPY (SELECT * FROM read_csv('${input}', columns={'l':'VARCHAR'}, header=false, delim='\\x01', quote='', escape='', auto_detect=false) ORDER BY l) TO '${folder}/duck.txt' (HEADER false, QUOTE '', DELIMITER '\\x01')");
`;

for (let round = 0; round < numRounds; round++) {
  const ours = sortOurs();
  const user = await sortAsUser();
  const gnu = timed("sort", [
    "--parallel=1",
    "-S",
    `${memoryMegabytes}M`,
    "-T",
    folder,
    "-o",
    join(folder, "gnu.txt"),
    input,
  ]);
  for (const name of ["ours.txt", "user.txt"]) {
    execFileSync("cmp", [join(folder, "gnu.txt"), join(folder, name)]);
    rmSync(join(folder, name));
  }
  let duck = Number.NaN;
  if (process.argv[5] !== "without-duckdb")
    duck = timed("node", ["--input-type=module", "-e", duckScript.replaceAll("'", `'\\''`)]);
  const ratio = (other: number): string => `${(other / ours.ms).toFixed(2)} x`;
  console.log(
    `ours ${ours.ms.toFixed(0)} ms (${ours.parts}), as a user ${user.toFixed(0)} ms (${(gnu / user).toFixed(2)} x GNU sort, ${(duck / user).toFixed(2)} x DuckDB), GNU sort ${gnu.toFixed(0)} ms: ${ratio(gnu)}, DuckDB ${duck.toFixed(0)} ms: ${ratio(duck)}`,
  );
}
