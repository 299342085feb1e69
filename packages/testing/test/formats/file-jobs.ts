import {
  createSubtaskIoContext,
  type FileSplit,
  type IoContext,
  type Sink,
  type SinkWriter,
  type Source,
} from "@millrace/core";

/**
 * Runs a sink as an engine does: records are dealt out to writers in turn; any failure aborts all writers and the sink, and is thrown.
 */
export async function writeAll<T>(
  sink: Sink<T>,
  records: readonly T[],
  context: IoContext,
  numWriters = 1,
): Promise<void> {
  await sink.initialize?.(context, numWriters);
  const writers: SinkWriter<T>[] = [];
  try {
    for (let i = 0; i < numWriters; i++) {
      writers.push(await sink.openWriter(subtaskOf(context, i, numWriters)));
    }
    for (const [i, record] of records.entries()) await writers[i % numWriters]!.write(record);
    for (const writer of writers) await writer.close();
    await sink.commit?.(context);
  } catch (error) {
    for (const writer of writers) await writer.abort();
    await sink.abort?.(context);
    throw error;
  }
}

/** Reads all splits of a source, in order. */
export async function readAll<T>(source: Source<T, FileSplit>, context: IoContext, minNumSplits = 1): Promise<T[]> {
  const records: T[] = [];
  for (const split of await source.createSplits(minNumSplits, context)) {
    for await (const batch of source.read(split, subtaskOf(context, 0, 1))) records.push(...batch);
  }
  return records;
}

function subtaskOf(
  context: IoContext,
  subtaskIndex: number,
  numParallelSubtasks: number,
): ReturnType<typeof createSubtaskIoContext> {
  const count = "count" in context ? (context.count as (name: string, increment: number) => void) : () => {};
  return createSubtaskIoContext(context, { subtaskIndex, numParallelSubtasks, count });
}
