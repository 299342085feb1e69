/**
 * Writes the rows that a task sends along one edge: one page is filled for each target, full pages go to the target's channel.
 *
 * 1. A row goes straight into the page of its target as long as there is a free page, so that any row will find room.
 * 2. Otherwise it goes to the *overdraft*, a queue that spills, and so do all rows behind it: their order stays, and partitioners
 *    that count or that are user code are asked once per row, in order.
 * 3. Between calls of user code the task looks at `isFull`, and calls `drain` until it is not: the queue is emptied first.
 *
 * A page whose channel has no room waits here. All pages come from the edge's own budget, to which consumers give them
 * back, so the budget bounds what is on its way. When no consumer reads any more, everything is dropped, and whatever comes.
 */

import { invariant, type Memory, type MemorySegment } from "@millrace/core";
import type { PageBudget } from "../memory/page-budget.js";
import { MAX_PAGE_ROW_SLOTS } from "../memory/page-slots.js";
import { takePage } from "../memory/take-page.js";
import type { EdgeMetrics } from "../metrics/edge-metrics.js";
import { collectEachRow } from "../rows/collect-each-row.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { ChannelEvent, OutputChannel } from "./exchange.js";
import { isLargePage, largePage, type OutputSerializer, PageWriter } from "./page-writer.js";
import { FixedPartitioner, type RowPartitioner } from "./row-partitioner.js";
import type { RowQueue } from "./row-queue.js";
import type { RowScratch } from "./row-scratch.js";
import type { SentEdge } from "./sent-edge.js";

/** Is what an {@link EdgeOutput} is made of. */
export interface EdgeOutputParts {
  /** One per target. With several channels to one target (broadcast) there is one list of them. */
  readonly targets: readonly OutputChannel[];
  readonly partitioner: RowPartitioner;
  /** Holds one page per target and one more, at least. Pages come back to it from consumers. */
  readonly budget: PageBudget;
  readonly overdraft: RowQueue;
  readonly scratch: RowScratch;
  readonly metrics: EdgeMetrics;
  /** Whether consumers read while this writes, so that they may starve for a page that is not full. */
  readonly isPipelined: boolean;
}

/** Is the output of one task along one edge. */
export class EdgeOutput implements SentEdge {
  readonly #parts: EdgeOutputParts;
  readonly #budget: PageBudget;
  readonly #overdraft: RowQueue;
  readonly #writers: readonly PageWriter[];
  /** Whether all rows go to the only target, and nobody has to be asked. */
  readonly #isUndivided: boolean;
  /** Finished pages by target, for whose channels there was no room yet. */
  readonly #waiting: readonly MemorySegment[][];
  #numWaiting = 0;
  /** Whether what is collected is dropped. */
  #isDropping = false;

  constructor(parts: EdgeOutputParts) {
    invariant(parts.budget.numPages > parts.targets.length, "an output has a page per target and one more");
    this.#parts = parts;
    this.#budget = parts.budget;
    this.#overdraft = parts.overdraft;
    this.#writers = parts.targets.map(() => new PageWriter());
    this.#isUndivided = parts.targets.length === 1 && parts.partitioner instanceof FixedPartitioner;
    this.#waiting = parts.targets.map(() => []);
  }

  /** Whether the task should wait before it writes more. */
  get isFull(): boolean {
    return !this.#isDropping && this.#isOut;
  }

  /** Whether any consumer still reads. */
  get isWanted(): boolean {
    return this.#parts.targets.some((channel) => channel.isWanted);
  }

  get #isOut(): boolean {
    return this.#budget.numFree === 0 || this.#numWaiting > 0 || !this.#overdraft.isEmpty;
  }

  /** Takes a record. */
  collect(record: unknown, serializer: OutputSerializer): void {
    if (this.#isDropping) return;
    if (this.#isUndivided && this.#hasPlace) {
      const writer = this.#writers[0]!;
      if (writer.serialize(record, serializer)) return;
      this.#turnPage(0);
      if (writer.serialize(record, serializer)) return;
    }
    const { scratch } = this.#parts;
    scratch.write(record, serializer);
    this.collectRow(scratch.memory, 0, serializer.layout);
  }

  /** Takes a row. */
  collectRow(memory: Memory, slot: number, layout: StreamLayout): void {
    if (this.#isDropping) return;
    // Large rows take no page, so pages do not bound them: one of them is on its way, others wait.
    const mustWait = memory.i32[slot * 2]! >> 3 > MAX_PAGE_ROW_SLOTS && this.#isHeld;
    if (this.#hasPlace && !mustWait) this.#place(memory, slot, layout);
    else this.#overdraft.add(memory, slot, layout);
  }

  /** Takes rows of one layout that lie one behind the other: without a partitioner as many at once as a page has room for. */
  collectRows(memory: Memory, slot: number, endSlot: number, layout: StreamLayout): void {
    if (this.#isDropping) return;
    let at = slot;
    while (at < endSlot && this.#isUndivided && this.#hasPlace) {
      const end = this.#writers[0]!.appendAll(memory, at, endSlot, layout);
      if (end === at && memory.i32[at * 2]! >> 3 > MAX_PAGE_ROW_SLOTS) break;
      at = end;
      if (at < endSlot) this.#turnPage(0);
    }
    collectEachRow(this, memory, at, endSlot, layout);
  }

  /** Does what can be done now about pages that wait and rows in the overdraft. */
  drain(): void {
    this.#sendWaiting();
    const overdraft = this.#overdraft;
    while (!overdraft.isEmpty && this.#budget.numFree > 0 && !this.#isHeld) {
      overdraft.next();
      this.#place(overdraft.memory, overdraft.slot, overdraft.layout);
    }
  }

  /** Whether nothing is left here that was collected, except in pages that are not full. */
  get isDrained(): boolean {
    return this.#numWaiting === 0 && this.#overdraft.isEmpty;
  }

  /** Sends pages that are not full; returns whether there were any. To be called at the end, or when consumers starve. */
  flush(): boolean {
    let hasSent = false;
    for (let target = 0; target < this.#writers.length; target++) {
      if (!this.#writers[target]!.hasRows) continue;
      this.#finishPage(target);
      hasSent = true;
    }
    return hasSent;
  }

  /** Sends pages that are not full where consumers may wait for them; returns whether there were any. */
  flushForStarving(): boolean {
    return this.#parts.isPipelined && this.flush();
  }

  /** Sends an event to all consumers. Everything was drained and flushed before. */
  sendEvent(event: ChannelEvent): void {
    invariant(this.isDrained, "events follow all rows that were collected before them");
    for (const channel of this.#parts.targets) channel.sendEvent(event);
    this.#isDropping = !this.isWanted;
  }

  /** Looks whether any consumer still reads; if not, what it has is dropped, and what comes up to the next event. */
  update(): void {
    if (this.#isDropping || this.isWanted) return;
    this.close();
    this.#isDropping = true;
  }

  /** Gives back what consumers never got. Never throws. */
  close(): void {
    for (const writer of this.#writers) this.#give(writer.take());
    for (const pages of this.#waiting) {
      for (const page of pages) this.#give(page);
      pages.length = 0;
    }
    this.#numWaiting = 0;
    this.#overdraft.close();
  }

  /** Whether what lies on the heap keeps further rows back. */
  get #isHeld(): boolean {
    if (this.#numWaiting > 0) return true;
    for (const channel of this.#parts.targets) if (channel.hasLargeRow) return true;
    return false;
  }

  /** Whether a row of any target will find room. */
  get #hasPlace(): boolean {
    return this.#budget.numFree > 0 && this.#overdraft.isEmpty;
  }

  /** Puts a row into the page of its target. There is a free page. */
  #place(memory: Memory, slot: number, layout: StreamLayout): void {
    const target = this.#parts.partitioner.targetOf(memory, slot, layout);
    const numSlots = memory.i32[slot * 2]! >> 3;
    const writer = this.#writers[target]!;
    if (writer.append(memory, slot, numSlots, layout)) return;
    if (numSlots > MAX_PAGE_ROW_SLOTS) {
      this.#finishPage(target);
      this.#send(target, largePage(memory, slot, numSlots, layout), 1);
      return;
    }
    this.#turnPage(target);
    const isAppended = writer.append(memory, slot, numSlots, layout);
    invariant(isAppended, "a row has room in an empty page");
  }

  /** Sends the page of a target, and begins the next one. There is a free page. */
  #turnPage(target: number): void {
    const writer = this.#writers[target]!;
    if (writer.hasPage && !writer.hasRows) return;
    this.#finishPage(target);
    // Rows are placed only while there is a free page.
    writer.give(takePage(this.#budget));
  }

  #finishPage(target: number): void {
    const writer = this.#writers[target]!;
    if (!writer.hasRows) return;
    const { numRows } = writer;
    this.#send(target, writer.take()!, numRows);
  }

  #send(target: number, page: MemorySegment, numRows: number): void {
    this.#parts.metrics.count(page, numRows);
    const waiting = this.#waiting[target]!;
    const channel = this.#parts.targets[target]!;
    if (waiting.length === 0 && channel.hasRoom) {
      channel.sendPage(page);
    } else {
      waiting.push(page);
      this.#numWaiting++;
    }
  }

  #sendWaiting(): void {
    if (this.#numWaiting === 0) return;
    this.#waiting.forEach((pages, target) => {
      const channel = this.#parts.targets[target]!;
      while (pages.length > 0 && channel.hasRoom) {
        this.#numWaiting--;
        channel.sendPage(pages.shift()!);
      }
    });
  }

  #give(page: MemorySegment | undefined): void {
    if (page !== undefined && !isLargePage(page)) this.#budget.give(page);
  }
}
