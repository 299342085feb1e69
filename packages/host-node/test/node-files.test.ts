import { spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type FileSystem, isMillraceError, MemoryFileSystem, type MillraceError } from "@millrace/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { nodeHost } from "../src/index.js";

const files = nodeHost().files!;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
let directory: string;

beforeEach(async () => {
  directory = await files.makeTemporaryDirectory("host-node-");
});

afterEach(async () => {
  await files.remove(directory);
});

async function put(system: FileSystem, path: string, text: string): Promise<void> {
  const file = await system.openWrite(path, { exclusive: false });
  await file.write(utf8(text));
  await file.close();
}

async function get(system: FileSystem, path: string): Promise<string> {
  const file = await system.openRead(path);
  try {
    const target = new Uint8Array(file.sizeBytes);
    for (let filled = 0; filled < target.length; ) filled += await file.read(target.subarray(filled), filled);
    return new TextDecoder().decode(target);
  } finally {
    await file.close();
  }
}

describe("paths", () => {
  test("[H1] relative paths and file: URLs", async () => {
    expect(files.resolve("a/../b")).toBe(join(process.cwd(), "b"));
    const path = join(directory, "with blank");
    expect(files.resolve(pathToFileURL(path).href)).toBe(path);
    await put(files, pathToFileURL(path).href, "x");
    expect(await get(files, path)).toBe("x");
    expect(() => files.resolve("file://elsewhere/x")).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});

describe("errors", () => {
  test("[H2] what is missing, there, or in the way", async () => {
    const missing = join(directory, "no/file");
    for (const call of [
      () => files.openRead(missing),
      () => files.openWrite(missing, { exclusive: true }),
      () => files.list(missing),
      () => files.rename(missing, join(directory, "x")),
    ]) {
      await expect(call()).rejects.toMatchObject({
        code: "FILE_NOT_FOUND",
        where: { file: expect.stringContaining(directory) },
      });
    }
    await put(files, join(directory, "file"), "x");
    await expect(files.openWrite(join(directory, "file"), { exclusive: true })).rejects.toMatchObject({
      code: "FILE_EXISTS",
    });
    await expect(files.makeDirectory(join(directory, "file"))).rejects.toMatchObject({ code: "FILE_EXISTS" });
  });

  test("[H2] other codes of the system are named, with the cause and what to do", async () => {
    const error = await files.openRead(directory).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "FILE_SYSTEM_FAILED", where: { file: directory } });
    expect((error as MillraceError).message).toContain("EISDIR");
    await put(files, join(directory, "file"), "x");
    const below = await files.list(join(directory, "file", "below")).catch((e: unknown) => e);
    expect((below as MillraceError).message).toContain("ENOTDIR");
    expect((below as MillraceError).cause).toBeInstanceOf(Error);
    expect(await files.status(join(directory, "file", "below"))).toBeUndefined();
  });

  test("[H2] a full disk", async () => {
    // The device that is always full; systems without it have nothing to test here.
    if ((await files.status("/dev/full")) === undefined) return;
    const file = await files.openWrite("/dev/full", { exclusive: false });
    await expect(file.write(new Uint8Array(100_000))).rejects.toMatchObject({
      code: "FILE_SYSTEM_FAILED",
      what: expect.stringContaining("ENOSPC"),
      fix: expect.stringContaining("free some space"),
    });
    await file.close();
  });
});

describe("contents", () => {
  test("[H3] writing in pieces, reading anywhere", async () => {
    const path = join(directory, "f");
    const output = await files.openWrite(path, { exclusive: true });
    for (let i = 0; i < 100; i++) await output.write(utf8(`line ${i}\n`));
    await output.write(new Uint8Array(0));
    await output.sync();
    await output.close();
    const input = await files.openRead(path);
    const target = new Uint8Array(7);
    expect(await input.read(target, 7)).toBe(7);
    expect(new TextDecoder().decode(target)).toBe("line 1\n");
    expect(await input.read(target, input.sizeBytes)).toBe(0);
    expect(await input.read(new Uint8Array(0), 0)).toBe(0);
    await input.close();
    expect(await files.status(path)).toMatchObject({ path, isDirectory: false, sizeBytes: input.sizeBytes });
  });

  test("[H3] large writes are whole", async () => {
    const path = join(directory, "large");
    const bytes = new Uint8Array(20_000_000).map((_, i) => i * 31);
    const output = await files.openWrite(path, { exclusive: true });
    await output.write(bytes);
    await output.close();
    const input = await files.openRead(path);
    const target = new Uint8Array(bytes.length);
    for (let filled = 0; filled < target.length; ) filled += await input.read(target.subarray(filled), filled);
    await input.close();
    expect(Buffer.compare(target, bytes)).toBe(0);
  });

  test("[H4] a directory where the system makes none is refused, not tried for ever", async () => {
    for (const path of ["/proc/no-such", "/proc/no-such/below/it"]) {
      const error = await files.makeDirectory(path).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: "FILE_SYSTEM_FAILED", where: { file: "/proc/no-such" } });
    }
  });

  test("[H4] directories", async () => {
    await files.makeDirectory(join(directory, "a/b/c"));
    await files.makeDirectory(join(directory, "a/b/c"));
    for (const name of ["b", "B", "é", "a10", "a9"])
      await put(files, join(directory, "a", name === "b" ? "bb" : name), name);
    symlinkSync(join(directory, "nowhere"), join(directory, "a/dangling"));
    const entries = await files.list(join(directory, "a"));
    expect(entries.map((entry) => entry.path.slice(directory.length + 3))).toEqual(["B", "a10", "a9", "b", "bb", "é"]);
    expect(entries.map((entry) => entry.isDirectory)).toEqual([false, false, false, true, false, false]);
    await files.remove(join(directory, "a"));
    await files.remove(join(directory, "a"));
    expect(await files.status(join(directory, "a"))).toBeUndefined();
  });

  test("[H5] temporary directories are fresh", async () => {
    const other = await files.makeTemporaryDirectory("host-node-");
    expect(other).not.toBe(directory);
    expect(await files.list(other)).toEqual([]);
    await files.remove(other);
  });

  test("[H6] a thousand files opened and closed, with a limit of far fewer open ones", () => {
    const program = `
      import { nodeHost } from ${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)};
      const files = nodeHost().files;
      for (let i = 0; i < 1000; i++) {
        const output = await files.openWrite(process.argv[1] + "/f" + (i % 10), { exclusive: false });
        await output.write(new Uint8Array(10));
        await output.close();
        const input = await files.openRead(process.argv[1] + "/f" + (i % 10));
        await input.read(new Uint8Array(10), 0);
        await input.close();
        await files.openRead(process.argv[1]).catch(() => {});
      }
      console.log("done");`;
    const command = `ulimit -n 64; exec "$0" --input-type=module -e "$1" "$2"`;
    const run = spawnSync("bash", ["-c", command, process.execPath, program, directory], { encoding: "utf8" });
    expect(run.stderr).toBe("");
    expect(run.stdout).toBe("done\n");
  });
});

test("[H7] the same answers as the file system in memory, to random calls", async () => {
  const seed = Number(process.env.FUZZ_SEED ?? 20_260_501);
  const count = Number(process.env.FUZZ_COUNT ?? 400);
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 0x1_0000_0000) * limit);
  };
  const memory = new MemoryFileSystem();
  await memory.makeDirectory(directory);
  const paths = ["a", "b", "d", "d/a", "d/e", "d/e/f", "c/x"].map((path) => join(directory, path));
  const draw = (): string => paths[below(paths.length)]!;
  for (let round = 0; round < count; round++) {
    const [from, to, text] = [draw(), draw(), `text ${round}`];
    const calls: ((system: FileSystem) => Promise<unknown>)[] = [
      (system) => put(system, from, text),
      (system) => get(system, from),
      async (system) => (await system.openWrite(from, { exclusive: true })).close(),
      (system) => system.makeDirectory(from),
      (system) => system.remove(from),
      (system) => system.rename(from, to),
      async (system) =>
        (await system.list(from)).map(({ path, isDirectory, sizeBytes }) => ({ path, isDirectory, sizeBytes })),
      async (system) => {
        const status = await system.status(from);
        return status && { isDirectory: status.isDirectory, sizeBytes: status.sizeBytes };
      },
    ];
    const call = calls[below(calls.length)]!;
    const outcomes = await Promise.all([files, memory].map((system) => call(system).catch(codeOf)));
    expect(outcomes[0], `FUZZ_SEED=${seed}, round ${round}: ${call} of ${from}, ${to}`).toEqual(outcomes[1]);
  }
});

function codeOf(error: unknown): unknown {
  if (!isMillraceError(error)) throw error;
  return error.code;
}
