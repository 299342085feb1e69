import { type DelimitedReader, Delimiter, recordTooLong } from "@millrace/core";
import type { CsvSyntax } from "./csv-options.js";
import { endOfQuotedLine } from "./tokenizer.js";

const CARRIAGE_RETURN = 0x0d;

/** Finds the lines in the window of a reader, without comments, empty lines and line ends. @internal */
export class CsvLines {
  /** The bytes of the last line, line end excluded. */
  start = 0;
  end = 0;
  /** Where the line behind it begins. */
  next = 0;

  readonly #syntax: CsvSyntax;
  readonly #delimiter: Delimiter;
  readonly #skipsEmpty: boolean;
  readonly #limit: number;

  constructor(syntax: CsvSyntax, delimiter: Delimiter, skipsEmpty: boolean, limit: number) {
    this.#syntax = syntax;
    this.#delimiter = delimiter;
    this.#skipsEmpty = skipsEmpty;
    this.#limit = limit;
  }

  /** Finds the next line that holds a record and moves `reader.start` to it; false when the window has no more of them. */
  advance(reader: DelimitedReader): boolean {
    const { bytes, end } = reader;
    const delimiter = this.#delimiter;
    const { isMultiline, stripsCarriageReturn, comment } = this.#syntax;
    while (reader.start < end) {
      const { start } = reader;
      const isComment = comment.length > 0 && startsWith(bytes, start, end, comment);
      const match =
        isMultiline && !isComment
          ? endOfQuotedLine(this.#syntax, bytes, start, end)
          : delimiter.indexOf(bytes, start, end, reader.base);
      if (match < 0 && isMultiline && !reader.isAtEnd) return false;
      let lineEnd = match < 0 ? end : match;
      if (lineEnd - start > this.#limit) throw recordTooLong(reader.base + start, this.#limit);
      this.next = match < 0 ? end : match + delimiter.length;
      if (stripsCarriageReturn && lineEnd > start && bytes[lineEnd - 1] === CARRIAGE_RETURN) lineEnd--;
      if (isComment || (this.#skipsEmpty && lineEnd === start)) {
        reader.start = this.next;
        continue;
      }
      this.start = start;
      this.end = lineEnd;
      return true;
    }
    return false;
  }
}

/** Makes the delimiter of lines. @internal */
export function lineDelimiter(syntax: CsvSyntax): Delimiter {
  return new Delimiter(syntax.lineDelimiter);
}

function startsWith(bytes: Uint8Array, start: number, end: number, prefix: Uint8Array): boolean {
  if (start + prefix.length > end) return false;
  for (let i = 0; i < prefix.length; i++) if (bytes[start + i] !== prefix[i]) return false;
  return true;
}
