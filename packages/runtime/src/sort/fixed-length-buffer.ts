/**
 * Rows that are sorted as entries alone (fixed-length sorter). A row of one integer key and at most eight bytes beside it is nothing but its entry:
 *
 *     word 0, 1   the key, as in core's sort entries; its bits can be turned back
 *          2, 3   the other fields, a word each or both words of one
 *
 * Such a row takes 16 bytes in place of its own size and 16, and reading in order needs no random access. Rows are made anew when they are read.
 */
import { type AnyType, Memory, parseFieldPath } from "@millrace/core";
import type { PageBudget } from "../memory/page-budget.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { Steps } from "../task/driver.js";
import { ENTRY_PAGE_MASK, EntryPages, type EntrySegment } from "./entry-pages.js";
import type { RowOrder } from "./sort-keys.js";
import { NOT_LARGE, type SortedRows } from "./sorted-rows.js";

const ENTRY_WORDS = 4;
const SIGN_BIT = 0x80000000 | 0;
/** The most fields of a row whose null bits share the slot of its size. */
const MAX_FIELDS = 32;
const HEADER_WORDS = 2;

/** Says where the parts of an entry lie in a row, in words from the begin of the row. */
export interface FixedLengthForm {
  readonly rowWords: number;
  /** The low word of the key, or -1 when it has one word. */
  readonly keyLow: number;
  readonly keyHigh: number;
  /** What is flipped in the key: all bits when it is descending. */
  readonly mask: number;
  /** The words that go into words 2 and 3 of the entry; -1 for none. */
  readonly first: number;
  readonly second: number;
}

/** Returns how rows of a layout become entries; undefined when they do not. */
export function fixedLengthForm(layout: StreamLayout, order: RowOrder): FixedLengthForm | undefined {
  const fields = fieldsOf(layout.layout.type as AnyType);
  const [key] = order.keys;
  if (key === undefined || order.keys.length > 1 || fields.length > MAX_FIELDS) return undefined;
  const { segments } = parseFieldPath(key.path);
  const keyIndex = fields.findIndex(({ name }) => name === (segments[0] ?? ""));
  const keyKind = fields[keyIndex]?.kind;
  if (segments.length > 1 || (keyKind !== "int64" && keyKind !== "int32")) return undefined;
  const others: number[] = [];
  for (const [index, { kind }] of fields.entries()) {
    const word = HEADER_WORDS + index * 2;
    if (index === keyIndex) continue;
    if (ONE_WORD_KINDS.includes(kind)) others.push(word);
    else if (TWO_WORD_KINDS.includes(kind)) others.push(word, word + 1);
    else return undefined;
  }
  if (others.length > 2) return undefined;
  const keyWord = HEADER_WORDS + keyIndex * 2;
  return {
    rowWords: HEADER_WORDS + fields.length * 2,
    keyLow: keyKind === "int64" ? keyWord : -1,
    keyHigh: keyKind === "int64" ? keyWord + 1 : keyWord,
    mask: key.order === "descending" ? -1 : 0,
    first: others[0] ?? -1,
    second: others[1] ?? -1,
  };
}

const ONE_WORD_KINDS = ["int32", "boolean", "enum"];
const TWO_WORD_KINDS = ["int64", "float64", "timestamp"];

function fieldsOf(type: AnyType): readonly { readonly name: string; readonly kind: string }[] {
  if (type.kind === "row") return type.fields.map(({ name, type: field }) => ({ name, kind: (field as AnyType).kind }));
  if (type.kind === "tuple")
    return type.elements.map((field, i) => ({ name: String(i), kind: (field as AnyType).kind }));
  return [{ name: "", kind: type.kind }];
}

/** Takes rows of one such layout until its pages are full, and sorts them. */
export class FixedLengthBuffer {
  readonly isMixed = false;
  readonly layout: StreamLayout;
  readonly #memory: Memory;
  readonly #entries: EntryPages;
  readonly #form: FixedLengthForm;

  constructor(budget: PageBudget, layout: StreamLayout, form: FixedLengthForm) {
    this.layout = layout;
    this.#memory = budget.memory;
    this.#entries = new EntryPages(budget, 64);
    this.#form = form;
  }

  get numRows(): number {
    return this.#entries.numEntries;
  }

  /** The size of every row. */
  get rowSlots(): number {
    return this.#form.rowWords / 2;
  }

  /** Takes a copy of a row; false when there is no room, or it has another layout. */
  append(memory: Memory, slot: number, layout: StreamLayout): boolean {
    if (layout !== this.layout || !this.#entries.reserve()) return false;
    this.#write(memory, slot, 1);
    return true;
  }

  /** Takes copies of the rows from `slot` to `endSlot`; returns the slot of the first for which there is no room, or `endSlot`. */
  appendRows(memory: Memory, slot: number, endSlot: number, layout: StreamLayout): number {
    if (layout !== this.layout) return slot;
    const rowSlots = this.#form.rowWords >> 1;
    while (slot < endSlot && this.#entries.reserve()) {
      const room = (this.#entries.limit - this.#entries.at) / ENTRY_WORDS;
      const count = Math.min(room, (endSlot - slot) / rowSlots);
      this.#write(memory, slot, count);
      slot += count * rowSlots;
    }
    return slot;
  }

  #write(memory: Memory, slot: number, count: number): void {
    const { rowWords, keyLow, keyHigh, mask, first, second } = this.#form;
    const source = memory.i32;
    const target = this.#memory.i32;
    let at = this.#entries.at;
    let row = slot * 2;
    for (let i = 0; i < count; i++, row += rowWords, at += ENTRY_WORDS) {
      target[at] = keyLow < 0 ? 0 : source[row + keyLow]! ^ mask;
      target[at + 1] = source[row + keyHigh]! ^ SIGN_BIT ^ mask;
      target[at + 2] = first < 0 ? 0 : source[row + first]!;
      target[at + 3] = second < 0 ? 0 : source[row + second]!;
    }
    this.#entries.advance(count);
  }

  /** Sorts what is in it. Nothing may be appended before `clear`. */
  sort(): Steps {
    return this.#entries.sort();
  }

  /** Rows of this kind are not gathered: they are made when they are read. */
  gather(): undefined {
    return undefined;
  }

  /** Returns the rows, sorted if they were, one stream for each segment, the one that arrived first before. */
  sorted(): SortedRows[] {
    return this.#entries.segments.map((segment) => new FixedLengthRows(this.#memory, segment, this.layout, this.#form));
  }

  /** Drops all rows and gives all pages back. */
  clear(): void {
    this.#entries.clear();
  }
}

/** Makes rows of entries, one at a time, in memory of its own. */
class FixedLengthRows implements SortedRows {
  readonly memory: Memory;
  readonly slot = 0;
  readonly layout: StreamLayout;
  readonly largeBlock = NOT_LARGE;
  readonly #entryWords: Int32Array;
  readonly #segment: EntrySegment;
  readonly #form: FixedLengthForm;
  #next = 0;
  #word = 0;

  constructor(entryMemory: Memory, segment: EntrySegment, layout: StreamLayout, form: FixedLengthForm) {
    this.memory = new Memory(new ArrayBuffer(form.rowWords * 4));
    this.memory.i32[0] = form.rowWords * 4;
    this.layout = layout;
    this.#entryWords = entryMemory.i32;
    this.#segment = segment;
    this.#form = form;
  }

  next(): boolean {
    const next = this.#next;
    if (next === this.#segment.numEntries) return false;
    this.#word = (next & ENTRY_PAGE_MASK) === 0 ? this.#segment.wordOf(next) : this.#word + ENTRY_WORDS;
    this.#next = next + 1;
    const { keyLow, keyHigh, mask, first, second } = this.#form;
    const source = this.#entryWords;
    const row = this.memory.i32;
    const word = this.#word;
    if (keyLow >= 0) row[keyLow] = source[word]! ^ mask;
    row[keyHigh] = source[word + 1]! ^ SIGN_BIT ^ mask;
    if (first >= 0) row[first] = source[word + 2]!;
    if (second >= 0) row[second] = source[word + 3]!;
    return true;
  }

  readPrefix(into: Uint32Array, at: number): void {
    into[at] = this.#entryWords[this.#word + 1]!;
    into[at + 1] = this.#form.keyLow < 0 ? 0 : this.#entryWords[this.#word]!;
    into[at + 2] = 0;
  }

  close(): void {
    this.#next = this.#segment.numEntries;
  }
}
