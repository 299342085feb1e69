/** Sources: rules [O14] to [O16]. */

import type { CollectionSourceOperator, SourceOperator } from "@millrace/common-api";
import {
  type Configuration,
  createIoContext,
  createSubtaskIoContext,
  IntCounter,
  type IoContext,
  type SourceSplit,
  type SubtaskIoContext,
} from "@millrace/core";
import { type JobAttempt, throwIfCancelled } from "../execution/job-attempt.js";
import type { OperatorRun } from "../execution/operator-run.js";
import { cutEvenly, type Partitions } from "../execution/partitions.js";
import { Subtask } from "../subtask/subtask.js";

/** How many records of a collection follow one another before others have their turn. */
const RECORDS_PER_PIECE = 64;

/** Reads each split of a source once; neighbouring splits go to the same subtask. */
export async function source(run: OperatorRun<SourceOperator>): Promise<Partitions> {
  const partitions: unknown[][] = [];
  const reading = sourceReading(run);
  for (let index = 0; index < run.parallelism; index++) {
    const subtask = new Subtask(run, index, new Map());
    const records: unknown[] = [];
    for await (const batch of reading(subtask)) for (const record of batch) records.push(record);
    subtask.end();
    partitions.push(records);
  }
  return partitions;
}

/** Returns what gives the records of one subtask of a source in batches, as far as they are asked for. */
export function sourceReading(
  run: OperatorRun<SourceOperator>,
): (subtask: Subtask) => AsyncGenerator<readonly unknown[]> {
  const { source: reader, parameters } = run.operator;
  const context = ioContext(run.job, parameters);
  let splits: Promise<readonly SourceSplit[]> | undefined;
  return async function* recordsOf(subtask) {
    splits ??= run.reported(undefined, () => reader.createSplits(run.parallelism, context));
    const own = cutEvenly(await splits, run.parallelism)[subtask.index] ?? [];
    const subtaskContext = subtaskIoContext(subtask, context);
    try {
      for (const split of own) {
        for await (const batch of reader.read(split, subtaskContext)) {
          await run.job.pause();
          throwIfCancelled(run.job);
          yield batch.map((record) => subtask.takenIn(record));
        }
      }
    } catch (error) {
      throw run.outsideFailure(error, subtask.index);
    }
  };
}

/** Reads the records that the program itself holds, dealt in neighbouring pieces. */
export async function collectionSource(run: OperatorRun<CollectionSourceOperator>): Promise<Partitions> {
  const taken = run.operator.takeRecords();
  const records: unknown[] = [];
  if (Array.isArray(taken)) return cutEvenly(taken as readonly unknown[], run.parallelism);
  for await (const piece of inPieces(taken, run.job)) for (const record of piece) records.push(record);
  return cutEvenly(records, run.parallelism);
}

/** Gives the records of a collection, which may never end, in pieces that are read when they are asked for. */
export async function* inPieces(records: Iterable<unknown>, job: JobAttempt): AsyncGenerator<Iterable<unknown>> {
  const iterator = records[Symbol.iterator]();
  let hasEnded = false;
  function* piece(): Generator<unknown> {
    for (let i = 0; i < RECORDS_PER_PIECE; i++) {
      const { done, value } = iterator.next();
      if (done === true) {
        hasEnded = true;
        return;
      }
      yield value;
    }
  }
  while (!hasEnded) {
    await job.pause();
    throwIfCancelled(job);
    yield piece();
  }
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
