import { type RowCompare, RowLayout, type TypeInformation } from "@millrace/core";
import type { LayoutTable, StreamLayout } from "../../src/rows/stream-layout.js";
import { KeyOrder } from "../../src/sort/key-order.js";

/** Returns the layout of records of a type. */
export function layoutOfType(layouts: LayoutTable, type: TypeInformation<unknown>): StreamLayout {
  return layouts.add(RowLayout.of(type) as RowLayout);
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
