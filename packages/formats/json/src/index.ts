export { type JsonLinesWriteOptions, jsonLinesSink } from "./json-sink.js";
export { type JsonLinesReadOptions, jsonLinesSource, SKIPPED_LINES } from "./json-source.js";
