export { crc32c } from "./crc32c.js";
export { partitionHashOfInt64, partitionHashOfNumber, tableHashOfInt64, tableHashOfNumber } from "./number-hash.js";
export {
  MAX_PARTITIONS,
  PARTITION_HASH_VERSION,
  partitionHash,
  partitionHashOfBytes,
  partitionOf,
} from "./partition-hash.js";
export { halfSipHash, type TableHashSeed, tableHashOfBytes } from "./table-hash.js";
