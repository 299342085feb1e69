import { Decimal, memoryContext, readSource, type TypeInformation, types, writeSink } from "@millrace/core";
import { describe, expect, test } from "vitest";
import { type CsvWriteOptions, csvSink, csvSource } from "../src/index.js";

async function written<T>(records: readonly T[], options: CsvWriteOptions<T> = {}): Promise<string> {
  const { context, memory } = memoryContext({});
  await writeSink(csvSink<T>("/out.csv", options), records, context);
  return memory.getText("/out.csv")!;
}

describe("[CSV21] records", () => {
  test("rows and tuples", async () => {
    expect(
      await written([
        { word: "a", count: 1 },
        { word: "b", count: 2 },
      ]),
    ).toBe("a,1\nb,2\n");
    expect(await written([["a", 1n, true]])).toBe("a,1,true\n");
    expect(await written([["a", 1]], { fieldDelimiter: "|", lineDelimiter: "\r\n" })).toBe("a|1\r\n");
  });

  test("the first record settles the columns; a later one may lack fields, in any order, but have no others", async () => {
    expect(await written<object>([{ a: 1, b: 2 }, { b: 4, a: 3 }, { b: 6 }])).toBe("1,2\n3,4\n,6\n");
    await expect(written<object>([{ a: 1 }, { a: 1, b: 2 }])).rejects.toMatchObject({
      code: "RECORD_TYPE_MISMATCH",
      what: 'A record has the field "b", which is no column of this CSV file',
    });
    await expect(
      written<object>([
        { a: 1, b: 1 },
        { a: 1, c: 2 },
      ]),
    ).rejects.toThrow('"c"');
  });

  test("declared columns come in their order", async () => {
    const type = types.row({ b: types.int32, a: types.int32 });
    expect(await written([{ a: 1, b: 2 }], { types: type })).toBe("2,1\n");
  });

  test.each<[unknown]>([["text"], [1], [null], [new Date(0)], [new Map()], [new Uint8Array(0)], [Decimal.of("1")]])(
    "record %# is refused",
    async (record) => {
      await expect(written([record])).rejects.toMatchObject({ code: "UNSUPPORTED_TYPE" });
    },
  );

  test("[CSV19] types and options that cannot be", () => {
    expect(() => csvSink("/out", { types: types.string })).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED_TYPE" }),
    );
    const wrong: CsvWriteOptions<unknown>[] = [
      { fieldDelimiter: "" },
      { quoteCharacter: "''" },
      { fieldDelimiter: '"' },
      { nullValue: "a,b" },
      { header: true, types: types.tuple(types.int32) },
      { header: ["a", "b"], types: types.tuple(types.int32) },
    ];
    for (const options of wrong) {
      expect(() => csvSink("/out", options)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    }
  });
});

describe("fields", () => {
  test.each([
    ["a,b", '"a,b"'],
    ['a"b', '"a""b"'],
    ["a\nb", '"a\nb"'],
    ["a\rb", '"a\rb"'],
    [" a", '" a"'],
    ["a\t", '"a\t"'],
    ["", '""'],
    ["a b'", "a b'"],
    ["null", "null"],
  ])("[CSV22] %j is written %j", async (text, field) => {
    expect(await written([[text, 1]])).toBe(`${field},1\n`);
  });

  test("[CSV22] quotes for all strings, other quotes, delimiters with a meaning in patterns", async () => {
    expect(await written([["a", 1, null]], { quote: "strings" })).toBe('"a",1,\n');
    expect(await written([["it's", "a,b"]], { quoteCharacter: "'" })).toBe("'it''s','a,b'\n");
    expect(await written([["a.b", "a|b"]], { fieldDelimiter: "." })).toBe('"a.b".a|b\n');
    expect(await written([["a.b", "a|b"]], { fieldDelimiter: "|" })).toBe('a.b|"a|b"\n');
    expect(await written([["a;;b", "a;b"]], { lineDelimiter: ";;" })).toBe('"a;;b",a;b;;');
  });

  test("[CSV23] null and undefined", async () => {
    expect(await written([[null, undefined, ""]])).toBe(',,""\n');
    expect(await written([[null, "NA", ""]], { nullValue: "NA" })).toBe('NA,"NA",\n');
    expect(await written([[null], [""]])).toBe('\n""\n');
  });

  test("other kinds", async () => {
    const at = new Date(Date.UTC(2024, 0, 2));
    const record = [-0, Number.NaN, Decimal.of("1.50"), at, Uint8Array.of(1, 2), ["x", 1n], { k: new Map([["a", 1]]) }];
    expect(await written([record])).toBe('-0,NaN,1.50,2024-01-02T00:00:00.000Z,AQI=,"[""x"",1]","{""k"":{""a"":1}}"\n');
  });
});

describe("[CSV24] headers", () => {
  test("names of rows, of declared rows without records, and given names", async () => {
    expect(await written([{ "a,b": 1, c: 2 }], { header: true })).toBe('"a,b",c\n1,2\n');
    expect(await written([], { header: true, types: types.row({ a: types.int32, b: types.int32 }) })).toBe("a,b\n");
    expect(await written([[1, 2]], { header: ["x", "y"] })).toBe("x,y\n1,2\n");
    expect(await written([], { header: true })).toBe("");
    await expect(written([[1, 2]], { header: true })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});

test("[CSV25] values of all kinds read back as they were written", async () => {
  const type = types.row({
    s: types.string,
    n: types.nullable(types.string),
    i: types.nullable(types.int32),
    l: types.int64,
    f: types.float64,
    b: types.boolean,
    t: types.timestamp,
    d: types.decimal(6, 3),
    e: types.enum("red", "dark, green"),
    y: types.bytes,
    nested: types.nullable(types.array(types.row({ k: types.map(types.string, types.int64) }))),
    o: types.optional(types.string),
  });
  type Row = typeof type extends TypeInformation<infer T> ? T : never;
  const row: Row = {
    s: ' quoted "text",\r\nof two lines ',
    n: "",
    i: null,
    l: -(2n ** 63n),
    f: -0,
    b: false,
    t: new Date(-1),
    d: Decimal.of("-12.345"),
    e: "dark, green",
    y: Uint8Array.of(0, 255),
    nested: [{ k: new Map([["a", 2n ** 60n]]) }],
    o: "",
  };
  const { o: _, ...other } = { ...row, s: "", n: null, f: Number.NaN, nested: null, t: new Date(Number.NaN) };
  const { context } = memoryContext({});
  for (const charset of ["utf-8", "utf-16le"] as const) {
    const sink = csvSink<Row>("/out", { types: type, header: true, charset, writeMode: "overwrite" });
    await sink.initialize!(context, 1);
    const writer = await sink.openWriter(context);
    for (const record of [row, other as Row]) await writer.write(record);
    await writer.close();
    await sink.commit!(context);
    const source = csvSource("/out", { types: type, header: true, multiline: true, charset });
    expect(await readSource(source, context)).toStrictEqual([row, other]);
  }
});
