import type { Memory } from "@millrace/core";

/** Writes numbers by index. */
export function gatherNumbers(memory: Memory, values: number, indexes: number, numIndexes: number, out: number): void {
  const { i32, f64 } = memory;
  for (let i = 0; i < numIndexes; i++) f64[out + i] = f64[values + i32[indexes * 2 + i]!]!;
}

/** Adds numbers by index. */
export function scatterAdd(memory: Memory, targets: number, indexes: number, values: number, numIndexes: number): void {
  const { i32, f64 } = memory;
  for (let i = 0; i < numIndexes; i++) {
    const target = targets + i32[indexes * 2 + i]!;
    f64[target] = f64[target]! + f64[values + i]!;
  }
}

/** Writes sums of numbers by index. The four partial sums of the interface are what lets a processor overlap additions. */
export function sumGathered(
  memory: Memory,
  offsets: number,
  numSums: number,
  indexes: number,
  values: number,
  out: number,
): void {
  const { i32, f64 } = memory;
  const partial = new Float64Array(4);
  for (let i = 0; i < numSums; i++) {
    const begin = i32[offsets * 2 + i]! >>> 0;
    const end = i32[offsets * 2 + i + 1]! >>> 0;
    partial.fill(0);
    for (let j = begin; j < end; j++) {
      partial[(j - begin) & 3] = partial[(j - begin) & 3]! + f64[values + i32[indexes * 2 + j]!]!;
    }
    f64[out + i] = partial[0]! + partial[1]! + (partial[2]! + partial[3]!);
  }
}
