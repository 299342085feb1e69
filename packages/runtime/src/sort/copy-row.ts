import type { Memory } from "@millrace/core";

/** Rows up to this size are copied word by word: the call of a built-in costs more than the loop. */
const MAX_LOOPED_SLOTS = 32;

/** Copies `numSlots` slots between memories, or within one if the ranges do not overlap. */
export function copySlots(from: Memory, fromSlot: number, to: Memory, toSlot: number, numSlots: number): void {
  if (numSlots <= MAX_LOOPED_SLOTS) {
    const source = from.i32;
    const target = to.i32;
    // Words, not numbers: moving bits through a float64 might change those of a NaN.
    let at = toSlot * 2;
    for (let word = fromSlot * 2, end = word + numSlots * 2; word < end; word++, at++) target[at] = source[word]!;
  } else if (from === to) {
    to.u8.copyWithin(toSlot * 8, fromSlot * 8, (fromSlot + numSlots) * 8);
  } else {
    to.u8.set(from.u8.subarray(fromSlot * 8, (fromSlot + numSlots) * 8), toSlot * 8);
  }
}
