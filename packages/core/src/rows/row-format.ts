/**
 * How a record lies in memory. Everything is aligned to slots of 8 bytes; offsets count bytes from the begin of the
 * struct they stand in, so a record can be copied anywhere as it is.
 *
 * A **struct** (a row, a tuple, or a value that stands for itself) is
 *
 *     word 0              size in bytes, all of the struct
 *     word 1 …            null bits: bit i of word 1 + (i >> 5) is set when slot i has no value; 0 behind the last slot
 *     slot h …            one slot per field, h = the number of slots that the words above take
 *     behind the slots    the variable part, each piece padded to a slot with zeros
 *
 * for {int32 5, string "Lorem", float64 2.5, null}:
 *
 *     byte  0  +------------+------------+
 *              | size    48 | nulls 1000 |
 *           8  +------------+------------+
 *              |          5 |          0 |   int32
 *          16  +------------+------------+
 *              | offset  40 | 5 << 1 | 0 |   string: 5 bytes of Latin-1
 *          24  +------------+------------+
 *              |           2.5           |   float64
 *          32  +------------+------------+
 *              |          0 |          0 |   null
 *          40  +------------+------------+
 *              | L  o  r  e   m  0  0  0 |
 *          48  +-------------------------+
 *
 * The slot of each kind: words w0 and w1, or one number of 64 bits.
 *
 *     boolean, int32      w0 the value                     w1 0
 *     enum                w0 the position                  w1 0
 *     float64, timestamp  f64; an invalid date is NaN
 *     int64               i64
 *     decimal             i64 unscaled, for a precision of at most 18; else w0 offset of two i64: low half, high half
 *     string              w0 offset   w1 bytes << 1 | e    e 0: Latin-1; e 1: UTF-16, for strings with a unit above 255
 *     bytes, custom, any  w0 offset   w1 bytes
 *     row, tuple          w0 offset of a struct            w1 0
 *     variant             w0 offset of a struct            w1 the position of the case
 *     array               w0 offset of an array block      w1 0
 *     map                 w0 offset of a struct of two arrays, the keys and the values
 *     null                w0 0        w1 0;  an absent field that could also be null has w0 1
 *
 * An **array block** is a struct whose number of slots stands in it:
 *
 *     word 0              size in bytes
 *     word 1              number of elements n
 *     word 2 …            null bits of the elements; no words when the element type has no nulls
 *     slot h …            n slots, then the variable part
 */

/** Word of the size in a struct and in an array block. */
export const SIZE_WORD = 0;
/** First word of the null bits in a struct. */
export const NULLS_WORD = 1;
/** Word of the number of elements in an array block. */
export const ARRAY_LENGTH_WORD = 1;
/** First word of the null bits in an array block. */
export const ARRAY_NULLS_WORD = 2;
/** Set in w1 of a string that is stored as UTF-16. */
export const STRING_IS_UTF16 = 1;
/** Is w0 of a field that is absent where null would be another value. */
export const ABSENT_MARK = 1;
/** The largest precision of a decimal whose digits fit one i64. */
export const MAX_SHORT_DECIMAL_PRECISION = 18;

/** Returns how many slots size and null bits of a struct with `numFields` slots take. */
export function structHeaderSlots(numFields: number): number {
  return (NULLS_WORD + numNullWords(numFields) + 1) >> 1;
}

/** Returns how many slots size, length and null bits of an array block take. */
export function arrayHeaderSlots(length: number, hasNulls: boolean): number {
  return (ARRAY_NULLS_WORD + (hasNulls ? numNullWords(length) : 0) + 1) >> 1;
}

/** Returns how many 32-bit words hold one bit each for `count` slots. */
export function numNullWords(count: number): number {
  return (count + 31) >> 5;
}
