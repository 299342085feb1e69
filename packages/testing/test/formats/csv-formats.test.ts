// The CSV, delimited, text and parser cases of the reference, all of them. Where versions of Flink differ from each other or
// from what SPEC.md of format-csv chose, the option that gives the old result is set here, and the comment says so.
import { readFileSync } from "node:fs";
import {
  type AnyType,
  bareHost,
  createIoContext,
  createSubtaskIoContext,
  type FileSplit,
  MemoryFileSystem,
  type Source,
  type TypeInformation,
  types,
} from "@millrace/core";
import { type CsvReadOptions, csvSource } from "@millrace/format-csv";
import { primitiveSource, textSource } from "@millrace/format-text";
import { describe, expect, test } from "vitest";

interface CsvCase {
  readonly id: string;
  readonly content?: string;
  readonly field_delimiter?: string;
  readonly types: readonly string[];
  readonly options?: {
    readonly ignoreInvalidLines?: boolean;
    readonly comments?: string;
    readonly types_with_null_for_skipped?: readonly (string | null)[];
    readonly positions?: readonly number[];
    readonly mask?: readonly boolean[];
    readonly ignoreFirstLine?: boolean;
    readonly lineDelimiter?: string;
  };
  readonly expected: string | readonly (readonly unknown[])[];
}

interface ParserCases {
  readonly valid: readonly string[];
  readonly invalid: readonly string[];
}

const cases = JSON.parse(readFileSync(new URL("../../data/csv_formats.json", import.meta.url), "utf8")) as {
  readonly csv: readonly CsvCase[];
  readonly include_mask: Record<string, readonly string[]>;
  readonly delimited: readonly {
    content: string;
    delimiter?: string;
    expected_records?: string[];
    buffer_size?: number;
  }[];
  readonly text: readonly { delimiter: string; content: string; expected: string[] }[];
  readonly field_parsers: Record<"int" | "long" | "float_double", ParserCases> & {
    string: { valid: [string, string][]; invalid: string[]; error_states: Record<string, string> };
  };
};

async function read<T>(content: string, source: Source<T, FileSplit>): Promise<T[]> {
  const host = bareHost({ files: new MemoryFileSystem({ "/in": content }) });
  const context = createSubtaskIoContext(createIoContext({ host }), {
    subtaskIndex: 0,
    numParallelSubtasks: 1,
    count: () => {},
  });
  const records: T[] = [];
  for (const split of await source.createSplits(3, context)) {
    for await (const batch of source.read(split, context)) records.push(...batch);
  }
  return records;
}

const TYPES: Record<string, TypeInformation<unknown>> = {
  string: types.string,
  int: types.int32,
  long: types.int64,
  double: types.float64,
};

function optionsOf(csv: CsvCase): CsvReadOptions<unknown> & { types: TypeInformation<unknown> } {
  const { options = {} } = csv;
  const included = options.types_with_null_for_skipped?.flatMap((type, i) => (type === null ? [] : [i]));
  return {
    types: types.tuple(...csv.types.map((name) => TYPES[name]!)),
    fieldDelimiter: csv.field_delimiter,
    ignoreInvalidLines: options.ignoreInvalidLines,
    comment: options.comments,
    header: options.ignoreFirstLine === true ? "skip" : undefined,
    lineDelimiter: options.lineDelimiter,
    includeFields: included ?? options.positions ?? options.mask,
    // Flink 0.8 read an empty number as 0; later versions, and ours by default, refuse it.
    emptyNumbers: csv.id === "rfc4180" ? "zero" : undefined,
  };
}

function expectedOf(csv: CsvCase): unknown {
  if (typeof csv.expected === "string") return csv.expected;
  return csv.expected.map((row) => row.map((value, i) => (csv.types[i] === "long" ? BigInt(value as number) : value)));
}

describe("[CSV] the files of the reference", () => {
  const rejected = cases.csv.filter((csv) => typeof csv.expected === "string" && csv.content !== undefined);
  const accepted = cases.csv.filter((csv) => typeof csv.expected !== "string");

  test.each(accepted.map((csv) => [csv.id, csv] as const))("%s", async (_, csv) => {
    expect(await read(csv.content!, csvSource("/in", optionsOf(csv)))).toEqual(expectedOf(csv));
  });

  test.each(rejected.map((csv) => [csv.id, csv] as const))("%s is malformed", async (_, csv) => {
    await expect(read(csv.content!, csvSource("/in", optionsOf(csv)))).rejects.toMatchObject({
      code: "MALFORMED_INPUT",
    });
  });

  test("shuffled_positions_rejected: positions in any order are fine here, as they were in the Record API", () => {
    const csv = cases.csv.find((other) => other.id === "shuffled_positions_rejected")!;
    expect(() => csvSource("/in", optionsOf(csv))).not.toThrow();
  });

  test("every case was run", () => {
    expect(accepted.length + rejected.length + 1).toBe(cases.csv.length);
  });
});

describe("[CSV] masks of columns", () => {
  const threeStrings = types.tuple(types.string, types.string, types.string);
  const masks = (key: string): string[] => cases.include_mask[key]!.filter((mask) => !mask.startsWith("bit mask"));

  test.each(masks("same_as_[f,t,t,f,f,t]"))("%s chooses columns 1, 2 and 5", async (mask) => {
    const source = csvSource("/in", { includeFields: mask, types: threeStrings });
    expect(await read("0,1,2,3,4,5\n", source)).toEqual([["1", "2", "5"]]);
  });

  test.each(masks("same_as_[t,t,t]"))("%s chooses the first three", async (mask) => {
    const source = csvSource("/in", { includeFields: mask, types: threeStrings });
    expect(await read("0,1,2,3\n", source)).toEqual([["0", "1", "2"]]);
  });

  test.each(["1t0Tfht", "ffff", "0000", ""])("%s is refused", (mask) => {
    expect(() => csvSource("/in", { includeFields: mask })).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
  });
});

describe("[TX] delimited and text files of the reference", () => {
  test.each(cases.delimited.filter((c) => c.expected_records !== undefined))("delimiter $delimiter", async (c) => {
    expect(await read(c.content, textSource("/in", { delimiter: c.delimiter }))).toEqual(c.expected_records);
  });

  test("records longer than the read buffer", async () => {
    const c = cases.delimited.find((other) => other.buffer_size !== undefined)!;
    const source = textSource("/in", { bufferSizeBytes: c.buffer_size });
    expect(await read(c.content, source)).toEqual(["my mocked line 1", "my mocked line 2"]);
  });

  test.each(cases.text)("$delimiter in $content", async (c) => {
    expect(await read(c.content, textSource("/in", { delimiter: c.delimiter }))).toEqual(c.expected);
  });
});

describe("[CSV] field parsers", () => {
  const special: Record<string, string> = {
    "<type max>": String(Number.MAX_VALUE),
    "<type min positive>": String(Number.MIN_VALUE),
  };
  const parsers: [kind: "int" | "long" | "float_double", type: AnyType, value: (text: string) => unknown][] = [
    ["int", types.int32 as AnyType, Number],
    ["long", types.int64 as AnyType, BigInt],
    ["float_double", types.float64 as AnyType, Number],
  ];

  for (const [kind, type, value] of parsers) {
    const valid = cases.field_parsers[kind].valid.map((text) => special[text] ?? text);
    const { invalid } = cases.field_parsers[kind];

    test(`${kind}: valid texts alone, and together between delimiters`, async () => {
      expect(await read(valid.join("\n"), primitiveSource("/in", { type }))).toEqual(valid.map(value));
      const row = types.tuple(...valid.map(() => type as TypeInformation<unknown>));
      const bars = csvSource("/in", { fieldDelimiter: "|", types: row });
      expect(await read(`${valid.join("|")}|\n`, bars)).toEqual([valid.map(value)]);
      expect(await read(valid.join(","), csvSource("/in", { types: row }))).toEqual([valid.map(value)]);
    });

    test.each(invalid)(`${kind}: %s is refused alone and among valid ones`, async (text) => {
      await expect(read(text, primitiveSource("/in", { type }))).rejects.toMatchObject({ code: "MALFORMED_INPUT" });
      const row = types.tuple(...[1, 2, 3].map(() => type as TypeInformation<unknown>));
      const line = [valid[0], text, valid[1]].join(",");
      await expect(read(line, csvSource("/in", { types: row }))).rejects.toMatchObject({
        code: "MALFORMED_INPUT",
        where: { line: 1, column: valid[0]!.length + 2, field: "1" },
      });
    });
  }

  test.each(cases.field_parsers.string.valid)("string: %j is %j", async (text, expected) => {
    const one = { types: types.tuple(types.string) };
    expect(await read(text, csvSource("/in", one))).toEqual([[expected]]);
    const two = { fieldDelimiter: "|", types: types.tuple(types.string, types.string) };
    expect(await read(`${text}|${text}|`, csvSource("/in", two))).toEqual([[expected, expected]]);
  });

  test.each([...cases.field_parsers.string.invalid, ...Object.keys(cases.field_parsers.string.error_states)])(
    "string: %j is refused",
    async (text) => {
      const source = csvSource("/in", { types: types.tuple(types.string) });
      await expect(read(text, source)).rejects.toMatchObject({ code: "MALFORMED_INPUT" });
    },
  );
});
