/**
 * Writes the canonical key of a record straight from its row: the keys' values one after the other, in the format of
 * `keys/key-format.ts`. Only kinds that need more than copying are decoded.
 */

import { writeFieldName, writeKey } from "../keys/canonical.js";
import { KeyBytes } from "../keys/key-bytes.js";
import {
  TAG_ARRAY,
  TAG_BIGINT,
  TAG_BYTES,
  TAG_END,
  TAG_FALSE,
  TAG_ROW,
  TAG_STRING,
  TAG_TRUE,
} from "../keys/key-format.js";
import { inKeyOrder } from "../keys/resolve-field.js";
import { writeTypedKey } from "../keys/typed-values.js";
import type { Memory } from "../memory/index.js";
import { compile } from "./code-generation.js";
import { keyNullTest, locateFunction } from "./generate-locate.js";
import { decodeKey } from "./interpret-compare.js";
import { STRING_IS_UTF16 } from "./row-format.js";
import { canBeNull, isKeyNull, locate, type RowKey } from "./row-key.js";
import type { SlotContent, StructLayout } from "./struct-layout.js";

/** Appends the canonical key of the record at `slot` of `memory` to `out`. @internal */
export type RowKeyWriter = (memory: Memory, slot: number, out: KeyBytes) => void;

/** Returns a writer that walks the keys for each record. */
export function interpretKeyWriter(keys: readonly RowKey[]): RowKeyWriter {
  return (memory, slot, out) => {
    for (const key of keys) writeRowKey(key, memory, slot, out);
  };
}

function writeRowKey(key: RowKey, memory: Memory, slot: number, out: KeyBytes): void {
  const base = locate(key, memory, slot);
  if (isKeyNull(key, memory, base)) {
    out.null();
    return;
  }
  const at = base + key.struct.headerSlots + key.field.index;
  switch (key.rest === undefined ? key.field.content.kind : "any") {
    case "boolean":
      out.byte(memory.i32[at * 2] === 1 ? TAG_TRUE : TAG_FALSE);
      break;
    case "int32":
      out.number(memory.i32[at * 2]!);
      break;
    case "float64":
      out.number(memory.f64[at]!);
      break;
    case "timestamp":
      out.timestamp(memory.f64[at]!);
      break;
    case "int64":
      out.byte(TAG_BIGINT);
      out.int64(memory.i64[at]!);
      break;
    case "string":
      writeStringKey(memory, at * 2, base, out);
      break;
    case "bytes":
      out.byte(TAG_BYTES);
      out.escaped(memory.u8, base * 8 + memory.i32[at * 2]!, memory.i32[at * 2 + 1]!);
      break;
    case "struct":
      writeStructKey(structKeyOf(key), memory, key.kind === "record" ? base : base + (memory.i32[at * 2]! >> 3), out);
      break;
    default:
      writeDecodedKey(key, memory, base, out);
  }
}

/** Is what is known beforehand about the canonical key of a row or tuple. */
interface StructKey {
  readonly isRow: boolean;
  /** Its fields in the order of the key, each as a key of its own. */
  readonly fields: readonly { readonly key: RowKey; readonly canBeNull: boolean; readonly name: Uint8Array }[];
}

const structKeys = new WeakMap<StructLayout, StructKey>();

function structKeyOf({ field, path }: RowKey): StructKey {
  const { struct } = field.content as Extract<SlotContent, { kind: "struct" }>;
  let known = structKeys.get(struct);
  if (known === undefined) {
    const fields = inKeyOrder(struct.type, struct.fields).map((each) => ({
      key: { path, isDescending: false, parents: [], struct, field: each, rest: undefined, kind: "field" } as const,
      canBeNull: canBeNull(each),
      name: nameBytes(each.name),
    }));
    known = { isRow: struct.shape === "row", fields };
    structKeys.set(struct, known);
  }
  return known;
}

function nameBytes(name: string): Uint8Array {
  const out = new KeyBytes();
  writeFieldName(out, name);
  return out.take();
}

/** Writes a row or tuple that begins at slot `base`, field by field: what `writeTypedKey` does with the decoded value. */
function writeStructKey({ isRow, fields }: StructKey, memory: Memory, base: number, out: KeyBytes): void {
  out.byte(isRow ? TAG_ROW : TAG_ARRAY);
  for (const { key, canBeNull: isNullable, name } of fields) {
    if (isRow) {
      if (isNullable && isKeyNull(key, memory, base)) continue;
      out.raw(name);
    }
    writeRowKey(key, memory, base, out);
  }
  out.byte(TAG_END);
}

function writeStringKey(memory: Memory, word: number, base: number, out: KeyBytes): void {
  const tag = memory.i32[word + 1]!;
  const from = base * 8 + memory.i32[word]!;
  out.byte(TAG_STRING);
  if ((tag & STRING_IS_UTF16) === 0) out.latin1(memory.u8, from, tag >> 1);
  else out.utf16(memory.u16, from >>> 1, tag >> 2);
}

function writeDecodedKey(key: RowKey, memory: Memory, base: number, out: KeyBytes): void {
  const value = decodeKey(key, memory, base);
  if (key.rest === undefined) writeTypedKey(out, key.field.type, value);
  else writeKey(out, value);
}

/** Returns a generated writer. */
export function generateKeyWriter(keys: readonly RowKey[]): RowKeyWriter {
  const locators = keys.map((key, i) => locateFunction(`locate${i}`, key));
  const steps = keys.map((key, i) => {
    const base = key.parents.length === 0 ? "slot" : `locate${i}(memory, slot)`;
    const isNull = keyNullTest("memory", "base", key);
    const write = writeStatement(key, i);
    return `{ const base = ${base}; ${isNull === undefined ? write : `if (${isNull}) out.null(); else { ${write} }`} }`;
  });
  return compile(
    { keys, structs: keys.map(structKeyOrNothing), writeStringKey, writeStructKey, writeDecodedKey },
    `${locators.join("\n")}\nreturn function (memory, slot, out) {\n${steps.join("\n")}\n};`,
  );
}

function structKeyOrNothing(key: RowKey): StructKey | undefined {
  return key.rest === undefined && key.field.content.kind === "struct" ? structKeyOf(key) : undefined;
}

function writeStatement(key: RowKey, i: number): string {
  const at = `(base + ${key.struct.headerSlots + key.field.index})`;
  switch (key.rest === undefined ? key.field.content.kind : "any") {
    case "boolean":
      return `out.byte(memory.i32[${at} * 2] === 1 ? ${TAG_TRUE} : ${TAG_FALSE});`;
    case "int32":
      return `out.number(memory.i32[${at} * 2]);`;
    case "float64":
      return `out.number(memory.f64[${at}]);`;
    case "timestamp":
      return `out.timestamp(memory.f64[${at}]);`;
    case "int64":
      return `out.byte(${TAG_BIGINT}); out.int64(memory.i64[${at}]);`;
    case "string":
      return `writeStringKey(memory, ${at} * 2, base, out);`;
    case "bytes":
      return `out.byte(${TAG_BYTES}); out.escaped(memory.u8, base * 8 + memory.i32[${at} * 2], memory.i32[${at} * 2 + 1]);`;
    case "struct": {
      const struct = key.kind === "record" ? "base" : `base + (memory.i32[${at} * 2] >> 3)`;
      return `writeStructKey(structs[${i}], memory, ${struct}, out);`;
    }
    default:
      return `writeDecodedKey(keys[${i}], memory, base, out);`;
  }
}
