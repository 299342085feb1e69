/**
 * Is a channel whose consumer reads only what is complete: until an event comes behind them, pages lie on disk. So producers never wait for
 * their consumers, and a result can be read in whatever order.
 */

import { type Memory, type MemorySegment, readPageHeader } from "@millrace/core";
import type { PageBudget } from "../memory/page-budget.js";
import { PAGE_HEADER_SLOTS } from "../memory/page-slots.js";
import { takePage } from "../memory/take-page.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { SpillFile, SpillSpace } from "../spill/spill-space.js";
import { type ChannelEvent, isEnd, type OutputChannel } from "./exchange.js";
import type { GateChannel } from "./input-gate.js";
import { isLargePage, largePage } from "./page-writer.js";

/** Is the file of all channels of one task's output along one edge, made when the first page comes and removed with the last channel. */
export class StoredOutput {
  readonly #spill: SpillSpace;
  readonly #owner: string;
  #file: SpillFile | undefined;
  #numChannels: number;

  constructor(spill: SpillSpace, owner: string, numChannels: number) {
    this.#spill = spill;
    this.#owner = owner;
    this.#numChannels = numChannels;
  }

  /** The file. */
  get file(): SpillFile {
    this.#file ??= this.#spill.createFile(this.#owner);
    return this.#file;
  }

  /** Takes note of a channel that is not read any more. */
  leave(): void {
    if (--this.#numChannels === 0) this.#file?.remove();
  }
}

/** Is what a stored channel is made of. */
export interface StoredChannelParts {
  readonly output: StoredOutput;
  readonly layouts: LayoutTable;
  /** Where pages to read into come from: the budget of the producer, who needs none of them when it is done. */
  readonly budget: PageBudget;
  /** Takes a page back that was sent and is on disk. */
  readonly onSent: (page: MemorySegment) => void;
  /** Is told that there is something to read. */
  readonly onReadable: () => void;
  /** Is told that a page came back to the budget: another consumer may wait for one. */
  readonly onReturned: () => void;
  /** Is told that the consumer reads no more, in this superstep or at all. */
  readonly onUnwanted: () => void;
}

/** Is an element on disk: the block of a page, or that of a large row with its layout. */
interface StoredPage {
  readonly block: number;
  readonly largeLayout: StreamLayout | undefined;
}

/** Is a channel that keeps pages on disk until they are complete. */
export class StoredChannel implements OutputChannel, GateChannel {
  readonly #parts: StoredChannelParts;
  readonly #elements: (StoredPage | ChannelEvent)[] = [];
  #next = 0;
  /** How many elements may be read: those up to the last event. */
  #numComplete = 0;
  /** The page that `peek` had to read. */
  #peeked: MemorySegment | undefined;
  /** Whether pages are dropped until the producer ends the superstep. */
  #isSkipping = false;
  #isClosed = false;
  readonly hasRoom = true;
  readonly hasLargeRow = false;

  constructor(parts: StoredChannelParts) {
    this.#parts = parts;
  }

  get isWanted(): boolean {
    return !this.#isClosed && !this.#isSkipping;
  }

  sendPage(page: MemorySegment): void {
    if (this.isWanted) this.#elements.push(this.#store(page));
    this.#parts.onSent(page);
  }

  sendEvent(event: ChannelEvent): void {
    if (this.#isClosed) return;
    if (isEnd(event)) this.#isSkipping = false;
    this.#elements.push(event);
    this.#numComplete = this.#elements.length;
    this.#parts.onReadable();
  }

  abort(): void {
    this.close();
  }

  poll(): MemorySegment | ChannelEvent | undefined {
    const element = this.peek(0);
    if (element === undefined) return undefined;
    this.#peeked = undefined;
    this.#next++;
    if ("kind" in element && element.kind === "endOfInput") this.close();
    return element;
  }

  peek(offset: number): MemorySegment | ChannelEvent | undefined {
    const index = this.#next + offset;
    if (index >= this.#numComplete) return undefined;
    const element = this.#elements[index]!;
    if ("kind" in element) return element;
    if (offset > 0) return this.#load(element);
    this.#peeked ??= this.#load(element);
    return this.#peeked;
  }

  release(page: MemorySegment): void {
    if (isLargePage(page)) return;
    this.#parts.budget.give(page);
    this.#parts.onReturned();
  }

  skip(): void {
    if (!this.isWanted) return;
    this.#forgetPeeked();
    const end = this.#elements.findIndex((each, index) => index >= this.#next && "kind" in each && isEnd(each));
    if (end >= 0) {
      this.#next = end;
      return;
    }
    this.#elements.length = this.#numComplete = this.#next;
    this.#isSkipping = true;
    this.#parts.onUnwanted();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#forgetPeeked();
    this.#elements.length = this.#next = this.#numComplete = 0;
    this.#parts.output.leave();
    this.#parts.onUnwanted();
  }

  #forgetPeeked(): void {
    if (this.#peeked !== undefined) this.release(this.#peeked);
    this.#peeked = undefined;
  }

  #store(page: MemorySegment): StoredPage {
    const { output, layouts } = this.#parts;
    if (!isLargePage(page)) return { block: output.file.writePage(page), largeLayout: undefined };
    const block = output.file.writeLarge(page.memory, page.firstSlot + PAGE_HEADER_SLOTS);
    return { block, largeLayout: layouts.of(readPageHeader(page).layoutId) };
  }

  /** Returns the page, or undefined while there is no page to read it into. */
  #load({ block, largeLayout }: StoredPage): MemorySegment | undefined {
    const { output, budget } = this.#parts;
    if (largeLayout !== undefined) {
      const row: Memory = output.file.readLarge(block);
      return largePage(row, 0, row.i32[0]! >> 3, largeLayout);
    }
    if (budget.numFree === 0) return undefined;
    const page = takePage(budget);
    try {
      output.file.readPage(block, page);
    } catch (error) {
      budget.give(page);
      throw error;
    }
    return page;
  }
}
