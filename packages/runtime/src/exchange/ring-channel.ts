import type { MemorySegment } from "@millrace/core";
import type { ChannelEvent, InputChannel, OutputChannel } from "./exchange.js";
import { isLargePage } from "./page-writer.js";

/** Is told by a channel what the tasks at its ends wait for. */
export interface ChannelListener {
  /** The consumer can read something that it could not read before. */
  onReadable(): void;
  /** The channel has room again, or a page came back. */
  onRoom(): void;
  /** A page is not needed any more. */
  onReleased(page: MemorySegment): void;
}

/**
 * Is a channel between two tasks of one thread: a queue of pages and events. It is bounded in pages, and by the pages that the
 * producer has. Urgent events overtake what is queued.
 */
export class RingChannel implements OutputChannel, InputChannel {
  readonly #capacity: number;
  readonly #listener: ChannelListener;
  /** A ring of a power of two in size that grows with events; `#head` is the next element, `#length` how many there are. */
  #ring: (MemorySegment | ChannelEvent | undefined)[] = new Array(8);
  #head = 0;
  #length = 0;
  /** Events that come before the ring, first in first out. */
  readonly #urgent: ChannelEvent[] = [];
  #numPages = 0;
  #numLargeRows = 0;
  #isClosed = false;

  /** @param capacity - how many pages it holds at most */
  constructor(capacity: number, listener: ChannelListener) {
    this.#capacity = capacity;
    this.#listener = listener;
  }

  get hasRoom(): boolean {
    return this.#numPages < this.#capacity || this.#isClosed;
  }

  get hasLargeRow(): boolean {
    return this.#numLargeRows > 0;
  }

  sendPage(page: MemorySegment): void {
    if (this.#isClosed) {
      this.#listener.onReleased(page);
      return;
    }
    this.#numPages++;
    if (isLargePage(page)) this.#numLargeRows++;
    this.#push(page);
  }

  sendEvent(event: ChannelEvent): void {
    if (this.#isClosed) return;
    if (event.kind === "custom" && event.isUrgent) {
      this.#urgent.push(event);
      this.#listener.onReadable();
    } else {
      this.#push(event);
    }
  }

  abort(): void {
    // Tasks of one thread fail together: whoever aborts ends the consumer too.
    this.close();
  }

  poll(): MemorySegment | ChannelEvent | undefined {
    if (this.#urgent.length > 0) return this.#urgent.shift();
    if (this.#length === 0) return undefined;
    const element = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#length--;
    if (isPage(element)) {
      const hadRoom = this.hasRoom && !this.hasLargeRow;
      this.#numPages--;
      if (isLargePage(element)) this.#numLargeRows--;
      if (!hadRoom) this.#listener.onRoom();
    }
    return element;
  }

  peek(offset: number): MemorySegment | ChannelEvent | undefined {
    const index = offset - this.#urgent.length;
    if (index < 0) return this.#urgent[offset];
    return index < this.#length ? this.#at(index) : undefined;
  }

  release(page: MemorySegment): void {
    this.#listener.onReleased(page);
  }

  /** Drops what is queued, and whatever comes: the consumer reads no more. */
  close(): void {
    this.#isClosed = true;
    for (;;) {
      const element = this.poll();
      if (element === undefined) break;
      if (isPage(element)) this.#listener.onReleased(element);
    }
    this.#listener.onRoom();
  }

  #push(element: MemorySegment | ChannelEvent): void {
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#length) & (this.#ring.length - 1)] = element;
    this.#length++;
    this.#listener.onReadable();
  }

  #at(index: number): MemorySegment | ChannelEvent | undefined {
    return this.#ring[(this.#head + index) & (this.#ring.length - 1)];
  }

  #grow(): void {
    const ring: (MemorySegment | ChannelEvent | undefined)[] = new Array(this.#ring.length * 2);
    for (let i = 0; i < this.#length; i++) ring[i] = this.#at(i);
    this.#ring = ring;
    this.#head = 0;
  }
}

/** Tells pages from events. */
export function isPage(element: MemorySegment | ChannelEvent | undefined): element is MemorySegment {
  return element !== undefined && !("kind" in element);
}
