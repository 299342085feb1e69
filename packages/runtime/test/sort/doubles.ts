import { type LayoutIdWords, type RowCompare, RowLayout, RowSerializer, type TypeInformation } from "@millrace/core";
import type { LayoutTable, StreamLayout } from "../../src/rows/stream-layout.js";
import { KeyOrder } from "../../src/sort/key-order.js";

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
