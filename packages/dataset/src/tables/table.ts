import { Decimal } from "@millrace/core";

/** Columns wider than this are cut, and the cut is marked; a terminal row stays readable. */
const MAX_COLUMN_WIDTH = 60;

/** The name of the only column when records are no rows and no tuples. */
const VALUE_COLUMN = "value";

/**
 * Formats records as a table: a header, a line of dashes, one line per record, columns two spaces apart, numbers to the
 * right. Rows have a column per field, in order of first appearance; tuples are `f0`, `f1`, …; anything else is one column
 * named `value`. An absent field is empty, null is `null`. Returns text that ends with a line break.
 * @public
 */
export function formatTable(records: readonly unknown[]): string {
  if (records.length === 0) return "(no records)\n";
  const rows = records.map(cellsOf);
  const names = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  const columns = names.map((name) => {
    const cells = rows.map((row) => (row.has(name) ? formatCell(row.get(name)) : ""));
    const isRight = rows.every((row) => !row.has(name) || isNumeric(row.get(name)));
    return { cells, isRight, name: formatCell(name), width: Math.max(...[name, ...cells].map(widthOf)) };
  });
  const line = (texts: readonly string[]) =>
    texts
      .map((text, index) => pad(text, columns[index]!.width, columns[index]!.isRight))
      .join("  ")
      .trimEnd();
  return `${[
    line(columns.map((column) => column.name)),
    line(columns.map((column) => "-".repeat(column.width))),
    ...rows.map((_, index) => line(columns.map((column) => column.cells[index] as string))),
  ].join("\n")}\n`;
}

function cellsOf(record: unknown): Map<string, unknown> {
  if (Array.isArray(record)) return new Map(record.map((value, index) => [`f${index}`, value]));
  if (isRow(record)) return new Map(Object.entries(record).filter(([, value]) => value !== undefined));
  return new Map([[VALUE_COLUMN, record]]);
}

function isRow(record: unknown): record is Record<string, unknown> {
  if (typeof record !== "object" || record === null) return false;
  const isScalar =
    record instanceof Date || record instanceof Uint8Array || record instanceof Map || record instanceof Decimal;
  return !isScalar;
}

function isNumeric(value: unknown): boolean {
  return typeof value === "number" || typeof value === "bigint" || value instanceof Decimal || value === null;
}

/** Formats one value on one line, cut to the column's greatest width. */
function formatCell(value: unknown): string {
  const text = (typeof value === "string" ? value : formatValue(value)).replace(/\p{Cc}/gu, (control) =>
    escapeOf(control),
  );
  const characters = [...text];
  return characters.length <= MAX_COLUMN_WIDTH ? text : `${characters.slice(0, MAX_COLUMN_WIDTH - 1).join("")}…`;
}

function escapeOf(control: string): string {
  return JSON.stringify(control)
    .slice(1, -1)
    .replace(/^\p{Cc}$/u, "\u{fffd}");
}

function formatValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof Uint8Array)
    return `0x${Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  if (value instanceof Decimal) return value.toString();
  if (Array.isArray(value)) return `[${value.map(formatValue).join(", ")}]`;
  if (value instanceof Map) {
    return `{${[...value].map(([key, item]) => `${formatValue(key)} => ${formatValue(item)}`).join(", ")}}`;
  }
  if (typeof value === "object") {
    return `{${Object.entries(value)
      .map(([key, item]) => `${key}: ${formatValue(item)}`)
      .join(", ")}}`;
  }
  return String(value);
}

/** Counts code points; good enough for columns of a terminal without East Asian wide characters. */
function widthOf(text: string): number {
  return [...text].length;
}

function pad(text: string, width: number, isRight: boolean): string {
  const blanks = " ".repeat(width - widthOf(text));
  return isRight ? blanks + text : text + blanks;
}
