/**
 * The format of canonical key bytes. Two values are equal keys exactly when their bytes are equal, and unsigned
 * lexicographic order of the bytes is the order of `compareValues`. The format is fixed for ever: partitions, persisted
 * results and other engines depend on it. A value is one tag and what the tag says:
 *
 *     null       01
 *     boolean    10 (false) or 11 (true)
 *     number     18  f64, big endian: the sign bit flipped, or all bits when it was set; -0 as 0, NaN as 7ff8000000000000
 *     bigint     21  i64, big endian, the sign bit flipped                      -2^63 .. 2^63-1
 *                22  length u32, magnitude                                      above
 *                20  the same, every bit flipped                                below
 *     decimal    29  (zero)
 *                2a  exponent i32 (sign bit flipped), digits in ASCII, 00       0.DIGITS * 10^exponent, no zero at an end
 *                28  the same, every bit flipped                                negative
 *     string     30  every UTF-16 code unit in 1 to 3 bytes as UTF-8 would write that code point, but 00 as 01 01
 *                    and 01 as 01 02; then 00
 *     timestamp  38  milliseconds, as a number
 *     bytes      40  the bytes, 00 as 01 01 and 01 as 01 02; then 00
 *     array      48  the elements; then 00
 *     row        50  of each field that is not null, by name in code unit order: 01, the name as the content of a string
 *                    with its end, every bit flipped, the value; then 00
 *     map        58  as an array of its entries, each an array [key, value], in their order
 *     custom     60  the type's name as the content of a string with its end; the type's key bytes as bytes are; 00
 *
 * Why order holds: the tags ascend as the kinds do and none is 00, so an end (00) comes before any further element. No content
 * has a 00 either, so that it ends before everything that continues it, and no key is the beginning of another: keys can be
 * joined, and cut, and turned around by flipping their bits. Names in rows are flipped because a row whose first field
 * that is not null has the smaller name is the *greater* row: the other one has a null there.
 */

export const TAG_END = 0x00;
export const TAG_NULL = 0x01;
export const TAG_FIELD = 0x01;
export const TAG_FALSE = 0x10;
export const TAG_TRUE = 0x11;
export const TAG_NUMBER = 0x18;
export const TAG_BIGINT_BELOW = 0x20;
export const TAG_BIGINT = 0x21;
export const TAG_BIGINT_ABOVE = 0x22;
export const TAG_DECIMAL_NEGATIVE = 0x28;
export const TAG_DECIMAL_ZERO = 0x29;
export const TAG_DECIMAL_POSITIVE = 0x2a;
export const TAG_STRING = 0x30;
export const TAG_TIMESTAMP = 0x38;
export const TAG_BYTES = 0x40;
export const TAG_ARRAY = 0x48;
export const TAG_ROW = 0x50;
export const TAG_MAP = 0x58;
export const TAG_CUSTOM = 0x60;

/** Bytes of content up to this one are written as {@link ESCAPE} and themselves plus one, so that no 00 is in any content. */
export const LAST_ESCAPED = 0x01;
export const ESCAPE = 0x01;

/** The most bytes that one UTF-16 code unit takes. */
export const MAX_BYTES_PER_CODE_UNIT = 3;
