// What the bits of a float64 say.

const SIGN: u64 = 1 << 63;
const INFINITY: u64 = 0x7ff << 52;

export function isNaN64(bits: u64): bool {
  return (bits & ~SIGN) > INFINITY;
}
