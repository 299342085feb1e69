import type { Memory } from "@millrace/core";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { RecordOutput, Steps } from "../task/driver.js";
import type { ChannelEvent } from "./exchange.js";
import type { OutputSerializer } from "./page-writer.js";
import type { RowScratch } from "./row-scratch.js";
import type { SentEdge } from "./sent-edge.js";

/** Is one output of a task: whatever is collected goes along every edge. */
export class TaskOutput implements RecordOutput {
  readonly #edges: readonly SentEdge[];
  readonly #serializer: OutputSerializer;
  readonly #scratch: RowScratch;

  constructor(edges: readonly SentEdge[], serializer: OutputSerializer, scratch: RowScratch) {
    this.#edges = edges;
    this.#serializer = serializer;
    this.#scratch = scratch;
  }

  get isFull(): boolean {
    for (const edge of this.#edges) if (edge.isFull) return true;
    return false;
  }

  /** Whether anybody still reads what is collected; true where nobody is there to read it. */
  get isWanted(): boolean {
    return this.#edges.length === 0 || this.#edges.some((edge) => edge.isWanted);
  }

  collect(record: unknown): void {
    if (this.#edges.length === 1) {
      this.#edges[0]!.collect(record, this.#serializer);
      return;
    }
    this.#scratch.write(record, this.#serializer);
    this.collectRow(this.#scratch.memory, 0, this.#serializer.layout);
  }

  collectRow(memory: Memory, slot: number, layout: StreamLayout): void {
    for (const edge of this.#edges) edge.collectRow(memory, slot, layout);
  }

  collectRows(memory: Memory, slot: number, endSlot: number, layout: StreamLayout): void {
    // Rows reach the edges in the same order as one by one: each edge sees only its own.
    for (const edge of this.#edges) edge.collectRows(memory, slot, endSlot, layout);
  }

  /** Does what can be done now to make room. */
  drain(): void {
    for (const edge of this.#edges) edge.drain();
  }

  /** Sends pages that are not full to consumers that may wait for them; returns whether there were any. */
  flushForStarving(): boolean {
    let hasSent = false;
    for (const edge of this.#edges) if (edge.flushForStarving()) hasSent = true;
    return hasSent;
  }

  /** Stops to keep what nobody reads any more. */
  update(): void {
    for (const edge of this.#edges) edge.update();
  }

  /** Sends everything that was collected, then the event. */
  *end(event: ChannelEvent): Steps {
    for (const edge of this.#edges) {
      for (;;) {
        edge.drain();
        if (edge.isDrained) edge.flush();
        if (edge.isDrained) break;
        yield "output";
      }
    }
    for (const edge of this.#edges) edge.sendEvent(event);
  }

  /** Gives back what consumers never got. Never throws. */
  close(): void {
    for (const edge of this.#edges) edge.close();
  }
}
