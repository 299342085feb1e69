import {
  Decimal,
  type FileSplit,
  memoryContext,
  readSource,
  type Source,
  type TypeInformation,
  textCoding,
  types,
} from "@millrace/core";
import { describe, expect, test } from "vitest";
import { primitiveSource, textSource } from "../src/index.js";

/** Reads one file that holds `content`. */
function readText<T>(content: string, makeSource: (path: string) => Source<T, FileSplit>): Promise<T[]> {
  return readSource(makeSource("/in.csv"), memoryContext({ "/in.csv": content }).context);
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("lines", () => {
  test.each([
    ["", []],
    ["a", ["a"]],
    ["a\n", ["a"]],
    ["\n", [""]],
    ["a\n\nb", ["a", "", "b"]],
    ["a\n\n", ["a", ""]],
  ])("[TX1] %j", async (text, lines) => {
    expect(await readText(text, textSource)).toEqual(lines);
  });

  test("[TX2] one carriage return before a line feed belongs to the line end", async () => {
    expect(await readText("a\r\nb\r\r\n\r\nc\rd\r", textSource)).toEqual(["a", "b\r", "", "c\rd"]);
  });

  test("[TX2] other delimiters strip nothing", async () => {
    expect(await readText("a\r|b\n|", (path) => textSource(path, { delimiter: "|" }))).toEqual(["a\r", "b\n"]);
  });

  test.each([
    ["aab", "aaab", ["a"]],
    ["$$$", "x$$$$y", ["x", "$y"]],
    ["abab", "xababab", ["x", "ab"]],
    ["→", "a→b→→c", ["a", "b", "", "c"]],
  ])("[TX3] delimiter %j in %j", async (delimiter, text, records) => {
    expect(await readText(text, (path) => textSource(path, { delimiter }))).toEqual(records);
  });

  test("[TX3] an empty delimiter is refused", () => {
    expect(() => textSource("/in", { delimiter: "" })).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });

  test("[TX5] a byte order mark at the start of each file is left out", async () => {
    const { context } = memoryContext({ "/in/1": "\ufeffa\n\ufeffb", "/in/2": "\ufeffc" });
    expect(await readSource(textSource("/in"), context)).toEqual(["a", "\ufeffb", "c"]);
  });

  test("[FS1] files of a directory, and several paths", async () => {
    const { context } = memoryContext({ "/in/1": "a", "/in/2": "b\nc", "/in/_x": "no", "/other": "d" });
    expect(await readSource(textSource(["/other", "/in"]), context)).toEqual(["d", "a", "b", "c"]);
  });

  test("[FS2] a missing or empty path", async () => {
    const { context } = memoryContext({});
    await expect(textSource("/no").createSplits(1, context)).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
    expect(() => textSource("")).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    expect(() => textSource([])).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });

  test("[FS7] a cancelled job stops reading", async () => {
    const controller = new AbortController();
    const { context } = memoryContext({ "/in": "a\n".repeat(1000) });
    const source = textSource("/in", { bufferSizeBytes: 16 });
    const [split] = await source.createSplits(1, context);
    const reading = (async () => {
      for await (const _batch of source.read(split!, { ...context, signal: controller.signal })) controller.abort();
    })();
    await expect(reading).rejects.toMatchObject({ code: "JOB_CANCELLED" });
  });
});

describe("[TX6] character sets", () => {
  test("latin1 gives every byte the character of its number", async () => {
    const all = Uint8Array.from({ length: 255 }, (_, i) => i + 1).filter((byte) => byte !== 10);
    const { context } = memoryContext({ "/in": all });
    const [line] = await readSource(textSource("/in", { charset: "latin1" }), context);
    expect([...line!].map((c) => c.charCodeAt(0))).toEqual([...all]);
  });

  test("utf-16le with and without a byte order mark", async () => {
    const { encode } = textCoding("utf-16le");
    const { context } = memoryContext({ "/in/1": encode("\ufeffa😀\r\nb"), "/in/2": encode("c\n") });
    expect(await readSource(textSource("/in", { charset: "utf-16le" }), context)).toEqual(["a😀", "b", "c"]);
  });

  const BROKEN = Uint8Array.of(...utf8("ok\n"), 0xc3, 0x28, ...utf8("\nfine\n"));

  test("bytes that are no text become U+FFFD", async () => {
    const { context } = memoryContext({ "/in": BROKEN });
    expect(await readSource(textSource("/in"), context)).toEqual(["ok", "\ufffd(", "fine"]);
  });

  test("bytes that are no text are an error when asked for, with the line", async () => {
    const { context } = memoryContext({ "/in": BROKEN });
    await expect(readSource(textSource("/in", { invalidCharacters: "fail" }), context)).rejects.toMatchObject({
      code: "MALFORMED_INPUT",
      where: { file: "/in", line: 2 },
    });
  });

  test("the line is counted in whole code units of UTF-16", async () => {
    const bytes = textCoding("utf-16le").encode("\u0a0a\u010a\n\u0a00\nx\ud800y\n");
    const { context } = memoryContext({ "/in": bytes });
    const source = textSource("/in", { charset: "utf-16le", invalidCharacters: "fail" });
    await expect(readSource(source, context)).rejects.toMatchObject({ where: { line: 3 } });
  });

  test("records that are no text are skipped and counted when asked for", async () => {
    const { context, counts } = memoryContext({ "/in": BROKEN });
    expect(await readSource(textSource("/in", { invalidCharacters: "skip" }), context)).toEqual(["ok", "fine"]);
    expect(Object.fromEntries(counts)).toEqual({ "skipped lines": 1 });
  });

  test("an unknown character set is refused", () => {
    expect(() => textSource("/in", { charset: "ebcdic" as "utf-8" })).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
  });
});

describe("[TX8] records that are too long", () => {
  const TEXT = "short\nmuch too long\nshort\n";

  test.each([1, 4, 8, 1024])("with a buffer of %d bytes, from every split", async (bufferSizeBytes) => {
    for (let size = 1; size < TEXT.length; size++) {
      const options = { bufferSizeBytes, lineLengthLimit: 8, minSplitSizeBytes: size, maxSplitSizeBytes: size };
      await expect(readText(TEXT, (path) => textSource(path, options))).rejects.toMatchObject({
        code: "MALFORMED_INPUT",
        where: { file: "/in.csv", line: 2 },
      });
    }
  });

  test("a record of exactly the limit is fine, and a limit of nothing is not", async () => {
    const options = { bufferSizeBytes: 3, lineLengthLimit: 13 };
    expect(await readText(TEXT, (path) => textSource(path, options))).toHaveLength(3);
    expect(() => textSource("/in", { lineLengthLimit: 0 })).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
  });
});

describe("[TX9] files of single values", () => {
  test.each<[TypeInformation<unknown>, string, unknown[]]>([
    [types.int32, "1\n -2 \r\n2147483647", [1, -2, 2147483647]],
    [types.int64, "9007199254740993\n-1", [9007199254740993n, -1n]],
    [types.float64, "0.1\n-0\n1e400\nnan", [0.1, -0, Number.POSITIVE_INFINITY, Number.NaN]],
    [types.boolean, "true\nFALSE\n1\n0", [true, false, true, false]],
    [types.string, " a \n\nb", [" a ", "", "b"]],
    [
      types.timestamp,
      "2024-02-29\n2024-02-29 12:30:00.5+02:00",
      ["2024-02-29T00:00:00Z", "2024-02-29T10:30:00.5Z"].map((t) => new Date(t)),
    ],
    [types.decimal(5, 2), "1.5\n-999.99", [Decimal.of("1.50"), Decimal.of("-999.99")]],
    [types.enum("red", "green"), "green\n red", ["green", "red"]],
  ])("%s", async (type, text, values) => {
    expect(await readText<unknown>(text, (path) => primitiveSource(path, { type }))).toEqual(values);
  });

  test.each<[TypeInformation<unknown>, string, string]>([
    [types.int32, "1\nx\n", '"x" is no int32'],
    [types.int32, "1\n2147483648\n", "out of the range"],
    [types.int32, "1\n-\n", "A sign without digits"],
    [types.int32, "1\n\n", "empty"],
    [types.boolean, "1\nyes\n", '"yes" is no boolean'],
    [types.timestamp, "2024-01-01\n2023-02-29\n", "does not exist"],
    [types.decimal(3, 1), "1\n1.25\n", "is no decimal(3, 1)"],
    [types.decimal(3, 1), "1\n100.5\n", "out of the range"],
    [types.enum("1", "b"), "1\nc\n", "none of the values"],
  ])("%s in %j is malformed: %s", async (type, text, message) => {
    const reading = readText<unknown>(text, (path) => primitiveSource(path, { type }));
    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.toMatchObject({ code: "MALFORMED_INPUT", where: { file: "/in.csv", line: 2 } });
  });

  test("[FS12] the line counts from the start of the file in every split", async () => {
    const text = "1\n2\n3\n4\nx\n6\n";
    for (let size = 1; size < text.length; size++) {
      const options = { type: types.int32, minSplitSizeBytes: size, maxSplitSizeBytes: size };
      await expect(readText(text, (path) => primitiveSource(path, options))).rejects.toMatchObject({
        where: { line: 5 },
      });
    }
  });

  test("what is no value is skipped and counted when asked for", async () => {
    const { context, counts } = memoryContext({ "/in": "1\nx\n\n3" });
    const source = primitiveSource("/in", { type: types.int32, ignoreInvalidLines: true });
    expect(await readSource(source, context)).toEqual([1, 3]);
    expect(counts.get("skipped lines")).toBe(2);
  });

  test("UTF-16 and other delimiters", async () => {
    const { context } = memoryContext({ "/in": textCoding("utf-16le").encode("\ufeff1;2;3") });
    const source = primitiveSource("/in", { type: types.int32, delimiter: ";", charset: "utf-16le" });
    expect(await readSource(source, context, { minNumSplits: 3 })).toEqual([1, 2, 3]);
  });

  test.each([types.row({ a: types.int32 }), types.array(types.int32)])("[TX10] %s is refused", (type) => {
    expect(() => primitiveSource<unknown>("/in", { type })).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED_TYPE" }),
    );
  });
});

describe("[FS5] statistics", () => {
  const lines = (length: number, count: number): string => `${"x".repeat(length - 1)}\n`.repeat(count);

  test("one file of equal lines is estimated exactly", async () => {
    const { context } = memoryContext({ "/in": lines(10, 1000) });
    expect(await textSource("/in").statistics!(context)).toEqual({
      totalBytes: 10_000,
      averageRecordBytes: 10,
      numRecords: 1000,
    });
  });

  test("a directory is estimated between its shortest and its longest lines", async () => {
    const { context } = memoryContext({ "/in/1": lines(10, 10), "/in/2": lines(6, 10) });
    const statistics = (await textSource("/in").statistics!(context))!;
    expect(statistics.totalBytes).toBe(160);
    expect(statistics.averageRecordBytes).toBeGreaterThanOrEqual(6);
    expect(statistics.averageRecordBytes).toBeLessThanOrEqual(10);
  });

  test("another delimiter is sampled as well, and without one nothing is said of lengths", async () => {
    const { context } = memoryContext({ "/in": "12345678-".repeat(1000) });
    expect(await textSource("/in", { delimiter: "-" }).statistics!(context)).toMatchObject({ averageRecordBytes: 9 });
    const { context: long } = memoryContext({ "/in": "x".repeat(200_000) });
    expect(await textSource("/in").statistics!(long)).toEqual({ totalBytes: 200_000 });
    const { context: empty } = memoryContext({ "/in": "" });
    expect(await textSource("/in").statistics!(empty)).toEqual({ totalBytes: 0 });
  });

  test("from 2 to 10 places are sampled, and none again while the file is the same", async () => {
    for (const [size, numSamples] of [
      [100, 2],
      [5000, 4],
      [100_000, 10],
    ] as const) {
      const { context, memory } = memoryContext({ "/in": lines(10, size / 10) });
      let numOpened = 0;
      const openRead = memory.openRead.bind(memory);
      memory.openRead = async (path) => {
        numOpened++;
        return openRead(path);
      };
      const source = textSource("/in");
      const first = await source.statistics!(context);
      expect(numOpened).toBe(numSamples);
      expect(await source.statistics!(context)).toBe(first);
      expect(numOpened).toBe(numSamples);
      memory.put("/in", lines(20, 10));
      expect(await source.statistics!(context)).toMatchObject({ averageRecordBytes: 20 });
    }
  });
});
