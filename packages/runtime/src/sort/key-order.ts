import { compareValues, fieldValue, type Memory, parseFieldPath, type RowCompare, SortEntries } from "@millrace/core";
import type { KeyFieldSpec } from "@millrace/job-graph";
import { RowPairOrder } from "../rows/row-order.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { RowOrder } from "./sort-keys.js";

/** Orders rows of one stream, or rows of one with rows of another, by keys that correspond. @internal */
export class KeyOrder extends RowPairOrder implements RowOrder {
  /** The key fields of the first stream. */
  readonly keys: readonly KeyFieldSpec[];
  readonly #otherKeys: readonly KeyFieldSpec[];
  /** By the index of the layout: an order serves many sorts, such as those of an input in each superstep. */
  readonly #entries: SortEntries[] = [];

  /** @param otherKeys - those of the second stream; they have the directions of the first */
  constructor(keys: readonly KeyFieldSpec[], otherKeys: readonly KeyFieldSpec[] = keys) {
    super(keys, otherKeys);
    this.keys = keys;
    this.#otherKeys = otherKeys;
  }

  override comparator(a: StreamLayout, b: StreamLayout): RowCompare {
    // A key without fields is equal in all rows: they are one group.
    return this.keys.length === 0 ? allEqual : super.comparator(a, b);
  }

  valueComparator(a: StreamLayout, b: StreamLayout): RowCompare {
    const readersA = this.keys.map(({ path }) => valueReader(a, path));
    const readersB = this.#otherKeys.map(({ path }) => valueReader(b, path));
    return (memoryA, slotA, memoryB, slotB) => {
      for (const [i, { order }] of this.keys.entries()) {
        const compared = compareValues(readersA[i]!(memoryA, slotA), readersB[i]!(memoryB, slotB));
        if (compared !== 0) return order === "descending" ? -compared : compared;
      }
      return 0;
    };
  }

  entriesOf({ index, layout }: StreamLayout): SortEntries | undefined {
    if (this.keys.length === 0) return undefined;
    this.#entries[index] ??= new SortEntries(layout, this.keys, { absentKeys: "null" });
    return this.#entries[index];
  }
}

function allEqual(): number {
  return 0;
}

function valueReader({ serializer }: StreamLayout, path: string): (memory: Memory, slot: number) => unknown {
  const field = parseFieldPath(path);
  return (memory, slot) => fieldValue(serializer.read(memory, slot), field);
}
