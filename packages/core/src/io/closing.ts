/** Is something that its owner must close. @internal */
export interface Closeable {
  /** Releases everything. */
  close(): Promise<void>;
}

/** Closes after a failure. A failure to close is not reported, since it would hide the first error, which says what went wrong. @internal */
export async function closeAfterFailure(resource: Closeable): Promise<void> {
  try {
    await resource.close();
  } catch {
    // See above.
  }
}

/** Does `work` and closes the resource, whatever happens; of two errors the first is thrown. @internal */
export async function withClosing<T>(resource: Closeable, work: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await closeAfterFailure(resource);
    throw error;
  }
  await resource.close();
  return result;
}

/** Passes `items` on and closes the resource when they end, fail or are given up; of two errors the first is thrown. @internal */
export async function* iterateClosing<T>(resource: Closeable, items: AsyncIterable<T>): AsyncGenerator<T> {
  let hasFailed = false;
  try {
    yield* items;
  } catch (error) {
    hasFailed = true;
    throw error;
  } finally {
    if (hasFailed) await closeAfterFailure(resource);
    else await resource.close();
  }
}
