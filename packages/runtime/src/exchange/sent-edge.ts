import type { Memory } from "@millrace/core";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { ChannelEvent } from "./exchange.js";
import type { OutputSerializer } from "./page-writer.js";

/** Is what a task's output sends along: an edge of the plan, or two of them that belong together. */
export interface SentEdge {
  /** Whether the task should wait before it writes more. */
  readonly isFull: boolean;
  /** Whether any consumer still reads. */
  readonly isWanted: boolean;
  /** Whether nothing is left here that was collected, except in pages that are not full. */
  readonly isDrained: boolean;
  /** Takes a record. */
  collect(record: unknown, serializer: OutputSerializer): void;
  /** Takes a row. */
  collectRow(memory: Memory, slot: number, layout: StreamLayout): void;
  /** Takes rows of one layout that lie one behind the other. */
  collectRows(memory: Memory, slot: number, endSlot: number, layout: StreamLayout): void;
  /** Does what can be done now about what waits. */
  drain(): void;
  /** Sends what is not full at the end of the input or of a superstep; returns whether there was anything. Afterwards it may not be drained. */
  flush(): boolean;
  /** Sends pages that are not full where consumers may wait for them; returns whether there were any. */
  flushForStarving(): boolean;
  /** Looks whether any consumer still reads; if not, what it has is dropped, and what comes up to the next event. */
  update(): void;
  /** Sends an event to all consumers. Everything was drained and flushed before. */
  sendEvent(event: ChannelEvent): void;
  /** Gives back what consumers never got. Never throws. */
  close(): void;
}
