/**
 * Which programs hold an engine to which row of the reference, so that nobody need search. Rows that no program can show are
 * here with the reason: they are about how a program is started or planned, or about another language.
 */
import { conformancePrograms } from "./catalogue.js";

/** Is one row of the reference's batch API. @public */
export interface CoveredRow {
  /** The row, such as `B036`. */
  readonly row: string;
  /** The names of the programs that hold an engine to it. */
  readonly programs: readonly string[];
  /** Why there are none; undefined when there are. */
  readonly reason: string | undefined;
}

/** The ranges of rows: environments, transformations, groupings, keys, iterations, functions, sources, sinks, types, settings. */
const RANGES: readonly (readonly [first: number, last: number])[] = [
  [1, 16],
  [20, 61],
  [70, 78],
  [80, 86],
  [90, 103],
  [110, 124],
  [130, 147],
  [150, 161],
  [170, 180],
  [190, 195],
];

const STARTING = "It is about how a program finds its environment; the kit is given one";
const LANGUAGE = "It is about Java or Scala, and has no counterpart in TypeScript";
const PLANNING = "It is about plans and what optimizers know, which show in no result";

const REASONS: Readonly<Record<string, string>> = {
  B002: STARTING,
  B003: STARTING,
  B004: STARTING,
  B005: "It is the collection engine itself, which passes the whole kit",
  B007: PLANNING,
  B008: PLANNING,
  B014: LANGUAGE,
  B015: LANGUAGE,
  B016: "The Record API is not built; its tests are among the reference cases",
  B031: LANGUAGE,
  B119: "The annotations of release 0.8 are those of B120 in an older spelling",
  B122: PLANNING,
  B143: PLANNING,
  B146: "Input from external processes is not built",
  B153: "Printing is the client's: its tests are those of the dataset package",
  B158: "Collecting is B009; a sink that drops its records needs no class",
  B175: LANGUAGE,
  B177: LANGUAGE,
  B179: LANGUAGE,
  B180: LANGUAGE,
  B190: "Each option has a row of its own: B012, B060, B123",
  B191: "Each option has a row of its own, or is about the JVM",
  B192: "They are options of streams and of the JVM",
  B195: "Parameters of programs are the client's: its tests are those of the dataset package",
};

/** Lists the rows of the reference's batch API with the programs that hold an engine to each. @public */
export function coveredRows(): readonly CoveredRow[] {
  const programs = new Map<string, string[]>();
  for (const { name, covers } of conformancePrograms) {
    for (const row of covers) programs.set(row, [...(programs.get(row) ?? []), name]);
  }
  return RANGES.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, i) => {
      const row = `B${String(first + i).padStart(3, "0")}`;
      return { row, programs: programs.get(row) ?? [], reason: REASONS[row] };
    }),
  );
}
