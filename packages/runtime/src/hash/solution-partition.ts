import { invariant, type Memory, type MemorySegment } from "@millrace/core";
import type { RowPairOrder } from "../rows/row-order.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { SpillSpace } from "../spill/spill-space.js";
import type { Steps } from "../task/driver.js";
import type { BudgetPart } from "./budget-part.js";
import { EntryCuts } from "./entry-cuts.js";
import { type HashRange, prefixOf } from "./hash-range.js";
import { KEYED_PREFIX_SLOTS, KeyedRows } from "./keyed-rows.js";
import { SolutionLog } from "./solution-log.js";
import { EntryFile, type EntryRow } from "./spilled-entries.js";

/** Are the pages of a solution set, by what they are for. */
export interface SolutionSetPages {
  /** Pages of resident partitions. */
  readonly resident: BudgetPart;
  /** Pages in which rows wait to be appended to the logs of spilled ones. */
  readonly logs: BudgetPart;
  /** Pages of a spilled partition that is loaded. */
  readonly loading: BudgetPart;
}

/** Is what partitions have in common. */
export interface SolutionPartitionOptions {
  readonly pages: SolutionSetPages;
  readonly layouts: LayoutTable;
  /** Compares rows of the solution set by key. */
  readonly equality: RowPairOrder;
  readonly spill: SpillSpace;
  /** Throws when the job was cancelled. */
  readonly throwIfCancelled: () => void;
}

/** Is the rows of a solution set whose hashes have the same high bits. @internal */
export class SolutionPartition {
  readonly #options: SolutionPartitionOptions;
  /** Its hashes. */
  readonly #range: HashRange;
  /** The parts of what was appended to the log, while it is gone through by passes. */
  readonly #cuts: EntryCuts;
  /** The large rows of a resident partition. */
  readonly #file: EntryFile;
  /** All rows while it is resident. */
  #resident: KeyedRows | undefined;
  /** The rows when it is spilled, and, while it is gone through by passes, those that take their place. */
  #log: SolutionLog | undefined;
  #newLog: SolutionLog | undefined;
  /** How many rows had been appended to the log before the first pass. */
  #numAppended = 0;
  #isLast = false;
  /** The rows of one pass of a spilled partition, and the file of those of them that are too large for a page. */
  #loaded: KeyedRows | undefined;
  #loadedFile: EntryFile | undefined;
  /** The page that the log is read through. */
  #scratch: MemorySegment | undefined;

  constructor(options: SolutionPartitionOptions, range: HashRange) {
    this.#options = options;
    this.#range = range;
    const { pages, spill, layouts } = options;
    this.#cuts = new EntryCuts({ pages: pages.loading, spill, layouts, prefixSlots: KEYED_PREFIX_SLOTS });
    this.#file = this.#newFile();
    this.#resident = this.#newRows(options.pages.resident, this.#file);
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
    return this.#resident?.isWasteful === true;
  }

  /** Takes a row in; returns false when there is no page for it. */
  upsert(memory: Memory, slot: number, layout: StreamLayout, hash: number): boolean {
    if (this.#resident !== undefined) return this.#resident.upsert(memory, slot, layout, hash);
    return this.#log!.append(memory, slot, layout, hash);
  }

  /** Returns where the row of a key lies, among {@link rows}; undefined when it is not there. */
  find(memory: Memory, slot: number, layout: StreamLayout, hash: number, equality: RowPairOrder): EntryRow | undefined {
    const { rows } = this;
    const pointer = rows === undefined ? 0 : rows.find(memory, slot, layout, hash, equality);
    return pointer === 0 ? undefined : rows!.row(pointer);
  }

  /** Leaves out dead rows, and gives back the pages that get free. It is resident. */
  compact(): void {
    this.#resident!.compact();
  }

  /** Writes its rows to a file and gives its pages back. */
  spill(): void {
    const rows = this.#resident!;
    const { numLivingPages } = rows;
    rows.releaseDirectory();
    rows.writer.completeHeaders();
    this.#log = new SolutionLog(this.#options.pages.logs, this.#file, this.#options.layouts);
    this.#resident = undefined;
    this.#log.beginWith(rows.writer.pages, numLivingPages);
    rows.release();
  }

  /** How many pages its rows would fill, about. It is spilled. */
  get numLogPages(): number {
    return this.#log!.numLivingBlocks;
  }

  /**
   * Prepares for loading all passes, from the first to the last. It is spilled, and nothing is changed until `endPasses` or `unload`.
   * @param isLast - whether it will not be loaded again, so that writing the log anew would not pay
   */
  beginPasses(isLast: boolean): void {
    this.#isLast = isLast;
    this.#numAppended = this.#log!.numAppended;
  }

  /** Makes the rows of a pass ready to be looked up; returns false when they do not fit. */
  *load(pass: HashRange): Steps<boolean> {
    const { pages, layouts, throwIfCancelled } = this.#options;
    this.#dropLoaded();
    if (this.#shouldRewrite(pass)) this.#newLog ??= new SolutionLog(pages.logs, this.#newFile(), layouts);
    this.#scratch = pages.loading.take();
    if (this.#scratch === undefined) return false;
    this.#loadedFile = this.#newFile();
    const loaded = this.#newRows(pages.loading, this.#loadedFile);
    this.#loaded = loaded;
    const fits = yield* this.#log!.read(this.#scratch, this.#range, pass, this.#cuts, (row, hash) => {
      if (prefixOf(hash, pass.numBits) !== pass.prefix) return true;
      throwIfCancelled();
      return loaded.upsert(row.memory, row.slot, row.layout, hash);
    });
    this.#giveScratch();
    if (!fits) this.#dropLoaded();
    else if (this.#newLog !== undefined) yield* this.#appendLoaded(loaded, this.#newLog, pass);
    return fits;
  }

  /** Drops the rows that were loaded after all passes; when the log was written anew by then, that counts from now on. */
  endPasses(): void {
    invariant(this.#log!.numAppended === this.#numAppended, "a solution set does not change while it is looked into");
    if (this.#newLog !== undefined) {
      this.#log!.remove();
      this.#log = this.#newLog;
      this.#newLog = undefined;
    }
    this.unload();
  }

  /** Drops the rows that were loaded, wherever the loading stopped. */
  unload(): void {
    this.#giveScratch();
    this.#dropLoaded();
    this.#cuts.remove();
    this.#log?.endReading();
    this.#newLog?.remove();
    this.#newLog = undefined;
  }

  /** Removes its files. Its pages are given back with the budget. Never throws. */
  close(): void {
    this.unload();
    this.#log?.remove();
    this.#file.remove();
  }

  #shouldRewrite({ numBits, prefix }: HashRange): boolean {
    const log = this.#log!;
    const numExtraBits = numBits - this.#range.numBits;
    const isFirst = prefix === this.#range.prefix << numExtraBits;
    return isFirst && !this.#isLast && (log.isWasteful || (numExtraBits > 0 && log.isUncut));
  }

  #newFile(): EntryFile {
    return new EntryFile(this.#options.spill, this.#options.pages.resident.owner);
  }

  #newRows(budget: BudgetPart, file: EntryFile): KeyedRows {
    const { layouts, equality } = this.#options;
    return new KeyedRows(budget, layouts, equality, file);
  }

  #giveScratch(): void {
    if (this.#scratch !== undefined) this.#options.pages.loading.give(this.#scratch);
    this.#scratch = undefined;
  }

  #dropLoaded(): void {
    this.#loaded?.release();
    this.#loaded = undefined;
    this.#loadedFile?.remove();
    this.#loadedFile = undefined;
  }

  /** Writes the rows of a pass to the log that is being written anew: by pages, since each of them has rows of one layout. */
  *#appendLoaded(loaded: KeyedRows, log: SolutionLog, pass: HashRange): Steps {
    loaded.writer.completeHeaders();
    for (const page of loaded.writer.pages) {
      loaded.eachOf(page, ({ memory, slot, layout }, hash) => {
        const isAppended = log.append(memory, slot, layout, hash);
        invariant(isAppended, "a page is left for each log of a solution set");
      });
      yield "turn";
    }
    log.endSection(pass);
  }
}
