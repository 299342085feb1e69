import type { Memory } from "@millrace/core";

/** Up to this many slots a loop is faster than the typed arrays' own copying, which costs about 50 ns a call. */
const MAX_LOOP_SLOTS = 16;

/**
 * Copies a row, or several that lie one behind the other, bit by bit: words are integers, so that no NaN is changed on the way. Ranges of one
 * memory may overlap only when the target is below.
 * @internal
 */
export function copyRow(from: Memory, fromSlot: number, to: Memory, toSlot: number, numSlots: number): void {
  if (numSlots <= MAX_LOOP_SLOTS) {
    const source = from.i32;
    const target = to.i32;
    const shift = (toSlot - fromSlot) * 2;
    const end = (fromSlot + numSlots) * 2;
    for (let word = fromSlot * 2; word < end; word++) target[word + shift] = source[word]!;
  } else if (from === to) {
    to.u8.copyWithin(toSlot * 8, fromSlot * 8, (fromSlot + numSlots) * 8);
  } else {
    to.u8.set(from.u8.subarray(fromSlot * 8, (fromSlot + numSlots) * 8), toSlot * 8);
  }
}
