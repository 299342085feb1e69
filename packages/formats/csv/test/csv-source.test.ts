import {
  type AnyType,
  Decimal,
  type FileSplit,
  memoryContext,
  readSource,
  type Source,
  type TypeInformation,
  textCoding,
  types,
} from "@millrace/core";
import { describe, expect, expectTypeOf, test } from "vitest";
import { csvSyntax, recordShape } from "../src/csv-options.js";
import { fieldReader } from "../src/field-readers.js";
import { type CsvReadOptions, csvSource } from "../src/index.js";
import { generatedBuilder, interpretedBuilder } from "../src/record-builder.js";
import { Tokenizer } from "../src/tokenizer.js";

/** Reads one file that holds `content`. */
function readText<T>(content: string, makeSource: (path: string) => Source<T, FileSplit>): Promise<T[]> {
  return readSource(makeSource("/in.csv"), memoryContext({ "/in.csv": content }).context);
}

type Options = CsvReadOptions<unknown>;

/** Reads text with types that are not known statically. */
function rows(text: string, options: Options): Promise<unknown[]> {
  return readText(text, (path) => csvSource(path, options as Options & { types: TypeInformation<unknown> }));
}

const strings = (n: number): TypeInformation<unknown> =>
  types.tuple(...Array<TypeInformation<string>>(n).fill(types.string));

describe("lines and columns", () => {
  test.each([
    ["a,b\nc,d", "\n"],
    ["a,b\r\nc,d\r\n", "\n"],
    ["a,b;;c,d;;", ";;"],
  ])("[CSV1] %j", async (text, lineDelimiter) => {
    expect(await rows(text, { types: strings(2), lineDelimiter })).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
  });

  test("[CSV2] delimiters of one and of several characters, and one at the end of the line", async () => {
    expect(await rows("a|b|\nc|d\n|||", { types: strings(2), fieldDelimiter: "|" })).toEqual([
      ["a", "b"],
      ["c", "d"],
      ["", ""],
    ]);
    expect(await rows("a::b:c::\n::\n", { types: strings(2), fieldDelimiter: "::" })).toEqual([
      ["a", "b:c"],
      ["", ""],
    ]);
    expect(await rows("a→b\n", { types: strings(2), fieldDelimiter: "→" })).toEqual([["a", "b"]]);
    expect(await rows("a\tb\n\t\n", { types: strings(2), fieldDelimiter: "\t" })).toEqual([
      ["a", "b"],
      ["", ""],
    ]);
    expect(await rows("a b\n", { types: strings(2), fieldDelimiter: " " })).toEqual([["a", "b"]]);
  });

  test("[CSV2] fields behind the last wanted column are not looked at, unless they are forbidden", async () => {
    const text = 'a,b,"broken\n';
    expect(await rows(text, { types: strings(2) })).toEqual([["a", "b"]]);
    await expect(rows("a,b,c\n", { types: strings(2), extraFields: "fail" })).rejects.toThrow("The line has 3 fields");
    expect(await rows("a,b\n", { types: strings(2), extraFields: "fail" })).toEqual([["a", "b"]]);
  });

  test("[CSV3] a line with too few fields", async () => {
    await expect(rows("a,b\nc\n", { types: strings(2) })).rejects.toMatchObject({
      code: "MALFORMED_INPUT",
      what: 'The line has 1 field, in the line "c"',
      expected: "at least 2",
      where: { line: 2, column: 2 },
    });
    const type = types.row({ a: types.string, b: types.nullable(types.int32), c: types.optional(types.int32) });
    const options: Options = { types: type, missingFields: "null" };
    expect(await rows("x,1,2\ny,1\nz\n", options)).toStrictEqual([
      { a: "x", b: 1, c: 2 },
      { a: "y", b: 1 },
      { a: "z", b: null },
    ]);
    await expect(rows("a\n", { types: strings(2), missingFields: "null" })).rejects.toThrow(
      /1 field.*at least 2.*types\.nullable/,
    );
  });

  test("[CSV4] comments and empty lines", async () => {
    const text = "// head\n\na,b\n//x,y\n\r\n/,c\n";
    expect(await rows(text, { types: strings(2), comment: "//" })).toEqual([
      ["a", "b"],
      ["/", "c"],
    ]);
    expect(await rows("a\n\nb\n", { types: strings(1) })).toEqual([["a"], [""], ["b"]]);
    expect(await rows("a,b\n\nc,d\n", { types: strings(1), includeFields: [0] })).toEqual([["a"], ["c"]]);
    expect(await rows("x\na\n\n", { types: strings(1), header: "skip" })).toEqual([["a"], [""]]);
    expect(await rows("x,y\na,b\n\n", { types: strings(1), header: "skip" })).toEqual([["a"]]);
    expect(await rows("a\n\nb\n", { types: strings(1), skipEmptyLines: true })).toEqual([["a"], ["b"]]);
    await expect(rows("a,b\n\n", { types: strings(2), skipEmptyLines: false })).rejects.toThrow("1 field");
  });
});

describe("headers", () => {
  const type = types.row({ id: types.int32, name: types.string });

  test("[CSV5] fields are found by name in any order; other columns are ignored", async () => {
    const text = '# note\n\nother, "name" ,id\nx,ann,1\ny,bob,2\n';
    expect(await rows(text, { header: true, types: type, comment: "#" })).toEqual([
      { id: 1, name: "ann" },
      { id: 2, name: "bob" },
    ]);
  });

  test("[CSV5] a byte order mark is no part of the first name", async () => {
    expect(await rows("\ufeffid,name\n1,a\n", { header: true, types: type })).toEqual([{ id: 1, name: "a" }]);
  });

  test("[CSV5] a name that is missing or there twice", async () => {
    await expect(rows("id,nam\n1,a\n", { header: true, types: type })).rejects.toMatchObject({
      code: "MALFORMED_INPUT",
      what: 'The header has no column "name"',
      expected: 'each field once among the columns, which are "id", "nam"',
      where: { file: "/in.csv", field: "name" },
    });
    await expect(rows("id,name,id\n", { header: true, types: type })).rejects.toThrow('more than one column "id"');
  });

  test("[CSV5] skipping the header leaves out the first line that is neither empty nor a comment", async () => {
    expect(await rows("#\n\nx,y\n1,a\n", { header: "skip", types: type, comment: "#" })).toEqual([
      { id: 1, name: "a" },
    ]);
    expect(await rows("x,y\n1,a\n", { header: true, types: types.tuple(types.int32, types.string) })).toEqual([
      [1, "a"],
    ]);
  });

  test("[CSV5] every file has its own header, and a file without a line has no records", async () => {
    const { context } = memoryContext({
      "/in/1": "id,name\n1,a\n",
      "/in/2": "name,id\nb,2\n",
      "/in/3": "",
      "/in/4": "\n\n",
      "/in/5": "id,name",
    });
    expect(await readSource(csvSource("/in", { header: true, types: type }), context)).toEqual([
      { id: 1, name: "a" },
      { id: 2, name: "b" },
    ]);
  });

  test("[CSV5] a header whose quoting is broken", async () => {
    const tooLong: Options = { header: true, types: type, lineLengthLimit: 5 };
    await expect(rows("id,name\n", tooLong)).rejects.toMatchObject({ code: "MALFORMED_INPUT", where: { line: 1 } });
    await expect(rows('id,"name\n1,a\n', { header: true, types: type })).rejects.toThrow(
      "The header is malformed: A quoted field does not end",
    );
  });

  test("[CSV6] columns by position in any order, by name, by booleans", async () => {
    const text = "a,b,c,d\n1,2,3,4\n";
    const two = { types: types.tuple(types.int32, types.int32) };
    expect(await rows(text, { ...two, header: "skip", includeFields: [3, 1] })).toEqual([[4, 2]]);
    expect(await rows(text, { ...two, header: true, includeFields: ["d", "a"] })).toEqual([[4, 1]]);
    expect(await rows(text, { ...two, header: "skip", includeFields: [false, true, true] })).toEqual([[2, 3]]);
    const renamed = types.row({ x: types.int32, y: types.int32 });
    expect(await rows(text, { types: renamed, header: true, includeFields: ["c", "b"] })).toEqual([{ x: 3, y: 2 }]);
  });

  test.each<[Options, string]>([
    [{ includeFields: [] }, "includeFields is []"],
    [{ includeFields: [-1] }, "includeFields is [-1]"],
    [{ includeFields: [0.5] }, "includeFields is [0.5]"],
    [{ includeFields: [1, 1] }, "names a column twice"],
    [{ includeFields: ["a"] }, "there is no header"],
    [{ includeFields: [false] }, "leaves out every column"],
    [
      { includeFields: [0], types: types.tuple(types.int32, types.int32) },
      "chooses 1 columns, but the record has 2 fields",
    ],
  ])("[CSV6] %j is refused", (options, message) => {
    const make = (): unknown => csvSource("/in", options as Options & { types: TypeInformation<unknown> });
    expect(make).toThrow(message);
    expect(make).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });

  test("[CSV7] without types records are strings", async () => {
    expect(await readText("a,b,\n1, 2,3\n", (path) => csvSource(path, { header: true }))).toEqual([
      { a: "1", b: " 2" },
    ]);
    expect(await readText('1,"2"\n\n3\n', (path) => csvSource(path))).toEqual([["1", "2"], ["3"]]);
    const wide = Array.from({ length: 100 }, (_, i) => `f${i}`);
    expect(await readText(wide.join(","), (path) => csvSource(path))).toEqual([wide]);
    expect(await rows("a,b,c\n1,2,3\n", { header: true, includeFields: [2, 0] })).toEqual([{ c: "3", a: "1" }]);
    expect(await rows("1,2,3\n", { includeFields: "101" })).toEqual([["1", "3"]]);
    await expect(rows(",\n1,2\n", { header: true })).rejects.toThrow("The header names no column");
    await expect(rows("a,a\n1,2\n", { header: true })).rejects.toThrow('more than one column "a"');
  });
});

describe("quotes", () => {
  test.each([
    ['"a,b",c', ["a,b", "c"]],
    ['"a""b",""', ['a"b', ""]],
    ['""""""," x "', ['""', " x "]],
    [' \t"a" , "b"\t', ["a", "b"]],
    ['5" disk,it"s', ['5" disk', 'it"s']],
    ['a "b" c,d', ['a "b" c', "d"]],
  ])("[CSV8] %s", async (text, fields) => {
    expect(await rows(text, { types: strings(2) })).toEqual([fields]);
  });

  test.each([
    ['a,"b', 3, "A quoted field does not end"],
    ['a,"b""', 3, "A quoted field does not end"],
    ['a,"b"c', 6, "Characters follow the closing quote"],
    ['"é" x,b', 5, "Characters follow the closing quote"],
  ])("[CSV8] %s is malformed at column %d", async (text, column, message) => {
    const reading = rows(`x,y\n${text}\n`, { types: strings(2) });
    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.toMatchObject({ where: { line: 2, column } });
  });

  test("[CSV9] escapes, other quotes, and none", async () => {
    const options: Options = { types: strings(2), escapeCharacter: "\\" };
    expect(await rows('"a\\"b\\\\","c\\,d"\n', options)).toEqual([['a"b\\', "c,d"]]);
    expect(await rows("'a,b','it''s'\n", { types: strings(2), quoteCharacter: "'" })).toEqual([["a,b", "it's"]]);
    expect(await rows('"a,b"\n', { types: strings(2), quoteCharacter: false })).toEqual([['"a', 'b"']]);
  });

  test("[CSV10] quoted fields hold line ends when they may", async () => {
    const text = 'h1,h2\n"a\nb","c\r\n""d"""\n\n"x","\n"\ny,z';
    const expected = [
      ["a\nb", 'c\r\n"d"'],
      ["x", "\n"],
      ["y", "z"],
    ];
    for (let bufferSizeBytes = 1; bufferSizeBytes < text.length + 2; bufferSizeBytes++) {
      const options: Options = {
        types: strings(2),
        multiline: true,
        header: "skip",
        bufferSizeBytes,
        minSplitSizeBytes: 1,
        maxSplitSizeBytes: 4,
      };
      expect(await rows(text, options)).toEqual(expected);
    }
    await expect(rows(text, { types: strings(2), header: "skip" })).rejects.toThrow("A quoted field does not end");
  });

  test("[CSV10] in such files comments may hold quotes, and errors name the line of the field", async () => {
    const options: Options = { types: types.tuple(types.string, types.int32), multiline: true, comment: "#" };
    expect(await rows('#"\n"a\n#b",1\n# "x\nc,2\n', options)).toEqual([
      ["a\n#b", 1],
      ["c", 2],
    ]);
    await expect(rows('"a\nb\nc",x\n', options)).rejects.toMatchObject({ where: { line: 3, column: 4, field: "1" } });
    await expect(rows('a,1\n"b,2\nc,3\n', options)).rejects.toThrow("A quoted field does not end");
  });

  test("[CSV10] a quoted field that never ends stops at the limit", async () => {
    const options: Options = { types: strings(1), multiline: true, lineLengthLimit: 100, bufferSizeBytes: 10 };
    await expect(rows(`"${"x\n".repeat(1000)}`, options)).rejects.toThrow("longer than 100 bytes");
  });
});

describe("values", () => {
  async function value(type: TypeInformation<unknown>, text: string, options: Options = {}): Promise<unknown> {
    const [row] = await rows(`${text}|x`, { ...options, types: types.tuple(type, types.string), fieldDelimiter: "|" });
    return (row as unknown[])[0];
  }

  test("[CSV11] blanks around values", async () => {
    expect(await value(types.int32, " 1\t")).toBe(1);
    expect(await value(types.int64, " 1 ")).toBe(1n);
    expect(await value(types.float64, " 1.5 ")).toBe(1.5);
    expect(await value(types.boolean, " true ")).toBe(true);
    expect(await value(types.string, " a ")).toBe(" a ");
    expect(await value(types.string, " a\t", { trim: true })).toBe("a");
    expect(await value(types.string, ' " a " ', { trim: true })).toBe(" a ");
  });

  test("[CSV11] bytes that are no text become U+FFFD", async () => {
    const { context } = memoryContext({ "/in": Uint8Array.of(0x61, 0xff, 0x2c, 0x31) });
    const source = csvSource("/in", { types: types.tuple(types.string, types.int32) });
    expect(await readSource(source, context)).toEqual([["a\ufffd", 1]]);
  });

  test.each<[TypeInformation<unknown>, string, unknown]>([
    [types.int32, "2147483647", 2147483647],
    [types.int32, "-2147483648", -2147483648],
    [types.int32, "+7", 7],
    [types.int32, "-0", 0],
    [types.int32, "000000000000012", 12],
    [types.int32, '"12"', 12],
    [types.int64, "9223372036854775807", 9223372036854775807n],
    [types.int64, "-9223372036854775808", -9223372036854775808n],
    [types.int64, "+0001", 1n],
    [types.float64, "0.1", 0.1],
    [types.float64, ".5", 0.5],
    [types.float64, "5.", 5],
    [types.float64, "-0", -0],
    [types.float64, "1e3", 1000],
    [types.float64, "123456789012345678", Number("123456789012345678")],
    [types.float64, "0.30000000000000004", 0.30000000000000004],
    [types.float64, "9007199254740993", 9007199254740992],
    [types.float64, "2.2250738585072011e-308", Number("2.2250738585072011e-308")],
    [types.float64, "Infinity", Number.POSITIVE_INFINITY],
    [types.float64, "-inf", Number.NEGATIVE_INFINITY],
    [types.float64, "NaN", Number.NaN],
    [types.boolean, "TRUE", true],
    [types.boolean, "0", false],
    [types.timestamp, "1969-12-31T23:59:59.999Z", new Date(-1)],
    [types.timestamp, "2024-02-29", new Date(Date.UTC(2024, 1, 29))],
    [types.timestamp, "0001-01-01 00:00", new Date("0001-01-01T00:00:00Z")],
    [types.timestamp, "2024-01-01T00:00:00-05:30", new Date("2024-01-01T05:30:00Z")],
    [types.decimal(10, 2), "-1.5", Decimal.of("-1.50")],
    [types.enum("a", "b"), "b", "b"],
    [types.any, "12", "12"],
    [types.bytes, "AQID", Uint8Array.of(1, 2, 3)],
  ])("[CSV12] %s of %s", async (type, text, expected) => {
    expect(await value(type, text)).toStrictEqual(expected);
  });

  test.each<[TypeInformation<unknown>, string]>([
    [types.int32, "2147483648"],
    [types.int32, "-2147483649"],
    [types.int32, "99999999999999999999"],
    [types.int32, "1.0"],
    [types.int32, "1e3"],
    [types.int32, "0x10"],
    [types.int32, "1 2"],
    [types.int64, "9223372036854775808"],
    [types.int64, "12345678901234567x"],
    [types.float64, "1.2.3"],
    [types.float64, "."],
    [types.float64, "-"],
    [types.float64, "1e"],
    [types.float64, "0x10"],
    [types.float64, "1_000"],
    [types.boolean, "yes"],
    [types.timestamp, "2024-02-30"],
    [types.timestamp, "2024-01-01T24:00"],
    [types.timestamp, "1704067200000"],
    [types.decimal(3, 1), "0.25"],
    [types.decimal(3, 1), "123.4"],
    [types.enum("a", "b"), "c"],
    [types.bytes, "A"],
    [types.bytes, "####"],
  ])("[CSV12] %s of %s is malformed", async (type, text) => {
    await expect(value(type, text)).rejects.toMatchObject({
      code: "MALFORMED_INPUT",
      where: { column: 1, field: "0" },
    });
  });

  test("[CSV12] random doubles are read exactly as Number does", async () => {
    const seed = Number(process.env.FUZZ_SEED ?? 7);
    let state = seed;
    const next = (): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 0x1_0000_0000;
    };
    const texts = Array.from({ length: 5000 }, () => {
      const magnitude = (next() - 0.5) * 10 ** Math.floor(next() * 24 - 8);
      return next() < 0.5 ? String(magnitude) : magnitude.toFixed(Math.floor(next() * 12));
    });
    const read = await rows(texts.join("\n"), { types: types.tuple(types.float64) });
    texts.forEach((text, i) => {
      if (!Object.is((read[i] as number[])[0], Number(text))) throw new Error(`FUZZ_SEED=${seed}: ${text}`);
    });
  });

  test("[CSV13] empty fields and null", async () => {
    expect(await value(types.string, "")).toBe("");
    expect(await value(types.nullable(types.string), "")).toBeNull();
    expect(await value(types.nullable(types.string), '""')).toBe("");
    expect(await value(types.nullable(types.int32), "  ")).toBeNull();
    expect(await value(types.nullable(types.string), " ")).toBe(" ");
    expect(await value(types.nullable(types.string), "NA", { nullValue: "NA" })).toBeNull();
    expect(await value(types.nullable(types.string), '"NA"', { nullValue: "NA" })).toBe("NA");
    expect(await value(types.nullable(types.string), "", { nullValue: "NA" })).toBe("");
    expect(await value(types.nullable(types.int32), " NA ", { nullValue: "NA" })).toBeNull();
    expect(await value(types.string, "NA", { nullValue: "NA" })).toBe("NA");
    await expect(value(types.nullable(types.int32), "", { nullValue: "NA" })).rejects.toThrow("The field is empty");
    for (const type of [types.int32, types.int64, types.float64, types.boolean, types.timestamp, types.decimal(3, 1)]) {
      await expect(value(type, "")).rejects.toMatchObject({ code: "MALFORMED_INPUT" });
    }
    const zero: Options = { emptyNumbers: "zero" };
    expect(await value(types.int32, "", zero)).toBe(0);
    expect(await value(types.int64, " ", zero)).toBe(0n);
    expect(await value(types.float64, "", zero)).toBe(0);
    expect(await value(types.decimal(3, 1), "", zero)).toStrictEqual(Decimal.of("0.0"));
    expect(await value(types.nullable(types.int32), "", zero)).toBeNull();
  });

  test("[CSV13] an optional field is absent, not undefined", async () => {
    const type = types.row({ a: types.int32, b: types.optional(types.string) });
    expect(await rows('1,\n2,x\n3,""\n', { types: type })).toStrictEqual([{ a: 1 }, { a: 2, b: "x" }, { a: 3, b: "" }]);
  });

  test("[CSV14] nested values are JSON", async () => {
    const nested = types.row({
      tags: types.array(types.string),
      at: types.tuple(types.int32, types.nullable(types.int64)),
    });
    expect(await value(nested, '"{""tags"":[""a"",""b""],""at"":[1,null]}"')).toEqual({
      tags: ["a", "b"],
      at: [1, null],
    });
    await expect(value(nested, '{"tags":[1],"at":[1,2]}')).rejects.toMatchObject({ where: { field: "0.tags.0" } });
    await expect(value(nested, "{")).rejects.toThrow("is no JSON");
  });
});

test("[CSV15] odd names are plain fields", async () => {
  const names = ["__proto__", "constructor", 'a"b\\', "", "1", "\u2028", "toString", '"];throw 1//'];
  const type = types.row(Object.fromEntries(names.map((name) => [name, types.string])));
  const [record] = (await rows(names.map((_, i) => `v${i}`).join(","), { types: type })) as Record<string, string>[];
  const { fields } = type as unknown as { fields: readonly { name: string; type: AnyType }[] };
  expect(Object.entries(record!).sort()).toEqual(fields.map((field, i) => [field.name, `v${i}`]).sort());
  expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
});

test("[CSV15] the interpreted maker makes what the generated one makes", () => {
  const syntax = csvSyntax({ types: types.string });
  const line = textCoding("utf-8").encode('1,"a ""b""",,true,__proto__');
  const declared = types.row({
    id: types.int32,
    "odd name": types.string,
    none: types.nullable(types.float64),
    flag: types.boolean,
    ["__proto__"]: types.string,
  });
  for (const type of [
    declared,
    types.tuple(types.int32, types.string, types.nullable(types.int32), types.any, types.string),
  ]) {
    const shape = recordShape(type)!;
    const readers = shape.fields.map((field) => fieldReader(field.type, syntax, {}));
    const tokens = new Tokenizer(
      syntax,
      Int32Array.from(readers, (_, i) => i),
      false,
    );
    tokens.tokenize(line, 0, line.length);
    const generated = generatedBuilder(shape, readers)!(line, tokens);
    const interpreted = interpretedBuilder(shape, readers)(line, tokens);
    expect(generated).toStrictEqual(interpreted);
    expect(Object.keys(generated as object)).toEqual(Object.keys(interpreted as object));
  }
});

describe("bad lines", () => {
  const options: Options = { types: types.row({ id: types.int32, price: types.float64 }), fieldDelimiter: ";" };

  test("[CSV16] the error says where, what, and what was expected", async () => {
    await expect(rows("1;1.5\né2;2\n", options)).rejects.toMatchObject({ where: { column: 1, field: "id" } });
    await expect(rows("1;1.5\n22;2,5\n", options)).rejects.toMatchObject({
      code: "MALFORMED_INPUT",
      message:
        '"2,5" is no float64, in the line "22;2,5". Expected a number such as 12, -0.5 or 1.2e-3, or NaN, Infinity, -Infinity. ' +
        "Where: /in.csv:2:4, field price. " +
        "Correct the file or the types, or set ignoreInvalidLines to leave such lines out and count them. " +
        "[MALFORMED_INPUT, docs/errors/MALFORMED_INPUT.md]",
    });
  });

  test("[CSV16] the column counts characters, and a long line is shortened", async () => {
    const type = types.tuple(types.string, types.int32);
    await expect(rows(`é😀,x\n`, { types: type })).rejects.toMatchObject({ where: { column: 5 } });
    const error = await rows(`${"y".repeat(5000)},x\n`, { types: type }).catch((e: Error) => e);
    expect((error as Error).message.length).toBeLessThan(600);
  });

  test("[CSV16, FS12] the line counts from the start of the file, behind headers, comments and in every split", async () => {
    const text = "id;price\n# note\n1;1\n\n2;2\n3;x\n4;4\n";
    for (let size = 1; size < text.length; size++) {
      const reading = rows(text, {
        ...options,
        header: true,
        comment: "#",
        minSplitSizeBytes: size,
        maxSplitSizeBytes: size,
      });
      await expect(reading).rejects.toMatchObject({ where: { line: 6, column: 3, field: "price" } });
    }
  });

  test("[CSV17] malformed lines are skipped and counted when asked for", async () => {
    const { context, counts } = memoryContext({ "/in": '1;1\nx;1\n2\n"3;1\n4;4\n;\n' });
    const source = csvSource("/in", { ...options, ignoreInvalidLines: true } as Options & {
      types: TypeInformation<unknown>;
    });
    expect(await readSource(source, context)).toEqual([
      { id: 1, price: 1 },
      { id: 4, price: 4 },
    ]);
    expect(Object.fromEntries(counts)).toEqual({ "skipped lines": 4 });
  });
});

describe("[CSV18] every split size gives the same records", () => {
  const TEXT = `# comment, with "quotes\n\n id , name,note\n1,"a, ""b""",x\n\n# more\n22,é😀,\n333,"",last column\n4,end,"quoted"`;

  test.each([1, 16, 4096])("with a buffer of %d bytes", async (bufferSizeBytes) => {
    const options: Options = {
      header: true,
      comment: "#",
      types: types.row({ name: types.string, id: types.int32 }),
      bufferSizeBytes,
    };
    const expected = [
      { id: 1, name: 'a, "b"' },
      { id: 22, name: "é😀" },
      { id: 333, name: "" },
      { id: 4, name: "end" },
    ];
    const length = new TextEncoder().encode(TEXT).length;
    for (let size = 1; size <= length + 1; size++) {
      const read = await rows(TEXT, { ...options, minSplitSizeBytes: size, maxSplitSizeBytes: size });
      expect(read, `split size ${size}`).toEqual(expected);
    }
  });

  test("UTF-16 is read whole, latin1 in splits", async () => {
    const text = "id,name\n1,é\n2,ÿ\n";
    for (const charset of ["latin1", "utf-16le"] as const) {
      const bytes = textCoding(charset).encode(charset === "utf-16le" ? `\ufeff${text}` : text);
      for (let size = 1; size <= bytes.length; size++) {
        const { context } = memoryContext({ "/in": bytes });
        const type = types.row({ id: types.int32, name: types.string });
        const source = csvSource("/in", {
          header: true,
          types: type,
          charset,
          minSplitSizeBytes: size,
          maxSplitSizeBytes: size,
        });
        expect(await readSource(source, context)).toEqual([
          { id: 1, name: "é" },
          { id: 2, name: "ÿ" },
        ]);
      }
    }
  });
});

describe("[CSV19] options that cannot be", () => {
  test.each<[Options, string]>([
    [{ fieldDelimiter: "" }, "INVALID_ARGUMENT"],
    [{ lineDelimiter: "" }, "INVALID_ARGUMENT"],
    [{ fieldDelimiter: "\n" }, "INVALID_ARGUMENT"],
    [{ fieldDelimiter: '"' }, "INVALID_ARGUMENT"],
    [{ quoteCharacter: "ab" }, "INVALID_ARGUMENT"],
    [{ quoteCharacter: "é" }, "INVALID_ARGUMENT"],
    [{ escapeCharacter: '"' }, "INVALID_ARGUMENT"],
    [{ multiline: true, quoteCharacter: false }, "INVALID_ARGUMENT"],
    [{ bufferSizeBytes: 0 }, "INVALID_ARGUMENT"],
    [{ types: types.int32 }, "UNSUPPORTED_TYPE"],
    [{ types: types.row({}) }, "UNSUPPORTED_TYPE"],
  ])("%j", (options, code) => {
    const make = (): unknown => csvSource("/in", options as Options & { types: TypeInformation<unknown> });
    expect(make).toThrow(expect.objectContaining({ code }));
  });
});

test("[CSV20] the record type is inferred", () => {
  const table = { fieldDelimiter: "|" } as const;
  expectTypeOf(csvSource("/in", { ...table, types: types.tuple(types.int32, types.string) })).toEqualTypeOf<
    Source<[number, string], FileSplit>
  >();
  expectTypeOf(csvSource("/in", { header: true, types: types.row({ a: types.nullable(types.int64) }) })).toEqualTypeOf<
    Source<{ a: bigint | null }, FileSplit>
  >();
  expectTypeOf(csvSource("/in", { header: true })).toEqualTypeOf<Source<Record<string, string>, FileSplit>>();
  expectTypeOf(csvSource("/in")).toEqualTypeOf<Source<string[], FileSplit>>();
});
