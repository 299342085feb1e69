import type { AnyType, TypeInformation } from "../types/type-information.js";
import { conformRecord } from "./conform-record.js";
import { copyData } from "./copy-data.js";

/**
 * Returns a deep copy of `value` that is plain data: prototypes are dropped, `undefined` fields become absent, holes and
 * `undefined` elements become null, a Buffer becomes a Uint8Array. With a `type` the copy is what the type says: fields
 * that it does not name are left out, custom values keep their class, decimals get its scale.
 *
 * Throws RECORD_NOT_DATA with the field path for what is no data (functions, symbols, promises, streams, sets, boxed
 * primitives, other typed arrays, cycles), and RECORD_TYPE_MISMATCH for what contradicts `type`.
 * @public
 */
export function normalizeRecord<T>(value: T, type?: TypeInformation<T>): T {
  return (type === undefined ? copyData(value, "", 0) : conformRecord(value, type as unknown as AnyType)) as T;
}
