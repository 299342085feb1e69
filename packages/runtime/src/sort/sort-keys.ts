/**
 * The keys of one sort, over all layouts that its rows have. Entries of rows can be compared by their prefixes when all prefixes have
 * one form. With one layout, or several whose key fields have equal types, that is the form of core's sort entries. When a layout
 * comes whose key fields are otherwise, all prefixes are made anew: from then on they are the first bytes of the canonical key,
 * which order values of all types alike.
 */
import {
  type KeyField,
  type RowCompare,
  RowKeys,
  SORT_ENTRY_WORDS,
  type SortEntries,
  type SortEntryWriter,
} from "@millrace/core";
import { ABSENT_KEYS_ARE_NULL } from "../rows/row-order.js";
import type { StreamLayout } from "../rows/stream-layout.js";

/** Orders rows of any two layouts. @internal */
export interface RowOrder {
  /** The key fields, the first decides first. */
  readonly keys: readonly KeyField[];
  /** Returns the comparison of rows of layout `a` with rows of layout `b`; a key that a layout does not have is null. */
  comparator(a: StreamLayout, b: StreamLayout): RowCompare;
  /** Returns the comparison by the order of all values, also of enums, whose type orders them by position. */
  valueComparator(a: StreamLayout, b: StreamLayout): RowCompare;
  /** Returns what makes the entries of rows of a layout; undefined when there is no key, so that all rows are equal. */
  entriesOf(layout: StreamLayout): SortEntries | undefined;
}

const PREFIX_BYTES = 12;

/** Makes and compares the entries of one sort's rows. @internal */
export class SortKeys {
  readonly order: RowOrder;
  /** Whether equal prefixes mean equal keys, for all layouts so far. */
  isPrefixComplete = true;
  /** By the index of the layout: how its entries are written; undefined for a layout that was not met. */
  readonly #writers: (SortEntryWriter | undefined)[] = [];
  readonly #layouts: StreamLayout[] = [];
  /** The form of all prefixes so far; undefined before the first layout and when prefixes are canonical. */
  #form: string | undefined;
  #isCanonical = false;

  constructor(order: RowOrder) {
    this.order = order;
  }

  /** How many layouts were admitted. */
  get numLayouts(): number {
    return this.#layouts.length;
  }

  /** Takes a layout into account; returns true when prefixes that were written before cannot be compared with those from now on. */
  admit(layout: StreamLayout): boolean {
    if (this.#writers[layout.index] !== undefined) return false;
    const isFirst = this.#layouts.length === 0;
    this.#layouts.push(layout);
    if (this.#isCanonical) {
      this.#writers[layout.index] = canonicalWriter(layout, this.order.keys);
      return false;
    }
    const { write, isComplete, form } = plainWriter(layout, this.order);
    if (isFirst || (form !== undefined && form === this.#form)) {
      this.#writers[layout.index] = write;
      this.isPrefixComplete = isComplete;
      this.#form = form;
      return false;
    }
    this.#isCanonical = true;
    this.isPrefixComplete = false;
    for (const known of this.#layouts) this.#writers[known.index] = canonicalWriter(known, this.order.keys);
    return true;
  }

  /** Returns the comparison of rows, the same order that prefixes have. Only as long as no other layout is admitted. */
  comparator(a: StreamLayout, b: StreamLayout): RowCompare {
    // Other layouts know the values of an enum as strings: there is no order by position that all could have.
    const isByValue = this.#isCanonical && a === b && String(a.layout.type).includes("enum");
    return isByValue ? this.order.valueComparator(a, b) : this.order.comparator(a, b);
  }

  /** Returns what writes the entries of a layout's rows; the layout was admitted, and the writer holds until another one is. */
  writer(layout: StreamLayout): SortEntryWriter {
    return this.#writers[layout.index]!;
  }
}

interface PlainWriter {
  readonly write: SortEntryWriter;
  readonly isComplete: boolean;
  readonly form: string | undefined;
}

/** Returns how entries are written as long as all layouts have one form. */
function plainWriter(layout: StreamLayout, order: RowOrder): PlainWriter {
  const entries = order.entriesOf(layout);
  if (entries === undefined) return { write: keylessWriter, isComplete: true, form: "" };
  return { write: entries.write, isComplete: entries.isPrefixComplete, form: entries.form };
}

/** Writes prefixes that are all equal. */
const keylessWriter: SortEntryWriter = (memory, slot, endSlot, target, at, limit) => {
  const first = at;
  for (; slot < endSlot && at + SORT_ENTRY_WORDS <= limit; at += SORT_ENTRY_WORDS) {
    const next = slot + (memory.i32[slot * 2]! >> 3);
    if (next > endSlot) break;
    target[at] = target[at + 1] = target[at + 3] = 0;
    target[at + 2] = slot;
    slot = next;
  }
  return (at - first) / SORT_ENTRY_WORDS;
};

/** Returns a writer of canonical prefixes. It allocates for each row: input of several layouts with different key fields is rare. */
function canonicalWriter(layout: StreamLayout, keys: readonly KeyField[]): SortEntryWriter {
  const parts = keys.map((key) => ({
    rowKeys: new RowKeys(layout.layout, [key], ABSENT_KEYS_ARE_NULL),
    mask: key.order === "descending" ? 0xff : 0,
  }));
  const prefix = new Uint8Array(PREFIX_BYTES);
  return (memory, slot, endSlot, target, at, limit) => {
    const first = at;
    for (; slot < endSlot && at + SORT_ENTRY_WORDS <= limit; at += SORT_ENTRY_WORDS) {
      const next = slot + (memory.i32[slot * 2]! >> 3);
      if (next > endSlot) break;
      prefix.fill(0);
      let length = 0;
      for (const { rowKeys, mask } of parts) {
        const bytes = rowKeys.keyBytes(memory, slot);
        for (let i = 0; i < bytes.length && length < PREFIX_BYTES; i++) prefix[length++] = bytes[i]! ^ mask;
        if (length === PREFIX_BYTES) break;
      }
      target[at] = wordAt(prefix, 4);
      target[at + 1] = wordAt(prefix, 0);
      target[at + 2] = slot;
      target[at + 3] = wordAt(prefix, 8);
      slot = next;
    }
    return (at - first) / SORT_ENTRY_WORDS;
  };
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}
