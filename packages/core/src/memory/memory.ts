/** Is the size of an aligned cell, the unit in which rows are addressed. @public */
export const SLOT_SIZE_BYTES = 8;

/**
 * Is one buffer, often a shared `WebAssembly.Memory`, with the typed arrays through which code reads and writes it. They
 * are made once per buffer and shared by all its segments: hot loops take them from here and address by *slot*, an index
 * of 8-byte cells, which stays a small integer in memories of up to 4 GiB where a byte offset would not.
 *
 * Numbers are in the order of bytes of the machine; every machine that Node.js runs on today is little-endian, and
 * memory is never interpreted on another machine without the page header's check.
 * @public
 */
export class Memory {
  /** The bytes, often shared between threads. */
  readonly buffer: ArrayBufferLike;
  /** The bytes, by byte offset. */
  readonly u8: Uint8Array;
  /** UTF-16 code units, by byte offset / 2. */
  readonly u16: Uint16Array;
  /** 32-bit words, two in a slot, by slot * 2. */
  readonly i32: Int32Array;
  /** Numbers, by slot. */
  readonly f64: Float64Array;
  /** Bigints, by slot. */
  readonly i64: BigInt64Array;

  /** Wraps `buffer`, whose length is a multiple of 8 bytes. A buffer that grows later needs a new Memory. */
  constructor(buffer: ArrayBufferLike) {
    this.buffer = buffer;
    this.u8 = new Uint8Array(buffer);
    this.u16 = new Uint16Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.i64 = new BigInt64Array(buffer);
  }

  /** Returns how many whole slots it has. */
  get numSlots(): number {
    return this.f64.length;
  }
}
