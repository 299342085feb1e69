/**
 * The self-describing form of a value whose type nobody declared: one tag and what it says. Lengths and counts are
 * varints of 7 bits a byte, the lowest first. Strings, names and numbers keep everything that keys forget: the sign of
 * zero, the order of fields, the scale of decimals.
 *
 *     00 null    01 false    02 true
 *     03 int32: varint of (n << 1) ^ (n >> 31)          04 float64: 8 bytes
 *     05 int64: 8 bytes                                 06 other bigint: sign 0 or 1, hex digits as a Latin-1 string
 *     07 Latin-1 string: length, bytes                  08 UTF-16 string: length in units, 2 bytes each
 *     09 date: f64 milliseconds                         0a bytes: length, bytes
 *     0b decimal: scale, digits as a bigint value       0c array: count, values
 *     0d row: count, then name (a string value), value  0e map: count, then key, value
 *
 * Numbers of several bytes are little-endian.
 */
export const ANY_NULL = 0;
export const ANY_FALSE = 1;
export const ANY_TRUE = 2;
export const ANY_INT32 = 3;
export const ANY_FLOAT64 = 4;
export const ANY_INT64 = 5;
export const ANY_BIGINT = 6;
export const ANY_LATIN1 = 7;
export const ANY_UTF16 = 8;
export const ANY_TIMESTAMP = 9;
export const ANY_BYTES = 10;
export const ANY_DECIMAL = 11;
export const ANY_ARRAY = 12;
export const ANY_ROW = 13;
export const ANY_MAP = 14;
