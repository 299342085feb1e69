/**
 * Keeps what reached the collecting sinks until the client reads it, as rows: partition after partition. The first pages stay on the heap, for most
 * results are small; what comes after them goes to disk. It outlives the job, so it has a place to spill to of its own.
 */
import { Memory, MemorySegment, MillraceError, PAGE_SIZE_BYTES } from "@millrace/core";
import { finishPage } from "../exchange/page-writer.js";
import { MAX_PAGE_ROW_SLOTS, PAGE_HEADER_SLOTS } from "../memory/page-slots.js";
import { copyRow } from "../rows/copy-row.js";
import type { PageCursor } from "../rows/row-cursor.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { SpillFile, SpillSpace } from "../spill/spill-space.js";

/** How many bytes of results one job keeps on the heap. */
const MAX_HEAP_BYTES = 4 * 1024 * 1024;

type KeptRows =
  | { readonly kind: "heap"; readonly memory: Memory; readonly endSlot: number; readonly layout: StreamLayout }
  | { readonly kind: "page" | "large"; readonly block: number; readonly layout: StreamLayout };

/** Keeps the results of one job. */
export class CollectedRecords {
  readonly #createSpillSpace: () => SpillSpace;
  readonly #sinks: (KeptRows[][] | undefined)[] = [];
  readonly #hasBeenRead = new Set<number>();
  readonly #page = new MemorySegment(new Memory(new ArrayBuffer(PAGE_SIZE_BYTES)), 0, PAGE_SIZE_BYTES);
  #numHeapBytes = 0;
  #space: SpillSpace | undefined;
  #file: SpillFile | undefined;

  constructor(createSpillSpace: () => SpillSpace) {
    this.#createSpillSpace = createSpillSpace;
  }

  /** Makes room for the results of a sink. */
  register(index: number, numPartitions: number): void {
    this.#sinks[index] = Array.from({ length: numPartitions }, () => []);
  }

  /** Takes the page that a cursor is at, as the next of a partition. */
  add(index: number, partition: number, page: PageCursor): void {
    this.#sinks[index]![partition]!.push(this.#keep(page));
  }

  /** Gives all records of a sink in batches, once. */
  read(index: number): AsyncIterableIterator<readonly unknown[]> {
    const partitions = this.#sinks[index];
    if (partitions === undefined) {
      throw new MillraceError({
        code: "INVALID_ARGUMENT",
        what: `The records of collecting sink ${index} were asked for, and the plan has ${this.#sinks.length}`,
        expected: "the number of a collecting sink, counted from 0",
      });
    }
    if (this.#hasBeenRead.has(index)) {
      throw new MillraceError({
        code: "ITERABLE_CONSUMED",
        what: `The records of collecting sink ${index} were asked for a second time`,
        expected: "one reader of each sink",
      });
    }
    this.#hasBeenRead.add(index);
    return this.#batches(partitions);
  }

  /** Drops everything. Never throws. */
  close(): void {
    for (const partitions of this.#sinks) for (const pages of partitions ?? []) pages.length = 0;
    this.#space?.close();
    this.#space = undefined;
    this.#file = undefined;
  }

  #keep({ memory, slot, endSlot, numRows, layout }: PageCursor): KeptRows {
    const numSlots = endSlot - slot;
    if (this.#numHeapBytes + numSlots * 8 <= MAX_HEAP_BYTES) {
      this.#numHeapBytes += numSlots * 8;
      const copy = new Memory(new ArrayBuffer(numSlots * 8));
      copyRow(memory, slot, copy, 0, numSlots);
      return { kind: "heap", memory: copy, endSlot: numSlots, layout };
    }
    this.#space ??= this.#createSpillSpace();
    this.#file ??= this.#space.createFile("collected records");
    if (numSlots > MAX_PAGE_ROW_SLOTS) return { kind: "large", block: this.#file.writeLarge(memory, slot), layout };
    copyRow(memory, slot, this.#page.memory, PAGE_HEADER_SLOTS, numSlots);
    finishPage(this.#page, layout, PAGE_HEADER_SLOTS + numSlots, numRows);
    return { kind: "page", block: this.#file.writePage(this.#page), layout };
  }

  async *#batches(partitions: readonly KeptRows[][]): AsyncGenerator<readonly unknown[]> {
    try {
      for (const pages of partitions) {
        for (let page = pages.shift(); page !== undefined; page = pages.shift()) yield this.#recordsOf(page);
      }
    } finally {
      for (const pages of partitions) pages.length = 0;
      const isLast = this.#sinks.every((sink) => sink === undefined || sink.every((pages) => pages.length === 0));
      if (isLast) this.close();
    }
  }

  #recordsOf(rows: KeptRows): unknown[] {
    switch (rows.kind) {
      case "heap":
        return recordsBetween(rows.memory, 0, rows.endSlot, rows.layout);
      case "large":
        return [rows.layout.serializer.read(this.#file!.readLarge(rows.block), 0)];
      case "page": {
        const usedBytes = this.#file!.readPage(rows.block, this.#page);
        return recordsBetween(this.#page.memory, PAGE_HEADER_SLOTS, usedBytes / 8, rows.layout);
      }
    }
  }
}

function recordsBetween(memory: Memory, slot: number, endSlot: number, { serializer }: StreamLayout): unknown[] {
  const records: unknown[] = [];
  for (let at = slot; at < endSlot; at += memory.i32[at * 2]! >> 3) records.push(serializer.read(memory, at));
  return records;
}
