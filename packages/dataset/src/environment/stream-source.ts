import { MillraceError, type Source, type SourceSplit, type TypeInformation } from "@millrace/core";

/** Anything that gives values one after the other: arrays, generators, Node and web streams. @public */
export type AnyIterable<T> = Iterable<T> | AsyncIterable<T> | (() => Iterable<T> | AsyncIterable<T>);

const BATCH_SIZE = 1024;

/**
 * Makes a source of one async iterable, read by one subtask. A function is called anew for every job. Streams and iterators
 * are empty, and no error, for a second reader: another job, or a further attempt of the same one, is ITERABLE_CONSUMED.
 * @internal
 */
export function iterableSource<T>(
  name: string,
  given: AnyIterable<T>,
  type: TypeInformation<T> | undefined,
): Source<T> {
  let isConsumed = false;
  const open = (): Iterable<T> | AsyncIterable<T> => {
    if (typeof given === "function") return given();
    if (isConsumed) throw consumedTwice();
    isConsumed = canBeReadOnce(given);
    return given;
  };
  return {
    name,
    type,
    isNonParallel: true,
    createSplits: async () => [{ index: 0 }] satisfies SourceSplit[],
    read: (_split, context) => batchesOf(open(), context.signal),
  };
}

/** Tells iterators, Node streams and web streams from collections, without asking them for an iterator: that locks a web stream. */
function canBeReadOnce(given: object): boolean {
  return "next" in given || "pipe" in given || "getReader" in given;
}

function consumedTwice(): MillraceError {
  return new MillraceError({
    code: "ITERABLE_CONSUMED",
    what: "The stream was read before, by another job or by an earlier attempt of this one",
    expected: "one reader of each stream or iterator",
    fix: "Give a function that opens it for each job: fromAsyncIterable(() => open()).",
  });
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
