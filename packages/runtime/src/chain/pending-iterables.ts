/**
 * Iterables that functions of a chain returned and that are not read to their end.
 *
 * A user function can't be suspended, but the reading of what it returned can. So when the output behind the chain is full, the
 * reading of an iterable stops, and goes on when there is room; it also stops when it took long. While it stops:
 *
 * 1. Whatever reads further up stops behind it: the innermost iterable goes on first, so that order is kept.
 * 2. Records that still come to the head of the chain wait in a queue. Drivers look at `isFull` between pages, so that the
 *    queue holds no more than the records of a page.
 * 3. What a function writes to its collector can't wait: during such a call nothing stops, and the output takes it all,
 *    on disk if need be.
 */
import { closeIterator } from "../code/user-code.js";
import type { RecordOutput } from "../task/driver.js";

/** After so many records of one iterable other tasks get a turn, and the job can be cancelled: an iterable need not end. */
const MAX_RECORDS_PER_TURN = 4096;

/** Is an iterable whose reading has stopped. */
interface PendingIterable {
  readonly records: Iterator<unknown>;
  readonly reader: IterableReader;
}

/** Is the part of a chain that reads what one function returns. @internal */
export interface IterableReader {
  /** Reads the next record and hands it on; false when there is none. What it throws is reported. */
  handOnNext(records: Iterator<unknown>): boolean;
  /** Tells the iterator that nobody reads on. What it throws is reported. */
  leave(records: Iterator<unknown>): void;
}

/** Holds the iterables of one chain whose reading has stopped, the innermost first. @internal */
export class PendingIterables {
  /** How many calls of functions with collectors are on the stack. */
  numCalls = 0;
  readonly #next: RecordOutput;
  #pending: PendingIterable[] = [];
  #queue: unknown[] = [];

  constructor(next: RecordOutput) {
    this.#next = next;
  }

  /** Whether an iterable is not read to its end, or a record waits for that. */
  get isPending(): boolean {
    return this.#pending.length > 0 || this.#queue.length > 0;
  }

  /** Takes a record that came to the head of the chain while `isPending`. */
  enqueue(record: unknown): void {
    this.#queue.push(record);
  }

  /** Reads an iterable to its end, or until there is no room, or others should have a turn. */
  read(records: Iterator<unknown>, reader: IterableReader): void {
    let numRead = 0;
    do {
      if (this.#mustStop() || (numRead === MAX_RECORDS_PER_TURN && this.numCalls === 0)) {
        this.#pending.push({ records, reader });
        return;
      }
      numRead++;
    } while (reader.handOnNext(records));
  }

  /** Goes on where reading stopped, as far as there is room. `takeRecord` is the head of the chain. */
  resume(takeRecord: (record: unknown) => void): void {
    const pending = this.#pending;
    this.#pending = [];
    for (const { records, reader } of pending) this.read(records, reader);
    if (this.#queue.length === 0 || this.#mustStop()) return;
    const queue = this.#queue;
    this.#queue = [];
    for (const record of queue) {
      if (this.#mustStop()) this.#queue.push(record);
      else takeRecord(record);
    }
  }

  /** Gives up everything, since nobody needs it. Throws the first failure when all iterators were told. */
  leave(): void {
    const failures: unknown[] = [];
    for (const { records, reader } of this.#pending.splice(0)) {
      try {
        reader.leave(records);
      } catch (error) {
        failures.push(error);
      }
    }
    this.#queue = [];
    if (failures.length > 0) throw failures[0];
  }

  /** Gives up everything, since the task failed or was cancelled. */
  close(): void {
    for (const { records } of this.#pending) closeIterator(records);
    this.#pending = [];
    this.#queue = [];
  }

  #mustStop(): boolean {
    return this.numCalls === 0 && (this.#pending.length > 0 || this.#next.isFull);
  }
}
