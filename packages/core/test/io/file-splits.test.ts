import { describe, expect, test } from "vitest";
import { createFileSplits, enumerateFiles, type FileSplit, type InputFile } from "../../src/index.js";
import { contextOf } from "./files-in-memory.js";

const FILES = {
  "/in/b": "bb",
  "/in/a": "a",
  "/in/_SUCCESS": "no data",
  "/in/.hidden": "no data",
  "/in/nested/c.gz": "ccc",
  "/in/nested/deeper/d": "dddd",
  "/_named": "data all the same",
};

async function pathsOf(paths: readonly string[], recursive?: boolean, parameters = {}): Promise<string[]> {
  const files = await enumerateFiles(paths, contextOf(FILES, { parameters }), { recursive });
  return files.map((file) => file.path);
}

describe("[FS1] which files a path stands for", () => {
  test("a directory stands for its files by name, without those that begin with _ or . and without nested ones", async () => {
    expect(await pathsOf(["/in"])).toEqual(["/in/a", "/in/b"]);
  });

  test("nested directories are read when asked for, by option or by parameter", async () => {
    const all = ["/in/a", "/in/b", "/in/nested/c.gz", "/in/nested/deeper/d"];
    expect(await pathsOf(["/in"], true)).toEqual(all);
    expect(await pathsOf(["/in"], undefined, { "recursive.file.enumeration": true })).toEqual(all);
    expect(await pathsOf(["/in"], false, { "recursive.file.enumeration": true })).toEqual(["/in/a", "/in/b"]);
  });

  test("a file that is named stands for itself whatever its name; several paths keep their order", async () => {
    expect(await pathsOf(["/in/b", "/_named", "/in/.hidden", "/in/a"])).toEqual([
      "/in/b",
      "/_named",
      "/in/.hidden",
      "/in/a",
    ]);
  });

  test("[FS6] the ending tells the compression", async () => {
    const [file] = await enumerateFiles(["/in/nested/c.gz"], contextOf(FILES));
    expect(file).toMatchObject({ compression: "gzip", sizeBytes: 3 });
  });
});

test("[FS2] a path that names nothing is an error with the path", async () => {
  await expect(pathsOf(["/in/a", "/nowhere"])).rejects.toMatchObject({
    code: "FILE_NOT_FOUND",
    where: { file: "/nowhere" },
  });
});

test("[FS2] a pattern in place of a path is told that patterns are not expanded", async () => {
  await expect(pathsOf(["/in/*.txt"])).rejects.toMatchObject({
    code: "FILE_NOT_FOUND",
    fix: expect.stringContaining("Patterns"),
  });
});

describe("[FS3] the sizes of splits", () => {
  const file = (sizeBytes: number, path = "/f"): InputFile => ({ path, sizeBytes, modifiedMs: 0 });
  const sizes = (splits: readonly FileSplit[]): string[] => splits.map((s) => `${s.path}@${s.offset}+${s.length}`);
  const small = { minSplitSizeBytes: 1 };

  test("the total is divided by the number wanted", () => {
    expect(sizes(createFileSplits([file(100)], 4, true, small))).toEqual([
      "/f@0+25",
      "/f@25+25",
      "/f@50+25",
      "/f@75+25",
    ]);
  });

  test("the last split is up to a tenth larger instead of leaving a sliver", () => {
    expect(sizes(createFileSplits([file(21)], 2, true, { ...small, maxSplitSizeBytes: 10 }))).toEqual([
      "/f@0+10",
      "/f@10+11",
    ]);
    expect(sizes(createFileSplits([file(22)], 2, true, { ...small, maxSplitSizeBytes: 10 }))).toEqual([
      "/f@0+10",
      "/f@10+10",
      "/f@20+2",
    ]);
  });

  test("splits have at least the least size, and are cut in each file on its own", () => {
    const splits = createFileSplits([file(60), file(35, "/g")], 100, true, { minSplitSizeBytes: 30 });
    expect(sizes(splits)).toEqual(["/f@0+30", "/f@30+30", "/g@0+30", "/g@30+5"]);
    expect(splits.map((split) => split.index)).toEqual([0, 1, 2, 3]);
  });

  test("every byte is in one split, for all sizes and numbers", () => {
    for (let size = 0; size < 60; size++) {
      for (let wanted = 1; wanted < 20; wanted++) {
        const splits = createFileSplits([file(size)], wanted, true, { minSplitSizeBytes: 3, maxSplitSizeBytes: 17 });
        let position = 0;
        for (const split of splits) {
          expect(split.offset).toBe(position);
          position += split.length;
        }
        expect(position).toBe(size);
      }
    }
  });

  test("splits are plain data", () => {
    const splits = createFileSplits([file(100)], 4, true, small);
    expect(JSON.parse(JSON.stringify(splits))).toEqual(splits);
  });

  test.each([0, -1, 1.5, Number.NaN])("a size of %d is refused", (size) => {
    expect(() => createFileSplits([file(1)], 1, true, { minSplitSizeBytes: size })).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
  });

  test("[FS4] an empty file is one empty split; a compressed or unsplittable one is one split", () => {
    expect(sizes(createFileSplits([file(0)], 4, true, small))).toEqual(["/f@0+0"]);
    expect(createFileSplits([{ ...file(100), compression: "gzip" }], 4, true, small)).toMatchObject([
      { length: 100, isWholeFile: true, compression: "gzip" },
    ]);
    expect(createFileSplits([file(100)], 4, false, small)).toMatchObject([{ length: 100, isWholeFile: true }]);
  });
});
