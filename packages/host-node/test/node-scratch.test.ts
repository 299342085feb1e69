import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
  expect(file.write(Uint8Array.of(1, 2, 3, 4), 0)).toBe(4);
  expect(file.write(Uint8Array.of(9, 9), 1)).toBe(2);
  const target = new Uint8Array(8);
  expect(file.read(target, 1)).toBe(3);
  expect([...target.subarray(0, 3)]).toEqual([9, 9, 4]);
  expect(file.read(target, 4)).toBe(0);
  expect(existsSync(file.path)).toBe(true);
  file.remove();
  file.remove();
  expect(existsSync(file.path)).toBe(false);
  expect(() => file.read(target, 0)).toThrow("EBADF");
  folder.remove();
  expect(existsSync(folder.path)).toBe(false);
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
  second.createFile("a");
  first.remove();
  first.remove();
  expect(readdirSync(parent)).toHaveLength(1);
  expect(() => file.write(Uint8Array.of(1), 0)).toThrow("EBADF");
  second.remove();
  expect(readdirSync(parent)).toEqual([]);
});

test("[H18] a parent that is not there or no folder is an error that names it", () => {
  const parent = parentFolder();
  writeFileSync(join(parent, "file"), "");
  const scratch = nodeHost().scratch!;
  expect(() => scratch.makeFolder(join(parent, "none"))).toThrow("FILE_NOT_FOUND");
  expect(() => scratch.makeFolder(join(parent, "file"))).toThrow("ENOTDIR");
  const folder = scratch.makeFolder(parent);
  folder.createFile("a");
  expect(() => folder.createFile("a")).toThrow("FILE_EXISTS");
  folder.remove();
});

const PROGRAM = (parent: string, end: string): string => `
  import { nodeHost } from ${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)};
  const folder = nodeHost().scratch.makeFolder(${JSON.stringify(parent)});
  folder.createFile("run").write(Uint8Array.of(1), 0);
  ${end}`;

function runProgram(parent: string, end: string): void {
  spawnSync(process.execPath, ["--input-type=module", "-e", PROGRAM(parent, end)]);
}

test.each([
  ["comes to its end", ""],
  ["exits in the middle", "process.exit(3);"],
  ["dies of an error", "throw new Error('oh');"],
])("[H16] a process that %s leaves nothing", (_, end) => {
  const parent = parentFolder();
  runProgram(parent, end);
  expect(readdirSync(parent)).toEqual([]);
});

test("[H17] what a killed process left is removed by the next one that starts, and nothing else is", () => {
  const parent = parentFolder();
  const running = nodeHost().scratch!.makeFolder(parent);
  mkdirSync(join(parent, "millrace-but-mine"));
  // Another machine's, on a disk that both see, and this process's id as an earlier process had it.
  mkdirSync(join(parent, "millrace-00000000-1-00000000-0"));
  runProgram(parent, "process.kill(process.pid, 'SIGKILL');");
  const ours = running.path.split("-");
  ours.splice(-2, 2, "0badcafe", "7");
  mkdirSync(ours.join("-"));
  expect(readdirSync(parent)).toHaveLength(5);
  const next = nodeHost().scratch!.makeFolder(parent);
  expect(
    readdirSync(parent)
      .map((name) => join(parent, name))
      .sort(),
  ).toEqual(
    [
      running.path,
      next.path,
      join(parent, "millrace-but-mine"),
      join(parent, "millrace-00000000-1-00000000-0"),
      // Where the system does not tell when a process started, an id that runs is taken for the owner.
      ...(process.platform === "linux" ? [] : [ours.join("-")]),
    ].sort(),
  );
  running.remove();
  next.remove();
});

test("[H19] memory that is available is known, and no more than the machine has", async () => {
  const { totalmem } = await import("node:os");
  const available = nodeHost().process.availableMemoryBytes!;
  expect(available).toBeGreaterThan(0);
  expect(available).toBeLessThanOrEqual(totalmem());
});
