import { ESCAPE, LAST_ESCAPED, MAX_BYTES_PER_CODE_UNIT, TAG_NULL, TAG_NUMBER, TAG_TIMESTAMP } from "./key-format.js";
import { canonicalHigh, canonicalLow } from "./number-words.js";

const INITIAL_CAPACITY_BYTES = 64;

/**
 * Builds canonical key bytes in a buffer that grows; `key-format.ts` draws them. One builder serves many keys: after
 * `clear()` it starts over in the same buffer, so whoever keeps the bytes copies them first.
 * @internal
 */
export class KeyBytes {
  /** Holds the key in its first `length` bytes; replaced when it grows. */
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(INITIAL_CAPACITY_BYTES);
  length = 0;
  #view = new DataView(this.bytes.buffer);

  /** Starts a new key in the same buffer. */
  clear(): void {
    this.length = 0;
  }

  /** Returns a copy of the key. */
  take(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length);
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.length + count > this.bytes.length) this.#grow(this.length + count);
  }

  /** Appends one byte. */
  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Appends bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Appends a null. */
  null(): void {
    this.byte(TAG_NULL);
  }

  /** Appends a number. */
  number(value: number): void {
    this.reserve(9);
    this.bytes[this.length++] = TAG_NUMBER;
    this.#float64(value);
  }

  /** Appends a date by its milliseconds; NaN is the invalid one. */
  timestamp(millis: number): void {
    this.reserve(9);
    this.bytes[this.length++] = TAG_TIMESTAMP;
    this.#float64(millis);
  }

  /** Appends an integer of 32 bits, big endian. */
  uint32(value: number): void {
    this.reserve(4);
    this.#view.setUint32(this.length, value);
    this.length += 4;
  }

  /** Appends a bigint of 64 bits, big endian, so that unsigned order of the bytes is the order of the values. */
  int64(value: bigint): void {
    this.reserve(8);
    this.#view.setBigInt64(this.length, value);
    this.bytes[this.length]! ^= 0x80;
    this.length += 8;
  }

  /** Appends the content of a string and its end, without a tag. */
  text(value: string): void {
    this.reserve(value.length * MAX_BYTES_PER_CODE_UNIT + 1);
    for (let i = 0; i < value.length; i++) this.#unit(value.charCodeAt(i));
    this.bytes[this.length++] = 0;
  }

  /** Appends the content and the end of a string that is stored as Latin-1 in `count` bytes of `source` at `from`. */
  latin1(source: Uint8Array, from: number, count: number): void {
    this.reserve(count * 2 + 1);
    const { bytes } = this;
    let at = this.length;
    for (let i = from; i < from + count; i++) {
      const unit = source[i]!;
      if (unit > LAST_ESCAPED && unit < 0x80) {
        bytes[at++] = unit;
      } else if (unit >= 0x80) {
        bytes[at++] = 0xc0 | (unit >> 6);
        bytes[at++] = 0x80 | (unit & 0x3f);
      } else {
        bytes[at++] = ESCAPE;
        bytes[at++] = unit + 1;
      }
    }
    bytes[at++] = 0;
    this.length = at;
  }

  /** Appends the content and the end of a string that is stored as `count` code units in `source` at `from`. */
  utf16(source: Uint16Array, from: number, count: number): void {
    this.reserve(count * MAX_BYTES_PER_CODE_UNIT + 1);
    for (let i = from; i < from + count; i++) this.#unit(source[i]!);
    this.bytes[this.length++] = 0;
  }

  /** Appends `count` bytes of `source` at `from` and their end, without a tag. */
  escaped(source: Uint8Array, from: number, count: number): void {
    this.reserve(count * 2 + 1);
    const { bytes } = this;
    let at = this.length;
    for (let i = from; i < from + count; i++) {
      const byte = source[i]!;
      if (byte <= LAST_ESCAPED) bytes[at++] = ESCAPE;
      bytes[at++] = byte <= LAST_ESCAPED ? byte + 1 : byte;
    }
    bytes[at++] = 0;
    this.length = at;
  }

  /** Flips every bit from byte `from` to the end, which turns their order around. */
  flipFrom(from: number): void {
    for (let i = from; i < this.length; i++) this.bytes[i]! ^= 0xff;
  }

  #unit(unit: number): void {
    const { bytes } = this;
    let at = this.length;
    if (unit < 0x80) {
      if (unit <= LAST_ESCAPED) bytes[at++] = ESCAPE;
      bytes[at++] = unit <= LAST_ESCAPED ? unit + 1 : unit;
    } else if (unit < 0x800) {
      bytes[at++] = 0xc0 | (unit >> 6);
      bytes[at++] = 0x80 | (unit & 0x3f);
    } else {
      bytes[at++] = 0xe0 | (unit >> 12);
      bytes[at++] = 0x80 | ((unit >> 6) & 0x3f);
      bytes[at++] = 0x80 | (unit & 0x3f);
    }
    this.length = at;
  }

  #float64(value: number): void {
    const at = this.length;
    const view = this.#view;
    view.setFloat64(at, value);
    const high = view.getInt32(at);
    const low = view.getInt32(at + 4);
    view.setInt32(at, canonicalHigh(high, low));
    view.setInt32(at + 4, canonicalLow(high, low));
    this.length = at + 8;
  }

  #grow(minimum: number): void {
    const larger = new Uint8Array(Math.max(minimum, this.bytes.length * 2));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
