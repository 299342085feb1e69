/**
 * Cuts source maps (ECMA-426) down to the functions that travel.
 *
 * A map says for positions of generated text where they were in the user's files. Its mappings are one string: lines end at `;`, segments at `,`,
 * and a segment is one to five numbers in base 64, each the difference to the one of its kind before (the column to that of the
 * line). They are decoded once per script into a table of five numbers a segment; of it each capture takes the rows inside its functions, so that
 * what travels is small, whatever the size of the bundle. The text of the user's files stays where it is.
 */

/** Is a source map as it travels: without the text of its sources, which are URLs. */
export interface WireSourceMap {
  readonly sources: readonly string[];
  readonly names: readonly string[];
  readonly mappings: string;
}

/** A part of a script; lines and columns count from 0, the end is not part of it. */
export interface TextRange {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Numbers of a row: generated column, then source, line and column, or -1 where nothing is known, and name or -1. */
const ROW = 5;
const NOTHING = -1;
/** A row for each line says where it begins, so that a bound keeps a broken map from taking all memory. */
const MAX_LINES = 10_000_000;

/** Holds the decoded source map of one script. */
export class DecodedSourceMap {
  readonly #rows: number[] = [];
  /** Index in {@link DecodedSourceMap.#rows} of the first number of each generated line. */
  readonly #lineStarts: number[] = [0];
  readonly #sources: string[] = [];
  readonly #names: string[] = [];

  /** Decodes the text of a map; undefined when it is none. `baseUrl` is what its sources are relative to. */
  static of(text: string, baseUrl: string): DecodedSourceMap | undefined {
    try {
      const decoded = new DecodedSourceMap();
      decoded.#add(JSON.parse(text.replace(/^\)\]\}'[^\n]*/, "")) as RawSourceMap, baseUrl, 0, 0);
      return decoded;
    } catch {
      // A map that cannot be read is as none: the positions of the script itself are shown.
      return undefined;
    }
  }

  #add(map: RawSourceMap, baseUrl: string, firstLine: number, firstColumn: number): void {
    if (map.sections !== undefined) {
      for (const { offset, map: part } of map.sections) {
        this.#add(part, baseUrl, firstLine + offset.line, (offset.line === 0 ? firstColumn : 0) + offset.column);
      }
      return;
    }
    const root = map.sourceRoot ? `${map.sourceRoot.replace(/\/$/, "")}/` : "";
    const sourceBase = this.#sources.length;
    const nameBase = this.#names.length;
    for (const source of map.sources) this.#sources.push(urlOf(root + (source ?? ""), baseUrl));
    for (const name of map.names ?? []) this.#names.push(name);
    this.#decode(map.mappings, { firstLine, firstColumn, sourceBase, nameBase });
  }

  #decode(mappings: string, { firstLine, firstColumn, sourceBase, nameBase }: Bases): void {
    const state = [firstColumn, sourceBase, 0, 0, nameBase];
    let line = firstLine;
    this.#startLine(line);
    const numbers: number[] = [];
    let value = 0;
    let shift = 0;
    for (let index = 0; index <= mappings.length; index++) {
      const code = index === mappings.length ? COMMA : mappings.charCodeAt(index);
      if (code === COMMA || code === SEMICOLON) {
        if (numbers.length > 0) this.#addRow(numbers, state);
        numbers.length = 0;
        if (code === SEMICOLON) {
          this.#startLine(++line);
          state[0] = 0;
        }
        continue;
      }
      const digit = VALUES[code] ?? NOTHING;
      if (digit === NOTHING || shift > MAX_SHIFT) throw new RangeError("no number");
      value |= (digit & 31) << shift;
      shift += 5;
      if ((digit & 32) !== 0) continue;
      numbers.push((value & 1) === 1 ? -(value >>> 1) : value >>> 1);
      value = 0;
      shift = 0;
    }
  }

  #startLine(line: number): void {
    if (line > MAX_LINES) throw new RangeError("too many lines");
    while (this.#lineStarts.length <= line) this.#lineStarts.push(this.#rows.length);
  }

  #addRow(numbers: readonly number[], state: number[]): void {
    for (let index = 0; index < numbers.length; index++) state[index]! += numbers[index]!;
    const [column, source, line, original, name] = state as [number, number, number, number, number];
    const isKnown = numbers.length >= 4;
    this.#rows.push(column, isKnown ? source : NOTHING, line, original, numbers.length >= 5 ? name : NOTHING);
  }

  /** Gives the part of the map that covers `ranges`, or undefined when it says nothing of them. */
  slice(ranges: readonly TextRange[]): WireSourceMap | undefined {
    const lines = new Map<number, Set<number>>();
    for (const range of ranges) {
      for (let line = range.line; line <= range.endLine && line < this.#lineStarts.length; line++) {
        this.#noteLine(line, range, lines);
      }
    }
    return this.#encode(lines);
  }

  /** Notes the rows of a line that a range covers, and the one before, which says what the range begins with. */
  #noteLine(line: number, range: TextRange, lines: Map<number, Set<number>>): void {
    const first = line === range.line ? range.column : 0;
    const last = line === range.endLine ? range.endColumn : Number.POSITIVE_INFINITY;
    const end = this.#lineStarts[line + 1] ?? this.#rows.length;
    let row = this.#lineStarts[line]!;
    const noted = lines.get(line) ?? new Set<number>();
    // Ranges of one line are few; the rows of a minified line are many.
    let [low, high] = [0, (end - row) / ROW];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#rows[row + middle * ROW]! <= first) low = middle + 1;
      else high = middle;
    }
    row += Math.max(0, low - 1) * ROW;
    for (; row < end && this.#rows[row]! < last; row += ROW) noted.add(row);
    if (noted.size > 0) lines.set(line, noted);
  }

  #encode(lines: ReadonlyMap<number, ReadonlySet<number>>): WireSourceMap | undefined {
    const sources = new Numbering(this.#sources);
    const names = new Numbering(this.#names);
    const state = [0, 0, 0, 0, 0];
    let mappings = "";
    let line = 0;
    for (const [at, rows] of [...lines].sort(([left], [right]) => left - right)) {
      mappings += ";".repeat(at - line);
      line = at;
      state[0] = 0;
      mappings += [...rows]
        .sort((left, right) => left - right)
        .map((row) => this.#segment(row, state, sources, names))
        .join();
    }
    return sources.used.length === 0 ? undefined : { sources: sources.used, names: names.used, mappings };
  }

  #segment(row: number, state: number[], sources: Numbering, names: Numbering): string {
    const [column, source, line, original, name] = this.#rows.slice(row, row + ROW) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const numbers = source === NOTHING ? [column] : [column, sources.numberOf(source), line, original];
    if (source !== NOTHING && name !== NOTHING) numbers.push(names.numberOf(name));
    let text = "";
    for (const [index, number] of numbers.entries()) {
      text += encoded(number - state[index]!);
      state[index] = number;
    }
    return text;
  }
}

interface RawSourceMap {
  readonly sources: readonly (string | null)[];
  readonly sourceRoot?: string;
  readonly names?: readonly string[];
  readonly mappings: string;
  readonly sections?: readonly {
    readonly offset: { readonly line: number; readonly column: number };
    readonly map: RawSourceMap;
  }[];
}

/** What the first numbers of a map are relative to. */
interface Bases {
  readonly firstLine: number;
  readonly firstColumn: number;
  readonly sourceBase: number;
  readonly nameBase: number;
}

/** Numbers those texts of a list that are used, in the order of their use. */
class Numbering {
  readonly used: string[] = [];
  readonly #all: readonly string[];
  readonly #numbers = new Map<number, number>();

  constructor(all: readonly string[]) {
    this.#all = all;
  }

  numberOf(index: number): number {
    let number = this.#numbers.get(index);
    if (number === undefined) {
      number = this.used.push(this.#all[index] ?? "") - 1;
      this.#numbers.set(index, number);
    }
    return number;
  }
}

const COMMA = 44;
const SEMICOLON = 59;
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = Int8Array.from({ length: 128 }, (_, code) => DIGITS.indexOf(String.fromCharCode(code)));
/** Numbers of a map have 32 bits. */
const MAX_SHIFT = 30;

function encoded(number: number): string {
  let rest = number < 0 ? -number * 2 + 1 : number * 2;
  let text = "";
  do {
    const digit = rest % 32;
    rest = Math.floor(rest / 32);
    text += DIGITS.charAt(rest > 0 ? digit + 32 : digit);
  } while (rest > 0);
  return text;
}

function urlOf(source: string, baseUrl: string): string {
  return URL.canParse(source, baseUrl) ? new URL(source, baseUrl).href : source;
}
