/**
 * Strings in rows. A string whose code units are all below 256 is stored one byte each, any other two bytes each: the two
 * forms in which V8 holds strings, so that both ways are copies and lone surrogates survive. `docs/decisions` has the
 * measurements against one-form encodings. Keys have another form, in which bytes order as code units do.
 */
import { DOES_NOT_FIT, type Memory } from "../memory/index.js";
import { readLatin1, readUtf16 } from "./read-text.js";
import { STRING_IS_UTF16 } from "./row-format.js";

/**
 * Writes `text` at slot `end` and its offset from slot `base` and its length into the words at `word`. Returns the slot
 * behind it, or {@link DOES_NOT_FIT}.
 */
export function writeString(
  memory: Memory,
  word: number,
  base: number,
  text: string,
  end: number,
  limit: number,
): number {
  const { length } = text;
  const next = end + ((length + 7) >> 3);
  if (next > limit) return DOES_NOT_FIT;
  const { i32 } = memory;
  i32[word] = (end - base) * 8;
  i32[word + 1] = length << 1;
  if (length === 0) return next;
  // Four units make a word, so that there is one store for four; the last word has zeros behind the text.
  let at = end * 2;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    const a = text.charCodeAt(i);
    const b = text.charCodeAt(i + 1);
    const c = text.charCodeAt(i + 2);
    const d = text.charCodeAt(i + 3);
    if ((a | b | c | d) > 255) return writeUtf16(memory, word, text, end, limit);
    i32[at++] = a | (b << 8) | (c << 16) | (d << 24);
  }
  let last = 0;
  for (let shift = 0; i < length; i++, shift += 8) {
    const unit = text.charCodeAt(i);
    if (unit > 255) return writeUtf16(memory, word, text, end, limit);
    last |= unit << shift;
  }
  if (at < next * 2) i32[at++] = last;
  if (at < next * 2) i32[at] = 0;
  return next;
}

function writeUtf16(memory: Memory, word: number, text: string, end: number, limit: number): number {
  const { length } = text;
  const next = end + ((length + 3) >> 2);
  if (next > limit) return DOES_NOT_FIT;
  const { i32, u16 } = memory;
  i32[word + 1] = (length << 2) | STRING_IS_UTF16;
  i32[next * 2 - 2] = 0;
  i32[next * 2 - 1] = 0;
  const from = end * 4;
  for (let i = 0; i < length; i++) u16[from + i] = text.charCodeAt(i);
  return next;
}

/** Reads the string whose words are at `word` in the struct at slot `base`. */
export function readString(memory: Memory, word: number, base: number): string {
  const tag = memory.i32[word + 1]!;
  const from = base * 8 + memory.i32[word]!;
  return (tag & STRING_IS_UTF16) === 0 ? readLatin1(memory, from, tag >> 1) : readUtf16(memory, from, tag >> 2);
}

/** Tells whether the string whose words are at `word` in the struct at slot `base` is `text`. */
export function equalsString(memory: Memory, word: number, base: number, text: string): boolean {
  return lengthOfString(memory, word) === text.length && hasUnitsAt(memory, word, base, text, 0);
}

/** Tells whether the string whose words are at `word` in the struct at slot `base` begins with `text`. */
export function startsWithString(memory: Memory, word: number, base: number, text: string): boolean {
  return lengthOfString(memory, word) >= text.length && hasUnitsAt(memory, word, base, text, 0);
}

/** Tells whether the string whose words are at `word` in the struct at slot `base` contains `text`. */
export function containsString(memory: Memory, word: number, base: number, text: string): boolean {
  for (let from = 0, last = lengthOfString(memory, word) - text.length; from <= last; from++) {
    if (hasUnitsAt(memory, word, base, text, from)) return true;
  }
  return false;
}

/** Returns how many units the string whose words are at `word` has. */
export function lengthOfString(memory: Memory, word: number): number {
  const tag = memory.i32[word + 1]!;
  return (tag & STRING_IS_UTF16) === 0 ? tag >> 1 : tag >> 2;
}

function hasUnitsAt(memory: Memory, word: number, base: number, text: string, from: number): boolean {
  const at = base * 8 + memory.i32[word]!;
  if ((memory.i32[word + 1]! & STRING_IS_UTF16) === 0) {
    const { u8 } = memory;
    for (let i = 0; i < text.length; i++) if (u8[at + from + i] !== text.charCodeAt(i)) return false;
    return true;
  }
  const { u16 } = memory;
  for (let i = 0; i < text.length; i++) if (u16[(at >>> 1) + from + i] !== text.charCodeAt(i)) return false;
  return true;
}

/**
 * Compares two strings where they lie, by code units: negative, 0 or positive. `wordA` and `wordB` are the words of their
 * slots, in the structs at slots `baseA` and `baseB`.
 */
export function compareStrings(
  a: Memory,
  wordA: number,
  baseA: number,
  b: Memory,
  wordB: number,
  baseB: number,
): number {
  const tagA = a.i32[wordA + 1]!;
  const tagB = b.i32[wordB + 1]!;
  const fromA = baseA * 8 + a.i32[wordA]!;
  const fromB = baseB * 8 + b.i32[wordB]!;
  if (((tagA | tagB) & STRING_IS_UTF16) === 0) return compareBytes(a.u8, fromA, tagA >> 1, b.u8, fromB, tagB >> 1);
  const isWideA = (tagA & STRING_IS_UTF16) !== 0;
  const isWideB = (tagB & STRING_IS_UTF16) !== 0;
  const lengthA = isWideA ? tagA >> 2 : tagA >> 1;
  const lengthB = isWideB ? tagB >> 2 : tagB >> 1;
  const length = Math.min(lengthA, lengthB);
  for (let i = 0; i < length; i++) {
    const unitA = isWideA ? a.u16[(fromA >>> 1) + i]! : a.u8[fromA + i]!;
    const unitB = isWideB ? b.u16[(fromB >>> 1) + i]! : b.u8[fromB + i]!;
    if (unitA !== unitB) return unitA - unitB;
  }
  return lengthA - lengthB;
}

/** Compares two runs of bytes, unsigned and lexicographically; a run comes before what continues it. */
export function compareBytes(
  a: Uint8Array,
  fromA: number,
  lengthA: number,
  b: Uint8Array,
  fromB: number,
  lengthB: number,
): number {
  const length = Math.min(lengthA, lengthB);
  for (let i = 0; i < length; i++) {
    const order = a[fromA + i]! - b[fromB + i]!;
    if (order !== 0) return order;
  }
  return lengthA - lengthB;
}
