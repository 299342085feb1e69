import {
  Decimal,
  type FileSplit,
  memoryContext,
  readSource,
  type Source,
  type TypeInformation,
  textCoding,
  types,
  writeSink,
} from "@millrace/core";
import { describe, expect, expectTypeOf, test } from "vitest";
import { jsonLinesSink, jsonLinesSource } from "../src/index.js";

/** Reads one file that holds `content`. */
function readText<T>(content: string, makeSource: (path: string) => Source<T, FileSplit>): Promise<T[]> {
  return readSource(makeSource("/in.csv"), memoryContext({ "/in.csv": content }).context);
}

/** Reads one line by a type. */
async function value(type: TypeInformation<unknown>, line: string): Promise<unknown> {
  const [record] = await readText(line, (path) => jsonLinesSource(path, { types: type }));
  return record;
}

/** Writes records and returns the text of the file. */
async function written(records: readonly unknown[], type?: TypeInformation<unknown>): Promise<string> {
  const { context, memory } = memoryContext({});
  await writeSink(jsonLinesSink<unknown>("/out", { types: type }), records, context);
  return memory.getText("/out")!;
}

describe("reading", () => {
  test("[JL1, JL2] values of all kinds, blank lines, both line ends", async () => {
    const text = '{"a":1}\r\n\n  \t\n[1,"x"]\nnull\n"text"\n1.5\n{"__proto__":{"x":1}}';
    const records = await readText(text, (path) => jsonLinesSource(path));
    expect(records.slice(0, 5)).toEqual([{ a: 1 }, [1, "x"], null, "text", 1.5]);
    expect(Object.entries(records[5] as object)).toEqual([["__proto__", { x: 1 }]]);
  });

  test("[JL2] a byte order mark, and UTF-16", async () => {
    expect(await readText("\ufeff1\n2", (path) => jsonLinesSource(path))).toEqual([1, 2]);
    const { context } = memoryContext({ "/in": textCoding("utf-16le").encode('\ufeff"é"\n"😀"\n') });
    expect(await readSource(jsonLinesSource("/in", { charset: "utf-16le" }), context)).toEqual(["é", "😀"]);
  });

  test("[JL2] declared rows: other fields are ignored, missing ones are null or absent", async () => {
    const type = types.row({ a: types.int32, b: types.nullable(types.string), c: types.optional(types.string) });
    expect(await value(type, '{"z":1,"a":2}')).toStrictEqual({ a: 2, b: null });
    expect(await value(type, '{"c":"x","b":null,"a":2}')).toStrictEqual({ a: 2, b: null, c: "x" });
  });

  test.each<[TypeInformation<unknown>, string, unknown]>([
    [types.int64, "9007199254740991", 9007199254740991n],
    [types.int64, '"-9223372036854775808"', -(2n ** 63n)],
    [types.float64, '"NaN"', Number.NaN],
    [types.decimal(4, 2), "1.5", Decimal.of("1.50")],
    [types.timestamp, "86400000", new Date(86400000)],
    [types.timestamp, '"1970-01-02"', new Date(86400000)],
    [types.map(types.string, types.int32), '{"a":1}', new Map([["a", 1]])],
    [types.map(types.int32, types.string), '[[1,"a"]]', new Map([[1, "a"]])],
    [types.tuple(types.int32, types.string), '[1,"a"]', [1, "a"]],
    [types.enum("a", "b"), '"b"', "b"],
    [
      types.variant("kind", { c: types.row({ r: types.float64 }), s: types.row({}) }),
      '{"kind":"c","r":1}',
      { kind: "c", r: 1 },
    ],
    [types.any, '{"a":[1]}', { a: [1] }],
  ])("[JL2] %s of %s", async (type, line, expected) => {
    expect(await value(type, line)).toStrictEqual(expected);
  });

  test.each<[TypeInformation<unknown>, string, string | undefined]>([
    [types.int32, "1.5", undefined],
    [types.int32, "2147483648", undefined],
    [types.int32, '"1"', undefined],
    [types.int64, "9007199254740992", undefined],
    [types.int64, '"9223372036854775808"', undefined],
    [types.string, "null", undefined],
    [types.row({ a: types.row({ b: types.array(types.boolean) }) }), '{"a":{"b":[true,1]}}', "a.b.1"],
    [types.row({ a: types.int32 }), "{}", "a"],
    [types.row({ a: types.int32 }), "[1]", undefined],
    [types.tuple(types.int32), "[1,2]", undefined],
    [types.timestamp, '"today"', undefined],
    [types.bytes, '"?"', undefined],
    [types.enum("a"), '"b"', undefined],
    [types.variant("k", { a: types.row({}) }), '{"k":"b"}', undefined],
    [types.map(types.string, types.int32), '{"a":"x"}', "a"],
    [types.map(types.int32, types.int32), "[[1]]", undefined],
  ])("[JL3] %s of %s is malformed", async (type, line, field) => {
    await expect(value(type, line)).rejects.toMatchObject({ code: "MALFORMED_INPUT", where: { line: 1, field } });
  });

  test("[JL3] no JSON, and no text", async () => {
    await expect(readText('{"a":1}\n{"a":}\n', (path) => jsonLinesSource(path))).rejects.toMatchObject({
      code: "MALFORMED_INPUT",
      what: 'The line is no JSON, in the line "{\\"a\\":}"',
      where: { file: "/in.csv", line: 2 },
    });
    const { context } = memoryContext({ "/in": Uint8Array.of(0x22, 0xff, 0x22) });
    await expect(readSource(jsonLinesSource("/in"), context)).rejects.toThrow("bytes that are no text");
  });

  test("[JL3] bad lines are skipped and counted when asked for", async () => {
    const { context, counts } = memoryContext({ "/in": '1\nx\n"y"\n\n2\n' });
    expect(await readSource(jsonLinesSource("/in", { types: types.int32, ignoreInvalidLines: true }), context)).toEqual(
      [1, 2],
    );
    expect(Object.fromEntries(counts)).toEqual({ "skipped lines": 2 });
  });

  test("[JL4] every split size and buffer size", async () => {
    const text = '{"a":"é😀"}\n\n[1,\t2]\r\n"\\n"\nnull';
    const expected = [{ a: "é😀" }, [1, 2], "\n", null];
    const { context } = memoryContext({ "/in": text });
    for (let size = 1; size < 40; size++) {
      for (const bufferSizeBytes of [1, 5, 100]) {
        const source = jsonLinesSource("/in", { bufferSizeBytes, minSplitSizeBytes: size, maxSplitSizeBytes: size });
        expect(await readSource(source, context)).toEqual(expected);
      }
    }
  });
});

describe("writing", () => {
  test("[JL5] what JSON lacks, by the values' own kinds", async () => {
    const record = {
      n: [1n, 2n ** 53n, -(2n ** 53n) + 1n],
      f: [-0, Number.NaN, Number.POSITIVE_INFINITY, 1.5],
      d: Decimal.of("1.50"),
      t: [new Date(0), new Date(Number.NaN)],
      b: Uint8Array.of(1, 2, 3),
      m: [new Map([["a", 1n]]), new Map([[1, "a"]])],
      absent: undefined,
      none: null,
    };
    expect(await written([record])).toBe(
      '{"n":[1,"9007199254740992",-9007199254740991],"f":["-0","NaN","Infinity",1.5],"d":"1.50",' +
        '"t":["1970-01-01T00:00:00.000Z","Invalid Date"],"b":"AQID","m":[{"a":1},[[1,"a"]]],"none":null}\n',
    );
  });

  test("[JL5] what is no record", async () => {
    await expect(written([undefined])).rejects.toMatchObject({ code: "RECORD_NOT_DATA" });
    await expect(written([() => 1])).rejects.toMatchObject({ code: "RECORD_NOT_DATA" });
  });

  test("[JL6] values of declared types read back as they were", async () => {
    const type = types.row({
      l: types.array(types.int64),
      f: types.array(types.float64),
      s: types.array(types.string),
      t: types.nullable(types.timestamp),
      d: types.decimal(20, 4),
      y: types.bytes,
      m: types.map(types.enum("x", "y"), types.nullable(types.int32)),
      k: types.map(types.tuple(types.int32), types.boolean),
      v: types.variant("kind", { one: types.row({ n: types.int32 }), none: types.row({}) }),
      o: types.optional(types.any),
    });
    type Row = types.Infer<typeof type>;
    const rows: Row[] = [
      {
        l: [0n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n],
        f: [0, -0, Number.NaN, Number.NEGATIVE_INFINITY, 5e-324, 0.1],
        s: ["", "\ud800", "\udc00x", '😀\u2028"\\\n\0'],
        t: new Date(-62135596800000),
        d: Decimal.of("-1234567890123456.7890"),
        y: Uint8Array.of(0, 255, 128),
        m: new Map([
          ["y", null],
          ["x", 1],
        ]),
        k: new Map([[[1], true]]),
        v: { kind: "one", n: -1 },
        o: { free: [1, "a", null] },
      },
      {
        l: [],
        f: [],
        s: [],
        t: null,
        d: Decimal.of("0.0000"),
        y: new Uint8Array(0),
        m: new Map(),
        k: new Map(),
        v: { kind: "none" },
      },
    ];
    const text = await written(rows, type);
    expect(await readText(text, (path) => jsonLinesSource(path, { types: type }))).toStrictEqual(rows);
  });
});

test("[JL7] the record type is inferred or given", () => {
  expectTypeOf(jsonLinesSource("/in", { types: types.row({ a: types.int64 }) })).toEqualTypeOf<
    Source<{ a: bigint }, FileSplit>
  >();
  expectTypeOf(jsonLinesSource("/in")).toEqualTypeOf<Source<unknown, FileSplit>>();
  expectTypeOf(jsonLinesSource<{ a: number }>("/in")).toEqualTypeOf<Source<{ a: number }, FileSplit>>();
});
