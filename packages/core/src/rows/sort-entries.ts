/**
 * Sort entries: what a sort moves in place of rows. An entry is four 32-bit words,
 *
 *     word 0   bytes 4 to 7 of the prefix
 *          1   bytes 0 to 3 of the prefix: words 0 and 1 are one little-endian number of 64 bits
 *          2   the slot of the row
 *          3   bytes 8 to 11 of the prefix
 *
 * The prefix is the first 12 bytes of the key in a form whose unsigned order is the order of the keys.
 * The prefix is like a normalized key (see `normalized-key.ts`), made of words in place of bytes, and every field begins at a place
 * that is known beforehand: a null is padded to the length of its field, and a string or bytes field is the last one that is
 * covered. Fields of a descending order are inverted.
 */
import { canonicalHigh, canonicalLow } from "../keys/number-words.js";
import type { Memory } from "../memory/index.js";
import { compile } from "./code-generation.js";
import { isShortDecimal } from "./decimal-cell.js";
import { keyNullTest, locateFunction } from "./generate-locate.js";
import { matchKeys } from "./match-keys.js";
import { putBytes, putString } from "./normalized-key-cells.js";
import { STRING_IS_UTF16 } from "./row-format.js";
import {
  type AbsentKeyOptions,
  canBeNull,
  isKeyNull,
  type KeyField,
  locate,
  type RowKey,
  resolveKeys,
} from "./row-key.js";
import type { RowLayout } from "./row-layout.js";
import { generatesCode, type RowCodeOptions } from "./row-serializer.js";
import type { SlotContent } from "./struct-layout.js";

/** Is the number of 32-bit words in a sort entry. @internal */
export const SORT_ENTRY_WORDS = 4;
/** The number of words of a sort entry that are the prefix of the key. */
const SORT_PREFIX_WORDS = 3;

const PREFIX_BYTES = SORT_PREFIX_WORDS * 4;
const SIGN_BIT = 0x80000000 | 0;
const MAX_BYTE_ENUM_VALUES = 256;

/**
 * Writes the entries of the rows that lie one behind the other in `memory` from `slot` into `target` from index `at`, until a
 * row does not end before `endSlot` or the entry would reach beyond `limit`. Returns the number of entries.
 * @internal
 */
export type SortEntryWriter = (
  memory: Memory,
  slot: number,
  endSlot: number,
  target: Int32Array,
  at: number,
  limit: number,
) => number;

/** Is a key field in the prefix. */
interface Piece {
  readonly key: RowKey;
  /** Where its bytes begin in the prefix, the null marker first if there is one. */
  readonly offset: number;
  readonly canBeNull: boolean;
  /** How many bytes of the prefix it takes, with its null marker; for strings all that are left. */
  readonly numBytes: number;
}

/** Returns the key fields that fit into the prefix, in part or whole. */
function piecesOf(keys: readonly RowKey[]): Piece[] {
  const pieces: Piece[] = [];
  let offset = 0;
  for (const key of keys) {
    const length = lengthOf(key);
    if (length === 0 || offset >= PREFIX_BYTES) break;
    const isNullable = canBeNullAnywhere(key);
    const numBytes = Math.min(length + (isNullable ? 1 : 0), PREFIX_BYTES - offset);
    pieces.push({ key, offset, canBeNull: isNullable, numBytes });
    offset += length + (isNullable ? 1 : 0);
  }
  return pieces;
}

function canBeNullAnywhere(key: RowKey): boolean {
  return canBeNull(key.field) || key.parents.some(({ field }) => canBeNull(field));
}

/** Tells whether equal prefixes mean equal keys. */
export function isSortPrefixComplete(keys: readonly RowKey[]): boolean {
  let numBytes = 0;
  for (const key of keys) {
    const length = lengthOf(key);
    if (length === 0) return false;
    numBytes += length;
    if (canBeNullAnywhere(key)) numBytes++;
  }
  return numBytes <= PREFIX_BYTES;
}

/** The number of bytes of a field's value; Infinity for strings and bytes, 0 when it has no such form. */
function lengthOf(key: RowKey): number {
  if (key.rest !== undefined) return 0;
  const { content } = key.field;
  switch (content.kind) {
    case "boolean":
      return 1;
    case "enum":
      return content.type.values.length <= MAX_BYTE_ENUM_VALUES ? 1 : 4;
    case "int32":
      return 4;
    case "int64":
    case "float64":
    case "timestamp":
      return 8;
    case "decimal":
      return isShortDecimal(content.type) ? 8 : 0;
    case "string":
    case "bytes":
      return Number.POSITIVE_INFINITY;
    default:
      return 0;
  }
}

/**
 * Puts the first 12 bytes of a string's key form into `out`, the highest byte of each word first. Text of plain ASCII, most text, is moved
 * by words: in rows it begins at a slot and is padded with zeros.
 */
function stringWords(memory: Memory, word: number, base: number, out: Int32Array): void {
  const { i32 } = memory;
  const tag = i32[word + 1]!;
  if ((tag & STRING_IS_UTF16) === 0 && wordsOfPlainText(i32, base * 2 + (i32[word]! >> 2), tag >> 1, out)) return;
  BYTES.fill(0);
  putString(BYTES, 0, PREFIX_BYTES, memory, word, base, 0);
  wordsOfBytes(out);
}

/** Returns false when a byte among the first 12 is not itself in the key form. */
function wordsOfPlainText(i32: Int32Array, at: number, numBytes: number, out: Int32Array): boolean {
  for (let i = 0; i < SORT_PREFIX_WORDS; i++) {
    const rest = numBytes - i * 4;
    if (rest <= 0) {
      out[i] = 0;
      continue;
    }
    const text = i32[at + i]!;
    // Bytes behind the end are zeros, as the key form has them; they are made to pass the test.
    const tested = rest >= 4 ? text : text | (0x02020202 << (rest * 8));
    if ((((tested - 0x02020202) | tested) & 0x80808080) !== 0) return false;
    out[i] = (text << 24) | ((text & 0xff00) << 8) | ((text >>> 8) & 0xff00) | (text >>> 24);
  }
  return true;
}

function bytesWords(memory: Memory, word: number, base: number, out: Int32Array): void {
  BYTES.fill(0);
  putBytes(BYTES, 0, PREFIX_BYTES, memory.u8, base * 8 + memory.i32[word]!, memory.i32[word + 1]!, 0);
  wordsOfBytes(out);
}

/** Holds the bytes of one key within one call. */
const BYTES = new Uint8Array(PREFIX_BYTES);

function wordsOfBytes(out: Int32Array): void {
  for (let i = 0; i < SORT_PREFIX_WORDS; i++) {
    out[i] = (BYTES[i * 4]! << 24) | (BYTES[i * 4 + 1]! << 16) | (BYTES[i * 4 + 2]! << 8) | BYTES[i * 4 + 3]!;
  }
}

/** Puts the value of a field that is not null into `out`, left-aligned; returns the number of words. */
function valueWords(content: SlotContent, memory: Memory, base: number, slot: number, out: Int32Array): number {
  const { i32 } = memory;
  const word = slot * 2;
  switch (content.kind) {
    case "boolean":
      out[0] = i32[word]! << 24;
      return 1;
    case "enum":
      out[0] = content.type.values.length <= MAX_BYTE_ENUM_VALUES ? i32[word]! << 24 : i32[word]!;
      return 1;
    case "int32":
      out[0] = i32[word]! ^ SIGN_BIT;
      return 1;
    case "float64":
    case "timestamp":
      out[0] = canonicalHigh(i32[word + 1]!, i32[word]!);
      out[1] = canonicalLow(i32[word + 1]!, i32[word]!);
      return 2;
    case "string":
      stringWords(memory, word, base, out);
      return SORT_PREFIX_WORDS;
    case "bytes":
      bytesWords(memory, word, base, out);
      return SORT_PREFIX_WORDS;
    default:
      out[0] = i32[word + 1]! ^ SIGN_BIT;
      out[1] = i32[word]!;
      return 2;
  }
}

/** Adds `count` words of a value to the prefix, from byte `offset`; what reaches beyond the prefix is cut off. */
function place(prefix: Int32Array, offset: number, value: Int32Array, count: number): void {
  const shift = (offset & 3) * 8;
  for (let i = 0, at = offset >> 2; i < count && at < SORT_PREFIX_WORDS; i++, at++) {
    prefix[at]! |= value[i]! >>> shift;
    if (shift > 0 && at + 1 < SORT_PREFIX_WORDS) prefix[at + 1]! |= value[i]! << (32 - shift);
  }
}

/** Returns, word by word, the bits of the prefix that a field takes. */
function maskOf(piece: Piece): number[] {
  return Array.from({ length: SORT_PREFIX_WORDS }, (_, word) => {
    let mask = 0;
    for (let byte = 0; byte < 4; byte++) {
      const at = word * 4 + byte;
      if (at >= piece.offset && at < piece.offset + piece.numBytes) mask |= 0xff << (24 - byte * 8);
    }
    return mask;
  });
}

/** Returns a writer that walks the keys for each row. */
export function interpretSortEntries(keys: readonly RowKey[]): SortEntryWriter {
  const pieces = piecesOf(keys).map((piece) => ({ piece, mask: maskOf(piece) }));
  const prefix = new Int32Array(SORT_PREFIX_WORDS);
  const value = new Int32Array(SORT_PREFIX_WORDS);
  return (memory, slot, endSlot, target, at, limit) => {
    const first = at;
    for (; slot < endSlot && at + SORT_ENTRY_WORDS <= limit; at += SORT_ENTRY_WORDS) {
      const next = slot + (memory.i32[slot * 2]! >> 3);
      if (next > endSlot) break;
      prefix.fill(0);
      for (const { piece, mask } of pieces) {
        addPiece(piece, memory, slot, prefix, value);
        if (piece.key.isDescending) for (let i = 0; i < SORT_PREFIX_WORDS; i++) prefix[i]! ^= mask[i]!;
      }
      target[at] = prefix[1]!;
      target[at + 1] = prefix[0]!;
      target[at + 2] = slot;
      target[at + 3] = prefix[2]!;
      slot = next;
    }
    return (at - first) / SORT_ENTRY_WORDS;
  };
}

function addPiece(piece: Piece, memory: Memory, slot: number, prefix: Int32Array, value: Int32Array): void {
  const { key } = piece;
  const base = locate(key, memory, slot);
  if (isKeyNull(key, memory, base)) return;
  let { offset } = piece;
  if (piece.canBeNull) {
    value[0] = 1 << 24;
    place(prefix, offset, value, 1);
    offset++;
  }
  const at = base + key.struct.headerSlots + key.field.index;
  place(prefix, offset, value, valueWords(key.field.content, memory, base, at, value));
}

/** Returns a generated writer: the same, with every place and question settled. */
export function generateSortEntries(keys: readonly RowKey[]): SortEntryWriter {
  const pieces = piecesOf(keys);
  const locators = pieces.map((piece, i) => locateFunction(`locate${i}`, piece.key));
  return compile(
    { stringWords, bytesWords, value: new Int32Array(SORT_PREFIX_WORDS) },
    `${locators.join("\n")}
    return function (memory, slot, endSlot, target, at, limit) {
      const first = at, i32 = memory.i32, f64 = memory.f64;
      while (slot < endSlot && at + ${SORT_ENTRY_WORDS} <= limit) {
        const next = slot + (i32[slot * 2] >> 3);
        if (next > endSlot) break;
        let p0 = 0, p1 = 0, p2 = 0;
        ${pieces.map(pieceStatements).join("\n")}
        target[at] = p1; target[at + 1] = p0; target[at + 2] = slot; target[at + 3] = p2;
        at += ${SORT_ENTRY_WORDS};
        slot = next;
      }
      return (at - first) / ${SORT_ENTRY_WORDS};
    };`,
  );
}

function pieceStatements(piece: Piece, i: number): string {
  const { key, offset } = piece;
  const base = key.parents.length === 0 ? "slot" : `locate${i}(memory, slot)`;
  const isNull = keyNullTest("memory", "base", key);
  const put = valueStatements(key, isNull === undefined ? offset : offset + 1);
  const body = isNull === undefined ? put : `if (!(${isNull})) { ${placeText(offset, ["16777216"])} ${put} }`;
  const masks = key.isDescending ? maskOf(piece) : [];
  const invert = masks.map((mask, word) => (mask === 0 ? "" : `p${word} ^= ${mask};`)).join(" ");
  return `{ const base = ${base}; ${body} ${invert} }`;
}

function valueStatements(key: RowKey, offset: number): string {
  const { content } = key.field;
  const slot = `(base + ${key.struct.headerSlots + key.field.index})`;
  const word = `i32[${slot} * 2]`;
  switch (content.kind) {
    case "boolean":
      return placeText(offset, [`(${word} << 24)`]);
    case "enum":
      return placeText(offset, [content.type.values.length <= MAX_BYTE_ENUM_VALUES ? `(${word} << 24)` : word]);
    case "int32":
      return placeText(offset, [`(${word} ^ ${SIGN_BIT})`]);
    case "float64":
    case "timestamp":
      return `const at64 = ${slot}; const number = f64[at64]; let low = i32[at64 * 2], high = i32[at64 * 2 + 1];
        if (number === 0) { high = ${SIGN_BIT}; low = 0; }
        else if (number !== number) { high = ${0xfff80000 | 0}; low = 0; }
        else { const sign = high >> 31; high ^= sign | ${SIGN_BIT}; low ^= sign; }
        ${placeText(offset, ["high", "low"])}`;
    case "string":
    case "bytes":
      return `${content.kind}Words(memory, ${slot} * 2, base, value); ${placeText(offset, ["value[0]", "value[1]", "value[2]"])}`;
    default:
      return placeText(offset, [`(i32[${slot} * 2 + 1] ^ ${SIGN_BIT})`, word]);
  }
}

/** Generates what {@link place} does. */
function placeText(offset: number, values: readonly string[]): string {
  const shift = (offset & 3) * 8;
  return values
    .map((value, i) => {
      const at = (offset >> 2) + i;
      const head = at < SORT_PREFIX_WORDS ? `p${at} |= ${shift === 0 ? value : `${value} >>> ${shift}`};` : "";
      const hasTail = shift > 0 && at + 1 < SORT_PREFIX_WORDS;
      return hasTail ? `${head} p${at + 1} |= ${value} << ${32 - shift};` : head;
    })
    .join(" ");
}

/**
 * Makes the sort entries of rows of one layout. Use one per layout and thread. Throws UNKNOWN_FIELD or INVALID_KEY for keys
 * that the layout does not have.
 * @internal
 */
export class SortEntries {
  /** Writes the entries of rows where they lie. */
  readonly write: SortEntryWriter;
  /** Whether equal prefixes mean equal keys; else rows decide between entries of equal prefixes. */
  readonly isPrefixComplete: boolean;
  /**
   * Names how the fields are put into the prefix: prefixes of two layouts can be compared when their forms are the same text. Undefined when a field has
   * no form.
   */
  readonly form: string | undefined;

  constructor(layout: RowLayout, keys: readonly KeyField[], options: RowCodeOptions & AbsentKeyOptions = {}) {
    const resolved = resolveKeys(layout, keys, options);
    const [flat] = matchKeys(resolved, resolved);
    this.write = (generatesCode(options) ? generateSortEntries : interpretSortEntries)(flat);
    this.isPrefixComplete = isSortPrefixComplete(flat);
    this.form = formOf(flat);
  }
}

function formOf(keys: readonly RowKey[]): string | undefined {
  if (keys.some((key) => lengthOf(key) === 0)) return undefined;
  return JSON.stringify(
    keys.map((key) => [
      key.path.text,
      ...key.parents.map(({ field }) => field.name),
      key.field.name,
      String(key.field.type),
      canBeNullAnywhere(key),
      key.isDescending,
    ]),
  );
}
