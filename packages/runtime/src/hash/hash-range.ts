/** Is the hashes that begin with the same bits. @internal */
export interface HashRange {
  /** How many bits they have in common; 0 for all hashes. */
  readonly numBits: number;
  /** What these bits are, as a number. */
  readonly prefix: number;
}

/** Returns the range of this size that a hash is in. @internal */
export function prefixOf(hash: number, numBits: number): number {
  return numBits === 0 ? 0 : hash >>> (32 - numBits);
}

/** Tells whether a range has all hashes of another one. @internal */
export function containsRange(range: HashRange, part: HashRange): boolean {
  return range.numBits <= part.numBits && part.prefix >>> (part.numBits - range.numBits) === range.prefix;
}

/** Tells whether two ranges have hashes in common: then one of them contains the other. @internal */
export function overlapRange(a: HashRange, b: HashRange): boolean {
  return containsRange(a, b) || containsRange(b, a);
}
