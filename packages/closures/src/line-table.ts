import type { SourcePosition } from "./analysis.js";

const LINE_END = /\r\n|[\n\r\u2028\u2029]/g;

/** Turns offsets of one text into lines and columns. The table is built on first use: most analyses need few positions. */
export class LineTable {
  readonly #text: string;
  #lineStarts: number[] | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  position(offset: number): SourcePosition {
    this.#lineStarts ??= lineStartsOf(this.#text);
    const line = lastAtOrBefore(this.#lineStarts, offset);
    return { offset, line: line + 1, column: offset - this.#lineStarts[line]! + 1 };
  }

  /** Gives the offset of a line and column that count from 1, or undefined when there is no such line. */
  offset(line: number, column: number): number | undefined {
    this.#lineStarts ??= lineStartsOf(this.#text);
    const start = this.#lineStarts[line - 1];
    return start === undefined ? undefined : start + column - 1;
  }
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (const match of text.matchAll(LINE_END)) starts.push(match.index + match[0].length);
  return starts;
}

function lastAtOrBefore(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (sorted[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
