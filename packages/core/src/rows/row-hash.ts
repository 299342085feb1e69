/**
 * Hashes the keys of records where they lie. A key is written as canonical bytes, which are hashed. Generated code has a
 * shorter way for a key that is one number or date, straight from the bits in the row, and its own copy of the steps for
 * each key, so that the engine can inline them; the hashes are the same.
 */
import {
  partitionHash,
  partitionHashOfBytes,
  partitionHashOfInt64,
  partitionHashOfNumber,
  type TableHashSeed,
  tableHashOfBytes,
  tableHashOfInt64,
  tableHashOfNumber,
} from "../hash/index.js";
import { canonicalKeyBytes } from "../keys/canonical.js";
import { KeyBytes } from "../keys/key-bytes.js";
import { TAG_NUMBER, TAG_TIMESTAMP } from "../keys/key-format.js";
import type { Memory } from "../memory/index.js";
import type { RowKeyWriter } from "./canonical-row-key.js";
import { compile } from "./code-generation.js";
import { keyNullTest, locateFunction } from "./generate-locate.js";
import type { RowKey } from "./row-key.js";

/** Returns the partition hash of the record at a slot of a memory. @public */
export type RowPartitionHash = (memory: Memory, slot: number) => number;

/** Returns the table hash of the record at a slot of a memory. @public */
export type RowTableHash = (memory: Memory, slot: number, seed: TableHashSeed) => number;

/** Holds both hashes of records. */
export interface RowHash {
  readonly partitionHash: RowPartitionHash;
  readonly tableHash: RowTableHash;
}

/** Returns hashes of the keys that `write` writes. */
export function interpretRowHash(write: RowKeyWriter): RowHash {
  const out = new KeyBytes();
  return {
    partitionHash: (memory, slot) => {
      out.clear();
      write(memory, slot, out);
      return partitionHashOfBytes(out.bytes, out.length);
    },
    tableHash: (memory, slot, seed) => {
      out.clear();
      write(memory, slot, out);
      return tableHashOfBytes(out.bytes, out.length, seed);
    },
  };
}

/** Returns generated hashes of `keys`, which `write` writes. */
export function generateRowHash(keys: readonly RowKey[], write: RowKeyWriter): RowHash {
  const [key] = keys;
  const isOneNumber =
    key !== undefined &&
    keys.length === 1 &&
    key.rest === undefined &&
    ["int32", "int64", "float64", "timestamp"].includes(key.field.content.kind);
  return isOneNumber ? generateNumberHash(key) : generateBytesHash(write);
}

function generateBytesHash(write: RowKeyWriter): RowHash {
  const fill = "out.clear(); write(memory, slot, out);";
  return compile(
    { out: new KeyBytes(), partitionHashOfBytes, tableHashOfBytes, write },
    `return {
      partitionHash: function (memory, slot) { ${fill} return partitionHashOfBytes(out.bytes, out.length); },
      tableHash: function (memory, slot, seed) { ${fill} return tableHashOfBytes(out.bytes, out.length, seed); },
    };`,
  );
}

function generateNumberHash(key: RowKey): RowHash {
  const { kind } = key.field.content;
  const base = key.parents.length === 0 ? "slot" : "locate(memory, slot)";
  const isNull = keyNullTest("memory", "base", key);
  const word = `(base + ${key.struct.headerSlots + key.field.index}) * 2`;
  const bits =
    kind === "int32"
      ? `number[0] = memory.i32[${word}]; const low = words[0], high = words[1];`
      : `const low = memory.i32[${word}], high = memory.i32[${word} + 1];`;
  const isBigint = kind === "int64";
  const tag = kind === "timestamp" ? TAG_TIMESTAMP : TAG_NUMBER;
  const [ofPartition, ofTable] = isBigint
    ? ["partitionHashOfInt64(high, low)", "tableHashOfInt64(high, low, seed)"]
    : [`partitionHashOfNumber(${tag}, high, low)`, `tableHashOfNumber(${tag}, high, low, seed)`];
  const body = (ofNull: string, ofNumber: string): string =>
    `const base = ${base}; ${isNull === undefined ? "" : `if (${isNull}) return ${ofNull};`} ${bits} return ${ofNumber};`;
  const nullBytes = canonicalKeyBytes(null);
  const number = new Float64Array(1);
  return compile(
    {
      number,
      words: new Int32Array(number.buffer),
      partitionHashOfNull: partitionHash(null),
      partitionHashOfInt64,
      partitionHashOfNumber,
      tableHashOfInt64,
      tableHashOfNull: (seed: TableHashSeed) => tableHashOfBytes(nullBytes, nullBytes.length, seed),
      tableHashOfNumber,
    },
    `${locateFunction("locate", key)}
    return {
      partitionHash: function (memory, slot) {
        ${body("partitionHashOfNull", ofPartition)}
      },
      tableHash: function (memory, slot, seed) {
        ${body("tableHashOfNull(seed)", ofTable)}
      },
    };`,
  );
}
