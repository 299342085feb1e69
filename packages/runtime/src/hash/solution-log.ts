/**
 * The rows of a spilled partition of a solution set, in a file: whatever is put in is appended, and of the rows of a key the last one counts. So a log
 * grows with each change, and is written anew when much of it is garbage, or all of it would be read by each of several passes.
 *
 * A partition is loaded in passes, each with a part of its hashes, and a log is written anew pass by pass. So a log that was written anew begins with *sections*,
 * each with the rows of one pass, and ends with what was appended since, of any hash. A load reads only the sections of its pass, and of the end, which is cut
 * as passes go on, the part that it needs.
 */
import type { Memory, MemorySegment } from "@millrace/core";
import type { PageSupply } from "../memory/page-budget.js";
import { PAGE_HEADER_SLOTS } from "../memory/page-slots.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { Steps } from "../task/driver.js";
import { entriesEnd, entrySlots, HASH_WORD, IS_DEAD, IS_LARGE, LINK_WORD } from "./entry.js";
import type { EntryBlocks, EntryCuts } from "./entry-cuts.js";
import { EntryReader, EntryWriter } from "./entry-writer.js";
import { type HashRange, overlapRange } from "./hash-range.js";
import { KEYED_PREFIX_SLOTS } from "./keyed-rows.js";
import { type EntryFile, EntryRow } from "./spilled-entries.js";

/** A log is written anew when it has this many times the blocks that it began with. */
const MAX_WASTE = 2;

/** Keeps rows in a file, of which later ones count. @internal */
export class SolutionLog {
  readonly #file: EntryFile;
  readonly #layouts: LayoutTable;
  readonly #writer: EntryWriter;
  /** The passes whose rows the first blocks have, in order, and where the blocks of each end. */
  readonly #sections: { readonly pass: HashRange; readonly end: number }[] = [];
  /** How many blocks of the file it began with, garbage left out. */
  #numFresh = 0;
  /** The blocks behind the sections while it is read. */
  #end: EntryBlocks | undefined;

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
    return this.#sectionsEnd * 2 < this.#writer.blocks.length;
  }

  /** How many blocks its rows would fill, about, if what was appended last had no other keys than the sections, or the sections no others than that. */
  get numLivingBlocks(): number {
    return Math.max(this.#sectionsEnd, this.#writer.blocks.length - this.#sectionsEnd);
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
  endSection(pass: HashRange): void {
    this.#writer.finishSpilling();
    this.#sections.push({ pass, end: this.#writer.blocks.length });
    this.#numFresh = this.#file.numBlocks;
  }

  /**
   * Gives the rows that may be of a pass, in the order in which they came, to `take`, until it returns false; then returns false. Nothing is appended between the
   * passes over `whole`, the hashes of all rows; `cuts` are for them alone.
   */
  *read(
    scratch: MemorySegment,
    whole: HashRange,
    pass: HashRange,
    cuts: EntryCuts,
    take: (row: EntryRow, hash: number) => boolean,
  ): Steps<boolean> {
    this.#writer.finishSpilling();
    const row = new EntryRow(scratch.memory, this.#layouts, undefined as never);
    let begin = 0;
    for (const { pass: of, end } of this.#sections) {
      if (overlapRange(of, pass)) {
        const blocks = this.#writer.blocks.slice(begin, end);
        if (!(yield* this.#readBlocks({ ...of, file: this.#file, blocks }, scratch, row, take))) return false;
      }
      begin = end;
    }
    this.#end ??= { ...whole, file: this.#file, blocks: this.#writer.blocks.slice(begin) };
    return yield* this.#readBlocks(yield* cuts.find(this.#end, pass, scratch), scratch, row, take);
  }

  /** Ends the passes over it: rows may be appended again. */
  endReading(): void {
    this.#end = undefined;
  }

  /** Gives back its page and removes its file. Never throws. */
  remove(): void {
    this.#writer.release();
    this.#file.remove();
  }

  get #sectionsEnd(): number {
    return this.#sections.at(-1)?.end ?? 0;
  }

  *#readBlocks(
    { file, blocks }: EntryBlocks,
    scratch: MemorySegment,
    row: EntryRow,
    take: (row: EntryRow, hash: number) => boolean,
  ): Steps<boolean> {
    const reader = new EntryReader(this.#layouts, file, scratch);
    for (const block of blocks) {
      const layout = reader.read(block);
      if (!this.#takeRows(scratch, layout, row, take)) return false;
      yield "turn";
    }
    return true;
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
