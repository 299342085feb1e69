import type { Memory } from "@millrace/core";
import type { JoinKind } from "@millrace/job-graph";
import type { PairOutput, RowPairs } from "../drivers/pair-output.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { Steps } from "../task/driver.js";

/** Says what a kind of join wants to know of a table, in terms of its two sides. @internal */
export interface JoinNeeds {
  /** Each pair of rows with equal keys. */
  readonly pairs: boolean;
  /** Each probe row that has a match, once. */
  readonly probeMatched: boolean;
  /** Each probe row that has none. */
  readonly probeUnmatched: boolean;
  /** Each build row that has a match, once. */
  readonly buildMatched: boolean;
  /** Each build row that has none. */
  readonly buildUnmatched: boolean;
}

/** Returns what a join needs when its table is built of the left side, or of the right one. @internal */
export function joinNeeds(kind: JoinKind, buildsLeft: boolean): JoinNeeds {
  const leftUnmatched = kind === "left-outer" || kind === "full-outer" || kind === "anti";
  const rightUnmatched = kind === "right-outer" || kind === "full-outer";
  return {
    pairs: kind !== "semi" && kind !== "anti",
    probeMatched: kind === "semi" && !buildsLeft,
    probeUnmatched: buildsLeft ? rightUnmatched : leftUnmatched,
    buildMatched: kind === "semi" && buildsLeft,
    buildUnmatched: buildsLeft ? leftUnmatched : rightUnmatched,
  };
}

/** Hands what a table finds to the output of the join, with build and probe side as left and right. @internal */
export class JoinEmitter {
  readonly #output: PairOutput;
  readonly #buildsLeft: boolean;

  constructor(output: PairOutput, buildsLeft: boolean) {
    this.#output = output;
    this.#buildsLeft = buildsLeft;
  }

  /** Whether `drain` must run before the next result. */
  get isWaiting(): boolean {
    return this.#output.isWaiting;
  }

  /** Does what is to be done before the next result. */
  drain(): Steps {
    return this.#output.drain();
  }

  /** Gives a pair. */
  pair(
    build: Memory,
    buildSlot: number,
    buildLayout: StreamLayout,
    probe: Memory,
    probeSlot: number,
    probeLayout: StreamLayout,
  ): void {
    if (this.#buildsLeft) this.#output.pair(build, buildSlot, buildLayout, probe, probeSlot, probeLayout);
    else this.#output.pair(probe, probeSlot, probeLayout, build, buildSlot, buildLayout);
  }

  /** Whether `pairs` may be called for rows of these layouts. */
  takesPairs(build: StreamLayout, probe: StreamLayout): boolean {
    return this.#buildsLeft ? this.#output.takesPairs(build, probe) : this.#output.takesPairs(probe, build);
  }

  /**
   * Gives pairs of listed rows from number `next` on, about a page of results; returns the number of the first that it did not give. When
   * it gives none, that pair is to be given alone.
   */
  pairs(
    pairs: RowPairs,
    builds: number,
    buildLayout: StreamLayout,
    probes: number,
    probeLayout: StreamLayout,
    next: number,
    numPairs: number,
  ): number {
    return this.#buildsLeft
      ? this.#output.pairs(pairs, builds, buildLayout, probes, probeLayout, next, numPairs)
      : this.#output.pairs(pairs, probes, probeLayout, builds, buildLayout, next, numPairs);
  }

  /** Gives a row of the build side alone. */
  build(memory: Memory, slot: number, layout: StreamLayout): void {
    if (this.#buildsLeft) this.#output.left(memory, slot, layout);
    else this.#output.right(memory, slot, layout);
  }

  /** Gives a row of the probe side alone. */
  probe(memory: Memory, slot: number, layout: StreamLayout): void {
    if (this.#buildsLeft) this.#output.right(memory, slot, layout);
    else this.#output.left(memory, slot, layout);
  }
}
