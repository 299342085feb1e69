import type { LineForm, Memory } from "@millrace/core";

const TEXT_SLOTS = 2;
const IS_UTF16 = 1;
const RETURN = 13;
const MAX_ASCII = 127;
/** How many bytes behind a line or a row there must be room for: kernels write more than one at once. */
const ROOM_BEHIND_TEXT = 16;
const ROOM_BEHIND_LINE = 8;

/** Says how far a loop over lines came. */
export interface LineProgress {
  readonly next: number;
  readonly end: number;
}

/** Writes rows of lines; `next` is how many bytes were taken, `end` the slot behind the last row. */
export function splitLines(
  memory: Memory,
  from: number,
  length: number,
  form: LineForm,
  toSlot: number,
  limitSlot: number,
): LineProgress {
  const { i32, u8 } = memory;
  let slot = toSlot;
  let line = from;
  while ((limitSlot - slot) * 8 >= TEXT_SLOTS * 8 + ROOM_BEHIND_TEXT) {
    const found = u8.subarray(line, from + length).indexOf(form.delimiter);
    const size = found > 0 && form.stripsReturn && u8[line + found - 1] === RETURN ? found - 1 : found;
    const numSlots = TEXT_SLOTS + ((size + 7) >> 3);
    const isTaken = found >= 0 && found <= form.maxBytes && found < (limitSlot - slot - TEXT_SLOTS) * 8;
    if (!isTaken || !(form.isLatin1 || isAscii(u8, line, line + size))) break;
    i32.fill(0, slot * 2, (slot + numSlots) * 2);
    i32[slot * 2] = numSlots * 8;
    i32[slot * 2 + 2] = TEXT_SLOTS * 8;
    i32[slot * 2 + 3] = size << 1;
    u8.copyWithin((slot + TEXT_SLOTS) * 8, line, line + size);
    slot += numSlots;
    line += found + 1;
  }
  return { next: line - from, end: slot };
}

/** Writes lines of rows; `next` is the slot of the first row that was not written, `end` the byte behind the last line. */
export function joinLines(
  memory: Memory,
  fromSlot: number,
  endSlot: number,
  form: Pick<LineForm, "delimiter" | "isLatin1">,
  to: number,
  limit: number,
): LineProgress {
  const { i32, u8 } = memory;
  let slot = fromSlot;
  let out = to;
  while (slot < endSlot) {
    const tag = i32[slot * 2 + 3]!;
    const size = tag >>> 1;
    const from = slot * 8 + i32[slot * 2 + 2]!;
    const isPlain = i32[slot * 2 + 1] === 0 && (tag & IS_UTF16) === 0;
    if (!isPlain || limit - out < size + ROOM_BEHIND_LINE) break;
    if (!form.isLatin1 && !isAscii(u8, from, from + size)) break;
    u8.copyWithin(out, from, from + size);
    u8[out + size] = form.delimiter;
    out += size + 1;
    slot += i32[slot * 2]! >> 3;
  }
  return { next: slot, end: out };
}

function isAscii(u8: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (u8[i]! > MAX_ASCII) return false;
  return true;
}
