import {
  checkOptions,
  type DelimitedReader,
  Delimiter,
  delimitedSource,
  FILE_READ_OPTIONS,
  type FileReadOptions,
  type FileSplit,
  type LineForm,
  MalformedRecord,
  MillraceError,
  type OptionRules,
  recordTooLong,
  type Source,
  type SplitParser,
  type SubtaskIoContext,
  type TextCoding,
  textCoding,
  types,
} from "@millrace/core";

const CARRIAGE_RETURN = 0x0d;

/** Says how text is read. @public */
export interface TextReadOptions extends FileReadOptions {
  /**
   * What ends a record; `"\n"` by default. Only with the default is a `"\r"` before it taken as part of it, so that both
   * conventions of line ends are read alike.
   */
  readonly delimiter?: string | undefined;
  /**
   * What happens to a record whose bytes are no text of the character set: `"replace"` (the default) puts U+FFFD in their
   * place, `"fail"` is MALFORMED_INPUT, `"skip"` leaves the record out and counts it in the accumulator `skipped lines`.
   */
  readonly invalidCharacters?: "replace" | "fail" | "skip" | undefined;
}

const OPTIONS: OptionRules<TextReadOptions> = {
  ...FILE_READ_OPTIONS,
  delimiter: "checked elsewhere",
  invalidCharacters: ["replace", "fail", "skip"],
};

/** Names the accumulator that counts the records that were left out. @public */
export const SKIPPED_LINES = "skipped lines";

/**
 * Reads text files, one string a line. A path names a file or a directory of files; names that begin with `_` or `.` are left out there.
 * @public
 */
export function textSource(path: string | readonly string[], options: TextReadOptions = {}): Source<string, FileSplit> {
  checkOptions("text", options, OPTIONS);
  const coding = textCoding(options.charset);
  const delimiter = delimiterOf(options.delimiter ?? "\n", coding);
  const stripsCarriageReturn = (options.delimiter ?? "\n") === "\n";
  const lines: LineForm = {
    delimiter: delimiter.bytes[0]!,
    stripsReturn: stripsCarriageReturn,
    isLatin1: coding.charset === "latin1",
    maxBytes: options.lineLengthLimit ?? Number.POSITIVE_INFINITY,
  };
  return delimitedSource<string>({
    label: "text",
    paths: path,
    options,
    type: types.string,
    delimiter,
    coding,
    cutsAtDelimiters: true,
    isUtf16: false,
    lines: delimiter.length === 1 ? lines : undefined,
    async openSplit(_split, context) {
      return new LineParser(context, coding, delimiter, stripsCarriageReturn, options);
    },
  });
}

/** Encodes a delimiter; throws INVALID_ARGUMENT for the empty one. @internal */
export function delimiterOf(text: string, coding: TextCoding): Delimiter {
  if (typeof text === "string" && text !== "") return new Delimiter(coding.encode(text), coding.unitBytes);
  throw new MillraceError({
    code: "INVALID_ARGUMENT",
    what: "The delimiter of a text source is empty",
    expected: 'at least one character, such as "\\n"',
  });
}

class LineParser implements SplitParser<string> {
  readonly dataStart = 0;
  readonly #context: SubtaskIoContext;
  readonly #coding: TextCoding;
  readonly #delimiter: Delimiter;
  readonly #stripsCarriageReturn: boolean;
  readonly #limit: number;
  readonly #invalid: "replace" | "fail" | "skip";

  constructor(
    context: SubtaskIoContext,
    coding: TextCoding,
    delimiter: Delimiter,
    stripsCarriageReturn: boolean,
    options: TextReadOptions,
  ) {
    this.#context = context;
    this.#coding = coding;
    this.#delimiter = delimiter;
    this.#stripsCarriageReturn = stripsCarriageReturn;
    this.#limit = options.lineLengthLimit ?? Number.POSITIVE_INFINITY;
    this.#invalid = options.invalidCharacters ?? "replace";
  }

  parse(reader: DelimitedReader, out: string[]): void {
    const { bytes, end, base } = reader;
    const delimiter = this.#delimiter;
    const coding = this.#coding;
    let numSkipped = 0;
    for (let start = reader.start; start < end; ) {
      const match = delimiter.indexOf(bytes, start, end, base);
      const lineEnd = match < 0 ? end : match;
      if (lineEnd - start > this.#limit) throw recordTooLong(base + start, this.#limit);
      const textEnd = this.#stripsCarriageReturn ? this.#withoutReturn(bytes, start, lineEnd) : lineEnd;
      if (this.#invalid === "replace") {
        out.push(coding.decode(bytes, start, textEnd));
      } else {
        const text = coding.decodeStrictly(bytes, start, textEnd);
        if (text !== undefined) out.push(text);
        else if (this.#invalid === "skip") numSkipped++;
        else throw this.#noText(base + start);
      }
      start = match < 0 ? end : match + delimiter.length;
    }
    reader.start = end;
    if (numSkipped > 0) this.#context.count(SKIPPED_LINES, numSkipped);
  }

  #withoutReturn(bytes: Uint8Array, start: number, end: number): number {
    if (this.#coding.unitBytes === 1) return end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    return end > start && bytes[end - 2] === CARRIAGE_RETURN && bytes[end - 1] === 0 ? end - 2 : end;
  }

  #noText(position: number): MalformedRecord {
    return new MalformedRecord(position, {
      what: `A record holds bytes that are no ${this.#coding.charset} text`,
      fix: 'Give the right charset, or set invalidCharacters to "replace" or "skip".',
    });
  }
}
