import type { RecordCopies } from "@millrace/core";
import type { Partitions } from "../execution/partitions.js";

/** How many records a batch has at most: enough to make the steps of an async iterator cheap. */
const MAX_BATCH_RECORDS = 1024;

type Batch = readonly unknown[];

/**
 * Gives the records of a collecting sink to the client, partition after partition, once the job has succeeded: a job that
 * fails and is started again must not give records twice. Leaving early cancels the job.
 */
export class RecordBatches implements AsyncIterableIterator<Batch> {
  readonly #batches: Promise<Iterator<Batch>>;
  readonly #cancel: () => Promise<void>;
  #isLeft = false;

  /** @param batches - what to give, once the job has succeeded */
  constructor(batches: Promise<Iterator<Batch>>, cancel: () => Promise<void>) {
    this.#batches = batches;
    // The reader hears of a failure when it asks for a batch.
    this.#batches.catch(() => undefined);
    this.#cancel = cancel;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Batch, undefined>> {
    if (this.#isLeft) return { done: true, value: undefined };
    const result = (await this.#batches).next();
    return result.done === true ? { done: true, value: undefined } : result;
  }

  async return(): Promise<IteratorResult<Batch, undefined>> {
    this.#isLeft = true;
    await this.#cancel();
    return { done: true, value: undefined };
  }
}

/** Cuts the records of all partitions into batches of copies. */
export function* batchesOf(partitions: Partitions, copies: RecordCopies): Generator<Batch> {
  for (const records of partitions) {
    for (let start = 0; start < records.length; start += MAX_BATCH_RECORDS) {
      yield records.slice(start, start + MAX_BATCH_RECORDS).map((record) => copies.handedOut(record));
    }
  }
}
