import type { LayoutIdWords, RowLayout, RowSerializer } from "@millrace/core";

/**
 * Is a layout as tasks of one slot know it: found by the id in a page's header, numbered in the order in which layouts were
 * met. Code per layout (readers, comparators, hashes) is kept in arrays by this number.
 * @internal
 */
export interface StreamLayout {
  /** Its number in the table, from 0. */
  readonly index: number;
  /** What it says about rows. */
  readonly layout: RowLayout;
  /** Makes rows of records and records of rows. */
  readonly serializer: RowSerializer;
}

/** Knows the layouts of the pages that tasks of one slot exchange. @internal */
export interface LayoutTable {
  /** Returns the entry of a layout, made on first use. */
  add(layout: RowLayout): StreamLayout;
  /** Returns the entry of a page's layout. Throws CORRUPT_FILE when it never was added. */
  of(id: LayoutIdWords): StreamLayout;
  /** Returns entry number `index`. */
  at(index: number): StreamLayout;
}
