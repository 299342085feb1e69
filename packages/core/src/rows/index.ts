export type { RecordReader } from "./interpret-read.js";
export { RowLayout } from "./row-layout.js";
export { type RowCodeOptions, RowSerializer } from "./row-serializer.js";
