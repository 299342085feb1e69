import { type Memory, SORT_ENTRY_WORDS } from "@millrace/core";
import type { RowCursor } from "../rows/row-cursor.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { SortKeys } from "./sort-keys.js";

/** Is {@link SortedRows.largeBlock} of a row that lies in a page. */
export const NOT_LARGE = -1;

/**
 * Is a sorted stream of rows that is merged with others: a segment of a sort buffer, or a run. The row is at `memory` and `slot` until
 * the next call of `next`, unless it is a large one, of which only the block is known.
 */
export interface SortedRows extends RowCursor {
  /** The block of a row that is too large for pages, or {@link NOT_LARGE}. */
  readonly largeBlock: number;
  /** Puts the prefix of the current row into three words of `into` from `at`, in the order in which they decide. */
  readPrefix(into: Uint32Array, at: number): void;
  /** Gives back pages and files; a no-op when it was called. */
  close(): void;
}

/** Is a sorted stream of rows without tags, in the memory of the sort, that is read by its entries. */
export interface SortedEntries {
  /** The slots of the entries that the last call brought, and of what is behind them. */
  readonly firstEntry: number;
  readonly endEntry: number;
  /** Brings the entries of next rows, one at least, at the slots from `slot` to `limit` if they have no place of their own. False at the end. The rows before may be gone then. */
  bringEntries(slot: number, limit: number): boolean;
  /** Gives back pages and files; a no-op when it was called. */
  close(): void;
}

/** Makes the prefixes of rows one by one, for streams that have no entries. */
export class PrefixReader {
  readonly #keys: SortKeys;
  readonly #entry = new Int32Array(SORT_ENTRY_WORDS);

  constructor(keys: SortKeys) {
    this.#keys = keys;
  }

  /**
   * Writes the entries of the rows of a page, from `slot` on, into the words of `entries` from `at` to `limit`, until there is no room; returns how many. `endSlot` is where
   * the rows of the page end.
   */
  readMany(
    memory: Memory,
    slot: number,
    endSlot: number,
    layout: StreamLayout,
    entries: Int32Array,
    at = 0,
    limit: number = entries.length,
  ): number {
    return this.#keys.writer(layout)(memory, slot, endSlot, entries, at, limit);
  }

  /** Puts the prefix of a row into three words of `into`. */
  read(memory: Memory, slot: number, layout: StreamLayout, into: Uint32Array, at: number): void {
    const entry = this.#entry;
    this.#keys.writer(layout)(memory, slot, slot + (memory.i32[slot * 2]! >> 3), entry, 0, SORT_ENTRY_WORDS);
    into[at] = entry[1]!;
    into[at + 1] = entry[0]!;
    into[at + 2] = entry[3]!;
  }
}
