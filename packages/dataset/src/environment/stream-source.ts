import type { Source, SourceSplit, TypeInformation } from "@millrace/core";

/** Anything that gives values one after the other: arrays, generators, Node and web streams. @public */
export type AnyIterable<T> = Iterable<T> | AsyncIterable<T> | (() => Iterable<T> | AsyncIterable<T>);

const BATCH_SIZE = 1024;

/**
 * Makes a source of one async iterable, read by one subtask. A function is called anew for every job; a stream itself can be
 * read by one job only, and the second fails as the stream does.
 * @internal
 */
export function iterableSource<T>(
  name: string,
  given: AnyIterable<T>,
  type: TypeInformation<T> | undefined,
): Source<T> {
  return {
    name,
    type,
    isNonParallel: true,
    createSplits: async () => [{ index: 0 }] satisfies SourceSplit[],
    read: (_split, context) => batchesOf(typeof given === "function" ? given() : given, context.signal),
  };
}

async function* batchesOf<T>(
  records: Iterable<T> | AsyncIterable<T>,
  signal: AbortSignal,
): AsyncIterable<readonly T[]> {
  let batch: T[] = [];
  for await (const record of records) {
    signal.throwIfAborted();
    batch.push(record);
    if (batch.length < BATCH_SIZE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
