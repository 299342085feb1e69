import { type CustomType, DiscoveringSerializer, DOES_NOT_FIT, type Memory, type RowLayout } from "@millrace/core";
import { ScratchMemory } from "../rows/scratch-memory.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";

/**
 * Makes rows of records that user code gave, one at a time, in a memory of its own: in a layout that was declared, or in the one that it discovers.
 * @internal
 */
export class RecordEncoder {
  readonly #scratch = new ScratchMemory();
  readonly #discovering: DiscoveringSerializer;
  #discovered: StreamLayout | undefined;

  /** @param customTypes - the types whose values keep their class in records that nobody declared */
  constructor(layouts: LayoutTable, customTypes: readonly CustomType[] = []) {
    const onLayout = (layout: RowLayout): void => {
      this.#discovered = layouts.add(layout);
    };
    this.#discovering = new DiscoveringSerializer(onLayout, { customTypes });
  }

  /** Where the row begins. */
  readonly slot = 0;

  /** Holds the row after `encode`, until the next call. */
  get memory(): Memory {
    return this.#scratch.memory;
  }

  /** Writes a record in a layout that has it. Throws RECORD_TYPE_MISMATCH or RECORD_NOT_DATA. */
  encodeAs(record: unknown, layout: StreamLayout): StreamLayout {
    for (;;) {
      const { memory } = this.#scratch;
      if (layout.serializer.write(record, memory, 0, memory.numSlots) !== DOES_NOT_FIT) return layout;
      this.#scratch.grow();
    }
  }

  /** Writes a record in the layout of all records so far. Throws RECORD_NOT_DATA. */
  encode(record: unknown): StreamLayout {
    for (;;) {
      const { memory } = this.#scratch;
      if (this.#discovering.write(record, memory, 0, memory.numSlots) !== DOES_NOT_FIT) return this.#discovered!;
      this.#scratch.grow();
    }
  }
}
