/**
 * Finding record delimiters in bytes.
 *
 * The delimiters of a file are found from its start, left to right, without overlap: after a match the search goes on behind
 * it. A delimiter that overlaps itself (`aa`, `\n\n`, `$$$`) can therefore match in several ways seen from the middle of a
 * file: in `x$$$$y` only the first three `$` are a delimiter. Readers that start in the middle must find out which way is
 * the right one; `isSelfOverlapping` tells them.
 */

/** Is a sequence of bytes that ends a record. @internal */
export class Delimiter {
  /** The delimiter itself; not empty. */
  readonly bytes: Uint8Array;
  /** 2 in UTF-16, where a match must start at an even position of the file; else 1. */
  readonly unitBytes: 1 | 2;
  /** Whether a proper beginning of the delimiter is also its end, so that two matches could overlap. */
  readonly isSelfOverlapping: boolean;
  readonly #first: number;

  constructor(bytes: Uint8Array, unitBytes: 1 | 2 = 1) {
    this.bytes = bytes;
    this.unitBytes = unitBytes;
    this.isSelfOverlapping = hasBorder(bytes);
    this.#first = bytes[0]!;
  }

  /** How many bytes it has. */
  get length(): number {
    return this.bytes.length;
  }

  /**
   * Returns the first position in [from, to) where the delimiter starts and lies wholly before `to`, or -1.
   * `base` is the position in the file of `target[0]`.
   */
  indexOf(target: Uint8Array, from: number, to: number, base: number): number {
    const last = to - this.bytes.length;
    for (let at = target.indexOf(this.#first, from); at >= 0 && at <= last; at = target.indexOf(this.#first, at + 1)) {
      if (this.#matches(target, at, base)) return at;
    }
    return -1;
  }

  /** Returns the last position in [from, to) where the delimiter starts and lies wholly before `to`, or -1. */
  lastIndexOf(target: Uint8Array, from: number, to: number, base: number): number {
    let at = to - this.bytes.length;
    while (at >= from) {
      at = target.lastIndexOf(this.#first, at);
      if (at < from) return -1;
      if (this.#matches(target, at, base)) return at;
      at--;
    }
    return -1;
  }

  #matches(target: Uint8Array, at: number, base: number): boolean {
    if (this.unitBytes === 2 && ((base + at) & 1) !== 0) return false;
    const bytes = this.bytes;
    for (let i = 1; i < bytes.length; i++) if (target[at + i] !== bytes[i]) return false;
    return true;
  }
}

/** Tells whether a proper prefix of `bytes` is also a suffix (the failure function of Knuth, Morris and Pratt at the end). */
function hasBorder(bytes: Uint8Array): boolean {
  const border = new Int32Array(bytes.length);
  let length = 0;
  for (let i = 1; i < bytes.length; i++) {
    while (length > 0 && bytes[i] !== bytes[length]) length = border[length - 1]!;
    if (bytes[i] === bytes[length]) length++;
    border[i] = length;
  }
  return length > 0;
}
