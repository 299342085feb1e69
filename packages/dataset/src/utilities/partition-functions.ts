import { type Collector, RichMapPartitionFunction, type RuntimeContext } from "@millrace/core";

/** Is how many records a partition has. @public */
export type PartitionCount = [partition: number, count: number];

/** Counts the records of each partition. @internal */
export class CountPartition extends RichMapPartitionFunction<unknown, PartitionCount> {
  override mapPartition(
    values: Iterable<unknown>,
    _out: Collector<PartitionCount>,
    context: RuntimeContext,
  ): PartitionCount[] {
    let count = 0;
    for (const _value of values) count++;
    return [[context.subtaskIndex, count]];
  }
}

/** The name of the broadcast set that {@link IndexPartition} reads. @internal */
export const PARTITION_COUNTS = "partition counts";

/** Numbers records from 0 on, partition after partition; needs the counts of all partitions as a broadcast set. @internal */
export class IndexPartition extends RichMapPartitionFunction<unknown, [number, unknown]> {
  override *mapPartition(
    values: Iterable<unknown>,
    _out: Collector<[number, unknown]>,
    context: RuntimeContext,
  ): Generator<[number, unknown], void, undefined> {
    let index = 0;
    for (const [partition, count] of context.getBroadcastVariable<PartitionCount>(PARTITION_COUNTS)) {
      if (partition < context.subtaskIndex) index += count;
    }
    for (const value of values) yield [index++, value];
  }
}

/** Gives every record an id of its own without a second pass: subtask i of n gives i, i + n, i + 2n, … @internal */
export class IdentifyPartition extends RichMapPartitionFunction<unknown, [number, unknown]> {
  override *mapPartition(
    values: Iterable<unknown>,
    _out: Collector<[number, unknown]>,
    context: RuntimeContext,
  ): Generator<[number, unknown], void, undefined> {
    let id = context.subtaskIndex;
    for (const value of values) {
      yield [id, value];
      id += context.numParallelSubtasks;
    }
  }
}
