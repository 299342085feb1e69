import { MillraceError } from "../errors/index.js";
import { Decimal } from "../types/decimal.js";
import { setField } from "../types/set-field.js";
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

/** Reads the value that `bytes` holds in the form of `any-format.ts`. */
export function readAny(bytes: Uint8Array): unknown {
  return new AnyReader(bytes).value();
}

class AnyReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  value(): unknown {
    const tag = this.#byte();
    switch (tag) {
      case ANY_NULL:
        return null;
      case ANY_FALSE:
      case ANY_TRUE:
        return tag === ANY_TRUE;
      case ANY_INT32: {
        const zigzag = this.#varint();
        return (zigzag >>> 1) ^ -(zigzag & 1);
      }
      case ANY_FLOAT64:
        return this.#float64();
      case ANY_INT64:
        this.#position += 8;
        return this.#view.getBigInt64(this.#position - 8, true);
      case ANY_BIGINT: {
        const isNegative = this.#byte() === 1;
        const magnitude = BigInt(`0x${String(this.value())}`);
        return isNegative ? -magnitude : magnitude;
      }
      case ANY_LATIN1:
      case ANY_UTF16:
        return this.#string(tag === ANY_UTF16 ? 2 : 1);
      case ANY_TIMESTAMP:
        return new Date(this.#float64());
      case ANY_BYTES: {
        const length = this.#varint();
        const copy = new Uint8Array(length);
        copy.set(this.#bytes.subarray(this.#position, this.#position + length));
        this.#position += length;
        return copy;
      }
      case ANY_DECIMAL: {
        const scale = this.#varint();
        return new Decimal(this.value() as bigint, scale);
      }
      case ANY_ARRAY:
        return Array.from({ length: this.#varint() }, () => this.value());
      case ANY_ROW:
        return this.#row();
      case ANY_MAP:
        return this.#map();
      default:
        throw new MillraceError({
          code: "CORRUPT_FILE",
          what: `A value of type any begins with the byte ${tag}, which no writer writes`,
          expected: "bytes as they were written",
        });
    }
  }

  #row(): object {
    const row = {};
    for (let count = this.#varint(); count > 0; count--) setField(row, String(this.value()), this.value());
    return row;
  }

  #map(): Map<unknown, unknown> {
    const map = new Map<unknown, unknown>();
    for (let count = this.#varint(); count > 0; count--) {
      const key = this.value();
      map.set(key, this.value());
    }
    return map;
  }

  #string(bytesPerUnit: 1 | 2): string {
    const length = this.#varint();
    let text = "";
    for (let i = 0; i < length; i++) {
      const at = this.#position + i * bytesPerUnit;
      text += String.fromCharCode(bytesPerUnit === 1 ? this.#bytes[at]! : this.#view.getUint16(at, true));
    }
    this.#position += length * bytesPerUnit;
    return text;
  }

  #float64(): number {
    this.#position += 8;
    return this.#view.getFloat64(this.#position - 8, true);
  }

  #varint(): number {
    let value = 0;
    let shift = 0;
    let byte: number;
    do {
      byte = this.#byte();
      value |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte >= 0x80);
    return value >>> 0;
  }

  #byte(): number {
    return this.#bytes[this.#position++]!;
  }
}
