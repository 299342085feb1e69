/** Sources: rules [O14] to [O16]. */

import type { CollectionSourceOperator, SourceOperator } from "@millrace/common-api";
import {
  type Configuration,
  createIoContext,
  createSubtaskIoContext,
  IntCounter,
  type IoContext,
  type SubtaskIoContext,
} from "@millrace/core";
import { type JobAttempt, throwIfCancelled } from "../execution/job-attempt.js";
import type { OperatorRun } from "../execution/operator-run.js";
import { cutEvenly, type Partitions } from "../execution/partitions.js";
import { Subtask } from "../subtask/subtask.js";

/** Reads each split of a source once; neighbouring splits go to the same subtask. */
export async function source(run: OperatorRun<SourceOperator>): Promise<Partitions> {
  const { source: reader, parameters } = run.operator;
  const context = ioContext(run.job, parameters);
  const splits = await run.reported(undefined, () => reader.createSplits(run.parallelism, context));
  const partitions: unknown[][] = [];
  for (const [index, own] of cutEvenly(splits, run.parallelism).entries()) {
    const subtask = new Subtask(run, index, new Map());
    const subtaskContext = subtaskIoContext(subtask, context);
    const records: unknown[] = [];
    for (const split of own) {
      await run.reported(index, async () => {
        for await (const batch of reader.read(split, subtaskContext)) {
          throwIfCancelled(run.job);
          for (const record of batch) records.push(subtask.takenIn(record));
        }
      });
    }
    subtask.end();
    partitions.push(records);
  }
  return partitions;
}

/** Reads the records that the program itself holds, dealt in neighbouring pieces. */
export function collectionSource(run: OperatorRun<CollectionSourceOperator>): Partitions {
  return cutEvenly(run.operator.takeRecords(), run.parallelism);
}

/** Makes what a source or sink is given. */
export function ioContext({ host, signal }: JobAttempt, parameters: Configuration | undefined): IoContext {
  return createIoContext({ host, signal, parameters });
}

/** Makes what one subtask of a source or sink is given; its counts become accumulators. */
export function subtaskIoContext(subtask: Subtask, context: IoContext): SubtaskIoContext {
  return createSubtaskIoContext(context, {
    subtaskIndex: subtask.index,
    numParallelSubtasks: subtask.run.parallelism,
    count: (name, increment) => subtask.context.getAccumulator(name, IntCounter).add(increment),
  });
}
