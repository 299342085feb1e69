import { DOES_NOT_FIT, type Memory } from "../memory/index.js";
import { Decimal } from "../types/decimal.js";
import type { DecimalType } from "../types/type-information.js";
import { MAX_SHORT_DECIMAL_PRECISION } from "./row-format.js";

/** Tells whether decimals of `type` fit into their slot. */
export function isShortDecimal(type: DecimalType): boolean {
  return type.precision <= MAX_SHORT_DECIMAL_PRECISION;
}

/**
 * Writes the digits of a decimal of more than 18 digits, which has its type's scale, at slot `end`, and their offset from
 * slot `base` into the words at `word`. Returns the slot behind them, or {@link DOES_NOT_FIT}.
 */
export function writeLongDecimal(
  memory: Memory,
  word: number,
  base: number,
  unscaled: bigint,
  end: number,
  limit: number,
): number {
  if (end + 2 > limit) return DOES_NOT_FIT;
  memory.i32[word] = (end - base) * 8;
  memory.i32[word + 1] = 0;
  memory.i64[end] = BigInt.asIntN(64, unscaled);
  memory.i64[end + 1] = unscaled >> 64n;
  return end + 2;
}

/** Reads the digits that {@link writeLongDecimal} wrote. */
export function readLongDecimal(memory: Memory, word: number, base: number, scale: number): Decimal {
  const at = base + (memory.i32[word]! >> 3);
  return new Decimal((memory.i64[at + 1]! << 64n) | BigInt.asUintN(64, memory.i64[at]!), scale);
}
