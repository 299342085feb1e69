/**
 * Cutting a line of CSV into fields.
 *
 * The tokenizer looks at bytes once, from the line's start to the last column that is wanted, and notes for each wanted field where it
 * starts and ends and whether it was quoted. It makes no objects. A field:
 *
 *   plain     abc        up to the next delimiter; quotes inside it are ordinary characters
 *   quoted    "a,b"      blanks and tabs around the quotes are left out; inside, `""` (or escape and quote) is a quote
 *
 * Delimiters of one byte, the usual ones, have a loop of their own.
 */
import { FieldProblem } from "@millrace/core";
import type { CsvSyntax } from "./csv-options.js";

/** A field without quotes. */
export const PLAIN = 0;
/** A field that stood in quotes and holds none. */
export const QUOTED = 1;
/** A field that stood in quotes and holds escaped characters. */
export const ESCAPED = 2;
/** A field that the line does not have. */
export const MISSING = 3;

const BLANK = 0x20;
const TAB = 0x09;

/** Cuts lines into the wanted fields. It is reused for all lines of a split; its arrays hold the last line. @internal */
export class Tokenizer {
  /** Where each wanted field starts and ends, by slot, and its kind: PLAIN, QUOTED, ESCAPED or MISSING. */
  starts: Int32Array;
  ends: Int32Array;
  kinds: Uint8Array;
  /** How many columns the last line had, counted up to the last wanted one; all of them when `countsAll`. */
  numColumns = 0;
  /** Where the line is not well-formed, after a {@link FieldProblem} about the line itself; else -1. */
  problemAt = -1;

  /** By column: its slot, or -1. Columns behind its end are not wanted. */
  readonly #slots: Int32Array;
  readonly #countsAll: boolean;
  /** Whether every column is wanted, however many there are. */
  readonly #takesAll: boolean;
  readonly #delimiter: Uint8Array;
  readonly #quote: number;
  readonly #escapeCode: number;

  /**
   * @param slots - by column its slot or -1; undefined to take all columns, slot equals column
   * @param countsAll - whether to look at columns behind the last wanted one
   */
  constructor(syntax: CsvSyntax, slots: Int32Array | undefined, countsAll: boolean) {
    this.#delimiter = syntax.fieldDelimiter;
    this.#quote = syntax.quote;
    this.#escapeCode = syntax.escapeCode;
    this.#takesAll = slots === undefined;
    this.#slots = slots ?? new Int32Array(0);
    this.#countsAll = countsAll;
    const numSlots = slots === undefined ? 16 : slots.filter((slot) => slot >= 0).length;
    this.starts = new Int32Array(numSlots);
    this.ends = new Int32Array(numSlots);
    this.kinds = new Uint8Array(numSlots);
  }

  /** Cuts the line [start, end), line end excluded. Throws a {@link FieldProblem} for broken quoting. */
  tokenize(bytes: Uint8Array, start: number, end: number): void {
    const slots = this.#slots;
    const numWanted = slots.length;
    const quote = this.#quote;
    const delimiter = this.#delimiter;
    const first = delimiter[0]!;
    const isSingle = delimiter.length === 1;
    this.problemAt = -1;
    let at = start;
    let column = 0;
    for (;;) {
      const isWanted = this.#takesAll || column < numWanted;
      if (!isWanted && !this.#countsAll) break;
      let slot = -1;
      if (isWanted) slot = this.#takesAll ? this.#roomFor(column) : slots[column]!;
      const fieldStart = at;
      let opening = at;
      if (quote >= 0) {
        while (opening < end && (bytes[opening] === BLANK || bytes[opening] === TAB) && bytes[opening] !== first)
          opening++;
      }
      if (quote >= 0 && opening < end && bytes[opening] === quote) {
        at = this.#quoted(bytes, opening, end, slot);
      } else {
        if (isSingle) while (at < end && bytes[at] !== first) at++;
        else at = this.#nextDelimiter(bytes, at, end);
        if (slot >= 0) {
          this.starts[slot] = fieldStart;
          this.ends[slot] = at;
          this.kinds[slot] = PLAIN;
        }
      }
      column++;
      if (at >= end) break;
      at += delimiter.length;
    }
    this.numColumns = column;
  }

  /** Notes the quoted field whose opening quote is at `opening`, and returns where the delimiter behind it is, or `end`. */
  #quoted(bytes: Uint8Array, opening: number, end: number, slot: number): number {
    const quote = this.#quote;
    const escapeCode = this.#escapeCode;
    let at = opening + 1;
    let kind = QUOTED;
    for (; ; at++) {
      if (at >= end) {
        this.problemAt = opening;
        throw new FieldProblem("A quoted field does not end", "a closing quote before the end of the line");
      }
      const code = bytes[at];
      if (code === escapeCode) {
        kind = ESCAPED;
        at++;
      } else if (code === quote) {
        if (escapeCode >= 0 || at + 1 >= end || bytes[at + 1] !== quote) break;
        kind = ESCAPED;
        at++;
      }
    }
    if (slot >= 0) {
      this.starts[slot] = opening + 1;
      this.ends[slot] = at;
      this.kinds[slot] = kind;
    }
    at++;
    const first = this.#delimiter[0];
    while (at < end && (bytes[at] === BLANK || bytes[at] === TAB) && bytes[at] !== first) at++;
    if (at < end && !this.#isDelimiter(bytes, at, end)) {
      this.problemAt = at;
      throw new FieldProblem("Characters follow the closing quote of a field", "a delimiter or the end of the line");
    }
    return at;
  }

  #nextDelimiter(bytes: Uint8Array, from: number, end: number): number {
    const first = this.#delimiter[0];
    for (let at = from; at < end; at++) if (bytes[at] === first && this.#isDelimiter(bytes, at, end)) return at;
    return end;
  }

  #isDelimiter(bytes: Uint8Array, at: number, end: number): boolean {
    const delimiter = this.#delimiter;
    if (at + delimiter.length > end) return false;
    for (let i = 0; i < delimiter.length; i++) if (bytes[at + i] !== delimiter[i]) return false;
    return true;
  }

  #roomFor(slot: number): number {
    if (slot >= this.starts.length) {
      const length = this.starts.length * 2;
      this.starts = grown(this.starts, new Int32Array(length));
      this.ends = grown(this.ends, new Int32Array(length));
      this.kinds = grown(this.kinds, new Uint8Array(length));
    }
    return slot;
  }
}

function grown<A extends Int32Array | Uint8Array>(from: A, to: A): A {
  to.set(from);
  return to;
}

/** Returns the text of a quoted field with its escapes resolved. @internal */
export function unescaped(text: string, syntax: CsvSyntax): string {
  const quote = String.fromCharCode(syntax.quote);
  if (syntax.escapeCode < 0) return text.replaceAll(quote + quote, quote);
  const escapeCode = String.fromCharCode(syntax.escapeCode);
  let result = "";
  for (let i = 0; i < text.length; i++) {
    if (text[i] === escapeCode && i + 1 < text.length) i++;
    result += text[i];
  }
  return result;
}

/** Decodes one field as text, whatever its kind. @internal */
export function fieldText(syntax: CsvSyntax, bytes: Uint8Array, start: number, end: number, kind: number): string {
  const text = syntax.coding.decode(bytes, start, end);
  return kind === ESCAPED ? unescaped(text, syntax) : text;
}

/**
 * Returns where the line that starts at `from` ends in a file whose quoted fields may hold line ends: the position of its
 * delimiter; -1 when the bytes up to `to` do not hold its end.
 * @internal
 */
export function endOfQuotedLine(syntax: CsvSyntax, bytes: Uint8Array, from: number, to: number): number {
  const { quote, escapeCode, fieldDelimiter, lineDelimiter } = syntax;
  let isFieldStart = true;
  for (let at = from; at < to; at++) {
    const code = bytes[at];
    if (isFieldStart && code === quote) {
      for (at++; at < to; at++) {
        if (bytes[at] === escapeCode) at++;
        else if (bytes[at] === quote) {
          if (escapeCode >= 0 || bytes[at + 1] !== quote || at + 1 >= to) break;
          at++;
        }
      }
      isFieldStart = false;
      continue;
    }
    if (matches(bytes, at, to, lineDelimiter)) return at;
    if (matches(bytes, at, to, fieldDelimiter)) {
      at += fieldDelimiter.length - 1;
      isFieldStart = true;
    } else if (code !== BLANK && code !== TAB) {
      isFieldStart = false;
    }
  }
  return -1;
}

function matches(bytes: Uint8Array, at: number, to: number, text: Uint8Array): boolean {
  if (bytes[at] !== text[0] || at + text.length > to) return false;
  for (let i = 1; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}
