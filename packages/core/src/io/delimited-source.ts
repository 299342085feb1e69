import { MillraceError } from "../errors/index.js";
import type { TypeInformation } from "../types/index.js";
import { iterateClosing } from "./closing.js";
import { DEFAULT_BUFFER_SIZE_BYTES, DEFAULT_LINE_LENGTH_LIMIT, DelimitedReader } from "./delimited-reader.js";
import type { Delimiter } from "./delimiter.js";
import { enumerateFiles } from "./file-enumeration.js";
import { createFileSplits, type FileSplit, type FileSplitOptions } from "./file-splits.js";
import type { IoContext, SubtaskIoContext } from "./io-context.js";
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
  return {
    name: `${format.label} ${paths.map(fileName).join(", ")}`,
    type: format.type,
    async createSplits(minNumSplits: number, context: IoContext): Promise<readonly FileSplit[]> {
      const files = await enumerateFiles(paths, context, options);
      return createFileSplits(files, minNumSplits, isSplittable, options);
    },
    async *read(split: FileSplit, context: SubtaskIoContext): AsyncGenerator<readonly T[]> {
      const parser = await format.openSplit(split, context);
      const reader = await DelimitedReader.open(split, context, { ...readerOptions, dataStart: parser.dataStart });
      yield* iterateClosing(reader, parseAll(format, split, context, parser, reader));
    },
    async statistics(context: IoContext): Promise<SourceStatistics> {
      const files = await enumerateFiles(paths, context, options);
      const version = JSON.stringify(files);
      if (sampled?.version !== version) {
        sampled = { version, statistics: await sampleStatistics(files, delimiter, isSplittable, context) };
      }
      return sampled.statistics;
    },
  };
}

async function* parseAll<T>(
  format: DelimitedFormat<T>,
  split: FileSplit,
  context: SubtaskIoContext,
  parser: SplitParser<T>,
  reader: DelimitedReader,
): AsyncGenerator<readonly T[]> {
  try {
    while (await reader.advance()) {
      const batch: T[] = [];
      parser.parse(reader, batch);
      if (batch.length > 0) yield batch;
    }
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
