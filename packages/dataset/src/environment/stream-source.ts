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
  for await (const record of Symbol.asyncIterator in records ? untilAborted(records, signal) : records) {
    signal.throwIfAborted();
    batch.push(record);
    if (batch.length < BATCH_SIZE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/**
 * Gives what `records` gives, and throws the signal's reason when it aborts, also while a record is waited for: an idle socket
 * must not hold a cancelled job. One listener serves all records; racing each against one promise would keep them all.
 */
async function* untilAborted<T>(records: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = records[Symbol.asyncIterator]();
  let state: "waiting" | "open" | "ended" = "open";
  let interrupt: (reason: unknown) => void = () => undefined;
  const abort = (): void => interrupt(signal.reason);
  signal.addEventListener("abort", abort);
  try {
    for (;;) {
      state = "waiting";
      const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
        interrupt = reject;
        iterator.next().then(resolve, (error: unknown) => {
          state = "ended";
          reject(error);
        });
        if (signal.aborted) abort();
      });
      state = next.done === true ? "ended" : "open";
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener("abort", abort);
    if (state === "open") await iterator.return?.();
    else if (state === "waiting") abandon(records, iterator);
  }
}

/** Ends an iterator of which a record is still waited for: it can return only after that, which may be never. */
function abandon(records: AsyncIterable<unknown>, iterator: AsyncIterator<unknown>): void {
  iterator.return?.().catch(() => undefined);
  // A Node stream can be closed at once.
  if ("destroy" in records && typeof records.destroy === "function") records.destroy();
}
