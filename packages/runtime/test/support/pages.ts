import { Memory, type MemorySegment, PAGE_SIZE_BYTES } from "@millrace/core";

const USED_BYTES_OFFSET = 4;

/** Fills a page with bytes of a seed, `usedBytes` of them used, a multiple of 8. */
export function fillPage(page: MemorySegment, seed: number, usedBytes: number = PAGE_SIZE_BYTES): void {
  const { i32 } = page.memory;
  let x = seed | 1;
  for (let word = page.firstSlot * 2; word < page.endSlot * 2; word++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    i32[word] = x;
  }
  page.putInt32(USED_BYTES_OFFSET, usedBytes);
}

/** Returns a copy of the first `usedBytes` of a page. */
export function copyOf(page: MemorySegment, usedBytes: number): Uint8Array {
  return page.bytes().slice(0, usedBytes);
}

/** Makes a record of `sizeBytes` bytes on the heap, at slot 0, with bytes of a seed behind its size. */
export function largeRow(sizeBytes: number, seed: number): Memory {
  const memory = new Memory(new ArrayBuffer(sizeBytes));
  for (let i = 8; i < sizeBytes; i++) memory.u8[i] = (i * 2654435761 + seed) >>> 11;
  memory.i32[0] = sizeBytes;
  return memory;
}
