import {
  type AnyType,
  type Charset,
  Decimal,
  displayText,
  encodeBase64,
  encodeTypedJson,
  type FileWriteOptions,
  fileSink,
  MillraceError,
  type OutputBuffer,
  type RecordEncoder,
  type Sink,
  type TypeInformation,
  textCoding,
} from "@millrace/core";
import { invalid, recordShape } from "./csv-options.js";

/** Says how records are written as CSV. @public */
export interface CsvWriteOptions<T> extends FileWriteOptions {
  /** What the records are: a row or a tuple. Without it, the first record of each file settles the columns. */
  readonly types?: TypeInformation<T> | undefined;
  /** What stands between fields; `","` by default. */
  readonly fieldDelimiter?: string | undefined;
  /** What ends a line; `"\n"` by default. */
  readonly lineDelimiter?: string | undefined;
  /** Whether the first line of each file names the columns, or the names themselves; false by default. */
  readonly header?: boolean | readonly string[] | undefined;
  /** Which fields are quoted: those that need it (the default), or all strings. */
  readonly quote?: "when-needed" | "strings" | undefined;
  /** The character around quoted fields, doubled inside; `"\""` by default. */
  readonly quoteCharacter?: string | undefined;
  /** What is written for null and undefined; the empty string by default. A string that looks like it is quoted. */
  readonly nullValue?: string | undefined;
  /** The character set; `"utf-8"` by default. */
  readonly charset?: Charset | undefined;
}

/**
 * Writes rows and tuples as CSV. Nested values are written as JSON, dates in ISO 8601, bytes in base64.
 * Throws INVALID_ARGUMENT or UNSUPPORTED_TYPE for options that contradict each other.
 * @public
 */
export function csvSink<T>(path: string, options: CsvWriteOptions<T> = {}): Sink<T> {
  const shape = recordShape(options.types);
  const format = fieldFormat(options as CsvWriteOptions<unknown>);
  const { header = false } = options;
  if (header === true && shape?.kind === "tuple") {
    throw invalid("A tuple has no names for the header", 'header: ["first", "second", …]');
  }
  if (Array.isArray(header) && shape !== undefined && header.length !== shape.fields.length) {
    throw invalid(`The header has ${header.length} names for ${shape.fields.length} fields`, "one name for each field");
  }
  return fileSink<T>({
    label: "CSV",
    path,
    options,
    coding: textCoding(options.charset),
    openEncoder: () => new CsvEncoder(format, shape, header),
  });
}

interface FieldFormat {
  readonly fieldDelimiter: string;
  readonly lineDelimiter: string;
  readonly quote: string;
  readonly nullValue: string;
  readonly quotesStrings: boolean;
  /** Matches text that must stand in quotes. */
  readonly needsQuotes: RegExp;
}

function fieldFormat(options: CsvWriteOptions<unknown>): FieldFormat {
  const fieldDelimiter = options.fieldDelimiter ?? ",";
  const lineDelimiter = options.lineDelimiter ?? "\n";
  const quote = options.quoteCharacter ?? '"';
  const nullValue = options.nullValue ?? "";
  if (fieldDelimiter === "" || lineDelimiter === "")
    throw invalid("A delimiter of CSV is empty", "at least one character");
  if (quote.length !== 1) throw invalid(`The quote character is ${JSON.stringify(quote)}`, "one character");
  if (fieldDelimiter.includes(quote) || lineDelimiter.includes(quote)) {
    throw invalid(`The quote character ${JSON.stringify(quote)} is part of a delimiter`, "different characters");
  }
  const special = [fieldDelimiter, lineDelimiter, quote, "\n", "\r"].map(escapedForPattern).join("|");
  const needsQuotes = new RegExp(`${special}|^[ \\t]|[ \\t]$`);
  if (needsQuotes.test(nullValue)) {
    throw invalid(`The null value ${JSON.stringify(nullValue)} would have to be quoted`, "a text without delimiters");
  }
  return {
    fieldDelimiter,
    lineDelimiter,
    quote,
    nullValue,
    quotesStrings: options.quote === "strings",
    needsQuotes,
  };
}

class CsvEncoder<T> implements RecordEncoder<T> {
  readonly #format: FieldFormat;
  readonly #header: boolean | readonly string[];
  /** The names of the columns of rows; undefined for tuples, and before the first record when nothing was declared. */
  #names: readonly string[] | undefined;
  readonly #types: readonly AnyType[] | undefined;
  #needsHeader: boolean;

  constructor(format: FieldFormat, shape: ReturnType<typeof recordShape>, header: boolean | readonly string[]) {
    this.#format = format;
    this.#header = header;
    this.#names = shape?.kind === "row" ? shape.fields.map((field) => field.name) : undefined;
    this.#types = shape?.fields.map((field) => field.type);
    this.#needsHeader = header !== false;
  }

  begin(out: OutputBuffer): void {
    if (Array.isArray(this.#header)) this.#writeHeader(this.#header, out);
    else if (this.#names !== undefined && this.#header === true) this.#writeHeader(this.#names, out);
  }

  encode(record: T, out: OutputBuffer): void {
    const values = this.#valuesOf(record);
    if (this.#needsHeader && this.#names !== undefined) this.#writeHeader(this.#names, out);
    if (this.#needsHeader) throw headerOfTuples();
    const { fieldDelimiter, lineDelimiter } = this.#format;
    let line = "";
    for (let i = 0; i < values.length; i++) {
      if (i > 0) line += fieldDelimiter;
      line += this.#fieldText(values[i], this.#types?.[i]);
    }
    // A line with nothing on it would be no record to readers that leave empty lines out.
    if (line === "" && typeof values[0] === "string") line = this.#quoted("");
    out.writeText(line + lineDelimiter);
  }

  #writeHeader(names: readonly string[], out: OutputBuffer): void {
    const { fieldDelimiter, lineDelimiter } = this.#format;
    out.writeText(names.map((name) => this.#stringText(name)).join(fieldDelimiter) + lineDelimiter);
    this.#needsHeader = false;
  }

  #valuesOf(record: T): readonly unknown[] {
    if (Array.isArray(record)) return record;
    const isScalar = record instanceof Date || record instanceof Uint8Array || record instanceof Decimal;
    if (typeof record !== "object" || record === null || record instanceof Map || isScalar) throw notARecord(record);
    const row = record as Readonly<Record<string, unknown>>;
    this.#names ??= Object.keys(row);
    const names = this.#names;
    const values = new Array<unknown>(names.length);
    let numPresent = 0;
    for (let i = 0; i < names.length; i++) {
      values[i] = row[names[i]!];
      if (Object.hasOwn(row, names[i]!)) numPresent++;
    }
    for (const name in row) if (Object.hasOwn(row, name)) numPresent--;
    if (numPresent < 0) throw extraField(row, names);
    return values;
  }

  #fieldText(value: unknown, type: AnyType | undefined): string {
    switch (typeof value) {
      case "string":
        return this.#stringText(value);
      case "number":
      case "bigint":
      case "boolean":
        return this.#plainText(displayText(value));
      case "undefined":
        return this.#format.nullValue;
      default:
        break;
    }
    if (value === null) return this.#format.nullValue;
    if (value instanceof Uint8Array) return this.#plainText(encodeBase64(value));
    const json = encodeTypedJson(type, value);
    return typeof json === "string" ? this.#plainText(json) : this.#stringText(JSON.stringify(json));
  }

  #stringText(text: string): string {
    const { needsQuotes, nullValue, quotesStrings } = this.#format;
    return quotesStrings || text === nullValue || needsQuotes.test(text) ? this.#quoted(text) : text;
  }

  #plainText(text: string): string {
    const { needsQuotes, nullValue } = this.#format;
    return text === nullValue || needsQuotes.test(text) ? this.#quoted(text) : text;
  }

  #quoted(text: string): string {
    const { quote } = this.#format;
    return quote + text.replaceAll(quote, quote + quote) + quote;
  }
}

function escapedForPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

function notARecord(record: unknown): MillraceError {
  return new MillraceError({
    code: "UNSUPPORTED_TYPE",
    what: `A line of CSV cannot be made of ${displayText(record)}`,
    expected: "a row or a tuple",
    fix: "Map the records to tuples, or write them as text.",
  });
}

function extraField(row: object, names: readonly string[]): MillraceError {
  const extra = Object.keys(row).filter((name) => !names.includes(name));
  return new MillraceError({
    code: "RECORD_TYPE_MISMATCH",
    what: `A record has the field ${JSON.stringify(extra[0])}, which is no column of this CSV file`,
    expected: `the columns ${names.map((name) => JSON.stringify(name)).join(", ")}`,
    fix: "Declare the columns with the option types, or map the records to the same fields.",
  });
}

function headerOfTuples(): MillraceError {
  return new MillraceError({
    code: "INVALID_ARGUMENT",
    what: "A tuple has no names for the header",
    expected: 'header: ["first", "second", …]',
  });
}
