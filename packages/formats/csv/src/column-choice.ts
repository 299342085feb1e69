import { invalid, type RecordShape } from "./csv-options.js";

/**
 * Is the choice of columns: `all` of them as they come, by `positions`, or by `names` that a header must have. Positions and
 * names are in the order of the record's fields.
 * @internal
 */
export type ColumnChoice =
  | { readonly by: "all" }
  | { readonly by: "positions"; readonly positions: readonly number[] }
  | { readonly by: "names"; readonly names: readonly string[] };

/** What `includeFields` may be. @internal */
export type IncludeFields = readonly number[] | readonly string[] | readonly boolean[] | string | undefined;

/** A mask longer than this is no mask but a mistake. */
const MAX_COLUMNS = 1 << 16;

/** Settles which columns are read; throws INVALID_ARGUMENT when that contradicts the record's shape. @internal */
export function chooseColumns(
  include: IncludeFields,
  shape: RecordShape | undefined,
  header: boolean | "skip",
): ColumnChoice {
  const choice = chosen(include, shape, header);
  const numColumns = choice.by === "all" ? 0 : choice.by === "names" ? choice.names.length : choice.positions.length;
  if (choice.by !== "all" && shape !== undefined && numColumns !== shape.fields.length) {
    throw invalid(
      `includeFields chooses ${numColumns} columns, but the record has ${shape.fields.length} fields`,
      "one column for each field",
    );
  }
  return choice;
}

function chosen(include: IncludeFields, shape: RecordShape | undefined, header: boolean | "skip"): ColumnChoice {
  if (include === undefined) {
    if (shape === undefined) return { by: "all" };
    if (shape.kind === "row" && header === true) return { by: "names", names: shape.fields.map((field) => field.name) };
    return { by: "positions", positions: shape.fields.map((_, i) => i) };
  }
  if (typeof include === "string") return { by: "positions", positions: setPositions([...include].map(maskBit)) };
  const first = include[0];
  if (typeof first === "boolean") return { by: "positions", positions: setPositions(include as readonly boolean[]) };
  if (new Set<unknown>(include).size !== include.length) {
    throw invalid(`includeFields names a column twice: ${JSON.stringify(include)}`, "each column once");
  }
  if (typeof first === "string") {
    if (header !== true) throw invalid("includeFields holds names, but there is no header", "header: true");
    return { by: "names", names: include as readonly string[] };
  }
  const positions = include as readonly number[];
  const isValid = positions.every((p) => Number.isInteger(p) && p >= 0 && p < MAX_COLUMNS);
  if (isValid && positions.length > 0) return { by: "positions", positions };
  throw invalid(`includeFields is ${JSON.stringify(include)}`, "at least one position, counted from 0");
}

function maskBit(character: string): boolean {
  if (/^[1tT]$/.test(character)) return true;
  if (/^[0fF]$/.test(character)) return false;
  throw invalid(
    `The mask of includeFields holds ${JSON.stringify(character)}`,
    "1 or t to include, 0 or f to leave out",
  );
}

function setPositions(bits: readonly boolean[]): readonly number[] {
  const positions = bits.flatMap((isIncluded, i) => (isIncluded ? [i] : []));
  if (positions.length > 0 && bits.length <= MAX_COLUMNS) return positions;
  throw invalid("includeFields leaves out every column", "at least one column");
}
