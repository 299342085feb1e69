import type { Memory } from "../memory/index.js";
import { copyData } from "../records/copy-data.js";
import { readAny } from "./any-reader.js";
import { AnyWriter } from "./any-writer.js";
import { viewBytes, writeBytes } from "./bytes-cell.js";

/**
 * Writes `value` in its self-describing form at slot `end`; offset and length go into the words at `word`. Throws
 * RECORD_NOT_DATA when it is none. Returns the slot behind it, or `DOES_NOT_FIT`.
 */
export function writeAny(
  memory: Memory,
  word: number,
  base: number,
  value: unknown,
  end: number,
  limit: number,
): number {
  const writer = new AnyWriter();
  writer.value(typeof value === "object" ? copyData(value, "", 0) : value);
  return writeBytes(memory, word, base, writer.bytes, writer.length, end, limit);
}

/** Reads the value that {@link writeAny} wrote. */
export function readAnyCell(memory: Memory, word: number, base: number): unknown {
  return readAny(viewBytes(memory, word, base));
}
