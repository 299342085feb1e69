export { type ByteInput, type InputEncoding, openByteInput, throwIfCancelled } from "./byte-input.js";
export {
  checkOptions,
  FILE_READ_OPTIONS,
  FILE_SPLIT_OPTIONS,
  FILE_WRITE_OPTIONS,
  type OptionRule,
  type OptionRules,
} from "./check-options.js";
export { type Closeable, closeAfterFailure, iterateClosing, withClosing } from "./closing.js";
export { commitSinks, type SinkToCommit } from "./commit-sinks.js";
export { compressionEnding, compressionOf } from "./compression.js";
export { DelimitedReader, type DelimitedReaderOptions, recordTooLong } from "./delimited-reader.js";
export {
  type DelimitedFormat,
  delimitedSource,
  type FileReadOptions,
  fileName,
  type SplitParser,
} from "./delimited-source.js";
export { Delimiter } from "./delimiter.js";
export {
  asciiTrimmed,
  decodeBase64,
  displayText,
  encodeBase64,
  type FieldParser,
  FieldProblem,
  fieldParser,
  isFieldType,
  type JsonDecoder,
  type JsonEncoder,
  jsonOfValue,
  shown,
  typedJsonDecoder,
  typedJsonEncoder,
} from "./fields/index.js";
export { enumerateFiles, type InputFile } from "./file-enumeration.js";
export { OutputBuffer } from "./file-output.js";
export { type FileSinkFormat, type FileWriteOptions, fileSink, type RecordEncoder } from "./file-sink.js";
export { createFileSplits, type FileSplit, type FileSplitOptions } from "./file-splits.js";
export type { FileStatus, FileSystem, ReadableFile, WritableFile } from "./file-system.js";
export type { IoContext, SubtaskIoContext } from "./io-context.js";
export { createIoContext, createSubtaskIoContext, type IoContextParts } from "./io-environment.js";
export { lineNumberAt } from "./line-numbers.js";
export {
  type LineForm,
  type LineReading,
  type LineWindow,
  type LineWriting,
  lineReadingOf,
  lineWritingOf,
} from "./lines.js";
export { MalformedRecord, malformedInput } from "./malformed-record.js";
export { MemoryFileSystem } from "./memory-file-system.js";
export { readFully } from "./record-start.js";
export type { Sink, SinkWriter, WriteMode } from "./sink.js";
export type { Source, SourceSplit, SourceStatistics, SplitDataProperties } from "./source.js";
export { type Charset, type TextCoding, textCoding } from "./text-decoding.js";
export { type MemoryContext, memoryContext, readSource, writeSink } from "./without-engine.js";
