import type { Memory } from "@millrace/core";
import { PAGE_SLOTS } from "../memory/page-slots.js";
import type { RowPairOrder } from "../rows/row-order.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { JoinEmitter, JoinNeeds } from "./join-emitter.js";
import type { JoinIndex } from "./join-index.js";

/** Is put into `heads` of rows that are known to have no match. @internal */
export const HAS_NO_MATCH = -1;

/**
 * Probes an index with a batch of rows, those of a page, and gives what comes of it. Who uses it fills the arrays, calls `begin`, and then
 * `advance` until it is done; in between it waits for the output, so nothing is kept on the stack.
 * @internal
 */
export class JoinProber {
  /** Where the rows lie. */
  readonly slots = new Int32Array(PAGE_SLOTS);
  /** The hashes of their keys. */
  readonly hashes = new Int32Array(PAGE_SLOTS);
  /** To be filled with 0 or {@link HAS_NO_MATCH}; then the first entry of the row's key, 0 for none. */
  readonly heads = new Int32Array(PAGE_SLOTS);
  /** 1 for rows that had a match in an earlier part of the table. */
  readonly wasMatched = new Uint8Array(PAGE_SLOTS);
  /** Whether rows without a match are given now: not while other parts of the table are still to be probed. */
  givesUnmatched: boolean;
  readonly #index: JoinIndex;
  readonly #equality: RowPairOrder;
  readonly #emitter: JoinEmitter;
  readonly #needs: JoinNeeds;
  readonly #marks: boolean;
  #memory: Memory | undefined;
  #layout: StreamLayout | undefined;
  #numRows = 0;
  #row = 0;
  /** The next entry to pair with the row; 0 for none. */
  #entry = 0;
  /** Whether entries from `entry` on are given alone, as build rows that have a match. */
  #givesBuild = false;

  constructor(index: JoinIndex, equality: RowPairOrder, emitter: JoinEmitter, needs: JoinNeeds) {
    this.#index = index;
    this.#equality = equality;
    this.#emitter = emitter;
    this.#needs = needs;
    this.#marks = needs.buildMatched || needs.buildUnmatched;
    this.givesUnmatched = needs.probeUnmatched;
  }

  /** Looks up the first `numRows` rows in the arrays, which lie in `memory`. */
  begin(memory: Memory, layout: StreamLayout, numRows: number): void {
    this.#memory = memory;
    this.#layout = layout;
    this.#numRows = numRows;
    this.#row = 0;
    this.#entry = 0;
    this.#index.findBatch(memory, layout, this.slots, this.hashes, this.heads, 0, numRows, this.#equality);
  }

  /** Gives results; returns whether all were given. When they were not, the emitter is to be drained first. */
  advance(): boolean {
    const emitter = this.#emitter;
    const { pairs, probeMatched } = this.#needs;
    const { slots, heads, wasMatched, givesUnmatched } = this;
    const memory = this.#memory!;
    const layout = this.#layout!;
    if (this.#entry !== 0 && !this.#giveEntries()) return false;
    while (this.#row < this.#numRows) {
      const row = this.#row++;
      const head = heads[row]!;
      if (head === 0) {
        if (givesUnmatched && wasMatched[row] === 0) emitter.probe(memory, slots[row]!, layout);
      } else if (!this.#marks || this.#beginMarked(head)) {
        if (pairs) {
          this.#entry = head;
          if (!this.#giveEntries()) return false;
        } else if (probeMatched && wasMatched[row] === 0) {
          emitter.probe(memory, slots[row]!, layout);
        }
      }
      if (emitter.isWaiting) return false;
    }
    return true;
  }

  /** Marks a key as matched; returns whether to go on with its pairs now. */
  #beginMarked(head: number): boolean {
    const wasMarked = this.#index.mark(head);
    if (wasMarked || !this.#needs.buildMatched) return true;
    this.#givesBuild = true;
    this.#entry = head;
    this.#giveEntries();
    return false;
  }

  #giveEntries(): boolean {
    const index = this.#index;
    const emitter = this.#emitter;
    const slot = this.slots[this.#row - 1]!;
    while (this.#entry !== 0) {
      const entry = this.#entry;
      this.#entry = index.next(entry);
      const row = index.row(entry);
      if (this.#givesBuild) emitter.build(row.memory, row.slot, row.layout);
      else emitter.pair(row.memory, row.slot, row.layout, this.#memory!, slot, this.#layout!);
      if (emitter.isWaiting && this.#entry !== 0) return false;
    }
    this.#givesBuild = false;
    return !emitter.isWaiting;
  }
}
