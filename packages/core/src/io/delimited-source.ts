import { MillraceError } from "../errors/index.js";
import type { TypeInformation } from "../types/index.js";
import { iterateClosing } from "./closing.js";
import { DEFAULT_BUFFER_SIZE_BYTES, DEFAULT_LINE_LENGTH_LIMIT, DelimitedReader } from "./delimited-reader.js";
import type { Delimiter } from "./delimiter.js";
import { enumerateFiles } from "./file-enumeration.js";
import { createFileSplits, type FileSplit, type FileSplitOptions } from "./file-splits.js";
import type { IoContext, SubtaskIoContext } from "./io-context.js";
import { type LineForm, type LineReading, type LineWindow, offerLineReading } from "./lines.js";
import { MalformedRecord, malformedInput } from "./malformed-record.js";
import { sampleStatistics } from "./sampling.js";
import type { Source, SourceStatistics } from "./source.js";
import { type Charset, type TextCoding, textCoding } from "./text-decoding.js";

/** Options that all sources of delimited files share. @public */
export interface FileReadOptions extends FileSplitOptions {
  /** Whether files in nested directories are read too; false by default. */
  readonly recursive?: boolean | undefined;
  /** The character set; `"utf-8"` by default. */
  readonly charset?: Charset | undefined;
  /** The longest record in bytes without its delimiter; longer ones are an error. 256 MiB by default. */
  readonly lineLengthLimit?: number | undefined;
  /** How many bytes are read at once; 256 KiB by default. */
  readonly bufferSizeBytes?: number | undefined;
}

/** Is what a format of delimited files is made of; {@link delimitedSource} adds all that has nothing to do with the format. @internal */
export interface DelimitedFormat<T> {
  /** What plans call the source, such as `CSV`. */
  readonly label: string;
  /** One path or several, as the user gave them. */
  readonly paths: string | readonly string[];
  /** The user's options that concern files. */
  readonly options: FileReadOptions;
  /** The declared type of the records, if any. */
  readonly type: TypeInformation<T> | undefined;
  /** What ends a record. */
  readonly delimiter: Delimiter;
  /** The character set of the files. */
  readonly coding: TextCoding;
  /** Whether every delimiter ends a record. If not, records can be found from the start of the file only. */
  readonly cutsAtDelimiters: boolean;
  /** Whether a UTF-16 file is given to the parser as UTF-8. */
  readonly isUtf16: boolean;
  /** How the records are lines, when the parser does nothing but decode them; then `T` is string. */
  readonly lines?: LineForm | undefined;
  /** Prepares the reading of one split: reads a header, makes a parser. */
  openSplit(split: FileSplit, context: SubtaskIoContext): Promise<SplitParser<T>>;
}

/** Parses the records of one split. @internal */
export interface SplitParser<T> {
  /** Where the data of the file begins, behind a header; 0 without one. */
  readonly dataStart: number;
  /**
   * Parses the records of the window and appends them to `out`; moves `reader.start` behind what it consumed.
   * Throws a {@link MalformedRecord}.
   */
  parse(reader: DelimitedReader, out: T[]): void;
}

/** Makes the source of a delimited format. @internal */
export function delimitedSource<T>(format: DelimitedFormat<T>): Source<T, FileSplit> {
  const { options, delimiter } = format;
  const paths = pathList(format.paths);
  const isSplittable = format.cutsAtDelimiters && !format.isUtf16;
  const lineLengthLimit = positive("lineLengthLimit", options.lineLengthLimit ?? DEFAULT_LINE_LENGTH_LIMIT);
  const bufferSizeBytes = positive("bufferSizeBytes", options.bufferSizeBytes ?? DEFAULT_BUFFER_SIZE_BYTES);
  const readerOptions = {
    delimiter,
    lineLengthLimit,
    bufferSizeBytes,
    byteOrderMark: format.isUtf16 ? textCoding("utf-8").byteOrderMark : format.coding.byteOrderMark,
    cutsAtDelimiters: format.cutsAtDelimiters,
    isUtf16: format.isUtf16,
  };
  // What was sampled last, with the paths, sizes and times of the files: they are not opened again while these stay the same.
  let sampled: { readonly version: string; readonly statistics: SourceStatistics } | undefined;
  const source: Source<T, FileSplit> = {
    name: `${format.label} ${paths.map(fileName).join(", ")}`,
    type: format.type,
    async createSplits(minNumSplits: number, context: IoContext): Promise<readonly FileSplit[]> {
      const files = await enumerateFiles(paths, context, options);
      return createFileSplits(files, minNumSplits, isSplittable, options);
    },
    read: (split, context) => readSplit(split, context, parseAll),
    async statistics(context: IoContext): Promise<SourceStatistics> {
      const files = await enumerateFiles(paths, context, options);
      const version = JSON.stringify(files);
      if (sampled?.version !== version) {
        sampled = { version, statistics: await sampleStatistics(files, delimiter, isSplittable, context) };
      }
      return sampled.statistics;
    },
  };
  if (format.lines !== undefined) {
    const read = (split: FileSplit, context: SubtaskIoContext) => readSplit(split, context, parseRest(delimiter));
    offerLineReading(source, { form: format.lines, read: read as LineReading<FileSplit>["read"] });
  }
  return source;

  async function* readSplit<B>(split: FileSplit, context: SubtaskIoContext, batches: Batches<T, B>): AsyncGenerator<B> {
    const parser = await format.openSplit(split, context);
    const reader = await DelimitedReader.open(split, context, { ...readerOptions, dataStart: parser.dataStart });
    yield* iterateClosing(reader, located(format, split, context, batches(parser, reader)));
  }
}

/** Makes batches of the records of a reader. */
type Batches<T, B> = (parser: SplitParser<T>, reader: DelimitedReader) => AsyncIterable<B>;

async function* parseAll<T>(parser: SplitParser<T>, reader: DelimitedReader): AsyncGenerator<readonly T[]> {
  while (await reader.advance()) {
    const batch: T[] = [];
    parser.parse(reader, batch);
    if (batch.length > 0) yield batch;
  }
}

/** How many bytes of a window are decoded at once of which not all was taken; behind them there may be lines again that are. */
const DECODED_BYTES = 16 * 1024;

/** Gives windows, and the records in which their consumer stopped. */
function parseRest<T>(delimiter: Delimiter): Batches<T, LineWindow | readonly T[]> {
  return async function* (parser, reader) {
    while (await reader.advance()) {
      const { end } = reader;
      while (reader.start < end) {
        yield reader;
        if (reader.start >= end) break;
        const { bytes, start, base } = reader;
        const last = start + DECODED_BYTES < end ? delimiter.indexOf(bytes, start + DECODED_BYTES, end, base) : -1;
        const batch: T[] = [];
        reader.end = last < 0 ? end : last + delimiter.length;
        parser.parse(reader, batch);
        reader.end = end;
        yield batch;
      }
    }
  };
}

/** Says of records that cannot be read where in the file they are. */
async function* located<T, B>(
  format: DelimitedFormat<T>,
  split: FileSplit,
  context: SubtaskIoContext,
  batches: AsyncIterable<B>,
): AsyncGenerator<B> {
  try {
    yield* batches;
  } catch (error) {
    if (!(error instanceof MalformedRecord)) throw error;
    throw await malformedInput(error, context, split.path, {
      compression: split.compression,
      isUtf16: format.isUtf16,
      unitBytes: format.isUtf16 ? 1 : format.coding.unitBytes,
    });
  }
}

function pathList(paths: string | readonly string[]): readonly string[] {
  const list = typeof paths === "string" ? [paths] : [...paths];
  if (list.length > 0 && list.every((path) => typeof path === "string" && path !== "")) return list;
  throw new MillraceError({
    code: "INVALID_ARGUMENT",
    what: "The path of a source is missing or empty",
    expected: "the path of a file or directory, or a list of them",
  });
}

function positive(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new MillraceError({
    code: "INVALID_ARGUMENT",
    what: `${name} is ${String(value)}`,
    expected: "a whole number of bytes, at least 1",
  });
}

/** Returns the last part of a path, which is what a plan has room for. @internal */
export function fileName(path: string): string {
  return path.replace(/[/\\]+$/, "").replace(/^.*[/\\]/, "") || path;
}
