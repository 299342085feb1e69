import type { MemorySegment } from "@millrace/core";
import { type ChannelEvent, type InputChannel, isEnd, type OutputChannel } from "./exchange.js";
import { isLargePage } from "./page-writer.js";

/** Is told by a channel what the tasks at its ends wait for. */
export interface ChannelListener {
  /** The consumer can read something that it could not read before. */
  onReadable(): void;
  /** The channel has room again, or a page came back. */
  onRoom(): void;
  /** A page is not needed any more. */
  onReleased(page: MemorySegment): void;
  /** The consumer reads no more, in this superstep or at all. */
  onUnwanted(): void;
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
  /** Whether pages are dropped until the producer ends the superstep. */
  #isSkipping = false;
  #isClosed = false;

  /** @param capacity - how many pages it holds at most */
  constructor(capacity: number, listener: ChannelListener) {
    this.#capacity = capacity;
    this.#listener = listener;
  }

  get hasRoom(): boolean {
    return this.#numPages < this.#capacity || !this.isWanted;
  }

  get hasLargeRow(): boolean {
    return this.#numLargeRows > 0;
  }

  get isWanted(): boolean {
    return !this.#isClosed && !this.#isSkipping;
  }

  sendPage(page: MemorySegment): void {
    if (!this.isWanted) {
      this.#listener.onReleased(page);
      return;
    }
    this.#push(page);
  }

  sendEvent(event: ChannelEvent): void {
    if (this.#isClosed) return;
    if (event.kind === "custom" && event.isUrgent) {
      this.#urgent.push(event);
      this.#listener.onReadable();
    } else {
      if (isEnd(event)) this.#isSkipping = false;
      this.#push(event);
    }
  }

  abort(): void {
    // Tasks of one thread fail together: whoever aborts ends the consumer too.
    this.close();
  }

  poll(): MemorySegment | ChannelEvent | undefined {
    if (this.#urgent.length > 0) return this.#urgent.shift();
    const hadRoom = this.hasRoom && !this.hasLargeRow;
    const element = this.#shift();
    if (isPage(element) && !hadRoom) this.#listener.onRoom();
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

  skip(): void {
    if (!this.isWanted) return;
    const kept: (MemorySegment | ChannelEvent)[] = [];
    let hasEnded = false;
    for (let element = this.#shift(); element !== undefined; element = this.#shift()) {
      if (isPage(element) && !hasEnded) {
        this.#listener.onReleased(element);
        continue;
      }
      kept.push(element);
      if (!isPage(element) && isEnd(element)) hasEnded = true;
    }
    for (const element of kept) this.#push(element);
    if (hasEnded) return;
    this.#isSkipping = true;
    this.#tellProducer();
  }

  /** Drops what is queued, and whatever comes: the consumer reads no more. */
  close(): void {
    this.#isClosed = true;
    for (let element = this.poll(); element !== undefined; element = this.poll()) {
      if (isPage(element)) this.#listener.onReleased(element);
    }
    this.#tellProducer();
  }

  #tellProducer(): void {
    this.#listener.onRoom();
    this.#listener.onUnwanted();
  }

  /** Takes the next element off the ring. */
  #shift(): MemorySegment | ChannelEvent | undefined {
    if (this.#length === 0) return undefined;
    const element = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#length--;
    if (isPage(element)) {
      this.#numPages--;
      if (isLargePage(element)) this.#numLargeRows--;
    }
    return element;
  }

  #push(element: MemorySegment | ChannelEvent): void {
    if (isPage(element)) {
      this.#numPages++;
      if (isLargePage(element)) this.#numLargeRows++;
    }
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
