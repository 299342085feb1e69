// Moves rows. The interface RowKernels says what each function does; addresses here are bytes, slots are shifted by 3.

/** The slot behind what the last call that writes rows wrote. */
export let endSlot: u32 = 0;

export function setEndSlot(slot: u32): void {
  endSlot = slot;
}

/** Longer rows are left to memory.copy, whose call costs more than the loop for shorter ones. */
const MAX_LOOPED_BYTES: u32 = 256;

export function copyRow(from: usize, to: usize, size: u32): void {
  if (size > MAX_LOOPED_BYTES) {
    memory.copy(to, from, size);
    return;
  }
  while (size >= 16) {
    v128.store(to, v128.load(from));
    from += 16;
    to += 16;
    size -= 16;
  }
  if (size !== 0) store<u64>(to, load<u64>(from));
}

/** How many rows ahead the loop reads the size of a row, so that several of them are on their way from memory. */
const AHEAD: u32 = 12;

export function copyRows(pointers: u32, strideWords: u32, numRows: u32, toSlot: u32, limitSlot: u32): u32 {
  const stride: usize = strideWords << 2;
  let pointer: usize = pointers << 3;
  let to: usize = toSlot << 3;
  // What counts is the room and not the limit's address, which is 2^32 at the end of the largest memory.
  let room: u32 = (limitSlot - toSlot) << 3;
  let touched: u32 = 0;
  let i: u32 = 0;
  for (; i < numRows; i++) {
    if (i + AHEAD < numRows) touched += load<u32>(load<u32>(pointer + <usize>AHEAD * stride) << 3);
    const from: usize = load<u32>(pointer) << 3;
    const size = load<u32>(from);
    if (size > room) break;
    copyRow(from, to, size);
    to += size;
    room -= size;
    pointer += stride;
  }
  endSlot = limitSlot - (room >> 3);
  keptOfRows = touched;
  return i;
}

/** Takes what was read only to have it in the cache. It is exported so that no optimizer leaves the reads out. */
export let keptOfRows: u32 = 0;

export function listRows(slot: u32, endSlot: u32, pointers: u32, maxRows: u32): u32 {
  let pointer: usize = pointers << 3;
  let count: u32 = 0;
  while (slot < endSlot && count < maxRows) {
    const size = load<u32>(slot << 3);
    if (size === 0) break;
    store<u32>(pointer, slot);
    pointer += 4;
    slot += size >> 3;
    count++;
  }
  return count;
}

export function partitionRows(pointers: u32, hashes: u32, numRows: u32, shift: u32, mask: u32, cursors: u32): u32 {
  const pointer: usize = pointers << 3;
  const hash: usize = hashes << 3;
  const cursor: usize = cursors << 3;
  for (let i: u32 = 0; i < numRows; i++) {
    const from: usize = load<u32>(pointer + (i << 2)) << 3;
    const own = cursor + (((load<u32>(hash + (i << 2)) >> shift) & mask) << 3);
    const size = load<u32>(from);
    const to = load<u32>(own);
    if (size >> 3 > load<u32>(own, 4) - to) return i;
    copyRow(from, to << 3, size);
    store<u32>(own, to + (size >> 3));
  }
  return numRows;
}
