import type { Memory, TableHashSeed } from "@millrace/core";

/** The increment of splitmix64's 32-bit sibling: the golden ratio. */
const GOLDEN_RATIO = 0x9e3779b9;

/** Writes `numSlots` slots of numbers that look random to whoever does not know the seed: splitmix over both of its halves. */
export function writeSeeds({ i32 }: Memory, slot: number, numSlots: number, { low, high }: TableHashSeed): void {
  let first = low | 0;
  let second = high | 0;
  for (let word = slot * 2; word < (slot + numSlots) * 2; word++) {
    first = (first + GOLDEN_RATIO) | 0;
    second = mixed(second ^ mixed(first));
    i32[word] = second;
  }
}

function mixed(bits: number): number {
  let z = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}
