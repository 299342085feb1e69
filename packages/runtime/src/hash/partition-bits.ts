const MIN_PARTITION_BITS = 1;
const MAX_PARTITION_BITS = 5;
/** Of the budget there are at least so many pages for each partition. */
const PAGES_PER_PARTITION = 8;

/** Returns how many high bits of a hash say to which partition on disk a row goes, when there is no memory for its group. */
export function partitionBits(numPages: number): number {
  const most = Math.floor(Math.log2(Math.max(2, numPages / PAGES_PER_PARTITION)));
  return Math.min(MAX_PARTITION_BITS, Math.max(MIN_PARTITION_BITS, most));
}
