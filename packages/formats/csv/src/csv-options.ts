import {
  type AnyType,
  type FileReadOptions,
  MillraceError,
  type TextCoding,
  type TypeInformation,
  textCoding,
} from "@millrace/core";

/** Says how CSV is read. What is not said follows RFC 4180: commas, quotes, doubled quotes. @public */
export interface CsvReadOptions<T> extends FileReadOptions {
  /** What the records are: a row or a tuple. Without it, records are strings by header name, or arrays of strings. */
  readonly types?: TypeInformation<T> | undefined;
  /** What stands between fields; `","` by default. Any text without line ends and quotes. */
  readonly fieldDelimiter?: string | undefined;
  /** What ends a line; `"\n"` by default, then with an optional `"\r"` before it. */
  readonly lineDelimiter?: string | undefined;
  /**
   * Whether the first line names the columns: `true` finds the fields of a row by name, in any order; `"skip"` only leaves
   * the line out. False by default.
   */
  readonly header?: boolean | "skip" | undefined;
  /** Lines that begin with this are left out. */
  readonly comment?: string | undefined;
  /**
   * The columns to read, in the order of the record's fields: positions from 0, names of the header, one boolean for each column,
   * or the same as a mask such as `"1001"`.
   */
  readonly includeFields?: readonly number[] | readonly string[] | readonly boolean[] | string | undefined;
  /** Whether malformed lines are left out and counted in the accumulator `skipped lines`; they are an error by default. */
  readonly ignoreInvalidLines?: boolean | undefined;
  /** The character around fields that hold delimiters; `"\""` by default, `false` for none. One ASCII character. */
  readonly quoteCharacter?: string | false | undefined;
  /** The character that makes the next one literal inside quotes, such as `"\\"`. By default a quote is doubled instead. */
  readonly escapeCharacter?: string | undefined;
  /** Whether quoted fields may hold line ends. The file is then read from its start, by one subtask. False by default. */
  readonly multiline?: boolean | undefined;
  /** Whether blanks and tabs around unquoted strings are removed. False by default; other types never mind them. */
  readonly trim?: boolean | undefined;
  /** The unquoted text that stands for null in nullable and for absent in optional fields; `""` by default. */
  readonly nullValue?: string | undefined;
  /** What an empty field of a number type that is not nullable is: an error by default, or zero. */
  readonly emptyNumbers?: "fail" | "zero" | undefined;
  /** What a line with too few fields is: an error by default; or the missing ones are null, if their types are nullable or optional. */
  readonly missingFields?: "fail" | "null" | undefined;
  /** What a line with more fields than columns is: fine by default, so that a delimiter may end the line; or an error. */
  readonly extraFields?: "ignore" | "fail" | undefined;
  /** Whether empty lines are left out; true by default, unless the file has one column only. */
  readonly skipEmptyLines?: boolean | undefined;
}

/** Holds the bytes that matter to the tokenizer, checked. @internal */
export interface CsvSyntax {
  readonly fieldDelimiter: Uint8Array;
  readonly lineDelimiter: Uint8Array;
  /** Whether a carriage return before a line end belongs to it. */
  readonly stripsCarriageReturn: boolean;
  /** The quote's code, or -1. */
  readonly quote: number;
  /** The escape's code, or -1: quotes are doubled. */
  readonly escapeCode: number;
  /** Empty for none. */
  readonly comment: Uint8Array;
  readonly isMultiline: boolean;
  readonly coding: TextCoding;
}

/** Checks the options that make up the syntax; throws INVALID_ARGUMENT. @internal */
export function csvSyntax(options: CsvReadOptions<unknown>): CsvSyntax {
  // UTF-16 is turned into UTF-8 before it gets here.
  const coding = textCoding(options.charset === "utf-16le" ? "utf-8" : options.charset);
  const fieldDelimiter = options.fieldDelimiter ?? ",";
  const lineDelimiter = options.lineDelimiter ?? "\n";
  const quote = options.quoteCharacter ?? '"';
  const escapeCharacter = options.escapeCharacter;
  if (fieldDelimiter === "" || lineDelimiter === "") {
    throw invalid("A delimiter of CSV is empty", "at least one character");
  }
  if (fieldDelimiter.includes(lineDelimiter) || /[\r\n]/.test(fieldDelimiter)) {
    throw invalid(`The field delimiter ${JSON.stringify(fieldDelimiter)} holds a line end`, "text within a line");
  }
  if (quote !== false && (quote.length !== 1 || quote.charCodeAt(0) > 0x7f)) {
    throw invalid(`The quote character is ${JSON.stringify(quote)}`, "one ASCII character, or false");
  }
  if (quote !== false && (fieldDelimiter.includes(quote) || lineDelimiter.includes(quote))) {
    throw invalid(`The quote character ${JSON.stringify(quote)} is part of a delimiter`, "different characters");
  }
  if (
    escapeCharacter !== undefined &&
    (escapeCharacter.length !== 1 || escapeCharacter.charCodeAt(0) > 0x7f || escapeCharacter === quote)
  ) {
    throw invalid(
      `The escape character is ${JSON.stringify(escapeCharacter)}`,
      "one ASCII character that is not the quote, which is escaped by doubling it when no escape character is given",
    );
  }
  if (options.multiline === true && quote === false) {
    throw invalid("multiline is set but quoting is off", "a quote character: only quoted fields can hold line ends");
  }
  return {
    fieldDelimiter: coding.encode(fieldDelimiter),
    lineDelimiter: coding.encode(lineDelimiter),
    stripsCarriageReturn: lineDelimiter === "\n",
    quote: quote === false ? -1 : quote.charCodeAt(0),
    escapeCode: escapeCharacter === undefined ? -1 : escapeCharacter.charCodeAt(0),
    comment: coding.encode(options.comment ?? ""),
    isMultiline: options.multiline ?? false,
    coding,
  };
}

/** One field of the records to make. @internal */
export interface RecordField {
  /** The name in a row; the position as text in a tuple. */
  readonly name: string;
  readonly type: AnyType;
}

/** Is the shape of the records: the fields of a row or tuple, or undefined when strings are read. @internal */
export interface RecordShape {
  readonly kind: "row" | "tuple";
  readonly fields: readonly RecordField[];
}

/** Reads the declared type; throws UNSUPPORTED_TYPE for one that no line of CSV can hold. @internal */
export function recordShape(type: TypeInformation<unknown> | undefined): RecordShape | undefined {
  if (type === undefined) return undefined;
  const declared = type as AnyType;
  let fields: readonly RecordField[];
  if (declared.kind === "row") {
    fields = declared.fields;
  } else if (declared.kind === "tuple") {
    fields = declared.elements.map((element, i) => ({ name: String(i), type: element }));
  } else {
    throw new MillraceError({
      code: "UNSUPPORTED_TYPE",
      what: `A line of CSV cannot be of type ${String(type)}`,
      expected: "a row or a tuple",
      fix: "Put the type of a single column into types.tuple(…), or read the file with readFileOfPrimitives.",
    });
  }
  if (fields.length === 0) {
    throw new MillraceError({
      code: "UNSUPPORTED_TYPE",
      what: "The declared record has no fields",
      expected: "a row or a tuple with at least one",
    });
  }
  return { kind: declared.kind, fields };
}

/** Makes the error of a wrong option. @internal */
export function invalid(what: string, expected: string): MillraceError {
  return new MillraceError({ code: "INVALID_ARGUMENT", what, expected });
}
