/**
 * What becomes of the pairs that joins and crosses find: rules [O50] to [O52]. One object of one of these classes stands behind a driver:
 *
 *     for each pair found:  output.pair(left row, right row)
 *                           if (output.isWaiting) yield* output.drain()
 *
 * `isWaiting` is a field, so that asking it per pair costs nothing.
 */
import type { Memory, MemorySegment } from "@millrace/core";
import type { ValuePosition } from "@millrace/job-graph";
import type { Kernels } from "../kernels/kernels.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { RecordOutput, Steps } from "../task/driver.js";

/** How many pairs there are between two looks at whether the output is full: about as many as fill a page. */
const PAIRS_PER_LOOK = 512;

/** Is where rows of pairs are made by kernels. */
export interface RowPairs {
  readonly kernels: Kernels;
  /** A slot from which on there is half a page for arguments. */
  readonly plan: number;
  /** The page that rows are written to. */
  readonly rows: MemorySegment;
}

/** Makes results of pairs of rows. */
export abstract class PairOutput {
  /** Whether `drain` must run before the next call of another method. */
  isWaiting = false;
  protected readonly out: RecordOutput;
  #numPairs = 0;

  constructor(out: RecordOutput) {
    this.out = out;
  }

  /** Takes a pair. */
  abstract pair(
    left: Memory,
    leftSlot: number,
    leftLayout: StreamLayout,
    right: Memory,
    rightSlot: number,
    rightLayout: StreamLayout,
  ): void;

  /** Whether `pairs` may be called for rows of these layouts, in the memory of kernels. */
  takesPairs(_left: StreamLayout, _right: StreamLayout): boolean {
    return false;
  }

  /**
   * Takes pairs of rows that plain arrays at the slots `lefts` and `rights` point to, from number `from` on, up to the first for which there is no room in a page; returns its number.
   */
  pairs(
    _pairs: RowPairs,
    _lefts: number,
    _leftLayout: StreamLayout,
    _rights: number,
    _rightLayout: StreamLayout,
    from: number,
    _numPairs: number,
  ): number {
    return from;
  }

  /** Takes a left record without a right one. */
  abstract left(memory: Memory, slot: number, layout: StreamLayout): void;
  /** Takes a right record without a left one. */
  abstract right(memory: Memory, slot: number, layout: StreamLayout): void;

  /** Does what is to be done before the next pair. */
  *drain(): Steps {
    this.isWaiting = false;
    if (this.out.isFull) yield "output";
    else yield "turn";
  }

  /** Looks from time to time whether to wait for the output. */
  protected count(): void {
    if (++this.#numPairs >= PAIRS_PER_LOOK) {
      this.#numPairs = 0;
      this.isWaiting = true;
    }
  }
}

/** Says which records the two rows of a pair stand for. */
export interface PairValues {
  readonly leftValue: ValuePosition;
  readonly rightValue: ValuePosition;
}
