/**
 * Normalized keys: the first bytes of keys in a form whose unsigned order is the order of the records, so that a sort
 * compares, and radix sorts, plain bytes. A field that may be null begins with 00 (null) or 01; then
 *
 *     boolean 1 byte · int32 4 · enum 1, or 4 with more than 256 values · int64, short decimal 8 · float64, timestamp 8
 *     string and bytes: the content of their canonical key and its end, of variable length
 *
 * Descending fields are inverted one by one, so a change of direction inside a key costs nothing. Fields of other kinds end
 * the normalized key; what follows is decided by the full comparison.
 */
import type { Memory } from "../memory/index.js";
import { compile } from "./code-generation.js";
import { isShortDecimal } from "./decimal-cell.js";
import { keyNullTest, locateFunction } from "./generate-locate.js";
import { putByte, putBytes, putFloat64, putInt32, putInt64, putString, putWord } from "./normalized-key-cells.js";
import { canBeNull, isKeyNull, locate, type RowKey } from "./row-key.js";
import type { SlotContent } from "./struct-layout.js";

/**
 * Writes the normalized key of the record at `slot` of `memory` into `target`, from `at` to before `end`; bytes behind a
 * shorter key become 0.
 * @public
 */
export type NormalizedKeyWriter = (memory: Memory, slot: number, target: Uint8Array, at: number, end: number) => void;

/** Is the number of bytes of a whole normalized key, or Infinity when a field has no fixed length. */
export function normalizedKeyLength(keys: readonly RowKey[]): number {
  return keys.reduce((sum, key) => sum + (keyCanBeNull(key) ? 1 : 0) + contentLength(key), 0);
}

/** Returns the keys that normalized keys cover: those before the first of a kind that has no normalized form. */
function covered(keys: readonly RowKey[]): readonly RowKey[] {
  const first = keys.findIndex((key) => !isNormalizable(key));
  return first < 0 ? keys : keys.slice(0, first);
}

const MAX_BYTE_ENUM_VALUES = 256;

function isNormalizable(key: RowKey): boolean {
  const { content } = key.field;
  if (key.rest !== undefined) return false;
  if (content.kind === "decimal") return isShortDecimal(content.type);
  return !["any", "custom", "struct", "array", "map", "variant"].includes(content.kind);
}

function contentLength(key: RowKey): number {
  if (!isNormalizable(key)) return Number.POSITIVE_INFINITY;
  const { content } = key.field;
  switch (content.kind) {
    case "boolean":
      return 1;
    case "int32":
      return 4;
    case "enum":
      return content.type.values.length <= MAX_BYTE_ENUM_VALUES ? 1 : 4;
    case "string":
    case "bytes":
      return Number.POSITIVE_INFINITY;
    default:
      return 8;
  }
}

function keyCanBeNull(key: RowKey): boolean {
  return canBeNull(key.field) || key.parents.some(({ field }) => canBeNull(field));
}

/** Returns a writer that walks the keys for each record. */
export function interpretNormalizedKeys(keys: readonly RowKey[]): NormalizedKeyWriter {
  const fields = covered(keys);
  return (memory, slot, target, at, end) => {
    for (const key of fields) at = putKey(key, memory, slot, target, at, end);
    if (at < end) target.fill(0, at, end);
  };
}

function putKey(key: RowKey, memory: Memory, slot: number, target: Uint8Array, at: number, end: number): number {
  const mask = key.isDescending ? 0xff : 0;
  const base = locate(key, memory, slot);
  const isNull = isKeyNull(key, memory, base);
  if (keyCanBeNull(key)) at = putByte(target, at, end, isNull ? 0 : 1, mask);
  if (isNull) return at;
  return putContent(
    key.field.content,
    memory,
    base,
    base + key.struct.headerSlots + key.field.index,
    target,
    at,
    end,
    mask,
  );
}

function putContent(
  content: SlotContent,
  memory: Memory,
  base: number,
  slot: number,
  target: Uint8Array,
  at: number,
  end: number,
  mask: number,
): number {
  const word = slot * 2;
  switch (content.kind) {
    case "boolean":
      return putByte(target, at, end, memory.i32[word]!, mask);
    case "int32":
      return putInt32(target, at, end, memory.i32[word]!, mask);
    case "enum":
      return content.type.values.length <= MAX_BYTE_ENUM_VALUES
        ? putByte(target, at, end, memory.i32[word]!, mask)
        : putWord(target, at, end, memory.i32[word]!, mask);
    case "float64":
    case "timestamp":
      return putFloat64(target, at, end, memory, slot, mask);
    case "string":
      return putString(target, at, end, memory, word, base, mask);
    case "bytes": {
      const from = base * 8 + memory.i32[word]!;
      return putBytes(target, at, end, memory.u8, from, memory.i32[word + 1]!, mask);
    }
    default:
      return putInt64(target, at, end, memory, slot, mask);
  }
}

/** Returns a generated writer: the same calls, one after the other, with nothing left to be asked. */
export function generateNormalizedKeys(keys: readonly RowKey[]): NormalizedKeyWriter {
  const fields = covered(keys);
  const locators = fields.map((key, i) => locateFunction(`locate${i}`, key));
  const steps = fields.map((key, i) => {
    const mask = key.isDescending ? 255 : 0;
    const base = key.parents.length === 0 ? "slot" : `locate${i}(memory, slot)`;
    const put = `at = ${putExpression(key, mask)};`;
    const isNull = keyNullTest("memory", "base", key);
    const body =
      isNull === undefined
        ? put
        : `if (${isNull}) at = putByte(target, at, end, 0, ${mask});
           else { at = putByte(target, at, end, 1, ${mask}); ${put} }`;
    return `{ const base = ${base}; ${body} }`;
  });
  return compile(
    { putByte, putBytes, putFloat64, putInt32, putInt64, putString, putWord },
    `${locators.join("\n")}
    return function (memory, slot, target, at, end) {
      ${steps.join("\n")}
      while (at < end) target[at++] = 0;
    };`,
  );
}

function putExpression(key: RowKey, mask: number): string {
  const { content } = key.field;
  const slot = `(base + ${key.struct.headerSlots + key.field.index})`;
  const word = `memory.i32[${slot} * 2]`;
  switch (content.kind) {
    case "boolean":
      return `putByte(target, at, end, ${word}, ${mask})`;
    case "int32":
      return `putInt32(target, at, end, ${word}, ${mask})`;
    case "enum": {
      const put = content.type.values.length <= MAX_BYTE_ENUM_VALUES ? "putByte" : "putWord";
      return `${put}(target, at, end, ${word}, ${mask})`;
    }
    case "float64":
    case "timestamp":
      return `putFloat64(target, at, end, memory, ${slot}, ${mask})`;
    case "string":
      return `putString(target, at, end, memory, ${slot} * 2, base, ${mask})`;
    case "bytes":
      return `putBytes(target, at, end, memory.u8, base * 8 + ${word}, memory.i32[${slot} * 2 + 1], ${mask})`;
    default:
      return `putInt64(target, at, end, memory, ${slot}, ${mask})`;
  }
}
