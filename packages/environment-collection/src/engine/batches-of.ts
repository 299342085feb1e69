import type { RecordCopies } from "@millrace/core";
import type { Partitions } from "../execution/partitions.js";

/** How many records a batch has at most: enough to make the steps of an async iterator cheap. */
const MAX_BATCH_RECORDS = 1024;

/** Cuts the records of all partitions into batches of copies, partition after partition. */
export function* batchesOf(partitions: Partitions, copies: RecordCopies): Generator<readonly unknown[]> {
  for (const records of partitions) {
    for (let start = 0; start < records.length; start += MAX_BATCH_RECORDS) {
      yield records.slice(start, start + MAX_BATCH_RECORDS).map((record) => copies.handedOut(record));
    }
  }
}
