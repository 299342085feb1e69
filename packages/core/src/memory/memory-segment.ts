import { invariant } from "../errors/index.js";
import { type Memory, SLOT_SIZE_BYTES } from "./memory.js";

/**
 * Is a block of a {@link Memory}: a memory, an offset and a size, all multiples of 8 bytes. A page is a segment of
 * {@link PAGE_SIZE_BYTES}. It has one owner, who alone reads and writes it; nothing here locks or counts references.
 * @public
 */
export class MemorySegment {
  /** The memory that it is a part of. */
  readonly memory: Memory;
  /** Where it begins in the memory, in slots. */
  readonly firstSlot: number;
  /** Its size, a multiple of 8. */
  readonly sizeBytes: number;

  constructor(memory: Memory, byteOffset: number, sizeBytes: number) {
    const isAligned = byteOffset % SLOT_SIZE_BYTES === 0 && sizeBytes % SLOT_SIZE_BYTES === 0;
    invariant(isAligned, `segments are aligned to ${SLOT_SIZE_BYTES} bytes`);
    invariant(byteOffset >= 0 && byteOffset + sizeBytes <= memory.buffer.byteLength, "segments lie in their memory");
    this.memory = memory;
    this.firstSlot = byteOffset / SLOT_SIZE_BYTES;
    this.sizeBytes = sizeBytes;
  }

  /** Where it begins in the memory, in bytes. */
  get byteOffset(): number {
    return this.firstSlot * SLOT_SIZE_BYTES;
  }

  /** The first slot behind it. */
  get endSlot(): number {
    return this.firstSlot + this.sizeBytes / SLOT_SIZE_BYTES;
  }

  /** Returns its bytes, which stay shared with the memory. */
  bytes(): Uint8Array {
    return this.memory.u8.subarray(this.byteOffset, this.byteOffset + this.sizeBytes);
  }

  /** Reads the 32-bit integer at `offset` bytes from its start, a multiple of 4. */
  getInt32(offset: number): number {
    return this.memory.i32[this.#check(offset, 4) >>> 2]!;
  }

  /** Writes a 32-bit integer at `offset` bytes from its start, a multiple of 4. */
  putInt32(offset: number, value: number): void {
    this.memory.i32[this.#check(offset, 4) >>> 2] = value;
  }

  /** Reads the byte at `offset`. */
  getByte(offset: number): number {
    return this.memory.u8[this.#check(offset, 1)]!;
  }

  /** Writes the byte at `offset`. */
  putByte(offset: number, value: number): void {
    this.memory.u8[this.#check(offset, 1)] = value;
  }

  /** Copies `length` bytes from `offset` to `target` at `targetOffset`. The ranges may overlap. */
  copyTo(offset: number, target: MemorySegment, targetOffset: number, length: number): void {
    const from = this.#check(offset, length);
    const to = target.#check(targetOffset, length);
    if (this.memory === target.memory) this.memory.u8.copyWithin(to, from, from + length);
    else target.memory.u8.set(this.memory.u8.subarray(from, from + length), to);
  }

  /** Compares `length` bytes with those of `other`, unsigned and lexicographically: negative, 0 or positive. */
  compare(offset: number, other: MemorySegment, otherOffset: number, length: number): number {
    const a = this.memory.u8;
    const b = other.memory.u8;
    const from = this.#check(offset, length);
    const to = other.#check(otherOffset, length);
    for (let i = 0; i < length; i++) {
      const order = a[from + i]! - b[to + i]!;
      if (order !== 0) return order;
    }
    return 0;
  }

  /** Exchanges `length` bytes with those of `other`. The ranges must not overlap. */
  swapBytes(offset: number, other: MemorySegment, otherOffset: number, length: number): void {
    const a = this.memory.u8;
    const b = other.memory.u8;
    const from = this.#check(offset, length);
    const to = other.#check(otherOffset, length);
    for (let i = 0; i < length; i++) {
      const byte = a[from + i]!;
      a[from + i] = b[to + i]!;
      b[to + i] = byte;
    }
  }

  #check(offset: number, length: number): number {
    invariant(offset >= 0 && length >= 0 && offset + length <= this.sizeBytes, "accesses stay inside their segment");
    return this.byteOffset + offset;
  }
}
