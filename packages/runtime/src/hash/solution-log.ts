/**
 * The rows of a spilled partition of a solution set, in a file: whatever is put in is appended, and of the rows of a key the last one counts. So a log
 * grows with each change, and is written anew when much of it is garbage, or all of it would be read by each of several passes.
 *
 * A partition is loaded in passes, each with a part of its hashes, and a log is written anew pass by pass. So a log that was written anew begins with *sections*,
 * each with the rows of one pass, and ends with what was appended since, of any hash. A load reads only the sections of its pass, and the end.
 */
import type { Memory, MemorySegment } from "@millrace/core";
import type { PageSupply } from "../memory/page-budget.js";
import { PAGE_HEADER_SLOTS } from "../memory/page-slots.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { Steps } from "../task/driver.js";
import { entriesEnd, entrySlots, HASH_WORD, IS_DEAD, IS_LARGE, LINK_WORD } from "./entry.js";
import { EntryReader, EntryWriter } from "./entry-writer.js";
import { KEYED_PREFIX_SLOTS } from "./keyed-rows.js";
import { type EntryFile, EntryRow } from "./spilled-entries.js";

/** A log is written anew when it has this many times the blocks that it began with. */
const MAX_WASTE = 2;

/** Is one of so many equal parts of the hashes of a partition; their number is a power of two. */
export interface HashPass {
  /** Which of them, from 0. */
  readonly number: number;
  /** How many there are. */
  readonly numPasses: number;
}

/** Keeps rows in a file, of which later ones count. @internal */
export class SolutionLog {
  readonly #file: EntryFile;
  readonly #layouts: LayoutTable;
  readonly #writer: EntryWriter;
  /** The passes whose rows the first blocks have, in order, and where the blocks of each end. */
  readonly #sections: { readonly pass: HashPass; readonly end: number }[] = [];
  /** How many blocks of the file it began with, garbage left out. */
  #numFresh = 0;

  /**
   * @param pages - has a page for it whenever a row is appended
   * @param file - what its rows are in; large ones may be in it already
   */
  constructor(pages: PageSupply, file: EntryFile, layouts: LayoutTable) {
    this.#file = file;
    this.#layouts = layouts;
    this.#writer = new EntryWriter(pages, file, KEYED_PREFIX_SLOTS);
    this.#writer.isSpilled = true;
  }

  /** Whether writing it anew would make it much smaller, as far as that can be told without reading it. */
  get isWasteful(): boolean {
    return this.#file.numBlocks > this.#numFresh * MAX_WASTE;
  }

  /** Whether most of it belongs to no section, so that each pass has to read it. */
  get isUncut(): boolean {
    const { length } = this.#writer.blocks;
    return (this.#sections.at(-1)?.end ?? 0) * 2 < length;
  }

  /** How many rows were appended. */
  get numAppended(): number {
    return this.#writer.numEntries;
  }

  /** Appends a row; returns false when there is no page for it. */
  append(memory: Memory, slot: number, layout: StreamLayout, hash: number): boolean {
    return this.#writer.append(memory, slot, layout, hash, 0) !== 0;
  }

  /** Begins with pages of entries as they are; dead ones are left out when they are read. `numFresh` pages would do for the others. */
  beginWith(pages: readonly MemorySegment[], numFresh: number): void {
    for (const page of pages) this.#writer.blocks.push(this.#file.writePage(page));
    this.#numFresh = numFresh;
  }

  /** Ends a section: what was appended since the last one are the rows of this pass, each key once. */
  endSection(pass: HashPass): void {
    this.#writer.finishSpilling();
    this.#sections.push({ pass, end: this.#writer.blocks.length });
    this.#numFresh = this.#file.numBlocks;
  }

  /** Gives the rows that may be of a pass, in the order in which they came, to `take`, until it returns false; then returns false. */
  *read(scratch: MemorySegment, pass: HashPass, take: (row: EntryRow, hash: number) => boolean): Steps<boolean> {
    this.#writer.finishSpilling();
    const reader = new EntryReader(this.#layouts, this.#file, scratch);
    const row = new EntryRow(scratch.memory, this.#layouts, undefined as never);
    const { blocks } = this.#writer;
    let section = 0;
    for (let block = 0; block < blocks.length; block++) {
      while (section < this.#sections.length && this.#sections[section]!.end === block) section++;
      const of = this.#sections[section]?.pass;
      if (of !== undefined && !overlap(of, pass)) continue;
      const layout = reader.read(blocks[block]!);
      if (!this.#takeRows(scratch, layout, row, take)) return false;
      yield "turn";
    }
    return true;
  }

  /** Gives back its page and removes its file. Never throws. */
  remove(): void {
    this.#writer.release();
    this.#file.remove();
  }

  #takeRows(
    { memory, firstSlot }: MemorySegment,
    layout: StreamLayout,
    row: EntryRow,
    take: (row: EntryRow, hash: number) => boolean,
  ): boolean {
    const { i32 } = memory;
    const end = entriesEnd(memory, firstSlot);
    for (let pointer = firstSlot + PAGE_HEADER_SLOTS; pointer < end; ) {
      const link = i32[pointer * 2 + LINK_WORD]!;
      if ((link & IS_DEAD) === 0) {
        if ((link & IS_LARGE) !== 0) row.setLarge(memory, pointer + KEYED_PREFIX_SLOTS, this.#file);
        else row.setInPage(memory, pointer + KEYED_PREFIX_SLOTS, layout);
        if (!take(row, i32[pointer * 2 + HASH_WORD]!)) return false;
      }
      pointer += entrySlots(memory, pointer, KEYED_PREFIX_SLOTS);
    }
    return true;
  }
}

/** Tells whether two passes have hashes in common. */
function overlap(a: HashPass, b: HashPass): boolean {
  return a.number * b.numPasses < (b.number + 1) * a.numPasses && b.number * a.numPasses < (a.number + 1) * b.numPasses;
}
