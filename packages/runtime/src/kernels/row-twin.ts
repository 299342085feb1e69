import { type Memory, SLOT_SIZE_BYTES } from "@millrace/core";
import { copyRow } from "../rows/copy-row.js";

/** Copies the rows of pointers that end before `limitSlot`; returns how many. */
export function copyRows(
  memory: Memory,
  pointers: number,
  strideWords: number,
  numRows: number,
  toSlot: number,
  limitSlot: number,
): number {
  const { i32 } = memory;
  let to = toSlot;
  for (let i = 0; i < numRows; i++) {
    const from = i32[pointers * 2 + i * strideWords]!;
    const numSlots = i32[from * 2]! / SLOT_SIZE_BYTES;
    if (numSlots > limitSlot - to) return i;
    copyRow(memory, from, memory, to, numSlots);
    to += numSlots;
  }
  return numRows;
}

/** Returns where rows end that are copied to `toSlot`. */
export function endOfRows(
  memory: Memory,
  pointers: number,
  strideWords: number,
  numRows: number,
  toSlot: number,
): number {
  const { i32 } = memory;
  let end = toSlot;
  for (let i = 0; i < numRows; i++) end += i32[i32[pointers * 2 + i * strideWords]! * 2]! / SLOT_SIZE_BYTES;
  return end;
}

/** Writes the pointers of the rows between two slots; returns how many. */
export function listRows(memory: Memory, slot: number, endSlot: number, pointers: number, maxRows: number): number {
  const { i32 } = memory;
  let count = 0;
  while (slot < endSlot && count < maxRows) {
    const sizeBytes = i32[slot * 2]!;
    if (sizeBytes === 0) break;
    i32[pointers * 2 + count++] = slot;
    slot += sizeBytes / SLOT_SIZE_BYTES;
  }
  return count;
}

/** Copies rows to the cursors of their partitions until one has no room; returns how many. */
export function partitionRows(
  memory: Memory,
  pointers: number,
  hashes: number,
  numRows: number,
  shift: number,
  mask: number,
  cursors: number,
): number {
  const { i32 } = memory;
  for (let i = 0; i < numRows; i++) {
    const from = i32[pointers * 2 + i]!;
    const numSlots = i32[from * 2]! / SLOT_SIZE_BYTES;
    const cursor = (cursors + ((i32[hashes * 2 + i]! >>> shift) & mask)) * 2;
    const to = i32[cursor]!;
    if (numSlots > i32[cursor + 1]! - to) return i;
    copyRow(memory, from, memory, to, numSlots);
    i32[cursor] = to + numSlots;
  }
  return numRows;
}
