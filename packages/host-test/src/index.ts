export { CapturedTerminal } from "./captured-terminal.js";
export { type DiskFault, type DiskOperation, type FailureSweep, FaultyDisk, sweepFailures } from "./faulty-disk.js";
export { edges, randomValue, records, textLines, vocabulary, zipf } from "./generators.js";
export { ScratchDisk, type ScratchFault, type ScratchOperation } from "./scratch-disk.js";
export { SeededRandom } from "./seeded-random.js";
export { TestHost, type TestHostOptions } from "./test-host.js";
export { VirtualTime } from "./virtual-time.js";
