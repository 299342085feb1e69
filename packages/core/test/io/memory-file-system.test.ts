import { describe, expect, test } from "vitest";
import { MemoryFileSystem } from "../../src/index.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function readText(files: MemoryFileSystem, path: string): Promise<string> {
  const file = await files.openRead(path);
  const target = new Uint8Array(100);
  const length = await file.read(target, 0);
  await file.close();
  return new TextDecoder().decode(target.subarray(0, length));
}

describe("[FS8] files in memory", () => {
  test("paths are made absolute and normal, file: URLs too", () => {
    const files = new MemoryFileSystem();
    expect(["a/./b", "/a//b/", "/x/../a/b", "file:///a/b", "/../a/b"].map((path) => files.resolve(path))).toEqual(
      Array(5).fill("/a/b"),
    );
    expect(files.resolve("file:///a%20b")).toBe("/a b");
  });

  test("a file is written in pieces and read from any position", async () => {
    const files = new MemoryFileSystem();
    await files.makeDirectory("/d");
    const output = await files.openWrite("/d/f", { exclusive: true });
    await output.write(bytes("hello "));
    await output.write(bytes("world"));
    await output.sync();
    await output.close();
    expect(files.getText("/d/f")).toBe("hello world");
    const input = await files.openRead("/d/f");
    const target = new Uint8Array(3);
    expect(input.sizeBytes).toBe(11);
    expect([await input.read(target, 6), new TextDecoder().decode(target)]).toEqual([3, "wor"]);
    expect(await input.read(target, 10)).toBe(1);
    expect(await input.read(target, 11)).toBe(0);
  });

  test("what was written is independent of the writer's array", async () => {
    const files = new MemoryFileSystem();
    const output = await files.openWrite("/f", { exclusive: false });
    const mine = bytes("abc");
    await output.write(mine);
    mine.fill(0);
    expect(files.getText("/f")).toBe("abc");
    files.get("/f")!.fill(0);
    expect(files.getText("/f")).toBe("abc");
  });

  test("creating exclusively fails when something is there; else the file is emptied", async () => {
    const files = new MemoryFileSystem({ "/f": "old" });
    await expect(files.openWrite("/f", { exclusive: true })).rejects.toMatchObject({ code: "FILE_EXISTS" });
    await files.openWrite("/f", { exclusive: false });
    expect(files.getText("/f")).toBe("");
  });

  test("a file needs its directory", async () => {
    const files = new MemoryFileSystem({ "/f": "" });
    await expect(files.openWrite("/no/f", { exclusive: true })).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
    await expect(files.openWrite("/f/g", { exclusive: true })).rejects.toMatchObject({ code: "FILE_SYSTEM_FAILED" });
    await expect(files.openRead("/no")).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
    await expect(files.openRead("/")).rejects.toMatchObject({ code: "FILE_SYSTEM_FAILED" });
  });

  test("a rename replaces a file, moves a directory with all it holds, and does not replace a directory that holds something", async () => {
    const files = new MemoryFileSystem({ "/a": "a", "/b": "b", "/d/1": "1", "/d/e/2": "2", "/full/x": "x" });
    await files.rename("/a", "/b");
    expect([files.getText("/a"), files.getText("/b")]).toEqual([undefined, "a"]);
    await files.rename("/d", "/moved");
    expect([files.getText("/moved/1"), files.getText("/moved/e/2"), files.getText("/d/1")]).toEqual([
      "1",
      "2",
      undefined,
    ]);
    await expect(files.rename("/moved", "/full")).rejects.toMatchObject({ code: "FILE_EXISTS" });
    await expect(files.rename("/b", "/full")).rejects.toMatchObject({ code: "FILE_SYSTEM_FAILED" });
    await expect(files.rename("/moved", "/moved/below")).rejects.toMatchObject({ code: "FILE_SYSTEM_FAILED" });
    await expect(files.rename("/nothing", "/b")).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
  });

  test("an open file outlives its name", async () => {
    const files = new MemoryFileSystem({ "/f": "content" });
    const file = await files.openRead("/f");
    await files.remove("/f");
    expect(await file.read(new Uint8Array(10), 0)).toBe(7);
  });

  test("removing takes a directory with all it holds, and nothing is fine as well", async () => {
    const files = new MemoryFileSystem({ "/d/e/f": "f", "/other": "o" });
    await files.remove("/d");
    await files.remove("/d");
    expect(files.paths()).toEqual(["/other"]);
    expect(await files.status("/d")).toBeUndefined();
  });

  test("a directory lists its entries by name, in code-unit order", async () => {
    const files = new MemoryFileSystem({ "/d/b": "", "/d/B": "", "/d/a/x": "", "/d/é": "" });
    const entries = await files.list("/d");
    expect(entries.map((entry) => [entry.path, entry.isDirectory])).toEqual([
      ["/d/B", false],
      ["/d/a", true],
      ["/d/b", false],
      ["/d/é", false],
    ]);
    await expect(files.list("/no")).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
  });

  test("a later change has a later time, and temporary directories are fresh", async () => {
    const files = new MemoryFileSystem({ "/f": "1" });
    const before = (await files.status("/f"))!.modifiedMs;
    files.put("/f", "2");
    expect((await files.status("/f"))!.modifiedMs).toBeGreaterThan(before);
    const [one, two] = [await files.makeTemporaryDirectory("x-"), await files.makeTemporaryDirectory("x-")];
    expect(one).not.toBe(two);
    expect(await files.list(one!)).toEqual([]);
    expect(await readText(files, "/f")).toBe("2");
  });
});
