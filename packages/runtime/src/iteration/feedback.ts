import type { RowKeeper } from "../task/row-keeper.js";

/**
 * Brings the rows that a tail takes in a superstep to the head of the same index, which sends them in the next. There are two stores, which change
 * places: one is read while the other is filled.
 */
export class Feedback {
  #current: RowKeeper;
  #next: RowKeeper;

  constructor(current: RowKeeper, next: RowKeeper) {
    this.#current = current;
    this.#next = next;
  }

  /** What the head sends in this superstep. */
  get current(): RowKeeper {
    return this.#current;
  }

  /** What the tail takes in this superstep. */
  get next(): RowKeeper {
    return this.#next;
  }

  /** Begins the next superstep: what was taken is sent, what was sent is forgotten. */
  turn(): void {
    const sent = this.#current;
    sent.clear();
    this.#current = this.#next;
    this.#next = sent;
  }

  /** Gives everything back. Never throws. */
  close(): void {
    this.#current.close();
    this.#next.close();
  }
}
