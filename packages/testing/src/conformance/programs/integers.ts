/** Returns the integers from `from` to `to`, both included. */
export function integers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
