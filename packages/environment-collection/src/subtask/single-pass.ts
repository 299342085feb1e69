import { type RecordCopies, type RecordCursor, SinglePassIterable } from "@millrace/core";
import type { JobAttempt } from "../execution/job-attempt.js";

/** Gives stored records to one call of user code, once, each as a copy. */
export function singlePass(records: readonly unknown[], { copies }: JobAttempt): SinglePassIterable {
  return new SinglePassIterable(new StoredRecords(records, copies));
}

class StoredRecords implements RecordCursor {
  readonly #records: readonly unknown[];
  readonly #copies: RecordCopies;
  #index = -1;

  constructor(records: readonly unknown[], copies: RecordCopies) {
    this.#records = records;
    this.#copies = copies;
  }

  next(): boolean {
    if (this.#index + 1 >= this.#records.length) return false;
    this.#index++;
    return true;
  }

  take(): unknown {
    return this.#copies.handedOut(this.last);
  }

  get last(): unknown {
    return this.#records[this.#index];
  }
}
