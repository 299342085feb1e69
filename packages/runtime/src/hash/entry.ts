/**
 * How hash tables keep rows. An *entry* is a row with one slot, or more, in front of it:
 *
 *     word 0     link: the pointer to the next entry of the same key (0: none), and flags
 *     word 1     the table hash of the key
 *     …          slots of the table's own (aggregates), the same number in all entries of a table
 *     slot n     the row
 *
 * A pointer is the absolute slot of an entry: below 2^29, so that three bits are free for flags, and never 0, since pages begin with a
 * header. A row that does not fit into a page stands in a file, and its entry has, in place of the row, one slot: the number of its block
 * and the number of its layout.
 *
 * Pages of entries have the header of a page, so that they can be spilled as they are; in place of the offset of the first
 * record, which is always the same, it holds the number of the entries' layout.
 */
import {
  type Memory,
  type MemorySegment,
  PAGE_FIRST_RECORD_OFFSET,
  PAGE_KIND_DATA,
  PAGE_NUM_RECORDS_OFFSET,
  PAGE_USED_BYTES_OFFSET,
  SLOT_SIZE_BYTES,
  startPage,
} from "@millrace/core";
import { MAX_PAGE_ROW_SLOTS, PAGE_SLOTS } from "../memory/page-slots.js";
import type { StreamLayout } from "../rows/stream-layout.js";

export const LINK_WORD = 0;
export const HASH_WORD = 1;
/** The first of the slots of the table's own, counted from the begin of an entry. */
export const STATE_SLOT = 1;
export const POINTER_MASK = 0x1fff_ffff;
/** Set in the link of an entry that stands for a row in a file. */
export const IS_LARGE = 0x2000_0000;
/** Set in the link of the first entry of a key when the other side had a row of that key; in spilled probe rows, when the row had a match. */
export const IS_MATCHED = 0x4000_0000;
/** Set in the link of an entry that was replaced by another: its place is garbage. Tables whose entries can be dead have no use for {@link IS_MATCHED}. */
export const IS_DEAD = 0x4000_0000;
/** The link is what `IS_LARGE` says, with no next entry and no other flag. */
export const KEPT_FLAGS = IS_LARGE;

/** The most slots of an entry that stands in a page. */
export const MAX_ENTRY_SLOTS = MAX_PAGE_ROW_SLOTS;
/** The slots of an entry's row when the row is large. */
export const LARGE_ROW_SLOTS = 1;
const LAYOUT_WORD = PAGE_FIRST_RECORD_OFFSET / 4;
const USED_BYTES_WORD = PAGE_USED_BYTES_OFFSET / 4;
const NUM_RECORDS_WORD = PAGE_NUM_RECORDS_OFFSET / 4;

/** Makes a page one of entries of rows of `layout`, with none in it. */
export function startEntryPage(page: MemorySegment, layout: StreamLayout): void {
  startPage(page, PAGE_KIND_DATA, layout.layout.idWords, false);
  page.putInt32(PAGE_FIRST_RECORD_OFFSET, layout.index);
}

/** Writes into the header how far the page is used, and by how many entries. */
export function endEntryPage(memory: Memory, firstSlot: number, endSlot: number, numEntries: number): void {
  const word = firstSlot * 2;
  memory.i32[word + USED_BYTES_WORD] = (endSlot - firstSlot) * SLOT_SIZE_BYTES;
  memory.i32[word + NUM_RECORDS_WORD] = numEntries;
}

/** Returns the first slot behind the entries of a page. */
export function entriesEnd(memory: Memory, firstSlot: number): number {
  return firstSlot + memory.i32[firstSlot * 2 + USED_BYTES_WORD]! / SLOT_SIZE_BYTES;
}

/** Returns how many entries a page has. */
export function numEntriesOf(memory: Memory, firstSlot: number): number {
  return memory.i32[firstSlot * 2 + NUM_RECORDS_WORD]!;
}

/** Returns the number of the layout of the entry's row, which is not large. */
export function layoutIndexOf(memory: Memory, pointer: number): number {
  return memory.i32[(pointer & -PAGE_SLOTS) * 2 + LAYOUT_WORD]!;
}

/** Returns how many slots the entry at `pointer` takes, whose row begins `prefixSlots` behind it. */
export function entrySlots(memory: Memory, pointer: number, prefixSlots: number): number {
  if ((memory.i32[pointer * 2 + LINK_WORD]! & IS_LARGE) !== 0) return prefixSlots + LARGE_ROW_SLOTS;
  return prefixSlots + (memory.i32[(pointer + prefixSlots) * 2]! >>> 3);
}
