export type { CsvReadOptions } from "./csv-options.js";
export { type CsvWriteOptions, csvSink } from "./csv-sink.js";
export { csvSource, SKIPPED_LINES } from "./csv-source.js";
