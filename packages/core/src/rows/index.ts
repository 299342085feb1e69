export type { RecordCompare } from "./generate-compare.js";
export type { RowCompare } from "./interpret-compare.js";
export type { RecordReader } from "./interpret-read.js";
export type { NormalizedKeyWriter } from "./normalized-key.js";
export { RowComparator, RowPairComparator } from "./row-comparator.js";
export type { KeyField } from "./row-key.js";
export { RowKeys } from "./row-keys.js";
export { RowLayout } from "./row-layout.js";
export { type RowCodeOptions, RowSerializer } from "./row-serializer.js";
