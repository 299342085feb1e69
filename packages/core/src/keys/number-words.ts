/**
 * The canonical form of a number as two 32-bit words, from the words of its IEEE 754 bits: unsigned order of the form is the
 * order of the numbers. Positive numbers get their sign bit set, negative ones have all bits flipped; -0 is 0, and every
 * NaN the same, behind infinity.
 */
const SIGN_BIT = 0x80000000 | 0;
const EXPONENT_BITS = 0x7ff00000;
const FRACTION_BITS = 0x000fffff;
const CANONICAL_NAN_HIGH = 0xfff80000 | 0;

/** Returns the high word of the canonical form. */
export function canonicalHigh(high: number, low: number): number {
  if (isNaNWords(high, low)) return CANONICAL_NAN_HIGH;
  if (high >= 0) return high ^ SIGN_BIT;
  return isNegativeZero(high, low) ? SIGN_BIT : ~high;
}

/** Returns the low word of the canonical form. */
export function canonicalLow(high: number, low: number): number {
  if (isNaNWords(high, low)) return 0;
  if (high >= 0) return low;
  return isNegativeZero(high, low) ? 0 : ~low;
}

function isNaNWords(high: number, low: number): boolean {
  return (high & EXPONENT_BITS) === EXPONENT_BITS && ((high & FRACTION_BITS) | low) !== 0;
}

function isNegativeZero(high: number, low: number): boolean {
  return high === SIGN_BIT && low === 0;
}
