/**
 * Holds rows in order, memory first: packed pages as long as the budget has some; what comes after them goes to disk, through the one page that is being
 * filled. Rows that are larger than a page are on disk at once.
 *
 * A part is a page in memory, a page on disk, or a large row on disk. Parts are numbered from 0; the number stays the same while a part moves from
 * memory to disk, and parts are dropped from the front only.
 */

import { invariant, type Memory, type MemorySegment } from "@millrace/core";
import type { PageBudget } from "../memory/page-budget.js";
import { pageRefused } from "../memory/take-page.js";
import { MAX_PACKED_ROW_SLOTS, PackedPageWriter } from "../rows/packed-page.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { SpillFile, SpillSpace } from "../spill/spill-space.js";

/** Is what a structure that keeps rows is given. @internal */
export interface StoreOptions {
  /** Where its pages come from. Others may take from it too. */
  readonly budget: PageBudget;
  /** Where it spills to. */
  readonly spill: SpillSpace;
  /** Names it in errors of the disk; the budget's owner when left out. */
  readonly owner?: string | undefined;
  /** The most pages that it holds at once; all of the budget when left out. */
  readonly maxPages?: number | undefined;
}

/** Is the part of a store that it is reading. */
export type StoredPart = MemorySegment | { readonly large: Memory; readonly layout: StreamLayout };

interface LargePart {
  readonly block: number;
  readonly layout: StreamLayout;
}

/** A page in memory, the number of a page's block, or a large row. */
type Part = MemorySegment | number | LargePart;

/** How many parts are dropped before the list of them is cut; cutting moves all that are left. */
const MIN_DROPPED = 256;

/** Holds rows in order, in memory and on disk; see above. @internal */
export class StoredPages {
  readonly #budget: PageBudget;
  readonly #spill: SpillSpace;
  readonly #owner: string;
  readonly #maxPages: number;
  readonly #makeWay: () => boolean;
  readonly #writer = new PackedPageWriter();
  #parts: (Part | undefined)[] = [];
  /** The number of the part that `#parts` begins with, and of the first that was not dropped. */
  #offset = 0;
  #first = 0;
  #file: SpillFile | undefined;
  /** Numbers of the parts that readers are at, which stay where they are; once for each reader. */
  readonly #pinned: number[] = [];
  /** Parts on disk that were not dropped. */
  #numOnDisk = 0;
  /** How many rows {@link StoredPages.#endOfFitting} found. */
  #numFitting = 0;
  /** Pages of the budget that it has, the writer's and those lent to readers included. */
  #numPages = 0;

  /** @param makeWay - asked when a row finds no page: a reader gives its page back, or unpins it, and tells whether it did */
  constructor(
    { budget, spill, owner = budget.owner, maxPages = budget.numPages }: StoreOptions,
    makeWay: () => boolean = () => false,
  ) {
    invariant(maxPages > 0, "what keeps rows has a page at least");
    this.#budget = budget;
    this.#spill = spill;
    this.#owner = owner;
    this.#maxPages = maxPages;
    this.#makeWay = makeWay;
  }

  /** The number of the first part. */
  get first(): number {
    return this.#first;
  }

  /** The number behind the last part, without the page that is being filled. */
  get end(): number {
    return this.#offset + this.#parts.length;
  }

  /** Whether there are rows in the page that is being filled. */
  get isFilling(): boolean {
    return this.#writer.hasRows;
  }

  /** How many pages it has. */
  get numPages(): number {
    return this.#numPages;
  }

  /** How many parts are on disk. */
  get numOnDisk(): number {
    return this.#numOnDisk;
  }

  /** Appends a row. */
  appendRow(memory: Memory, slot: number, layout: StreamLayout): void {
    const numSlots = memory.i32[slot * 2]! >> 3;
    if (numSlots <= this.#writer.room(layout)) this.#writer.append(memory, slot, numSlots, 1, layout);
    else this.append(memory, slot, slot + numSlots, 1, layout);
  }

  /** Appends rows that lie one behind the other. */
  append(memory: Memory, slot: number, endSlot: number, numRows: number, layout: StreamLayout): void {
    let rowsLeft = numRows;
    for (let at = slot; at < endSlot; ) {
      const end = endSlot - at <= this.#writer.room(layout) ? endSlot : this.#endOfFitting(memory, at, layout);
      const count = end === endSlot ? rowsLeft : this.#numFitting;
      if (count > 0) {
        this.#writer.append(memory, at, end - at, count, layout);
        at = end;
        rowsLeft -= count;
      } else if (!this.#makeRoom(memory, at)) {
        this.#appendOnDisk(memory, at, layout);
        at += memory.i32[at * 2]! >> 3;
        rowsLeft--;
      }
    }
  }

  /** Ends the page that is being filled, so that it is a part like others. */
  endPage(): void {
    if (!this.#writer.hasRows) return;
    this.#parts.push(this.#writer.take()!);
  }

  /**
   * Returns what part `number` holds. A page on disk is read into `target`, and a large row into memory that is used again by the next call
   * for one.
   */
  load(number: number, target: () => MemorySegment): StoredPart {
    const part = this.#parts[number - this.#offset]!;
    if (typeof part === "number") {
      const page = target();
      this.#file!.readPage(part, page);
      return page;
    }
    return "block" in part ? { large: this.#file!.readLarge(part.block), layout: part.layout } : part;
  }

  /** Keeps a part where it is, in memory or on disk, until it is unpinned. */
  pin(number: number): void {
    this.#pinned.push(number);
  }

  /** Takes one pin of a part back. */
  unpin(number: number): void {
    const at = this.#pinned.indexOf(number);
    if (at >= 0) this.#pinned.splice(at, 1);
  }

  /**
   * Takes a page for a reader of parts on disk: a free one, or one whose rows go to disk for it, of the last part that nobody reads or of the
   * page that is being filled. There is one when this has a page that no reader has.
   */
  lend(): MemorySegment {
    let page = this.#takePage() ?? this.spillLast();
    if (page === undefined) {
      this.endPage();
      page = this.spillLast();
    }
    if (page === undefined) throw pageRefused(this.#budget);
    return page;
  }

  /** Takes a page back from a reader. */
  giveBack(page: MemorySegment): void {
    this.#numPages--;
    this.#budget.give(page);
  }

  /** Moves the last page in memory that nobody reads to disk, and returns the page, which the caller has now; undefined when there is none. */
  spillLast(): MemorySegment | undefined {
    for (let i = this.#parts.length - 1; i >= this.#first - this.#offset; i--) {
      const part = this.#parts[i]!;
      if (typeof part === "number" || "block" in part || this.#pinned.includes(this.#offset + i)) continue;
      this.#parts[i] = this.#fileToWrite().writePage(part);
      this.#numOnDisk++;
      return part;
    }
    return undefined;
  }

  /** Drops the first part. A page in memory goes back to the budget. */
  dropFirst(): void {
    const part = this.#parts[this.#first - this.#offset]!;
    this.#parts[this.#first - this.#offset] = undefined;
    this.#first++;
    if (typeof part !== "number" && !("block" in part)) {
      this.giveBack(part);
    } else if (--this.#numOnDisk === 0) {
      // Nothing in the file is needed any more, so that its space is given back.
      this.#file!.remove();
      this.#file = undefined;
    }
    const numDropped = this.#first - this.#offset;
    if (numDropped >= MIN_DROPPED && numDropped * 2 >= this.#parts.length) {
      this.#parts = this.#parts.slice(numDropped);
      this.#offset = this.#first;
    }
  }

  /** Drops everything; pages go back to the budget, and the file is removed. Never throws. */
  clear(): void {
    const filling = this.#writer.take();
    if (filling !== undefined) this.giveBack(filling);
    for (const part of this.#parts) {
      if (part !== undefined && typeof part !== "number" && !("block" in part)) this.giveBack(part);
    }
    this.#file?.remove();
    this.#file = undefined;
    this.#numOnDisk = 0;
    this.#offset = this.#first = this.end;
    this.#parts = [];
    this.#pinned.length = 0;
  }

  /** Returns the end of the rows from `slot` that the current page has room for, fewer than there are, and sets how many they are. */
  #endOfFitting(memory: Memory, slot: number, layout: StreamLayout): number {
    const limit = slot + this.#writer.room(layout);
    let end = slot;
    this.#numFitting = 0;
    for (;;) {
      const next = end + (memory.i32[end * 2]! >> 3);
      if (next > limit) return end;
      end = next;
      this.#numFitting++;
    }
  }

  /** Makes room in a page for the row at `slot`; false when it is too large for one, or there is none. */
  #makeRoom(memory: Memory, slot: number): boolean {
    if (memory.i32[slot * 2]! >> 3 > MAX_PACKED_ROW_SLOTS) return false;
    return this.#turnPage() || (this.#makeWay() && this.#turnPage());
  }

  #appendOnDisk(memory: Memory, slot: number, layout: StreamLayout): void {
    this.endPage();
    const block = this.#fileToWrite().writeLarge(memory, slot);
    this.#parts.push({ block, layout });
    this.#numOnDisk++;
  }

  /** Gives the writer an empty page: a new one, or its own after it was written to disk; false when there is none. */
  #turnPage(): boolean {
    const next = this.#takePage();
    const full = this.#writer.take();
    if (next !== undefined) {
      if (full !== undefined) this.#parts.push(full);
      this.#writer.give(next);
      return true;
    }
    const page = full ?? this.spillLast();
    if (page === undefined) return false;
    if (page === full) {
      try {
        this.#parts.push(this.#fileToWrite().writePage(page));
      } catch (error) {
        this.giveBack(page);
        throw error;
      }
      this.#numOnDisk++;
    }
    this.#writer.give(page);
    return true;
  }

  #takePage(): MemorySegment | undefined {
    if (this.#numPages >= this.#maxPages) return undefined;
    const page = this.#budget.take();
    if (page !== undefined) this.#numPages++;
    return page;
  }

  #fileToWrite(): SpillFile {
    this.#file ??= this.#spill.createFile(this.#owner);
    return this.#file;
  }
}
