export { type BinaryWriteOptions, binarySink } from "./binary-sink.js";
export { type BinaryReadOptions, binarySource } from "./binary-source.js";
