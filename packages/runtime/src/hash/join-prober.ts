import { PAGE_SLOTS } from "../memory/page-slots.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { HashScratch } from "./hash-scratch.js";
import type { JoinEmitter, JoinNeeds } from "./join-emitter.js";
import type { JoinEnvironment } from "./join-environment.js";
import type { JoinIndex } from "./join-index.js";
import { ALL_REGIONS } from "./kernel-directory.js";
import { PairLister } from "./pair-lister.js";
import { RowBatch } from "./row-batch.js";

/** Is put into `heads` of rows that are known to have no match. @internal */
export const HAS_NO_MATCH = -1;

/**
 * Probes an index with a batch of rows, those of a page, and gives what comes of it. Who uses it fills the batch and `heads`, calls `begin`, and then
 * `advance` until it is done; in between it waits for the output, so nothing is kept on the stack.
 *
 * Where the output takes pairs by the page, they are listed by a kernel; what rows without a match give, and marks, come before them then.
 * @internal
 */
export class JoinProber {
  /** The rows, and the hashes of their keys. */
  readonly batch: RowBatch;
  /** To be filled with 0 or {@link HAS_NO_MATCH}; then the first entry of the row's key, 0 for none. */
  readonly heads: Int32Array;
  /** 1 for rows that had a match in an earlier part of the table. */
  readonly wasMatched = new Uint8Array(PAGE_SLOTS);
  /** Whether rows without a match are given now: not while other parts of the table are still to be probed. */
  givesUnmatched: boolean;
  readonly #index: JoinIndex;
  readonly #emitter: JoinEmitter;
  readonly #needs: JoinNeeds;
  readonly #marks: boolean;
  readonly #lister: PairLister | undefined;
  #layout: StreamLayout | undefined;
  /** Whether the pairs of the batch are listed, in place of being given one by one. */
  #listsPairs = false;
  #row = 0;
  /** The next entry to pair with the row; 0 for none. */
  #entry = 0;
  /** Whether entries from `entry` on are given alone, as build rows that have a match. */
  #givesBuild = false;

  /** @param scratch - where kernels have their arguments, of which it uses the second list of rows; undefined without them */
  constructor(index: JoinIndex, { emitter, needs }: JoinEnvironment, scratch: HashScratch | undefined) {
    this.batch = new RowBatch(scratch, 1);
    this.heads = scratch?.words(scratch.groups, PAGE_SLOTS) ?? new Int32Array(PAGE_SLOTS);
    this.#index = index;
    this.#emitter = emitter;
    this.#needs = needs;
    this.#marks = needs.buildMatched || needs.buildUnmatched;
    this.#lister = PairLister.of(scratch, index, emitter);
    this.givesUnmatched = needs.probeUnmatched;
  }

  /** Looks up the rows of the batch; all of them belong to `region` of the index, when it is given. */
  begin(layout: StreamLayout, region = ALL_REGIONS): void {
    this.#layout = layout;
    this.#row = 0;
    this.#entry = 0;
    this.#index.findBatch(this.batch, layout, this.heads, region);
    this.#listsPairs = this.#needs.pairs && this.#lister?.begin(this.batch, layout) === true;
    if (this.#listsPairs && !this.#marks && !this.givesUnmatched) this.#row = this.batch.numRows;
  }

  /** Gives results; returns whether all were given. When they were not, the emitter is to be drained first. */
  advance(): boolean {
    const emitter = this.#emitter;
    const { pairs, probeMatched } = this.#needs;
    const { heads, wasMatched, givesUnmatched } = this;
    const { memory, slots, numRows } = this.batch;
    const layout = this.#layout!;
    if (this.#entry !== 0 && !this.#giveEntries()) return false;
    while (this.#row < numRows) {
      const row = this.#row++;
      const head = heads[row]!;
      if (head === 0) {
        if (givesUnmatched && wasMatched[row] === 0) emitter.probe(memory, slots[row]!, layout);
      } else if (!this.#marks || this.#beginMarked(head)) {
        if (pairs) {
          if (this.#listsPairs) continue;
          this.#entry = head;
          if (!this.#giveEntries()) return false;
        } else if (probeMatched && wasMatched[row] === 0) {
          emitter.probe(memory, slots[row]!, layout);
        }
      }
      if (emitter.isWaiting) return false;
    }
    return !this.#listsPairs || this.#lister!.advance();
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
    const { memory, slots } = this.batch;
    const slot = slots[this.#row - 1]!;
    while (this.#entry !== 0) {
      const entry = this.#entry;
      this.#entry = index.next(entry);
      const row = index.row(entry);
      if (this.#givesBuild) emitter.build(row.memory, row.slot, row.layout);
      else emitter.pair(row.memory, row.slot, row.layout, memory, slot, this.#layout!);
      if (emitter.isWaiting && this.#entry !== 0) return false;
    }
    this.#givesBuild = false;
    return !emitter.isWaiting;
  }
}
