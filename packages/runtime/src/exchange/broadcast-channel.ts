import type { MemorySegment } from "@millrace/core";
import type { ChannelEvent, OutputChannel } from "./exchange.js";

/** Counts the consumers that still read a page which was sent to several. Nobody writes to a page that was sent. */
export class SharedPages {
  readonly #numReaders = new Map<MemorySegment, number>();
  readonly #numConsumers: number;
  readonly #release: (page: MemorySegment) => void;

  /** @param release - takes a page that nobody reads any more */
  constructor(numConsumers: number, release: (page: MemorySegment) => void) {
    this.#numConsumers = numConsumers;
    this.#release = release;
  }

  /** Takes note of one consumer that is done with a page. */
  release(page: MemorySegment): void {
    const left = (this.#numReaders.get(page) ?? this.#numConsumers) - 1;
    if (left > 0) {
      this.#numReaders.set(page, left);
    } else {
      this.#numReaders.delete(page);
      this.#release(page);
    }
  }
}

/** Sends each page and event to all consumers: one page for all of them, which comes back when the last has read it. */
export class BroadcastChannel implements OutputChannel {
  readonly #channels: readonly OutputChannel[];

  constructor(channels: readonly OutputChannel[]) {
    this.#channels = channels;
  }

  get hasRoom(): boolean {
    return this.#channels.every((channel) => channel.hasRoom);
  }

  get hasLargeRow(): boolean {
    return this.#channels.some((channel) => channel.hasLargeRow);
  }

  get isWanted(): boolean {
    return this.#channels.some((channel) => channel.isWanted);
  }

  sendPage(page: MemorySegment): void {
    for (const channel of this.#channels) channel.sendPage(page);
  }

  sendEvent(event: ChannelEvent): void {
    for (const channel of this.#channels) channel.sendEvent(event);
  }

  abort(): void {
    for (const channel of this.#channels) channel.abort();
  }
}
