/**
 * How records lie: a data set is a list of partitions, each a list of records in order. What is stored here is never given
 * to user code; readers get copies, so that nobody sees another's changes.
 */

/** Holds the records of a data set by partition. */
export type Partitions = readonly (readonly unknown[])[];

/** Returns `count` empty partitions to fill. */
export function emptyPartitions<T>(count: number): T[][] {
  return Array.from({ length: count }, () => []);
}

/** Puts all partitions together, in order. */
export function gathered<T>(partitions: readonly (readonly T[])[]): T[] {
  return partitions.flat();
}

/**
 * Moves records to `count` partitions: where they are when there are as many, else round robin, in order, as one line of
 * all partitions (rule [O11]).
 */
export function forwardedOrRebalanced(partitions: Partitions, count: number): Partitions {
  return partitions.length === count ? partitions : rebalanced(partitions, count);
}

/** Deals records to `count` partitions round robin. */
export function rebalanced(partitions: Partitions, count: number): Partitions {
  const result = emptyPartitions<unknown>(count);
  gathered(partitions).forEach((record, index) => {
    result[index % count]?.push(record);
  });
  return result;
}

/** Cuts a list into `count` neighbouring pieces whose lengths differ by at most one, the longer ones first. */
export function cutEvenly<T>(records: readonly T[], count: number): T[][] {
  const shortest = Math.floor(records.length / count);
  const numLonger = records.length % count;
  let position = 0;
  return Array.from({ length: count }, (_, index) => {
    const length = shortest + (index < numLonger ? 1 : 0);
    position += length;
    return records.slice(position - length, position);
  });
}
