/**
 * Deals the rows of one producer of several that cannot take turns with each other: whole rounds, one row to each target, and what is left of
 * the last round to a dealer, which takes turns for all of them. So rows of a round wait until it is whole, on disk if need be.
 */
import type { Memory } from "@millrace/core";
import { collectEachRow } from "../rows/collect-each-row.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { EdgeOutput } from "./edge-output.js";
import type { ChannelEvent } from "./exchange.js";
import type { OutputSerializer } from "./page-writer.js";
import type { RowQueue } from "./row-queue.js";
import type { RowScratch } from "./row-scratch.js";
import type { SentEdge } from "./sent-edge.js";

/** Is what a {@link DealtOutput} is made of. */
export interface DealtOutputParts {
  /** Takes whole rounds. */
  readonly rounds: EdgeOutput;
  /** Takes what is left. */
  readonly rest: EdgeOutput;
  /** How many rows a round has. */
  readonly numTargets: number;
  /** Keeps the rows of the round that is not whole. */
  readonly round: RowQueue;
  readonly scratch: RowScratch;
}

/** Is the output of one task along two edges. */
export class DealtOutput implements SentEdge {
  readonly #parts: DealtOutputParts;
  #numRows = 0;

  constructor(parts: DealtOutputParts) {
    this.#parts = parts;
  }

  get isFull(): boolean {
    const { rounds, rest } = this.#parts;
    return rounds.isFull || rest.isFull;
  }

  get isWanted(): boolean {
    const { rounds, rest } = this.#parts;
    return rounds.isWanted || rest.isWanted;
  }

  get isDrained(): boolean {
    const { rounds, rest } = this.#parts;
    return rounds.isDrained && rest.isDrained;
  }

  collect(record: unknown, serializer: OutputSerializer): void {
    const { scratch } = this.#parts;
    scratch.write(record, serializer);
    this.collectRow(scratch.memory, 0, serializer.layout);
  }

  collectRow(memory: Memory, slot: number, layout: StreamLayout): void {
    const { round, rounds, numTargets } = this.#parts;
    round.add(memory, slot, layout);
    if (++this.#numRows === numTargets) this.#give(rounds);
  }

  collectRows(memory: Memory, slot: number, endSlot: number, layout: StreamLayout): void {
    collectEachRow(this, memory, slot, endSlot, layout);
  }

  drain(): void {
    this.#parts.rounds.drain();
    this.#parts.rest.drain();
  }

  flush(): boolean {
    const { rounds, rest } = this.#parts;
    this.#give(rest);
    const hasSent = rounds.flush();
    return rest.flush() || hasSent;
  }

  flushForStarving(): boolean {
    return this.#parts.rounds.flushForStarving();
  }

  update(): void {
    this.#parts.rounds.update();
    this.#parts.rest.update();
  }

  sendEvent(event: ChannelEvent): void {
    this.#parts.rounds.sendEvent(event);
    this.#parts.rest.sendEvent(event);
  }

  close(): void {
    const { rounds, rest, round } = this.#parts;
    rounds.close();
    rest.close();
    round.close();
  }

  /** Gives the rows of the round to one of the two. */
  #give(output: EdgeOutput): void {
    const { round } = this.#parts;
    while (round.next()) output.collectRow(round.memory, round.slot, round.layout);
    this.#numRows = 0;
  }
}
