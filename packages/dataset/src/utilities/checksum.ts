import { type Collector, partitionHash, RichMapPartitionFunction } from "@millrace/core";

/** Tells two bags of records apart, whatever their order: how many there are, and the sum of their hashes. @public */
export interface Checksum {
  /** How many records there are. */
  readonly count: number;
  /** The sum of the partition hashes of all records; the same in every process and version. */
  readonly checksum: bigint;
}

/** @internal */
export class ChecksumPartition extends RichMapPartitionFunction<unknown, Checksum> {
  override mapPartition(values: Iterable<unknown>, _out: Collector<Checksum>): Checksum[] {
    let count = 0;
    let checksum = 0n;
    for (const value of values) {
      count++;
      checksum += BigInt(partitionHash(value));
    }
    return [{ count, checksum }];
  }
}

/** @internal */
export function addChecksums(a: Checksum, b: Checksum): Checksum {
  return { count: a.count + b.count, checksum: a.checksum + b.checksum };
}
