/** Sources: rules [O14] to [O16]. */

import type { CollectionSourceOperator, SourceOperator } from "@millrace/common-api";
import {
  Configuration,
  type FileSystem,
  type Host,
  IntCounter,
  MillraceError,
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
    run.job.accumulators.merge(subtask.context.accumulators);
    partitions.push(records);
  }
  return partitions;
}

/** Reads the records that the program itself holds, dealt in neighbouring pieces. */
export function collectionSource(run: OperatorRun<CollectionSourceOperator>): Partitions {
  const subtask = new Subtask(run, 0, new Map());
  return cutEvenly(
    run.operator.takeRecords().map((record) => subtask.takenIn(record)),
    run.parallelism,
  );
}

/** Makes what a source or sink is given. */
export function ioContext(job: JobAttempt, parameters: Configuration | undefined) {
  return {
    host: job.host,
    signal: job.signal,
    parameters: parameters ?? new Configuration(),
    fileSystemOf: (path: string) => fileSystemOf(job.host, path),
  };
}

/** Makes what one subtask of a source or sink is given. */
export function subtaskIoContext(subtask: Subtask, context: ReturnType<typeof ioContext>): SubtaskIoContext {
  return {
    ...context,
    subtaskIndex: subtask.index,
    numParallelSubtasks: subtask.run.parallelism,
    count: (name, increment) => subtask.context.getAccumulator(name, IntCounter).add(increment),
  };
}

function fileSystemOf(host: Host, path: string): FileSystem {
  if (host.files !== undefined) return host.files;
  throw new MillraceError({
    code: "UNSUPPORTED_BY_HOST",
    what: `There is no file system to find ${path} in`,
    expected: `a host with files; this one is ${host.name}`,
  });
}
