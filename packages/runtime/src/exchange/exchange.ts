import type { MemorySegment } from "@millrace/core";

/**
 * Is one direction between two tasks: a bounded queue of pages and events, in order, from one producer task to one consumer
 * task. In process it is a ring of pages; across processes whatever moves them. Operators cannot tell the difference.
 * @internal
 */
export interface OutputChannel {
  /** Whether a page can be sent now. */
  readonly hasRoom: boolean;
  /** Whether a row that is larger than a page is on its way: it lies on the heap, so the next one waits. */
  readonly hasLargeRow: boolean;
  /**
   * Whether the consumer still reads. When it does not, pages that are sent are dropped, and there is room for them. Behind an event that ends
   * a superstep it reads again, if it said that it needs no more of that superstep.
   */
  readonly isWanted: boolean;
  /** Sends a page, which belongs to the channel from now on. Only when there is room. */
  sendPage(page: MemorySegment): void;
  /** Sends an event behind the pages sent so far; there is always room for it. */
  sendEvent(event: ChannelEvent): void;
  /** Tells the consumer that nothing more will come because the producer failed or was cancelled. */
  abort(): void;
}

/** Is the consumer's side of a channel. @internal */
export interface InputChannel {
  /** Returns the next page or event and takes it off the channel; undefined when there is none now. */
  poll(): MemorySegment | ChannelEvent | undefined;
  /** Returns what would come after `offset` elements, without taking it; for operators that align. */
  peek(offset: number): MemorySegment | ChannelEvent | undefined;
  /** Gives a page that was polled back to whom it came from. */
  release(page: MemorySegment): void;
  /** Drops the pages before the next event that ends a superstep or the input, also those to come, and tells the producer. */
  skip(): void;
}

/** Is what flows between pages. Streams will add watermarks and barriers. @internal */
export type ChannelEvent =
  /** Nothing more will come. */
  | { readonly kind: "endOfInput" }
  /** The producer finished this superstep. */
  | { readonly kind: "endOfSuperstep"; readonly superstep: number }
  /** Any other event of an operator's protocol, such as a barrier; `isUrgent` ones may overtake pages. */
  | { readonly kind: "custom"; readonly name: string; readonly id: number; readonly isUrgent: boolean };

/** Tells the events behind which nothing more comes, in this superstep or at all. @internal */
export function isEnd(event: ChannelEvent): boolean {
  return event.kind !== "custom";
}
