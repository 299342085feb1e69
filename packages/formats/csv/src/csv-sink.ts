import {
  type Charset,
  checkOptions,
  Decimal,
  displayText,
  FILE_WRITE_OPTIONS,
  type FileWriteOptions,
  fileSink,
  MillraceError,
  type OptionRules,
  type OutputBuffer,
  type RecordEncoder,
  type Sink,
  type TypeInformation,
  textCoding,
} from "@millrace/core";
import { invalid, type RecordShape, recordShape } from "./csv-options.js";
import { FieldWriter } from "./field-writer.js";

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

const OPTIONS: OptionRules<CsvWriteOptions<unknown>> = {
  ...FILE_WRITE_OPTIONS,
  types: "checked elsewhere",
  charset: "checked elsewhere",
  fieldDelimiter: "checked elsewhere",
  lineDelimiter: "checked elsewhere",
  header: "checked elsewhere",
  nullValue: "checked elsewhere",
  quote: ["when-needed", "strings"],
  quoteCharacter: "checked elsewhere",
};

/**
 * Writes rows and tuples as CSV. Nested values are written as JSON, dates in ISO 8601, bytes in base64.
 * Throws INVALID_ARGUMENT or UNSUPPORTED_TYPE for options that contradict each other.
 * @public
 */
export function csvSink<T>(path: string, options: CsvWriteOptions<T> = {}): Sink<T> {
  checkOptions("CSV", options, OPTIONS);
  const shape = recordShape(options.types);
  const fields = new FieldWriter({
    fieldDelimiter: options.fieldDelimiter ?? ",",
    lineDelimiter: options.lineDelimiter ?? "\n",
    quoteCharacter: options.quoteCharacter ?? '"',
    nullValue: options.nullValue ?? "",
    quotesStrings: options.quote === "strings",
  });
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
    openEncoder: () => new CsvEncoder(fields, shape, options as CsvWriteOptions<unknown>),
  });
}

class CsvEncoder<T> implements RecordEncoder<T> {
  readonly #fields: FieldWriter;
  readonly #fieldDelimiter: string;
  readonly #lineDelimiter: string;
  readonly #header: boolean | readonly string[];
  /** The names of the columns of rows; undefined for tuples, and before the first record when nothing was declared. */
  #names: readonly string[] | undefined;
  /** The writers of the declared columns; columns that were not declared have one for any kind. */
  readonly #writers: readonly ((value: unknown) => string)[];
  readonly #writeAny: (value: unknown) => string;
  #needsHeader: boolean;

  constructor(fields: FieldWriter, shape: RecordShape | undefined, options: CsvWriteOptions<unknown>) {
    this.#fields = fields;
    this.#fieldDelimiter = options.fieldDelimiter ?? ",";
    this.#lineDelimiter = options.lineDelimiter ?? "\n";
    this.#header = options.header ?? false;
    this.#names = shape?.kind === "row" ? shape.fields.map((field) => field.name) : undefined;
    this.#writers = (shape?.fields ?? []).map((field) => fields.writerOf(field.type));
    this.#writeAny = fields.writerOf(undefined);
    this.#needsHeader = this.#header !== false;
  }

  begin(out: OutputBuffer): void {
    if (Array.isArray(this.#header)) this.#writeHeader(this.#header, out);
    else if (this.#names !== undefined && this.#header === true) this.#writeHeader(this.#names, out);
  }

  encode(record: T, out: OutputBuffer): void {
    const values = Array.isArray(record) ? (record as readonly unknown[]) : this.#valuesOf(record);
    if (this.#needsHeader && this.#names !== undefined) this.#writeHeader(this.#names, out);
    if (this.#needsHeader) throw headerOfTuples();
    const writers = this.#writers;
    let line = "";
    for (let i = 0; i < values.length; i++) {
      if (i > 0) line += this.#fieldDelimiter;
      line += (writers[i] ?? this.#writeAny)(values[i]);
    }
    // A line with nothing on it would be no record to readers that leave empty lines out.
    if (line === "" && typeof values[0] === "string") line = this.#fields.quoted("");
    out.writeText(line + this.#lineDelimiter);
  }

  #writeHeader(names: readonly string[], out: OutputBuffer): void {
    out.writeText(names.map((name) => this.#fields.string(name)).join(this.#fieldDelimiter) + this.#lineDelimiter);
    this.#needsHeader = false;
  }

  /** Returns the values of a row in the order of the columns. */
  #valuesOf(record: T): readonly unknown[] {
    const isScalar = record instanceof Date || record instanceof Uint8Array || record instanceof Decimal;
    if (typeof record !== "object" || record === null || record instanceof Map || isScalar) throw notARecord(record);
    const row = record as Readonly<Record<string, unknown>>;
    const keys = Object.keys(row);
    this.#names ??= keys;
    const names = this.#names;
    // Most rows have exactly the columns, in their order.
    let numSame = 0;
    while (numSame < keys.length && keys[numSame] === names[numSame]) numSame++;
    if (numSame < keys.length && keys.some((key) => !names.includes(key))) throw extraField(row, names);
    const values = new Array<unknown>(names.length);
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!;
      values[i] = i < numSame || Object.hasOwn(row, name) ? row[name] : undefined;
    }
    return values;
  }
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
