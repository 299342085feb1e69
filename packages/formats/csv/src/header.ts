import {
  DelimitedReader,
  type Delimiter,
  FieldProblem,
  type FileSplit,
  MillraceError,
  type SubtaskIoContext,
  textCoding,
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
  const whole: FileSplit = { ...split, offset: 0, isWholeFile: true };
  const reader = await DelimitedReader.open(whole, context, {
    delimiter,
    lineLengthLimit,
    bufferSizeBytes: HEADER_BUFFER_BYTES,
    byteOrderMark: (options.charset === "utf-16le" ? textCoding("utf-8") : syntax.coding).byteOrderMark,
    cutsAtDelimiters: !syntax.isMultiline,
    isUtf16: options.charset === "utf-16le",
  });
  try {
    const lines = new CsvLines(syntax, delimiter, true, lineLengthLimit);
    while (await reader.advance()) {
      if (!lines.advance(reader)) {
        if (reader.isAtEnd && syntax.isMultiline) return undefined;
        continue;
      }
      const tokens = new Tokenizer(syntax, undefined, true);
      tokens.tokenize(reader.bytes, lines.start, lines.end);
      const names = Array.from({ length: tokens.numColumns }, (_, slot) =>
        fieldText(syntax, reader.bytes, tokens.starts[slot]!, tokens.ends[slot]!, tokens.kinds[slot]!).trim(),
      );
      return { names, dataStart: reader.base + lines.next };
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof FieldProblem)) throw error;
    throw new MillraceError({
      code: "MALFORMED_INPUT",
      what: `The header is malformed: ${error.what}`,
      expected: error.expected,
      where: { file: split.path },
    });
  } finally {
    await reader.close();
  }
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
