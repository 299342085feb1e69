import {
  checkOptions,
  type DelimitedReader,
  type Delimiter,
  delimitedSource,
  FILE_READ_OPTIONS,
  FieldProblem,
  type FileSplit,
  MalformedRecord,
  MillraceError,
  type OptionRules,
  type Source,
  type SplitParser,
  type SubtaskIoContext,
  shown,
  type TypeInformation,
  textCoding,
  types,
} from "@millrace/core";
import { type ColumnChoice, chooseColumns } from "./column-choice.js";
import { CsvLines, lineDelimiter } from "./csv-lines.js";
import { type CsvReadOptions, type CsvSyntax, csvSyntax, type RecordShape, recordShape } from "./csv-options.js";
import { type FieldReader, fieldReader } from "./field-readers.js";
import { type Header, positionsOf, readHeader } from "./header.js";
import { type RecordBuilder, recordBuilder } from "./record-builder.js";
import { fieldText, MISSING, Tokenizer } from "./tokenizer.js";

/** Names the accumulator that counts the lines that were left out. @public */
export const SKIPPED_LINES = "skipped lines";

const READ_OPTIONS: OptionRules<CsvReadOptions<unknown>> = {
  ...FILE_READ_OPTIONS,
  types: "checked elsewhere",
  fieldDelimiter: "checked elsewhere",
  lineDelimiter: "checked elsewhere",
  header: [true, false, "skip"],
  comment: "checked elsewhere",
  includeFields: "checked elsewhere",
  ignoreInvalidLines: "boolean",
  quoteCharacter: "checked elsewhere",
  escapeCharacter: "checked elsewhere",
  multiline: "boolean",
  trim: "boolean",
  nullValue: "checked elsewhere",
  emptyNumbers: ["fail", "zero"],
  missingFields: ["fail", "null"],
  extraFields: ["ignore", "fail"],
  skipEmptyLines: "boolean",
};

/**
 * Reads CSV files as rows or tuples of the declared types.
 * Throws INVALID_ARGUMENT or UNSUPPORTED_TYPE for options that contradict each other.
 * @public
 */
export function csvSource<T>(
  path: string | readonly string[],
  options: CsvReadOptions<T> & { readonly types: TypeInformation<T> },
): Source<T, FileSplit>;
/** Reads CSV files without declared types as objects of strings, by the names of the header. @public */
export function csvSource(
  path: string | readonly string[],
  options: CsvReadOptions<never> & { readonly header: true; readonly types?: undefined },
): Source<Record<string, string>, FileSplit>;
/** Reads CSV files without declared types as arrays of strings. @public */
export function csvSource(
  path: string | readonly string[],
  options?: CsvReadOptions<never> & { readonly header?: false | "skip" | undefined; readonly types?: undefined },
): Source<string[], FileSplit>;
export function csvSource(
  path: string | readonly string[],
  options: CsvReadOptions<unknown> = {},
): Source<unknown, FileSplit> {
  checkOptions("CSV", options, READ_OPTIONS);
  const syntax = csvSyntax(options);
  const delimiter = lineDelimiter(syntax);
  const shape = recordShape(options.types);
  const choice = chooseColumns(options.includeFields, shape, options.header ?? false);
  const isUtf16 = options.charset === "utf-16le";
  return delimitedSource<unknown>({
    label: "CSV",
    paths: path,
    options,
    type: options.types ?? (options.header === true ? undefined : types.array(types.string)),
    delimiter,
    coding: isUtf16 ? textCoding("utf-16le") : syntax.coding,
    cutsAtDelimiters: !syntax.isMultiline,
    isUtf16,
    async openSplit(split, context) {
      const hasHeader = (options.header ?? false) !== false;
      const header = hasHeader ? await readHeader(split, context, syntax, delimiter, options) : undefined;
      // A file without a line has neither a header nor records.
      if (hasHeader && header === undefined) return EMPTY_PARSER;
      const plan = planColumns(choice, shape, header, split.path, options);
      // What is known of how many columns the file has: all of them, unless some are left out.
      const numColumns =
        header?.names.length ?? (options.includeFields === undefined ? plan.positions.length : undefined);
      return new CsvParser(context, syntax, delimiter, plan, header?.dataStart ?? 0, numColumns !== 1, options);
    },
  });
}

const EMPTY_PARSER: SplitParser<unknown> = {
  dataStart: 0,
  parse(reader) {
    reader.start = reader.end;
  },
};

/** Is what is read from each line of one file. */
interface ColumnPlan {
  /** The shape of the records; undefined for arrays of all fields, as strings. */
  readonly shape: RecordShape | undefined;
  /** The column of each field of the shape. */
  readonly positions: readonly number[];
}

function planColumns(
  choice: ColumnChoice,
  shape: RecordShape | undefined,
  header: Header | undefined,
  path: string,
  options: CsvReadOptions<unknown>,
): ColumnPlan {
  const names = header === undefined || options.header !== true ? undefined : header.names;
  switch (choice.by) {
    case "names":
      return {
        positions: positionsOf(choice.names, header!, path),
        shape: shape ?? stringShape("row", choice.names),
      };
    case "positions":
      return {
        positions: choice.positions,
        shape:
          shape ??
          (names === undefined
            ? stringShape("tuple", choice.positions.map(String))
            : stringShape(
                "row",
                choice.positions.map((p) => names[p] ?? `column ${p}`),
              )),
      };
    case "all": {
      if (names === undefined) return { shape: undefined, positions: [] };
      const named = names.filter((name) => name !== "");
      if (named.length === 0) {
        throw new MillraceError({
          code: "MALFORMED_INPUT",
          what: "The header names no column",
          expected: "at least one name",
          where: { file: path, line: 1 },
        });
      }
      return { positions: positionsOf(named, header!, path), shape: stringShape("row", named) };
    }
  }
}

function stringShape(kind: "row" | "tuple", names: readonly string[]): RecordShape {
  return { kind, fields: names.map((name) => ({ name, type: types.string as never })) };
}

class CsvParser implements SplitParser<unknown> {
  readonly dataStart: number;
  readonly #context: SubtaskIoContext;
  readonly #syntax: CsvSyntax;
  readonly #lines: CsvLines;
  readonly #tokens: Tokenizer;
  readonly #plan: ColumnPlan;
  readonly #readers: readonly FieldReader[];
  readonly #build: RecordBuilder;
  /** How many columns a line must have. */
  readonly #numRequired: number;
  /** How many columns a line may have. */
  readonly #numAllowed: number;
  readonly #ignoresInvalid: boolean;
  readonly #fillsMissing: boolean;

  constructor(
    context: SubtaskIoContext,
    syntax: CsvSyntax,
    delimiter: Delimiter,
    plan: ColumnPlan,
    dataStart: number,
    skipsEmptyByDefault: boolean,
    options: CsvReadOptions<unknown>,
  ) {
    const { shape, positions } = plan;
    const lastColumn = positions.reduce((last, position) => Math.max(last, position), -1);
    const failsOnExtra = options.extraFields === "fail" && shape !== undefined;
    const skipsEmpty = options.skipEmptyLines ?? skipsEmptyByDefault;
    this.dataStart = dataStart;
    this.#context = context;
    this.#syntax = syntax;
    this.#plan = plan;
    this.#lines = new CsvLines(syntax, delimiter, skipsEmpty, options.lineLengthLimit ?? Number.POSITIVE_INFINITY);
    this.#tokens = new Tokenizer(syntax, shape === undefined ? undefined : slotsOf(positions), failsOnExtra);
    this.#readers = (shape?.fields ?? []).map((field) => fieldReader(field.type, syntax, options));
    this.#build = shape === undefined ? allFields(syntax) : recordBuilder(shape, this.#readers);
    this.#numRequired = lastColumn + 1;
    this.#numAllowed = failsOnExtra ? lastColumn + 1 : Number.POSITIVE_INFINITY;
    this.#ignoresInvalid = options.ignoreInvalidLines ?? false;
    this.#fillsMissing = options.missingFields === "null";
  }

  parse(reader: DelimitedReader, out: unknown[]): void {
    const { bytes } = reader;
    const lines = this.#lines;
    const tokens = this.#tokens;
    let numSkipped = 0;
    while (lines.advance(reader)) {
      try {
        tokens.tokenize(bytes, lines.start, lines.end);
        const { numColumns } = tokens;
        if (numColumns < this.#numRequired) this.#fillMissing(numColumns);
        else if (numColumns > this.#numAllowed) throw this.#tooMany(numColumns);
        out.push(this.#build(bytes, tokens));
      } catch (problem) {
        if (!(problem instanceof FieldProblem)) throw problem;
        if (!this.#ignoresInvalid) throw this.#malformed(problem, reader);
        numSkipped++;
      }
      reader.start = lines.next;
    }
    if (numSkipped > 0) this.#context.count(SKIPPED_LINES, numSkipped);
  }

  /** Marks the fields that a short line lacks; throws when they may not be missing. */
  #fillMissing(numColumns: number): void {
    const { positions, shape } = this.#plan;
    const { kinds } = this.#tokens;
    positions.forEach((position, slot) => {
      if (position < numColumns) return;
      const kind = shape!.fields[slot]!.type.kind;
      if (!this.#fillsMissing || (kind !== "nullable" && kind !== "optional")) {
        this.#tokens.problemAt = this.#lines.end;
        throw new FieldProblem(
          `The line has ${numColumns} ${numColumns === 1 ? "field" : "fields"}`,
          `at least ${this.#numRequired}${this.#fillsMissing ? ", since missingFields fills only what is declared with types.nullable" : ""}`,
        );
      }
      kinds[slot] = MISSING;
    });
  }

  #tooMany(numColumns: number): FieldProblem {
    this.#tokens.problemAt = this.#lines.start;
    return new FieldProblem(`The line has ${numColumns} fields`, `at most ${this.#numAllowed}`);
  }

  #malformed(problem: FieldProblem, reader: DelimitedReader): MalformedRecord {
    const { bytes, base } = reader;
    const { start, end } = this.#lines;
    const { coding } = this.#syntax;
    const { problemAt } = this.#tokens;
    const slot = problemAt >= 0 ? undefined : this.#failingSlot(bytes);
    const at = slot === undefined ? Math.max(problemAt, start) : this.#tokens.starts[slot]!;
    // In multi-line records the column counts from the start of the physical line.
    const lineStart = Math.max(start, bytes.subarray(start, at).lastIndexOf(0x0a) + 1 + start);
    return new MalformedRecord(base + at, {
      what: `${problem.what}, in the line ${shown(coding.decode(bytes, start, end))}`,
      expected: problem.expected,
      where: {
        column: coding.decode(bytes, lineStart, at).length + 1,
        field: slot === undefined ? undefined : fieldPath(this.#plan.shape!.fields[slot]!.name, problem.path),
      },
      fix: "Correct the file or the types, or set ignoreInvalidLines to leave such lines out and count them.",
    });
  }

  /** Finds the field that cannot be read, by reading the fields once more. */
  #failingSlot(bytes: Uint8Array): number | undefined {
    const { starts, ends, kinds } = this.#tokens;
    const slot = this.#readers.findIndex((read, i) => {
      try {
        read(bytes, starts[i]!, ends[i]!, kinds[i]!);
        return false;
      } catch (again) {
        return again instanceof FieldProblem;
      }
    });
    return slot < 0 ? undefined : slot;
  }
}

function fieldPath(name: string, inside: string): string {
  return inside === "" ? name : `${name}.${inside}`;
}

/** Returns by column the slot of the field that it is read into, or -1. */
function slotsOf(positions: readonly number[]): Int32Array {
  const slots = new Int32Array(Math.max(...positions) + 1).fill(-1);
  positions.forEach((position, slot) => {
    slots[position] = slot;
  });
  return slots;
}

/** Makes arrays of all fields of a line, as strings. */
function allFields(syntax: CsvSyntax): RecordBuilder {
  return (bytes, { starts, ends, kinds, numColumns }) => {
    const record: string[] = [];
    for (let slot = 0; slot < numColumns; slot++) {
      record.push(fieldText(syntax, bytes, starts[slot]!, ends[slot]!, kinds[slot]!));
    }
    return record;
  };
}
