import {
  type AnyType,
  checkOptions,
  type DelimitedReader,
  Delimiter,
  delimitedSource,
  FILE_READ_OPTIONS,
  FieldProblem,
  type FileReadOptions,
  type FileSplit,
  type JsonDecoder,
  MalformedRecord,
  type OptionRules,
  recordTooLong,
  type Source,
  type SplitParser,
  type SubtaskIoContext,
  shown,
  type TextCoding,
  type TypeInformation,
  textCoding,
  typedJsonDecoder,
} from "@millrace/core";

/** Names the accumulator that counts the lines that were left out. @public */
export const SKIPPED_LINES = "skipped lines";

/** Says how JSON lines are read. @public */
export interface JsonLinesReadOptions<T> extends FileReadOptions {
  /** What the records are. Without it they are what `JSON.parse` makes of each line. */
  readonly types?: TypeInformation<T> | undefined;
  /** Whether lines that are no JSON or not of the declared type are left out and counted in `skipped lines`; an error by default. */
  readonly ignoreInvalidLines?: boolean | undefined;
}

const OPTIONS: OptionRules<JsonLinesReadOptions<unknown>> = {
  ...FILE_READ_OPTIONS,
  types: "checked elsewhere",
  ignoreInvalidLines: "boolean",
};

/**
 * Reads files that hold one JSON value a line. Empty lines are left out. `T` is inferred from the option `types`; without it, it
 * may be given and is not checked.
 * @public
 */
export function jsonLinesSource<T = unknown>(
  path: string | readonly string[],
  options: JsonLinesReadOptions<T> = {},
): Source<T, FileSplit> {
  checkOptions("JSON lines", options, OPTIONS);
  const isUtf16 = options.charset === "utf-16le";
  const coding = textCoding(isUtf16 ? "utf-8" : options.charset);
  // A line feed inside a JSON string is escaped, so every one ends a line.
  const delimiter = new Delimiter(coding.encode("\n"));
  return delimitedSource<T>({
    label: "JSON",
    paths: path,
    options,
    type: options.types,
    delimiter,
    coding,
    cutsAtDelimiters: true,
    isUtf16,
    async openSplit(_split, context) {
      return new JsonLineParser<T>(context, coding, delimiter, options);
    },
  });
}

class JsonLineParser<T> implements SplitParser<T> {
  readonly dataStart = 0;
  readonly #context: SubtaskIoContext;
  readonly #coding: TextCoding;
  readonly #delimiter: Delimiter;
  readonly #decode: JsonDecoder;
  readonly #limit: number;
  readonly #ignoresInvalid: boolean;

  constructor(context: SubtaskIoContext, coding: TextCoding, delimiter: Delimiter, options: JsonLinesReadOptions<T>) {
    this.#context = context;
    this.#coding = coding;
    this.#delimiter = delimiter;
    this.#decode = options.types === undefined ? asParsed : typedJsonDecoder(options.types as unknown as AnyType);
    this.#limit = options.lineLengthLimit ?? Number.POSITIVE_INFINITY;
    this.#ignoresInvalid = options.ignoreInvalidLines ?? false;
  }

  parse(reader: DelimitedReader, out: T[]): void {
    const { bytes, end, base } = reader;
    const delimiter = this.#delimiter;
    let numSkipped = 0;
    for (let start = reader.start; start < end; ) {
      const match = delimiter.indexOf(bytes, start, end, base);
      const lineEnd = match < 0 ? end : match;
      if (lineEnd - start > this.#limit) throw recordTooLong(base + start, this.#limit);
      if (!isBlank(bytes, start, lineEnd)) {
        try {
          out.push(this.#value(bytes, start, lineEnd));
        } catch (problem) {
          if (!(problem instanceof FieldProblem)) throw problem;
          if (!this.#ignoresInvalid) throw malformed(problem, base + start, this.#coding.decode(bytes, start, lineEnd));
          numSkipped++;
        }
      }
      start = match < 0 ? end : match + delimiter.length;
    }
    reader.start = end;
    if (numSkipped > 0) this.#context.count(SKIPPED_LINES, numSkipped);
  }

  #value(bytes: Uint8Array, start: number, end: number): T {
    const text = this.#coding.decodeStrictly(bytes, start, end);
    if (text === undefined) throw new FieldProblem("The line holds bytes that are no text", this.#coding.charset);
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (error) {
      throw new InvalidJson(error instanceof Error ? error.message : String(error));
    }
    return this.#decode(json) as T;
  }
}

function asParsed(json: unknown): unknown {
  return json;
}

/** Says that a line is no JSON at all. */
class InvalidJson extends FieldProblem {
  /** The 1-based column, when the engine's parser told it. */
  readonly column: number | undefined;

  constructor(message: string) {
    super("The line is no JSON", "one JSON value on each line");
    const position = /position (\d+)/.exec(message)?.[1];
    this.column = position === undefined ? undefined : Number(position) + 1;
  }
}

function malformed(problem: FieldProblem, position: number, line: string): MalformedRecord {
  return new MalformedRecord(position, {
    what: `${problem.what}, in the line ${shown(line)}`,
    expected: problem.expected,
    where: {
      column: problem instanceof InvalidJson ? problem.column : undefined,
      field: problem.path === "" ? undefined : problem.path,
    },
    fix: "Correct the file or the types, or set ignoreInvalidLines to leave such lines out and count them.",
  });
}

/** Tells whether a line holds blanks only, among them the carriage return of a CR LF. */
function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const code = bytes[at];
    if (code !== 0x20 && code !== 0x09 && code !== 0x0d) return false;
  }
  return true;
}
