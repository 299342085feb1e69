import type { Memory, MemorySegment } from "@millrace/core";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { SpillFile, SpillSpace } from "../spill/spill-space.js";

/**
 * Is a spill file that is made when the first page or large row is written. Hash tables make one per side and level of recursion; which
 * blocks are whose is written down by partition.
 * @internal
 */
export class EntryFile {
  readonly #spill: SpillSpace;
  readonly #owner: string;
  #file: SpillFile | undefined;

  constructor(spill: SpillSpace, owner: string) {
    this.#spill = spill;
    this.#owner = owner;
  }

  /** How many bytes of pages and rows were written. */
  get sizeBytes(): number {
    return this.#file?.sizeBytes ?? 0;
  }

  /** How many blocks were written. */
  get numBlocks(): number {
    return this.#file?.numBlocks ?? 0;
  }

  /** Appends a page of entries and returns the number of its block. */
  writePage(page: MemorySegment): number {
    return this.#open().writePage(page);
  }

  /** Reads a page of entries. */
  readPage(block: number, page: MemorySegment): void {
    this.#open().readPage(block, page);
  }

  /** Appends a row that is too large for a page and returns the number of its block. */
  writeLarge(memory: Memory, slot: number): number {
    return this.#open().writeLarge(memory, slot);
  }

  /** Reads such a row: into slot 0 of a memory that the next call may use again. */
  readLarge(block: number): Memory {
    return this.#open().readLarge(block);
  }

  /** Hands all that was written over to another one, and is empty then. */
  detach(): EntryFile {
    const other = new EntryFile(this.#spill, this.#owner);
    other.#file = this.#file;
    this.#file = undefined;
    return other;
  }

  /** Removes the file. It can be written again. */
  remove(): void {
    this.#file?.remove();
    this.#file = undefined;
  }

  #open(): SpillFile {
    this.#file ??= this.#spill.createFile(this.#owner);
    return this.#file;
  }
}

/** Says where the row of an entry lies; one object is filled again and again. @internal */
export class EntryRow {
  /** The memory of the row. */
  memory: Memory;
  /** Where it begins. */
  slot = 0;
  /** Its layout. */
  layout: StreamLayout;
  readonly #layouts: LayoutTable;

  constructor(memory: Memory, layouts: LayoutTable, layout: StreamLayout) {
    this.memory = memory;
    this.#layouts = layouts;
    this.layout = layout;
  }

  /** Points to a row that is not large. */
  setInPage(memory: Memory, slot: number, layout: StreamLayout): void {
    this.memory = memory;
    this.slot = slot;
    this.layout = layout;
  }

  /** Points to the row of a large entry, whose slot with block and layout is `slot` of `memory`. */
  setLarge(memory: Memory, slot: number, file: EntryFile): void {
    this.memory = file.readLarge(memory.i32[slot * 2]!);
    this.slot = 0;
    this.layout = this.#layouts.at(memory.i32[slot * 2 + 1]!);
  }
}
