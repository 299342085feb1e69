/**
 * Finds entries on disk by ranges of hashes, for passes that go from the first hashes to the last: partitioning by radix, depth first. To read what is of a
 * range that is much smaller than what a file has, the file is cut: its entries go to as many new blocks as there are pages to write, by the next bits of their
 * hashes, and the part with the range is cut again, until it is about the range. So passes read what is theirs, and each entry is written once per level,
 * however many passes there are. A cut is dropped when a range behind it is asked for: at any time there is one per level.
 *
 * Entries keep their order. Large rows stay where they are: their entries are cut like others.
 */
import type { MemorySegment } from "@millrace/core";
import type { PageSupply } from "../memory/page-budget.js";
import { PAGE_HEADER_SLOTS } from "../memory/page-slots.js";
import { pageRefused } from "../memory/take-page.js";
import type { LayoutTable } from "../rows/stream-layout.js";
import type { SpillSpace } from "../spill/spill-space.js";
import type { Steps } from "../task/driver.js";
import { entriesEnd, entrySlots, HASH_WORD, IS_DEAD, LINK_WORD } from "./entry.js";
import { EntryReader, EntryWriter } from "./entry-writer.js";
import { containsRange, type HashRange, prefixOf } from "./hash-range.js";
import { EntryFile } from "./spilled-entries.js";

/** The bits by which a part may be coarser than the range: reading it so often costs no more than writing and reading it again. */
const MAX_EXTRA_BITS = 1;
/** So few blocks are not cut: their parts would have a block each. */
const MAX_UNCUT_BLOCKS = 2;
const MAX_CUT_BITS = 6;

/** Is the entries of a range of hashes: blocks of a file. @internal */
export interface EntryBlocks extends HashRange {
  readonly file: EntryFile;
  readonly blocks: readonly number[];
}

/** Is what cuts are made with. @internal */
export interface EntryCutOptions {
  /** The pages that are written through: those that are free while entries are cut. */
  readonly pages: PageSupply;
  readonly spill: SpillSpace;
  readonly layouts: LayoutTable;
  /** The slots in front of a row. */
  readonly prefixSlots: number;
}

/** Cuts the entries of files by their hashes. @internal */
export class EntryCuts {
  readonly #options: EntryCutOptions;
  #whole: EntryBlocks | undefined;
  /** One cut per level, each of a part of the one before it. */
  readonly #cuts: { readonly file: EntryFile; readonly parts: readonly EntryBlocks[] }[] = [];
  /** What writes the parts of the cut that is being made. */
  #writers: EntryWriter[] = [];

  constructor(options: EntryCutOptions) {
    this.#options = options;
  }

  /** Returns blocks with all entries of a range, and few others. `whole` has them, and is read through `page`. */
  *find(whole: EntryBlocks, range: HashRange, page: MemorySegment): Steps<EntryBlocks> {
    if (whole !== this.#whole) this.remove();
    this.#whole = whole;
    let found = whole;
    let level = 0;
    for (; level < this.#cuts.length; level++) {
      const part = this.#cuts[level]!.parts.find((each) => containsRange(each, range));
      if (part === undefined) break;
      found = part;
    }
    for (const cut of this.#cuts.splice(level)) cut.file.remove();
    while (found.blocks.length > MAX_UNCUT_BLOCKS && range.numBits - found.numBits > MAX_EXTRA_BITS) {
      const numBits = Math.min(
        MAX_CUT_BITS,
        range.numBits - found.numBits,
        31 - Math.clz32(this.#options.pages.numFree),
      );
      if (numBits <= 0) break;
      const parts = yield* this.#cut(found, numBits, page);
      found = parts.find((each) => containsRange(each, range))!;
    }
    return found;
  }

  /** Gives back its pages and removes its files. Never throws. */
  remove(): void {
    for (const writer of this.#writers) writer.release();
    this.#writers = [];
    for (const cut of this.#cuts.splice(0)) cut.file.remove();
    this.#whole = undefined;
  }

  *#cut(from: EntryBlocks, numBits: number, page: MemorySegment): Steps<readonly EntryBlocks[]> {
    const { pages, spill, layouts, prefixSlots } = this.#options;
    const file = new EntryFile(spill, pages.owner);
    const writers = Array.from({ length: 1 << numBits }, () => new EntryWriter(pages, file, prefixSlots));
    const parts: EntryBlocks[] = writers.map(({ blocks }, i) => {
      return { numBits: from.numBits + numBits, prefix: from.prefix * writers.length + i, file, blocks };
    });
    for (const writer of writers) writer.isSpilled = true;
    this.#writers = writers;
    this.#cuts.push({ file, parts });
    const reader = new EntryReader(layouts, from.file, page);
    for (const block of from.blocks) {
      const layout = reader.read(block);
      const { memory, firstSlot } = page;
      const { i32 } = memory;
      const end = entriesEnd(memory, firstSlot);
      for (let pointer = firstSlot + PAGE_HEADER_SLOTS; pointer < end; ) {
        const numSlots = entrySlots(memory, pointer, prefixSlots);
        if ((i32[pointer * 2 + LINK_WORD]! & IS_DEAD) === 0) {
          const part = prefixOf(i32[pointer * 2 + HASH_WORD]!, from.numBits + numBits) & (writers.length - 1);
          if (!writers[part]!.appendEntry(pointer, numSlots, layout)) throw pageRefused(pages);
        }
        pointer += numSlots;
      }
      yield "turn";
    }
    for (const writer of writers) writer.finishSpilling();
    this.#writers = [];
    return parts;
  }
}
