import { type ErrorCode, isMillraceError, type TypeInformation, types } from "@millrace/core";
import type { ExecutionEnvironment } from "@millrace/dataset";
import type { CsvReadOptions } from "@millrace/format-csv";
import { bag, type Expectation, failure, ordered } from "../../expectation.js";
import { type ConformanceProgram, type ProgramOutput, type ProgramRun, program } from "../../program.js";
import { csvFormats } from "../../reference-data.js";

interface FormatDefinition {
  readonly operators?: readonly string[];
  readonly covers?: readonly string[];
  readonly rule?: string;
  readonly build: (env: ExecutionEnvironment, run: ProgramRun) => ProgramOutput;
  readonly expected: Expectation | readonly Expectation[];
}

function formatCase(id: string, definition: FormatDefinition, variant = ""): ConformanceProgram {
  const name = `csv_formats/${id}`;
  return program(`${name}${variant}`, {
    operators: ["readCsvFile"],
    covers: ["B133", "B134", "T101"],
    ...definition,
    needs: ["files"],
    referenceCase: name,
  });
}

type CsvCase = (typeof csvFormats.csv)[number];
type CsvOptions = CsvReadOptions<unknown[]> & { readonly types: TypeInformation<unknown[]> };

/** The rules by which cases of CSV differ from the reference. */
const RULES: Readonly<Record<string, string>> = {
  longs: "A long is an int64, whose values are bigints",
  shuffled_positions_rejected: "includeFields takes positions in any order: that of the record's fields",
  rfc4180: "An empty number is an error unless emptyNumbers says zero, as the reference's release does",
};

/** The cases of which the reference says in words that they fail. */
const FAILING: ReadonlySet<string> = new Set(["too_short_line", "invalid_contents", "header_repeated_in_middle"]);

function typeOf(name: string): TypeInformation<unknown> {
  if (name === "int") return types.int32;
  if (name === "long") return types.int64;
  return name === "double" ? types.float64 : types.string;
}

function optionsOf({ options = {}, field_delimiter, types: names, id }: CsvCase): CsvOptions {
  const skipping = options.types_with_null_for_skipped?.map((name) => name !== null);
  const includeFields = options.positions ?? options.mask ?? skipping;
  return {
    types: types.tuple(...names.map(typeOf)),
    fieldDelimiter: field_delimiter ?? ",",
    ...(options.lineDelimiter === undefined ? {} : { lineDelimiter: options.lineDelimiter }),
    ...(options.comments === undefined ? {} : { comment: options.comments }),
    ...(options.ignoreFirstLine === true ? { header: "skip" as const } : {}),
    ...(options.ignoreInvalidLines === true ? { ignoreInvalidLines: true } : {}),
    ...(includeFields === undefined ? {} : { includeFields }),
    ...(id === "rfc4180" ? { emptyNumbers: "zero" as const } : {}),
  };
}

function expectationOf({ id, expected, types: names }: CsvCase): Expectation {
  if (FAILING.has(id)) return failure("MALFORMED_INPUT", `${id}.csv`);
  if (id === "shuffled_positions_rejected") return expectationOf(caseNamed("record_api_reordered"));
  const rows = expected as unknown[][];
  return ordered(rows.map((row) => row.map((value, i) => (names[i] === "long" ? BigInt(value as number) : value))));
}

function caseNamed(id: string): CsvCase {
  return csvFormats.csv.find((entry) => entry.id === id)!;
}

const csvFiles = csvFormats.csv.map((entry) => {
  const content = entry.content ?? caseNamed("record_api_reordered").content!;
  const source = entry.content === undefined ? { ...entry, field_delimiter: "|" } : entry;
  const rule = RULES[entry.id];
  return formatCase(`csv/${entry.id}`, {
    ...(rule === undefined ? {} : { rule }),
    build: async (env, run) =>
      env.readCsvFile(await run.writeFile(`${entry.id}.csv`, content), optionsOf(source)).setParallelism(1),
    expected: expectationOf(entry),
  });
});

/** Reads the columns that a mask chooses of a line of eight. */
function maskCase(mask: string, expected: Expectation): ConformanceProgram {
  return formatCase(
    "include_mask",
    {
      build: async (env, run) => {
        const path = await run.writeFile("eight.csv", "c0,c1,c2,c3,c4,c5,c6,c7\n");
        const numColumns = [...mask].filter((c) => /[t1]/i.test(c)).length;
        const columns = Array.from({ length: Math.max(1, numColumns) }, () => types.string);
        return env.readCsvFile(path, { types: types.tuple(...columns), includeFields: mask });
      },
      expected,
    },
    ` ${mask}`,
  );
}

const masks = csvFormats.include_mask as Record<string, string[]>;
const maskCases = [
  ...masks["same_as_[f,t,t,f,f,t]"]!.filter((mask) => !mask.startsWith("bit mask")).map((mask) =>
    maskCase(mask, bag([["c1", "c2", "c5"]])),
  ),
  ...masks["same_as_[t,t,t]"]!.filter((mask) => !mask.startsWith("bit mask")).map((mask) =>
    maskCase(mask, bag([["c0", "c1", "c2"]])),
  ),
  ...["1t0Tfht", "ffff", "0000"].map((mask) => maskCase(mask, failure("INVALID_ARGUMENT"))),
];

const delimitedCases = csvFormats.delimited.map(({ content, delimiter, expected_records }, i) =>
  formatCase(`delimited/${i}`, {
    operators: ["readTextFile"],
    covers: ["B130", "B139", "T102"],
    build: async (env, run) => {
      // The case of a small read buffer: records longer than any buffer that an engine would have by default.
      const text = expected_records === undefined ? content.replaceAll("mocked", "mocked".repeat(100_000)) : content;
      const path = await run.writeFile("delimited.txt", text);
      return env.readTextFile(path, { delimiter: delimiter ?? "\n" });
    },
    expected: bag(
      expected_records ??
        content
          .trimEnd()
          .split("\n")
          .map((line) => line.replaceAll("mocked", "mocked".repeat(100_000))),
    ),
  }),
);

const textCases = csvFormats.text.map(({ content, delimiter, expected }, i) =>
  formatCase(`text/${i}`, {
    operators: ["readTextFile"],
    covers: ["B130", "T102"],
    build: async (env, run) => env.readTextFile(await run.writeFile("text.txt", content), { delimiter }),
    expected: bag(expected),
  }),
);

interface ParserCase {
  readonly name: string;
  readonly type: TypeInformation<unknown>;
  readonly valid: readonly (readonly [text: string, value: unknown])[];
  readonly invalid: readonly string[];
  readonly rule?: string;
  readonly trim?: boolean;
}

/** Turns the reference's words for the limits of a type into texts. */
function numberText(text: string): string {
  if (text === "<type max>") return "1.7976931348623157E308";
  return text === "<type min positive>" ? "4.9E-324" : text;
}

const { field_parsers: parsers } = csvFormats;
const parserData: readonly ParserCase[] = [
  ...(["byte", "short"] as const).map((name) => ({
    name,
    type: types.int32,
    valid: parsers[name].valid.map((text) => [text, Number(text)] as const),
    // What is too large for 8 or 16 bits is not for 32.
    invalid: parsers[name].invalid.filter((text) => !/^-?\d+$/.test(text)),
    rule: "There are no types of 8 and 16 bits; their values are int32",
  })),
  {
    name: "int",
    type: types.int32,
    valid: parsers.int.valid.map((text) => [text, Number(text)] as const),
    invalid: parsers.int.invalid,
  },
  {
    name: "long",
    type: types.int64,
    valid: parsers.long.valid.map((text) => [text, BigInt(text)] as const),
    invalid: parsers.long.invalid,
  },
  {
    name: "float_double",
    type: types.float64,
    valid: parsers.float_double.valid.map(numberText).map((text) => [text, Number(text)] as const),
    invalid: parsers.float_double.invalid,
  },
  {
    name: "string",
    type: types.string,
    valid: parsers.string.valid,
    invalid: [...parsers.string.invalid, ...Object.keys(parsers.string.error_states)],
    trim: true,
    rule: "Blanks around a field are removed when trim says so",
  },
];

/** Says how each of the texts fails alone in a file between two valid ones. */
async function codesOf(
  env: ExecutionEnvironment,
  run: ProgramRun,
  parser: ParserCase,
): Promise<(ErrorCode | "read")[]> {
  const codes: (ErrorCode | "read")[] = [];
  for (const [i, text] of parser.invalid.entries()) {
    const [valid] = parser.valid[0]!;
    const path = await run.writeFile(`invalid-${i}.csv`, `${valid}|${valid}|\n${valid}|${text}|\n`);
    const options = { types: types.tuple(parser.type, parser.type), fieldDelimiter: "|", trim: parser.trim ?? false };
    const code = await env
      .readCsvFile(path, options)
      .collect()
      .then(
        () => "read" as const,
        (error: unknown) => {
          if (isMillraceError(error)) return error.code;
          throw error;
        },
      );
    codes.push(code);
  }
  return codes;
}

const parserCases = parserData.flatMap((parser) => {
  const { name, type, valid, rule } = parser;
  const id = `field_parsers/${name}`;
  const more = { ...(rule === undefined ? {} : { rule }), covers: ["B134", "T100"] };
  const trim = parser.trim ?? false;
  return [
    formatCase(
      id,
      {
        ...more,
        build: async (env, run) => {
          const lines = valid.map(([text]) => `${text}|\n`).join("");
          const path = await run.writeFile("each.csv", lines);
          return env.readCsvFile(path, { types: types.tuple(type), fieldDelimiter: "|", trim });
        },
        expected: bag(valid.map(([, value]) => [value])),
      },
      ", each alone",
    ),
    ...["|", ","].map((delimiter) =>
      formatCase(
        id,
        {
          ...more,
          build: async (env, run) => {
            const line = valid.map(([text]) => text).join(delimiter);
            const path = await run.writeFile("joined.csv", delimiter === "|" ? `${line}|\n` : `${line}\n`);
            const columns = valid.map(() => type);
            return env.readCsvFile(path, { types: types.tuple(...columns), fieldDelimiter: delimiter, trim });
          },
          expected: bag([valid.map(([, value]) => value)]),
        },
        `, all on a line with ${delimiter}`,
      ),
    ),
    formatCase(
      id,
      {
        ...more,
        build: (env, run) => codesOf(env, run, parser),
        expected: ordered(parser.invalid.map(() => "MALFORMED_INPUT")),
      },
      ", what is not valid",
    ),
  ];
});

export const csvCases: readonly ConformanceProgram[] = [
  ...csvFiles,
  formatCase(
    "csv/rfc4180",
    {
      build: async (env, run) => {
        const entry = caseNamed("rfc4180");
        const path = await run.writeFile("rfc4180.csv", entry.content!);
        return env.readCsvFile(path, { ...optionsOf(entry), emptyNumbers: "fail" });
      },
      expected: failure("MALFORMED_INPUT", "rfc4180.csv"),
    },
    " with an empty number",
  ),
  ...maskCases,
  ...delimitedCases,
  ...textCases,
  ...parserCases,
];
