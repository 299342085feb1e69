import {
  DelimitedReader,
  type Delimiter,
  FieldProblem,
  type FileSplit,
  MalformedRecord,
  MillraceError,
  malformedInput,
  type SubtaskIoContext,
  textCoding,
  withClosing,
} from "@millrace/core";
import { CsvLines } from "./csv-lines.js";
import type { CsvReadOptions, CsvSyntax } from "./csv-options.js";
import { fieldText, Tokenizer } from "./tokenizer.js";

/** A header is seldom longer; the buffer grows if it is. */
const HEADER_BUFFER_BYTES = 4096;
const DEFAULT_HEADER_LIMIT_BYTES = 16 * 1024 * 1024;

/** Is the first line of a file that is neither a comment nor empty. @internal */
export interface Header {
  /** The names of the columns, without quotes and the blanks around them. */
  readonly names: readonly string[];
  /** Where the line behind it begins. */
  readonly dataStart: number;
}

/** Reads the header of the file of a split; undefined when the file has no line. @internal */
export async function readHeader(
  split: FileSplit,
  context: SubtaskIoContext,
  syntax: CsvSyntax,
  delimiter: Delimiter,
  options: CsvReadOptions<unknown>,
): Promise<Header | undefined> {
  const lineLengthLimit = options.lineLengthLimit ?? DEFAULT_HEADER_LIMIT_BYTES;
  const isUtf16 = options.charset === "utf-16le";
  const whole: FileSplit = { ...split, offset: 0, isWholeFile: true };
  const reader = await DelimitedReader.open(whole, context, {
    delimiter,
    lineLengthLimit,
    bufferSizeBytes: HEADER_BUFFER_BYTES,
    byteOrderMark: (isUtf16 ? textCoding("utf-8") : syntax.coding).byteOrderMark,
    cutsAtDelimiters: !syntax.isMultiline,
    isUtf16,
  });
  try {
    return await withClosing(reader, () => firstLine(reader, syntax, delimiter, lineLengthLimit));
  } catch (error) {
    if (!(error instanceof MalformedRecord)) throw error;
    throw await malformedInput(error, context, split.path, { compression: split.compression, isUtf16 });
  }
}

async function firstLine(
  reader: DelimitedReader,
  syntax: CsvSyntax,
  delimiter: Delimiter,
  lineLengthLimit: number,
): Promise<Header | undefined> {
  const lines = new CsvLines(syntax, delimiter, true, lineLengthLimit);
  while (await reader.advance()) {
    if (lines.advance(reader)) return parsedHeader(reader, lines, syntax);
    if (reader.isAtEnd && syntax.isMultiline) return undefined;
  }
  return undefined;
}

function parsedHeader(reader: DelimitedReader, lines: CsvLines, syntax: CsvSyntax): Header {
  const { bytes, base } = reader;
  const tokens = new Tokenizer(syntax, undefined, true);
  try {
    tokens.tokenize(bytes, lines.start, lines.end);
  } catch (problem) {
    if (!(problem instanceof FieldProblem)) throw problem;
    throw new MalformedRecord(base + lines.start, {
      what: `The header is malformed: ${problem.what}`,
      expected: problem.expected,
    });
  }
  const { starts, ends, kinds, numColumns } = tokens;
  const names = Array.from({ length: numColumns }, (_, slot) =>
    fieldText(syntax, bytes, starts[slot]!, ends[slot]!, kinds[slot]!).trim(),
  );
  return { names, dataStart: base + lines.next };
}

/** Returns the positions of `names` in the header; throws MALFORMED_INPUT for one that is missing or there twice. @internal */
export function positionsOf(names: readonly string[], header: Header, path: string): readonly number[] {
  return names.map((name) => {
    const position = header.names.indexOf(name);
    const isUnique = position >= 0 && header.names.indexOf(name, position + 1) < 0;
    if (isUnique) return position;
    throw new MillraceError({
      code: "MALFORMED_INPUT",
      what:
        position < 0
          ? `The header has no column ${JSON.stringify(name)}`
          : `The header has more than one column ${JSON.stringify(name)}`,
      expected: `each field once among the columns, which are ${header.names.map((n) => JSON.stringify(n)).join(", ")}`,
      where: { file: path, line: 1, field: name },
      fix: "Name the fields like the columns, or choose columns by position with includeFields.",
    });
  });
}
