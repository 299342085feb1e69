// Makes rows of one string of lines of text, and lines of such rows; see LineKernels. Sixteen bytes at a time are copied as they are looked at.
import { setEndSlot } from "./rows.js";

const TEXT_OFFSET: u32 = 16;
const IS_UTF16: u32 = 1;
const RETURN: u32 = 13;
const HIGH_BITS: u64 = ((<u64>0x80808080) << 32) | 0x80808080;

/** The byte behind the last line that the last call of joinLines wrote. */
export let endByte: u32 = 0;

export function splitLines(
  from: u32,
  length: u32,
  delimiter: u32,
  stripsReturn: u32,
  isLatin1: u32,
  maxBytes: u32,
  toSlot: u32,
  limitSlot: u32,
): u32 {
  const delimiters = i8x16.splat(<i8>delimiter);
  const end: u32 = from + length;
  let room: u32 = (limitSlot - toSlot) << 3;
  let row: u32 = toSlot << 3;
  let line: u32 = from;
  while (room >= TEXT_OFFSET + 16) {
    // What is copied behind the end of the line lies in the room of the next row, or is cut off below.
    const maxCopied = room - TEXT_OFFSET;
    let size: u32 = 0;
    let isFound = false;
    for (; size + 16 <= maxCopied && line + size + 16 <= end; size += 16) {
      const block = v128.load(line + size);
      v128.store(row + TEXT_OFFSET + size, block);
      const high = isLatin1 !== 0 ? 0 : <u32>i8x16.bitmask(block);
      const found = <u32>i8x16.bitmask(i8x16.eq(block, delimiters));
      if (found !== 0) {
        const before = <u32>ctz(found);
        if ((high & ((1 << before) - 1)) !== 0) return stop(line - from, row);
        size += before;
        isFound = true;
        break;
      }
      if (high !== 0) return stop(line - from, row);
    }
    if (!isFound) {
      for (; size < maxCopied && line + size < end; size++) {
        const byte = <u32>load<u8>(line + size);
        if (byte === delimiter) {
          isFound = true;
          break;
        }
        if (byte > 127 && isLatin1 === 0) return stop(line - from, row);
        store<u8>(row + TEXT_OFFSET + size, <u8>byte);
      }
      if (!isFound) return stop(line - from, row);
    }
    if (size > maxBytes) return stop(line - from, row);
    line += size + 1;
    if (stripsReturn !== 0 && size !== 0 && <u32>load<u8>(row + TEXT_OFFSET + size - 1) === RETURN) size--;
    const rest = size & 7;
    const last = row + TEXT_OFFSET + size - rest;
    if (rest !== 0) store<u64>(last, load<u64>(last) & (((<u64>1) << (rest << 3)) - 1));
    const rowBytes = TEXT_OFFSET + ((size + 7) & ~7);
    store<u32>(row, rowBytes);
    store<u32>(row, 0, 4);
    store<u32>(row, TEXT_OFFSET, 8);
    store<u32>(row, size << 1, 12);
    row += rowBytes;
    room -= rowBytes;
  }
  return stop(line - from, row);
}

function stop(numBytes: u32, row: u32): u32 {
  setEndSlot(row >> 3);
  return numBytes;
}

export function joinLines(slot: u32, endSlot: u32, delimiter: u32, isLatin1: u32, to: u32, limit: u32): u32 {
  let out = to;
  while (slot < endSlot) {
    const row = slot << 3;
    const tag = load<u32>(row, 12);
    const size = tag >> 1;
    if (load<u32>(row, 4) !== 0 || (tag & IS_UTF16) !== 0 || limit - out < size + 8) break;
    const from = row + load<u32>(row, 8);
    // Texts are filled up to slots: eight bytes are read, and written where the next line will lie.
    let high: u64 = 0;
    let i: u32 = 0;
    for (; i + 16 <= size; i += 16) {
      const block = v128.load(from + i);
      v128.store(out + i, block);
      if (i8x16.bitmask(block) !== 0) high = HIGH_BITS;
    }
    for (; i < size; i += 8) {
      const block = load<u64>(from + i);
      store<u64>(out + i, block);
      high |= block;
    }
    if ((high & HIGH_BITS) !== 0 && isLatin1 === 0) break;
    store<u8>(out + size, <u8>delimiter);
    out += size + 1;
    slot += load<u32>(row) >> 3;
  }
  endByte = out;
  return slot;
}
