/**
 * Finding where to begin the delimiter search of a split that starts in the middle of a file.
 *
 * A record starts where a delimiter ends; the first record of a split that starts at s follows the first delimiter that
 * ends at or behind s, which is one that starts at s - m or behind it, m being its length. Which matches are delimiters is settled
 * by the search from the start of the file (see delimiter.ts). A match that overlaps no earlier match is a delimiter for
 * certain, and the search may begin at a position that no delimiter straddles. So:
 *
 *   1. begin with q = s - m;
 *   2. look for the last match that starts in (q - m, q), the ones that straddle q; if there is none, q it is;
 *   3. else let q be where that match starts, and go back to 2.
 *
 * The file is read backwards in windows that double. Delimiters that do not overlap themselves need no second step: a
 * match that straddles s - m ends before s and hides no other.
 */
import type { Delimiter } from "./delimiter.js";
import type { ReadableFile } from "./file-system.js";

/** Many times the length of any sensible delimiter, and still one small read. */
const FIRST_WINDOW_BYTES = 4096;

/**
 * Returns the position from which the search for delimiters must begin, so that it finds the right ones and the first that
 * ends at or behind `offset` is among them.
 * @internal
 */
export async function findSearchStart(file: ReadableFile, delimiter: Delimiter, offset: number): Promise<number> {
  const length = delimiter.length;
  const searchStart = Math.max(0, offset - length);
  if (!delimiter.isSelfOverlapping) return searchStart;
  for (let reach = Math.max(FIRST_WINDOW_BYTES, 4 * length); ; reach *= 2) {
    const windowStart = Math.max(0, offset - reach);
    const window = new Uint8Array(offset - windowStart);
    const numRead = await readFully(file, window, windowStart);
    let start = searchStart - windowStart;
    for (;;) {
      const firstStraddling = Math.max(0, start - length + 1);
      const match = delimiter.lastIndexOf(window, firstStraddling, Math.min(numRead, start - 1 + length), windowStart);
      if (match < 0) break;
      start = match;
    }
    if (windowStart === 0 || start >= length) return windowStart + start;
  }
}

/** Reads until `target` is full or the file ends, and returns how many bytes were read. @internal */
export async function readFully(file: ReadableFile, target: Uint8Array, position: number): Promise<number> {
  let filled = 0;
  while (filled < target.length) {
    const numRead = await file.read(target.subarray(filled), position + filled);
    if (numRead === 0) break;
    filled += numRead;
  }
  return filled;
}
