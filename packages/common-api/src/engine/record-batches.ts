/** Is some records that reached a collecting sink. @public */
export type Batch = readonly unknown[];

/**
 * Gives the records of a collecting sink to the client, once the job has succeeded: a job that fails and is started again must not
 * give records twice.
 */
export class RecordBatches implements AsyncIterableIterator<Batch> {
  readonly #batches: Promise<Iterator<Batch> | AsyncIterator<Batch>>;
  readonly #listener: RecordBatchesListener;
  #isLeft = false;

  /** @param batches - what to give, once the job has succeeded */
  constructor(batches: Promise<Iterator<Batch> | AsyncIterator<Batch>>, listener: RecordBatchesListener) {
    this.#batches = batches;
    // The reader hears of a failure when it asks for a batch.
    this.#batches.catch(() => undefined);
    this.#listener = listener;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Batch, undefined>> {
    if (this.#isLeft) return { done: true, value: undefined };
    const result = await (await this.#batches).next();
    if (result.done !== true) return result;
    this.#isLeft = true;
    await this.#listener.onEnd();
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<Batch, undefined>> {
    if (this.#isLeft) return { done: true, value: undefined };
    this.#isLeft = true;
    await this.#listener.onLeave();
    return { done: true, value: undefined };
  }
}

/** Hears how the reading of a collecting sink ended. */
export interface RecordBatchesListener {
  /** All was read. */
  readonly onEnd: () => Promise<void>;
  /** The reader left before the end. */
  readonly onLeave: () => Promise<void>;
}
