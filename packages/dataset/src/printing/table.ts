import { Decimal } from "@millrace/core";

/** Says how a table is printed. @public */
export interface TableOptions {
  /** Cells longer than this are cut, with `…` at their end; 60 by default. */
  readonly maxCellLength?: number;
}

const DEFAULT_MAX_CELL_LENGTH = 60;

/** Are control characters, which would break the lines of a table or drive the terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

/**
 * Lays records out as a table with a header. Rows have a column per field name, in order of first appearance; tuples a column
 * per position; anything else is one column `value`.
 * @internal
 */
export function tableOf(records: readonly unknown[], options: TableOptions): string {
  const maxLength = Math.max(1, options.maxCellLength ?? DEFAULT_MAX_CELL_LENGTH);
  if (records.length === 0) return "(no records)\n";
  const columns = columnsOf(records);
  const cells = records.map((record) => columns.map((column) => cellText(cellOf(record, column), maxLength)));
  const isNumeric = columns.map((column) => records.every((record) => isNumberLike(cellOf(record, column))));
  const titles = columns.map((column) => cut(escapeControls(column.title), maxLength));
  const widths = titles.map((title, index) =>
    cells.reduce((width, row) => Math.max(width, displayWidth(row[index]!)), displayWidth(title)),
  );
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, index) => pad(text, widths[index]!, isNumeric[index]!))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return `${[line(titles), rule, ...cells.map(line)].join("\n")}\n`;
}

interface Column {
  readonly title: string;
  readonly kind: "field" | "position" | "value";
}

function columnsOf(records: readonly unknown[]): readonly Column[] {
  const names = new Set<string>();
  let length = 0;
  let hasValues = false;
  for (const record of records) {
    if (Array.isArray(record)) length = Math.max(length, record.length);
    else if (isRow(record)) for (const name of Object.keys(record)) names.add(name);
    else hasValues = true;
  }
  const positions = Array.from({ length }, (_, index): Column => ({ title: String(index), kind: "position" }));
  const fields = [...names].map((title): Column => ({ title, kind: "field" }));
  const columns = [...fields, ...positions];
  if (hasValues || columns.length === 0) columns.push({ title: "value", kind: "value" });
  return columns;
}

function isRow(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return !(value instanceof Date || value instanceof Decimal || value instanceof Map || ArrayBuffer.isView(value));
}

/** Stands for a cell that the record does not have. */
const NO_CELL = Symbol("no cell");

function cellOf(record: unknown, column: Column): unknown {
  switch (column.kind) {
    case "position":
      return Array.isArray(record) && Number(column.title) < record.length ? record[Number(column.title)] : NO_CELL;
    case "field":
      return isRow(record) && Object.hasOwn(record, column.title) ? record[column.title] : NO_CELL;
    case "value":
      return isRow(record) || Array.isArray(record) ? NO_CELL : record;
  }
}

function isNumberLike(value: unknown): boolean {
  return (
    typeof value === "number" ||
    typeof value === "bigint" ||
    value instanceof Decimal ||
    value === NO_CELL ||
    value === null ||
    value === undefined
  );
}

function cellText(value: unknown, maxLength: number): string {
  if (value === NO_CELL) return "";
  return cut(escapeControls(plainText(value)), maxLength);
}

function plainText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null)
    return value === undefined ? "null" : Object.is(value, -0) ? "-0" : String(value);
  return nestedText(value);
}

function nestedText(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object" || value === null) return plainText(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof Decimal) return value.toString();
  if (value instanceof Map) return `{${[...value].map(([k, v]) => `${nestedText(k)} => ${nestedText(v)}`).join(", ")}}`;
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  }
  if (Array.isArray(value)) return `[${value.map(nestedText).join(", ")}]`;
  return `{${Object.entries(value)
    .map(([name, field]) => `${name}: ${nestedText(field)}`)
    .join(", ")}}`;
}

function escapeControls(text: string): string {
  return text.replace(CONTROL, (character) =>
    JSON.stringify(character)
      .slice(1, -1)
      .replace(/^[^\\]$/, escapeCode),
  );
}

function escapeCode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function cut(text: string, maxLength: number): string {
  const characters = [...text];
  return characters.length <= maxLength ? text : `${characters.slice(0, maxLength - 1).join("")}…`;
}

function pad(text: string, width: number, isRight: boolean): string {
  const blanks = " ".repeat(Math.max(0, width - displayWidth(text)));
  return isRight ? blanks + text : text + blanks;
}

/** Returns how many columns a terminal gives a text: two for wide characters of East Asia and emoji, none for combining marks. */
function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{Mark}|\u200d|\ufe0f/u.test(character)) continue;
    width += isWide(character.codePointAt(0)!) ? 2 : 1;
  }
  return width;
}

/** The blocks whose characters take two columns, as [first, last] code points. */
const WIDE_BLOCKS: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

function isWide(codePoint: number): boolean {
  return codePoint >= 0x1100 && WIDE_BLOCKS.some(([first, last]) => codePoint >= first && codePoint <= last);
}
