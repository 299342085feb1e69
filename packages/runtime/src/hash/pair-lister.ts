import type { RowPairs } from "../drivers/pair-output.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { HashScratch } from "./hash-scratch.js";
import type { JoinEmitter } from "./join-emitter.js";
import type { JoinIndex } from "./join-index.js";
import type { RowBatch } from "./row-batch.js";

/** How many pairs are listed at once. */
const MAX_PAIRS = 1024;
const LIST_SLOTS = MAX_PAIRS / 2;

/**
 * Gives the pairs of a batch of probe rows to an output that takes many at once. The page of lists:
 *
 *     slot 0      the build rows of the pairs       slot 512    the probe rows
 *     slot 1024   the state of the listing          slot 1025   for the output
 * @internal
 */
export class PairLister {
  readonly #scratch: HashScratch;
  readonly #index: JoinIndex;
  readonly #emitter: JoinEmitter;
  readonly #builds: number;
  readonly #probes: number;
  readonly #state: Int32Array;
  readonly #stateAt: number;
  readonly #pairs: RowPairs;
  #batch: RowBatch | undefined;
  #buildLayout: StreamLayout | undefined;
  #probeLayout: StreamLayout | undefined;
  /** The pairs that are listed, and the first of them that was not given. */
  #numListed = 0;
  #next = 0;

  private constructor(scratch: HashScratch, index: JoinIndex, emitter: JoinEmitter) {
    const { lists, rows } = scratch.pairs!;
    this.#scratch = scratch;
    this.#index = index;
    this.#emitter = emitter;
    this.#builds = lists.firstSlot;
    this.#probes = lists.firstSlot + LIST_SLOTS;
    this.#stateAt = lists.firstSlot + LIST_SLOTS * 2;
    this.#state = scratch.words(this.#stateAt, 2);
    this.#pairs = { kernels: scratch.kernels, plan: this.#stateAt + 1, rows };
  }

  /** Makes a lister when there are kernels. */
  static of(scratch: HashScratch | undefined, index: JoinIndex, emitter: JoinEmitter): PairLister | undefined {
    return scratch?.pairs === undefined ? undefined : new PairLister(scratch, index, emitter);
  }

  /** Begins with the pairs of a batch that was looked up; returns false when they are to be given one by one. */
  begin(batch: RowBatch, layout: StreamLayout): boolean {
    const buildLayout = this.#index.onlyLayout;
    if (buildLayout === undefined || !batch.isNear || !this.#emitter.takesPairs(buildLayout, layout)) return false;
    this.#batch = batch;
    this.#buildLayout = buildLayout;
    this.#probeLayout = layout;
    this.#state.fill(0);
    this.#numListed = this.#next = 0;
    return true;
  }

  /** Gives pairs; returns whether all were given. When they were not, the emitter is to be drained first. */
  advance(): boolean {
    const emitter = this.#emitter;
    for (;;) {
      if (this.#next < this.#numListed) this.#giveListed();
      else if (!this.#list() && !this.#giveUnlisted()) return true;
      if (emitter.isWaiting) return false;
    }
  }

  /** Lists the next pairs; returns whether there are any. */
  #list(): boolean {
    const { slotsAt, numRows } = this.#batch!;
    const { kernels, groups } = this.#scratch;
    this.#next = 0;
    this.#numListed = kernels.listPairs(this.#stateAt, groups, slotsAt, numRows, this.#builds, this.#probes, MAX_PAIRS);
    return this.#numListed > 0;
  }

  #giveListed(): void {
    const build = this.#buildLayout!;
    const probe = this.#probeLayout!;
    const next = this.#emitter.pairs(
      this.#pairs,
      this.#builds,
      build,
      this.#probes,
      probe,
      this.#next,
      this.#numListed,
    );
    if (next === this.#next) {
      // The result is larger than a page.
      const { memory } = this.#batch!;
      const buildSlot = memory.i32[this.#builds * 2 + next]!;
      this.#emitter.pair(memory, buildSlot, build, memory, memory.i32[this.#probes * 2 + next]!, probe);
      this.#next = next + 1;
    } else this.#next = next;
  }

  /** Gives the pair of an entry whose row is in a file, when the listing stopped in front of one. */
  #giveUnlisted(): boolean {
    const [row, entry] = this.#state as unknown as readonly [number, number];
    if (entry === 0) return false;
    const { memory, slots } = this.#batch!;
    const build = this.#index.row(entry);
    this.#emitter.pair(build.memory, build.slot, build.layout, memory, slots[row]!, this.#probeLayout!);
    const next = this.#index.next(entry);
    this.#state[0] = next === 0 ? row + 1 : row;
    this.#state[1] = next;
    return true;
  }
}
