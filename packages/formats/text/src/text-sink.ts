import {
  type Charset,
  checkOptions,
  displayText,
  FILE_WRITE_OPTIONS,
  type FileWriteOptions,
  fileSink,
  MillraceError,
  type OptionRules,
  type RecordEncoder,
  type Sink,
  type TextCoding,
  textCoding,
} from "@millrace/core";

/** Says how records are written as text. @public */
export interface TextWriteOptions<T> extends FileWriteOptions {
  /**
   * Makes the text of a record. By default strings are written as they are, tuples as `(a,b,c)`, dates in ISO 8601, objects and maps as JSON,
   * and all else as `String` does.
   */
  readonly format?: ((record: T) => string) | undefined;
  /** What is written behind every record; `"\n"` by default. */
  readonly delimiter?: string | undefined;
  /** The character set; `"utf-8"` by default. */
  readonly charset?: Charset | undefined;
}

const OPTIONS: OptionRules<TextWriteOptions<never>> = {
  ...FILE_WRITE_OPTIONS,
  charset: "checked elsewhere",
  delimiter: "checked elsewhere",
  format: "checked elsewhere",
};

const MAX_ASCII = 0x7f;

/** Writes records as text, one a line. @public */
export function textSink<T>(path: string, options: TextWriteOptions<T> = {}): Sink<T> {
  checkOptions("text", options, OPTIONS);
  const format = options.format ?? displayText;
  const delimiter = options.delimiter ?? "\n";
  const coding = textCoding(options.charset);
  const encoder: RecordEncoder<T> = {
    lines: options.format === undefined && typeof delimiter === "string" ? linesOf(delimiter, coding) : undefined,
    encode(record, out) {
      const text: unknown = format(record);
      if (typeof text !== "string") throw noText(text);
      out.writeText(text + delimiter);
    },
  };
  return fileSink<T>({
    label: "text",
    path,
    options,
    coding,
    openEncoder: () => encoder,
  });
}

/** Returns how strings are written as lines; undefined where that takes more than a byte for each character of ASCII. */
function linesOf(delimiter: string, coding: TextCoding): RecordEncoder<never>["lines"] {
  const byte = delimiter.charCodeAt(0);
  if (delimiter.length !== 1 || byte > MAX_ASCII || coding.unitBytes !== 1) return undefined;
  return { delimiter: byte, isLatin1: coding.charset === "latin1" };
}

function noText(value: unknown): MillraceError {
  return new MillraceError({
    code: "INVALID_RESULT",
    what: `The formatter of a text sink returned ${value === null || value === undefined ? value : `a value of type ${typeof value}`}`,
    expected: "a string",
  });
}
