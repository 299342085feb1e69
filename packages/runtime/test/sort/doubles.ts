import {
  invariant,
  type LayoutIdWords,
  Memory,
  type MemorySegment,
  MillraceError,
  type RowCompare,
  RowLayout,
  RowSerializer,
  type TypeInformation,
} from "@millrace/core";
import type { LayoutTable, SpillFile, SpillSpace, StreamLayout } from "../../src/index.js";
import { KeyOrder } from "../../src/sort/key-order.js";

/** Keeps files in memory, and lets the n-th call fail. */
export class MemorySpill implements SpillSpace {
  readonly files = new Set<MemoryFile>();
  numFiles = 0;
  numCalls = 0;
  numBytesWritten = 0;
  numBytesRead = 0;
  maxFiles = 0;
  readonly #failsAt: number;

  constructor(failsAt = 0) {
    this.#failsAt = failsAt;
  }

  called(): void {
    this.numCalls++;
    if (this.numCalls === this.#failsAt)
      throw new MillraceError({ code: "SPILL_FAILED", what: "The disk is full", expected: "room" });
  }

  /** How many bytes all files have. */
  get numBytesOnDisk(): number {
    let sum = 0;
    for (const { sizeBytes } of this.files) sum += sizeBytes;
    return sum;
  }

  createFile(): SpillFile {
    this.called();
    const file = new MemoryFile(this);
    this.files.add(file);
    this.numFiles++;
    this.maxFiles = Math.max(this.maxFiles, this.files.size);
    return file;
  }

  close(): void {
    this.files.clear();
  }
}

class MemoryFile implements SpillFile {
  readonly #spill: MemorySpill;
  readonly #blocks: Uint8Array[] = [];
  readonly #read = new Memory(new ArrayBuffer(1 << 25));
  sizeBytes = 0;

  constructor(spill: MemorySpill) {
    this.#spill = spill;
  }

  get numBlocks(): number {
    return this.#blocks.length;
  }

  #add(bytes: Uint8Array): number {
    invariant(this.#spill.files.has(this), "files are written before they are removed");
    this.#spill.called();
    this.#blocks.push(bytes);
    this.sizeBytes += bytes.length;
    this.#spill.numBytesWritten += bytes.length;
    return this.#blocks.length - 1;
  }

  writePage(page: MemorySegment): number {
    return this.#add(page.bytes().slice(0, page.getInt32(4)));
  }

  readPage(block: number, page: MemorySegment): number {
    invariant(this.#spill.files.has(this), "files are read before they are removed");
    this.#spill.called();
    const bytes = this.#blocks[block]!;
    page.bytes().fill(0xee);
    page.bytes().set(bytes);
    this.#spill.numBytesRead += bytes.length;
    return bytes.length;
  }

  writeLarge(memory: Memory, slot: number): number {
    return this.#add(memory.u8.slice(slot * 8, slot * 8 + memory.i32[slot * 2]!));
  }

  readLarge(block: number): Memory {
    this.#spill.called();
    this.#read.u8.set(this.#blocks[block]!);
    return this.#read;
  }

  remove(): void {
    this.#spill.files.delete(this);
  }
}

export class TestLayouts implements LayoutTable {
  readonly #entries: StreamLayout[] = [];

  add(layout: RowLayout): StreamLayout {
    const known = this.#entries.find((entry) => entry.layout.id === layout.id);
    if (known !== undefined) return known;
    const entry = { index: this.#entries.length, layout, serializer: new RowSerializer(layout) };
    this.#entries.push(entry);
    return entry;
  }

  of(id: LayoutIdWords): StreamLayout {
    return this.#entries.find(({ layout }) => layout.idWords.low === id.low && layout.idWords.high === id.high)!;
  }

  at(index: number): StreamLayout {
    return this.#entries[index]!;
  }

  ofType(type: TypeInformation<unknown>): StreamLayout {
    return this.add(RowLayout.of(type) as RowLayout);
  }
}

/** Counts comparisons of rows. */
export class TestOrder extends KeyOrder {
  numComparisons = 0;

  override comparator(a: StreamLayout, b: StreamLayout): RowCompare {
    const compare = super.comparator(a, b);
    return (...row) => {
      this.numComparisons++;
      return compare(...row);
    };
  }
}
