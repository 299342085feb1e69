import { invariant, Memory, MillraceError } from "@millrace/core";
import { copyRow } from "../exchange/copy-row.js";
import type { PageCursor } from "../rows/row-cursor.js";
import type { StreamLayout } from "../rows/stream-layout.js";

interface KeptPage {
  readonly memory: Memory;
  readonly endSlot: number;
  readonly layout: StreamLayout;
}

/** Keeps what reached one collecting sink until the client reads it, as rows: partition after partition. */
export class CollectedRecords {
  readonly #index: number;
  readonly #partitions: KeptPage[][];
  #isRead = false;

  /** @param index - the number of the sink, for messages */
  constructor(index: number, numPartitions: number) {
    this.#index = index;
    this.#partitions = Array.from({ length: numPartitions }, () => []);
  }

  /** Takes the page that a cursor is at, as the next of a partition. */
  add(partition: number, page: PageCursor): void {
    const numSlots = page.endSlot - page.slot;
    const memory = new Memory(new ArrayBuffer(numSlots * 8));
    copyRow(page.memory, page.slot, memory, 0, numSlots);
    this.#partitions[partition]!.push({ memory, endSlot: numSlots, layout: page.layout });
  }

  /** Gives all records in batches, once. */
  read(): AsyncIterableIterator<readonly unknown[]> {
    if (this.#isRead) {
      throw new MillraceError({
        code: "ITERABLE_CONSUMED",
        what: `The records of collecting sink ${this.#index} were asked for a second time`,
        expected: "one reader of each sink",
      });
    }
    this.#isRead = true;
    return this.#batches();
  }

  /** Drops everything. */
  close(): void {
    for (const pages of this.#partitions) pages.length = 0;
  }

  async *#batches(): AsyncGenerator<readonly unknown[]> {
    try {
      for (const pages of this.#partitions) {
        for (let page = pages.shift(); page !== undefined; page = pages.shift()) yield recordsOf(page);
      }
    } finally {
      this.close();
    }
  }
}

function recordsOf({ memory, endSlot, layout }: KeptPage): unknown[] {
  const records: unknown[] = [];
  for (let slot = 0; slot < endSlot; ) {
    records.push(layout.serializer.read(memory, slot));
    const numSlots = memory.i32[slot * 2]! >> 3;
    invariant(numSlots > 0, "rows have a size");
    slot += numSlots;
  }
  return records;
}
