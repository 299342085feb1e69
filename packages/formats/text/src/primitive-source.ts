import {
  type AnyType,
  checkOptions,
  type DelimitedReader,
  type Delimiter,
  delimitedSource,
  FILE_READ_OPTIONS,
  type FieldParser,
  FieldProblem,
  type FileReadOptions,
  type FileSplit,
  fieldParser,
  MalformedRecord,
  MillraceError,
  type OptionRules,
  recordTooLong,
  type Source,
  type SplitParser,
  type SubtaskIoContext,
  type TypeInformation,
  textCoding,
} from "@millrace/core";
import { delimiterOf, SKIPPED_LINES } from "./text-source.js";

const CARRIAGE_RETURN = 0x0d;

/** Says how a file of single values is read. @public */
export interface PrimitiveReadOptions<T> extends FileReadOptions {
  /** What each record is: a type that is one field of text, such as `types.int32`. */
  readonly type: TypeInformation<T>;
  /** What ends a record; `"\n"` by default, then with an optional `"\r"` before it. */
  readonly delimiter?: string | undefined;
  /** Whether records that are no value of the type are left out and counted in `skipped lines`; they are an error by default. */
  readonly ignoreInvalidLines?: boolean | undefined;
}

const OPTIONS: OptionRules<PrimitiveReadOptions<unknown>> = {
  ...FILE_READ_OPTIONS,
  type: "checked elsewhere",
  delimiter: "checked elsewhere",
  ignoreInvalidLines: "boolean",
};

/**
 * Reads files of single values, one a delimited record.
 * Throws UNSUPPORTED_TYPE when the type is not one field of text.
 * @public
 */
export function primitiveSource<T>(
  path: string | readonly string[],
  options: PrimitiveReadOptions<T>,
): Source<T, FileSplit> {
  checkOptions("files of single values", options, OPTIONS);
  const isUtf16 = options.charset === "utf-16le";
  const coding = textCoding(isUtf16 ? "utf-8" : options.charset);
  const delimiter = delimiterOf(options.delimiter ?? "\n", coding);
  const parser = fieldParser(options.type as AnyType, coding) as FieldParser<T> | undefined;
  if (parser === undefined) {
    throw new MillraceError({
      code: "UNSUPPORTED_TYPE",
      what: `A file of single values cannot hold ${String(options.type)}`,
      expected: "a type that is one field of text, such as types.int32 or types.string",
      fix: "Read rows and tuples as CSV, and nested values as JSON lines.",
    });
  }
  return delimitedSource<T>({
    label: String(options.type),
    paths: path,
    options,
    type: options.type,
    delimiter,
    coding,
    cutsAtDelimiters: true,
    isUtf16,
    async openSplit(_split, context) {
      return new ValueParser(context, delimiter, parser, options);
    },
  });
}

class ValueParser<T> implements SplitParser<T> {
  readonly dataStart = 0;
  readonly #context: SubtaskIoContext;
  readonly #delimiter: Delimiter;
  readonly #parser: FieldParser<T>;
  readonly #stripsCarriageReturn: boolean;
  readonly #limit: number;
  readonly #ignoresInvalid: boolean;

  constructor(
    context: SubtaskIoContext,
    delimiter: Delimiter,
    parser: FieldParser<T>,
    options: PrimitiveReadOptions<T>,
  ) {
    this.#context = context;
    this.#delimiter = delimiter;
    this.#parser = parser;
    this.#stripsCarriageReturn = (options.delimiter ?? "\n") === "\n";
    this.#limit = options.lineLengthLimit ?? Number.POSITIVE_INFINITY;
    this.#ignoresInvalid = options.ignoreInvalidLines ?? false;
  }

  parse(reader: DelimitedReader, out: T[]): void {
    const { bytes, end, base } = reader;
    const delimiter = this.#delimiter;
    let numSkipped = 0;
    for (let start = reader.start; start < end; ) {
      const match = delimiter.indexOf(bytes, start, end, base);
      let valueEnd = match < 0 ? end : match;
      if (valueEnd - start > this.#limit) throw recordTooLong(base + start, this.#limit);
      if (this.#stripsCarriageReturn && valueEnd > start && bytes[valueEnd - 1] === CARRIAGE_RETURN) valueEnd--;
      try {
        out.push(this.#parser(bytes, start, valueEnd));
      } catch (problem) {
        if (!(problem instanceof FieldProblem)) throw problem;
        if (!this.#ignoresInvalid) throw this.#malformed(problem, base + start);
        numSkipped++;
      }
      start = match < 0 ? end : match + delimiter.length;
    }
    reader.start = end;
    if (numSkipped > 0) this.#context.count(SKIPPED_LINES, numSkipped);
  }

  #malformed(problem: FieldProblem, position: number): MalformedRecord {
    return new MalformedRecord(position, {
      what: problem.what,
      expected: problem.expected,
      fix: "Correct the file, or set ignoreInvalidLines to leave such records out and count them.",
    });
  }
}
