import { DOES_NOT_FIT, type Memory } from "../memory/index.js";

/**
 * Writes the first `length` bytes of `bytes` at slot `end`, and their offset from slot `base` and their length into the
 * words at `word`. Returns the slot behind them, or {@link DOES_NOT_FIT}.
 */
export function writeBytes(
  memory: Memory,
  word: number,
  base: number,
  bytes: Uint8Array,
  length: number,
  end: number,
  limit: number,
): number {
  const next = end + ((length + 7) >> 3);
  if (next > limit) return DOES_NOT_FIT;
  const { i32, u8 } = memory;
  i32[word] = (end - base) * 8;
  i32[word + 1] = length;
  if (length === 0) return next;
  i32[next * 2 - 2] = 0;
  i32[next * 2 - 1] = 0;
  u8.set(length === bytes.length ? bytes : bytes.subarray(0, length), end * 8);
  return next;
}

/** Returns the bytes whose words are at `word` in the struct at slot `base`; they stay shared with the memory. */
export function viewBytes(memory: Memory, word: number, base: number): Uint8Array {
  const from = base * 8 + memory.i32[word]!;
  return memory.u8.subarray(from, from + memory.i32[word + 1]!);
}

/** Returns a copy of the bytes whose words are at `word` in the struct at slot `base`. */
export function readBytes(memory: Memory, word: number, base: number): Uint8Array {
  const from = base * 8 + memory.i32[word]!;
  const length = memory.i32[word + 1]!;
  const copy = new Uint8Array(length);
  copy.set(memory.u8.subarray(from, from + length));
  return copy;
}
