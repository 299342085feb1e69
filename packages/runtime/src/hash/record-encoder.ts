import {
  DataOutputView,
  DiscoveringSerializer,
  DOES_NOT_FIT,
  Memory,
  MemorySegment,
  PAGE_HEADER_BYTES,
  PAGE_SIZE_BYTES,
  type RowLayout,
  SLOT_SIZE_BYTES,
} from "@millrace/core";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";

const HEADER_SLOTS = PAGE_HEADER_BYTES / SLOT_SIZE_BYTES;

/**
 * Makes rows of records that user code gave, one at a time, in a memory of its own: in a layout that was declared, or in the one that it discovers.
 * @internal
 */
export class RecordEncoder {
  /** Holds the row after `encode`, until the next call. */
  memory: Memory;
  /** Where the row begins. */
  slot = 0;
  readonly #discovering: DiscoveringSerializer;
  #segment: MemorySegment;
  #view: DataOutputView;
  #numPages = 0;
  #discovered: StreamLayout | undefined;

  constructor(layouts: LayoutTable) {
    this.#discovering = new DiscoveringSerializer((layout: RowLayout) => {
      this.#discovered = layouts.add(layout);
    });
    this.memory = new Memory(new ArrayBuffer(PAGE_SIZE_BYTES));
    this.#segment = new MemorySegment(this.memory, 0, PAGE_SIZE_BYTES);
    this.#view = this.#createView();
  }

  /** Writes a record in a layout that has it. Throws RECORD_TYPE_MISMATCH or RECORD_NOT_DATA. */
  encodeAs(record: unknown, layout: StreamLayout): StreamLayout {
    this.slot = 0;
    for (;;) {
      const end = layout.serializer.write(record, this.memory, 0, this.memory.numSlots);
      if (end !== DOES_NOT_FIT) return layout;
      this.#enlarge();
    }
  }

  /** Writes a record in the layout of all records so far. Throws RECORD_NOT_DATA. */
  encode(record: unknown): StreamLayout {
    for (;;) {
      this.#numPages = 0;
      this.#view.endPage();
      this.slot = HEADER_SLOTS;
      this.#discovering.serialize(record, this.#view);
      // A record that begins behind the header of the only page is in one piece.
      if (this.#numPages <= 1) return this.#discovered!;
      this.#enlarge();
    }
  }

  #enlarge(): void {
    this.memory = new Memory(new ArrayBuffer(this.memory.buffer.byteLength * 2));
    this.#segment = new MemorySegment(this.memory, 0, this.memory.buffer.byteLength);
    this.#view = this.#createView();
  }

  #createView(): DataOutputView {
    return new DataOutputView(() => {
      this.#numPages++;
      return this.#segment;
    }, NO_LAYOUT);
  }
}

const NO_LAYOUT = { low: 0, high: 0 };
