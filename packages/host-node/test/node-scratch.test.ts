import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, expect, test } from "vitest";
import { nodeHost } from "../src/index.js";

let parents: string[] = [];

function parentFolder(): string {
  const path = mkdtempSync(join(tmpdir(), "scratch-test-"));
  parents.push(path);
  return path;
}

afterEach(() => {
  for (const path of parents) rmSync(path, { recursive: true, force: true });
  parents = [];
});

test("[H16] a temporary file is written and read at any place, and is gone when it is removed", () => {
  const folder = nodeHost().scratch!.makeFolder(parentFolder());
  const file = folder.createFile("run-1");
  expect(readdirSync(folder.path)).toEqual([]);
  expect(file.write(Uint8Array.of(1, 2, 3, 4), 0)).toBe(4);
  expect(file.write(Uint8Array.of(9, 9), 1)).toBe(2);
  const target = new Uint8Array(8);
  expect(file.read(target, 1)).toBe(3);
  expect([...target.subarray(0, 3)]).toEqual([9, 9, 4]);
  expect(file.read(target, 4)).toBe(0);
  file.remove();
  file.remove();
  expect(() => file.read(target, 0)).toThrow("EBADF");
  folder.remove();
});

test("[H16] shared memory is written and read in place, above 2 GiB too", () => {
  const folder = nodeHost().scratch!.makeFolder(parentFolder());
  const file = folder.createFile("run");
  const memory = new WebAssembly.Memory({ initial: 65_535, maximum: 65_535, shared: true });
  const bytes = new Uint8Array(memory.buffer);
  bytes.set([1, 2, 3], 4_000_000_000);
  expect(file.write(bytes.subarray(4_000_000_000, 4_000_000_003), 0)).toBe(3);
  expect(file.read(bytes.subarray(3_000_000_000, 3_000_000_010), 0)).toBe(3);
  expect([...bytes.subarray(3_000_000_000, 3_000_000_004)]).toEqual([1, 2, 3, 0]);
  folder.remove();
});

test("[H16] removing a folder removes its open files, and only it", () => {
  const parent = parentFolder();
  const scratch = nodeHost().scratch!;
  const first = scratch.makeFolder(parent);
  const second = scratch.makeFolder(parent);
  const file = first.createFile("a");
  const other = second.createFile("a");
  first.remove();
  first.remove();
  expect(() => file.write(Uint8Array.of(1), 0)).toThrow("EBADF");
  expect(other.write(Uint8Array.of(1), 0)).toBe(1);
  second.remove();
});

test("[H18] a parent that is not there or no folder is an error that names it", () => {
  const parent = parentFolder();
  writeFileSync(join(parent, "file"), "");
  const scratch = nodeHost().scratch!;
  expect(() => scratch.makeFolder(join(parent, "none"))).toThrow("FILE_NOT_FOUND");
  expect(() => scratch.makeFolder(join(parent, "file"))).toThrow("ENOTDIR");
  const folder = scratch.makeFolder(join(parent));
  rmSync(parent, { recursive: true });
  expect(() => folder.createFile("a")).toThrow("FILE_NOT_FOUND");
});

/** A program that has a temporary file, and beside it one of its own. It says so, then ends in some way. */
const PROGRAM = (parent: string, end: string): string => `
  import { writeFileSync } from "node:fs";
  import { nodeHost } from ${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)};
  const file = nodeHost().scratch.makeFolder(${JSON.stringify(parent)}).createFile("run");
  file.write(Uint8Array.of(1), 0);
  writeFileSync(${JSON.stringify(join(parent, "its-own"))}, "");
  ${end}`;

const kill = (signal: string): string => `process.kill(process.pid, "${signal}"); setInterval(() => {}, 1000);`;

function runProgram(parent: string, end: string): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, ["--input-type=module", "-e", PROGRAM(parent, end)], { encoding: "utf8" });
}

test.each([
  ["comes to its end", "", { status: 0 }],
  ["exits in the middle", "process.exit(3);", { status: 3 }],
  ["dies of an error", "throw new Error('oh');", { status: 1 }],
  ["dies of a promise that nobody looks at", "Promise.reject(new Error('oh'));", { status: 1 }],
  ["is interrupted", kill("SIGINT"), { signal: "SIGINT" }],
  ["is terminated", kill("SIGTERM"), { signal: "SIGTERM" }],
  ["loses its terminal", kill("SIGHUP"), { signal: "SIGHUP" }],
  ["aborts", "process.abort();", { signal: "SIGABRT" }],
  ["is killed", kill("SIGKILL"), { signal: "SIGKILL" }],
  [
    "has a listener of its own for signals",
    `process.on("SIGTERM", () => process.exit(7)); ${kill("SIGTERM")}`,
    { status: 7 },
  ],
])("[H16] a process that %s leaves no temporary file, and ends as it would without one", (_, end, result) => {
  const parent = parentFolder();
  expect(runProgram(parent, end)).toMatchObject(result);
  expect(readdirSync(parent)).toEqual(["its-own"]);
});

test("[H16] no signal is listened for", () => {
  const parent = parentFolder();
  const counts = `console.log(["SIGINT", "SIGTERM", "exit"].map((name) => process.listenerCount(name)).join());`;
  expect(runProgram(parent, counts).stdout).toBe("0,0,0\n");
});

test("[H16] files of two threads do not meet", async () => {
  const parent = parentFolder();
  const program = PROGRAM(
    parent,
    `
    import { parentPort } from "node:worker_threads";
    const read = new Uint8Array(1);
    file.read(read, 0);
    parentPort.postMessage(read[0]);`,
  );
  const workers = Array.from({ length: 4 }, () => new Worker(program, { eval: true }));
  const answers = workers.map((worker) => once(worker, "message"));
  expect(await Promise.all(answers)).toEqual([[1], [1], [1], [1]]);
  expect(readdirSync(parent)).toEqual(["its-own"]);
});

test("[H17] what processes that are gone left is removed by the next one that starts, and nothing else is", () => {
  const parent = parentFolder();
  const { stdout } = runProgram(parent, "console.log(file.path, process.pid);");
  const [path, pid] = stdout.trim().split(" ") as [string, string];
  const owner = (id: string, start?: string): string => {
    const parts = path.split("-");
    const at = parts.indexOf(pid);
    parts[at] = id;
    if (start !== undefined) parts[at + 1] = start;
    return parts.join("-");
  };
  const left = [path, `${path.slice(0, path.lastIndexOf("-"))}`, owner(String(process.pid), "0badcafe")];
  writeFileSync(left[0]!, "a file of a process that is gone");
  mkdirSync(left[1]!);
  writeFileSync(join(left[1]!, "spill-0"), "one in a folder, as earlier versions had it");
  writeFileSync(left[2]!, "one of a process that had the id of one that runs");
  const ours = [owner(String(process.pid), "00000000"), join(parent, "millrace-but-mine"), join(parent, "its-own")];
  ours.push(join(parent, "millrace-00000000-1-00000000-0-run"));
  for (const each of ours) writeFileSync(each, "of a process that runs, of nobody we know, and of another machine");
  nodeHost().scratch!.makeFolder(parent);
  // Where the system does not tell when a process started, an id that runs is taken for the owner.
  const kept = process.platform === "linux" ? ours : [...ours, left[2]!];
  expect(
    readdirSync(parent)
      .map((name) => join(parent, name))
      .sort(),
  ).toEqual(kept.sort());
});

test("[H19] memory that is available is known, and no more than the machine has", () => {
  const available = nodeHost().process.availableMemoryBytes!;
  expect(available).toBeGreaterThan(0);
  expect(available).toBeLessThanOrEqual(totalmem());
});

test("[H19] the most that the process may have is known, and no less than what is available", () => {
  const { totalMemoryBytes, availableMemoryBytes } = nodeHost().process;
  expect(totalMemoryBytes!).toBeGreaterThanOrEqual(availableMemoryBytes!);
  expect(totalMemoryBytes!).toBeLessThanOrEqual(totalmem());
});
