import { invariant, type Memory, type MemorySegment } from "@millrace/core";
import type { EdgeMetrics } from "../metrics/edge-metrics.js";
import type { PageCursor } from "../rows/row-cursor.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { ChannelEvent, InputChannel } from "./exchange.js";
import { type PageView, viewOfPage } from "./page-view.js";
import { isLargePage } from "./page-writer.js";
import type { PrefetchedPages } from "./prefetched-pages.js";
import { isPage } from "./ring-channel.js";

/** Is a channel that a gate reads, and can stop reading. */
export interface GateChannel extends InputChannel {
  /** Drops what is queued and whatever comes. */
  close(): void;
}

/**
 * Reads one input of a task: the union of its channels, in turn, or one after the other when it `isInOrder`. In an iteration it ends
 * once per superstep.
 */
export class InputGate implements PageCursor {
  readonly #channels: readonly GateChannel[];
  readonly #layouts: LayoutTable;
  readonly #isInOrder: boolean;
  readonly #metrics: EdgeMetrics;
  readonly #prefetched: PrefetchedPages | undefined;
  /** By channel: whether nothing more comes, in this superstep. */
  readonly #hasPaused: boolean[];
  /** By channel: whether nothing more comes at all. */
  readonly #hasEnded: boolean[];
  /** Channels that have neither paused nor ended. */
  #numOpen: number;
  #next = 0;
  #page: MemorySegment | undefined;
  #from: GateChannel | undefined;
  #view: PageView | undefined;

  /** @param prefetched - keeps what has to be taken off channels before the task reads it; undefined when that cannot be */
  constructor(
    channels: readonly GateChannel[],
    layouts: LayoutTable,
    isInOrder: boolean,
    metrics: EdgeMetrics,
    prefetched?: PrefetchedPages,
  ) {
    this.#prefetched = prefetched;
    this.#channels = channels;
    this.#layouts = layouts;
    this.#isInOrder = isInOrder;
    this.#metrics = metrics;
    this.#hasPaused = channels.map(() => false);
    this.#hasEnded = channels.map(() => false);
    this.#numOpen = channels.length;
  }

  get memory(): Memory {
    return this.#view!.memory;
  }

  get slot(): number {
    return this.#view!.slot;
  }

  get endSlot(): number {
    return this.#view!.endSlot;
  }

  get numRows(): number {
    return this.#view!.numRows;
  }

  get layout(): StreamLayout {
    return this.#view!.layout;
  }

  get isAtEnd(): boolean {
    return this.#numOpen === 0 && this.#prefetched?.isEmpty !== false;
  }

  /** The channels, for operators that read each by itself. */
  get channels(): readonly GateChannel[] {
    return this.#channels;
  }

  nextPage(): boolean {
    this.#release();
    if (this.#prefetched?.isEmpty === false) {
      this.#view = this.#prefetched.next();
      if (this.#view !== undefined) return true;
    }
    const channels = this.#channels;
    let index = this.#isInOrder ? 0 : this.#next;
    for (let tried = 0; tried < channels.length; ) {
      if (!this.#hasPaused[index]) {
        const element = channels[index]!.poll();
        if (isPage(element)) {
          this.#take(element, channels[index]!);
          this.#next = index + 1 === channels.length ? 0 : index + 1;
          return true;
        }
        if (element !== undefined) {
          this.#onEvent(index, element);
          // The channel may have more behind the event, of the next superstep, which is read then.
          continue;
        }
        if (this.#isInOrder) return false;
      }
      tried++;
      index = index + 1 === channels.length ? 0 : index + 1;
    }
    return false;
  }

  /**
   * Takes the pages off the channels that are there and keeps them until they are read; returns whether there were any. For a task that waits for
   * another input, whose producer may wait for this one to be read. What is read in order comes along blocking edges, whose producers wait for
   * nobody, and would get out of order.
   */
  prefetch(): boolean {
    if (this.#prefetched === undefined || this.#isInOrder) return false;
    let hasTaken = false;
    this.#channels.forEach((channel, index) => {
      while (!this.#hasPaused[index]) {
        const page = channel.peek(0);
        if (!isPage(page)) return;
        channel.poll();
        this.#metrics.count(page, this.#keep(page));
        if (!isLargePage(page)) channel.release(page);
        hasTaken = true;
      }
    });
    return hasTaken;
  }

  #keep(page: MemorySegment): number {
    const view = viewOfPage(page, this.#layouts);
    this.#prefetched!.add(view);
    return view.numRows;
  }

  /**
   * Tells what comes next without reading it: `more` when a superstep begins, `end` when nothing more comes at all, undefined
   * when nobody knows yet.
   */
  peek(): "more" | "end" | undefined {
    let isEnd = true;
    for (let i = 0; i < this.#channels.length; i++) {
      if (this.#hasEnded[i]) continue;
      const element = this.#channels[i]!.peek(0);
      if (element === undefined) isEnd = false;
      else if (isPage(element) || element.kind !== "endOfInput") return "more";
    }
    return isEnd ? "end" : undefined;
  }

  /** Drops what is left of the input, in an iteration of the superstep, also what is still to come, and tells whoever sends it. */
  skip(): void {
    this.#release();
    this.#prefetched?.close();
    for (const [index, channel] of this.#channels.entries()) if (!this.#hasPaused[index]) channel.skip();
  }

  /** Reads on in the next superstep; the last one was read to its end. */
  beginSuperstep(): void {
    this.#release();
    invariant(this.#numOpen === 0, "a superstep's input is read to its end before the next one begins");
    for (let i = 0; i < this.#channels.length; i++) {
      this.#hasPaused[i] = this.#hasEnded[i]!;
      if (!this.#hasPaused[i]) this.#numOpen++;
    }
  }

  /** Gives back the page that is being read, and drops all the rest. Never throws. */
  close(): void {
    this.#release();
    this.#prefetched?.close();
    for (const channel of this.#channels) channel.close();
  }

  #take(page: MemorySegment, from: GateChannel): void {
    this.#page = page;
    this.#from = from;
    this.#view = viewOfPage(page, this.#layouts);
    this.#metrics.count(page, this.#view.numRows);
  }

  #onEvent(index: number, event: ChannelEvent): void {
    switch (event.kind) {
      case "endOfInput":
        this.#hasEnded[index] = true;
        break;
      case "endOfSuperstep":
        break;
      default:
        invariant(false, `drivers of bounded input read no event ${event.name}`);
    }
    this.#hasPaused[index] = true;
    this.#numOpen--;
  }

  #release(): void {
    const page = this.#page;
    if (page === undefined) return;
    this.#page = undefined;
    if (!isLargePage(page)) this.#from!.release(page);
  }
}
