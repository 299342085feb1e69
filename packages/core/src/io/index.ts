export type { FileStatus, FileSystem, ReadableFile, WritableFile } from "./file-system.js";
export type { IoContext, SubtaskIoContext } from "./io-context.js";
export type { Sink, SinkWriter, WriteMode } from "./sink.js";
export type { Source, SourceSplit, SourceStatistics, SplitDataProperties } from "./source.js";
