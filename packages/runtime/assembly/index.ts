// The kernels in WebAssembly. They are written in AssemblyScript, which compiles them with no runtime, no data and no memory of its
// own; `build.mjs` embeds the result in src/kernels/wasm-bytes.ts.
export { findBytes, findNeedles } from "./bytes.js";
export { checksum } from "./checksum.js";
export {
  beginScatter,
  copyEntries,
  countDigits,
  endOfRun,
  findRun,
  firstVaryingBit,
  orderShortRuns,
  permuteByDigit,
  scatterByDigit,
} from "./entries.js";
export { addNumbers, findGroups, keptOfCells, listEntries, partitionEntries } from "./groups.js";
export { insert, keptOfBuckets, partitionHashes, probe, tableHashes } from "./hashes.js";
export { findEntries, insertEntries, keptOfEntries, listPairs, projectPairs, writePairs } from "./joins.js";
export { keyHashes } from "./keys.js";
export { endByte, joinLines, splitLines } from "./lines.js";
export { keptOfMerge, mergeRows } from "./merge.js";
export { gatherNumbers, scatterAdd, sumGathered } from "./numbers.js";
export { foldTuples, writeResults } from "./packed-folds.js";
export { findTuples, indexTuples } from "./packed-tables.js";
export { hashTuples, packField, readAhead, scatterTuples } from "./packed-tuples.js";
export { copyRows, endSlot, keptOfRows, listRows, partitionRows } from "./rows.js";
