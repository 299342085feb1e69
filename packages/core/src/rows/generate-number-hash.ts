/**
 * Generates the hashes of records whose key is one number or date, straight from the bits in the row. Other keys are written
 * as bytes and hashed then; both ways give the same hashes.
 */
import { partitionHash, partitionHashOfNumber, type TableHashSeed, tableHashOfNumber } from "../hash/index.js";
import { tableHashOfBytes } from "../hash/table-hash.js";
import { canonicalKeyBytes } from "../keys/canonical.js";
import { TAG_NUMBER, TAG_TIMESTAMP } from "../keys/key-format.js";
import type { Memory } from "../memory/index.js";
import { compile } from "./code-generation.js";
import { keyNullTest, locateFunction } from "./generate-locate.js";
import type { RowKey } from "./row-key.js";

/** Hashes the key of the record at a slot of a memory. */
export interface NumberHash {
  readonly partitionHash: (memory: Memory, slot: number) => number;
  readonly tableHash: (memory: Memory, slot: number, seed: TableHashSeed) => number;
}

/** Returns generated hashes, or undefined when the key is something else than one number or date. */
export function generateNumberHash(keys: readonly RowKey[]): NumberHash | undefined {
  const [key] = keys;
  const kind = key?.field.content.kind;
  const isNumber = kind === "int32" || kind === "float64" || kind === "timestamp";
  if (keys.length !== 1 || key === undefined || key.rest !== undefined || !isNumber) return undefined;
  const base = key.parents.length === 0 ? "slot" : "locate(memory, slot)";
  const isNull = keyNullTest("memory", "base", key);
  const word = `(base + ${key.struct.headerSlots + key.field.index}) * 2`;
  const bits =
    kind === "int32"
      ? `number[0] = memory.i32[${word}]; const low = words[0], high = words[1];`
      : `const low = memory.i32[${word}], high = memory.i32[${word} + 1];`;
  const tag = kind === "timestamp" ? TAG_TIMESTAMP : TAG_NUMBER;
  const hash = (ofNull: string, ofNumber: string): string =>
    `const base = ${base}; ${isNull === undefined ? "" : `if (${isNull}) return ${ofNull};`} ${bits} return ${ofNumber};`;
  const nullBytes = canonicalKeyBytes(null);
  const number = new Float64Array(1);
  return compile(
    {
      number,
      words: new Int32Array(number.buffer),
      partitionHashOfNull: partitionHash(null),
      partitionHashOfNumber,
      tableHashOfNull: (seed: TableHashSeed) => tableHashOfBytes(nullBytes, nullBytes.length, seed),
      tableHashOfNumber,
    },
    `${locateFunction("locate", key)}
    return {
      partitionHash: function (memory, slot) {
        ${hash("partitionHashOfNull", `partitionHashOfNumber(${tag}, high, low)`)}
      },
      tableHash: function (memory, slot, seed) {
        ${hash("tableHashOfNull(seed)", `tableHashOfNumber(${tag}, high, low, seed)`)}
      },
    };`,
  );
}
