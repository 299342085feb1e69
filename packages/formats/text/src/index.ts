export { type PrimitiveReadOptions, primitiveSource } from "./primitive-source.js";
export { type TextWriteOptions, textSink } from "./text-sink.js";
export { SKIPPED_LINES, type TextReadOptions, textSource } from "./text-source.js";
