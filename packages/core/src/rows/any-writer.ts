import { valueKindOf } from "../keys/value-kind.js";
import type { Decimal } from "../types/decimal.js";
import {
  ANY_ARRAY,
  ANY_BIGINT,
  ANY_BYTES,
  ANY_DECIMAL,
  ANY_FALSE,
  ANY_FLOAT64,
  ANY_INT32,
  ANY_INT64,
  ANY_LATIN1,
  ANY_MAP,
  ANY_NULL,
  ANY_ROW,
  ANY_TIMESTAMP,
  ANY_TRUE,
  ANY_UTF16,
} from "./any-format.js";

const INITIAL_CAPACITY_BYTES = 256;

/**
 * Writes values in the self-describing form of `any-format.ts` into a buffer that grows. Values are data: what
 * `normalizeRecord` would refuse is refused before they come here.
 */
export class AnyWriter {
  /** Holds what was written in its first `length` bytes; replaced when it grows. */
  bytes: Uint8Array = new Uint8Array(INITIAL_CAPACITY_BYTES);
  length = 0;
  #view = new DataView(this.bytes.buffer);

  /** Forgets what was written. */
  clear(): void {
    this.length = 0;
  }

  /** Appends `value`. */
  value(value: unknown): void {
    switch (valueKindOf(value)) {
      case "null":
        this.#byte(ANY_NULL);
        break;
      case "boolean":
        this.#byte(value === true ? ANY_TRUE : ANY_FALSE);
        break;
      case "number":
        this.#number(value as number);
        break;
      case "bigint":
        this.#bigint(value as bigint);
        break;
      case "decimal":
        this.#byte(ANY_DECIMAL);
        this.#varint((value as Decimal).scale);
        this.#bigint((value as Decimal).unscaled);
        break;
      case "string":
        this.#string(value as string);
        break;
      case "timestamp":
        this.#byte(ANY_TIMESTAMP);
        this.#float64((value as Date).getTime());
        break;
      case "bytes":
        this.#byte(ANY_BYTES);
        this.#bytes(value as Uint8Array);
        break;
      case "array":
        this.#array(value as unknown[]);
        break;
      case "row":
        this.#row(value as Record<string, unknown>);
        break;
      case "map":
        this.#map(value as Map<unknown, unknown>);
        break;
    }
  }

  #number(value: number): void {
    if ((value | 0) === value && !Object.is(value, -0)) {
      this.#byte(ANY_INT32);
      this.#varint(((value << 1) ^ (value >> 31)) >>> 0);
    } else {
      this.#byte(ANY_FLOAT64);
      this.#float64(value);
    }
  }

  #bigint(value: bigint): void {
    if (BigInt.asIntN(64, value) === value) {
      this.#byte(ANY_INT64);
      this.#reserve(8);
      this.#view.setBigInt64(this.length, value, true);
      this.length += 8;
    } else {
      this.#byte(ANY_BIGINT);
      this.#byte(value < 0n ? 1 : 0);
      this.#string((value < 0n ? -value : value).toString(16));
    }
  }

  #string(value: string): void {
    const { length } = value;
    const begin = this.length;
    this.#byte(ANY_LATIN1);
    this.#varint(length);
    this.#reserve(length);
    let seen = 0;
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      this.bytes[this.length + i] = unit;
      seen |= unit;
    }
    if (seen < 256) {
      this.length += length;
      return;
    }
    this.#reserve(length * 2);
    this.bytes[begin] = ANY_UTF16;
    for (let i = 0; i < length; i++) this.#view.setUint16(this.length + i * 2, value.charCodeAt(i), true);
    this.length += length * 2;
  }

  #array(values: readonly unknown[]): void {
    this.#byte(ANY_ARRAY);
    this.#varint(values.length);
    for (let i = 0; i < values.length; i++) this.value(values[i]);
  }

  #row(row: Record<string, unknown>): void {
    const names = Object.keys(row).filter((name) => row[name] !== undefined);
    this.#byte(ANY_ROW);
    this.#varint(names.length);
    for (const name of names) {
      this.#string(name);
      this.value(row[name]);
    }
  }

  #map(map: Map<unknown, unknown>): void {
    this.#byte(ANY_MAP);
    this.#varint(map.size);
    for (const [key, value] of map) {
      this.value(key);
      this.value(value);
    }
  }

  #bytes(value: Uint8Array): void {
    this.#varint(value.length);
    this.#reserve(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
  }

  #float64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  #varint(value: number): void {
    this.#reserve(5);
    while (value >= 0x80) {
      this.bytes[this.length++] = (value & 0x7f) | 0x80;
      value >>>= 7;
    }
    this.bytes[this.length++] = value;
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.bytes[this.length++] = value;
  }

  #reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.length + count, this.bytes.length * 2));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
