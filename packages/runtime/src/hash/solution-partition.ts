import { invariant, type Memory, type MemorySegment } from "@millrace/core";
import { PAGE_HEADER_SLOTS } from "../memory/page-slots.js";
import type { RowPairOrder } from "../rows/row-order.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { SpillSpace } from "../spill/spill-space.js";
import type { BudgetPart } from "./budget-part.js";
import { entriesEnd, entrySlots, HASH_WORD, IS_LARGE, LINK_WORD } from "./entry.js";
import { EntryReader, EntryWriter } from "./entry-writer.js";
import { IS_DEAD, KEYED_PREFIX_SLOTS, KeyedRows } from "./keyed-rows.js";
import { EntryFile, EntryRow } from "./spilled-entries.js";

/** Are the pages of a solution set, by what they are for. */
export interface SolutionSetPages {
  /** Pages of resident partitions. */
  readonly resident: BudgetPart;
  /** Pages in which rows wait to be appended to the logs of spilled ones. */
  readonly logs: BudgetPart;
  /** Pages of a spilled partition that is loaded. */
  readonly loading: BudgetPart;
}

/** A log is written anew when it has this many times the rows that are alive. */
const MAX_LOG_WASTE = 2;

/** Is the rows of a solution set whose hashes have the same high bits. @internal */
export class SolutionPartition {
  readonly #pages: SolutionSetPages;
  readonly #layouts: LayoutTable;
  readonly #equality: RowPairOrder;
  readonly #spillSpace: SpillSpace;
  readonly #bits: number;
  #file: EntryFile;
  /** All rows while it is resident. */
  #resident: KeyedRows | undefined;
  /** The rows when it is spilled. */
  #log: EntryWriter | undefined;
  /** The rows of one pass of a spilled partition, and the file of those of them that are too large for a page. */
  #loaded: KeyedRows | undefined;
  #loadedFile: EntryFile | undefined;

  /** @param bits - how many high bits all hashes here share */
  constructor(
    pages: SolutionSetPages,
    layouts: LayoutTable,
    equality: RowPairOrder,
    spillSpace: SpillSpace,
    bits: number,
  ) {
    this.#pages = pages;
    this.#layouts = layouts;
    this.#equality = equality;
    this.#spillSpace = spillSpace;
    this.#bits = bits;
    this.#file = this.#newFile();
    this.#resident = this.#newRows(pages.resident, this.#file);
  }

  get isSpilled(): boolean {
    return this.#log !== undefined;
  }

  /** The rows that can be looked up: all, or those of the pass that is loaded. */
  get rows(): KeyedRows | undefined {
    return this.#resident ?? this.#loaded;
  }

  /** How many pages it holds while it is resident. */
  get numPages(): number {
    return this.#resident?.numPages ?? 0;
  }

  /** Whether it is resident and compacting it would free pages. */
  get isWasteful(): boolean {
    return this.#resident?.isWasteful === true && this.#resident.writer.pages.length > 1;
  }

  /** Takes a row in; returns false when there is no page for it. */
  upsert(memory: Memory, slot: number, layout: StreamLayout, hash: number): boolean {
    if (this.#resident !== undefined) return this.#resident.upsert(memory, slot, layout, hash);
    return this.#log!.append(memory, slot, layout, hash, 0) !== 0;
  }

  /** Returns where the row of a key lies, among {@link rows}; undefined when it is not there. */
  find(memory: Memory, slot: number, layout: StreamLayout, hash: number, equality: RowPairOrder): EntryRow | undefined {
    const { rows } = this;
    const pointer = rows === undefined ? 0 : rows.find(memory, slot, layout, hash, equality);
    return pointer === 0 ? undefined : rows!.row(pointer);
  }

  /** Leaves out dead rows; returns false when pages were lacking, and it was spilled instead. */
  compact(): boolean {
    const old = this.#resident!;
    const fresh = this.#newRows(this.#pages.resident, this.#file);
    if (old.moveTo(fresh)) {
      this.#resident = fresh;
      return true;
    }
    // Some rows are in the old pages and some in the new; both are logs as they stand, since each key is alive once.
    this.#becomeLog();
    for (const rows of [old, fresh]) this.#appendToLog(rows.writer);
    old.release();
    fresh.release();
    return false;
  }

  /** Writes its rows to a file and gives its pages back. */
  spill(): void {
    const rows = this.#resident!;
    rows.releaseDirectory();
    this.#becomeLog();
    this.#appendToLog(rows.writer);
    rows.release();
  }

  /** Returns the pass that has a hash, of `numPasses`, a power of two. */
  passOf(hash: number, numPasses: number): number {
    return numPasses === 1 ? 0 : (hash << this.#bits) >>> (32 - Math.log2(numPasses));
  }

  /** Makes the rows of a pass ready to be looked up; returns false when they do not fit. */
  load(pass: number, numPasses: number, throwIfCancelled: () => void): boolean {
    this.unload();
    const scratch = this.#takeScratch();
    if (scratch === undefined) return false;
    this.#loadedFile = this.#newFile();
    // The bits that select the pass are the same for all its rows too: with them, all keys would lie in one corner of the directory.
    const loaded = this.#newRows(this.#pages.loading, this.#loadedFile, this.#bits + Math.log2(numPasses));
    this.#loaded = loaded;
    try {
      let numRead = 0;
      const fits = this.#forEachInLog(scratch, (row, hash) => {
        numRead++;
        if (this.passOf(hash, numPasses) !== pass) return true;
        throwIfCancelled();
        return loaded.upsert(row.memory, row.slot, row.layout, hash);
      });
      if (!fits) this.unload();
      else if (numPasses === 1 && numRead > loaded.numKeys * MAX_LOG_WASTE) this.#rewriteLog(loaded);
      return fits;
    } finally {
      this.#pages.loading.give(scratch);
    }
  }

  /** Drops the rows that were loaded. */
  unload(): void {
    this.#loaded?.release();
    this.#loaded = undefined;
    this.#loadedFile?.remove();
    this.#loadedFile = undefined;
  }

  /** Removes its files. Its pages are given back with the budget. */
  close(): void {
    this.#file.remove();
    this.#loadedFile?.remove();
  }

  #newFile(): EntryFile {
    return new EntryFile(this.#spillSpace, this.#pages.resident.owner);
  }

  #newRows(budget: BudgetPart, file: EntryFile, sharedBits = this.#bits): KeyedRows {
    return new KeyedRows(budget, this.#layouts, this.#equality, file, sharedBits);
  }

  #becomeLog(): void {
    this.#log = new EntryWriter(this.#pages.logs, this.#file, KEYED_PREFIX_SLOTS);
    this.#log.isSpilled = true;
    this.#resident = undefined;
  }

  /** Writes the pages of entries as they are; dead rows are left out when they are read. */
  #appendToLog(writer: EntryWriter): void {
    writer.completeHeaders();
    for (const page of writer.pages) this.#log!.blocks.push(this.#file.writePage(page));
  }

  #takeScratch(): MemorySegment | undefined {
    this.#log!.finishSpilling();
    return this.#pages.loading.take();
  }

  #forEachInLog(scratch: MemorySegment, take: (row: EntryRow, hash: number) => boolean): boolean {
    const { memory } = scratch;
    const reader = new EntryReader(this.#layouts, this.#file, scratch);
    const row = new EntryRow(memory, this.#layouts, undefined as never);
    for (const block of this.#log!.blocks) {
      const layout = reader.read(block);
      const end = entriesEnd(memory, scratch.firstSlot);
      for (let pointer = scratch.firstSlot + PAGE_HEADER_SLOTS; pointer < end; ) {
        const link = memory.i32[pointer * 2 + LINK_WORD]!;
        if ((link & IS_DEAD) === 0) {
          if ((link & IS_LARGE) !== 0) row.setLarge(memory, pointer + KEYED_PREFIX_SLOTS, this.#file);
          else {
            row.memory = memory;
            row.slot = pointer + KEYED_PREFIX_SLOTS;
            row.layout = layout;
          }
          if (!take(row, memory.i32[pointer * 2 + HASH_WORD]!)) return false;
        }
        pointer += entrySlots(memory, pointer, KEYED_PREFIX_SLOTS);
      }
    }
    return true;
  }

  /** Puts a log of the living rows in the place of the old one. */
  #rewriteLog(loaded: KeyedRows): void {
    const old = this.#file;
    this.#file = this.#newFile();
    this.#log = new EntryWriter(this.#pages.logs, this.#file, KEYED_PREFIX_SLOTS);
    this.#log.isSpilled = true;
    for (let cell = 0; cell < loaded.numCells; cell++) {
      const pointer = loaded.entryAt(cell);
      if (pointer === 0) continue;
      const { memory, slot, layout } = loaded.row(pointer);
      const isAppended = this.#log.append(memory, slot, layout, loaded.hashOf(pointer), 0) !== 0;
      invariant(isAppended, "there is a page for each log of a solution set");
    }
    this.#log.finishSpilling();
    old.remove();
  }
}
