/**
 * What became of each case of the reference data: the programs that run it, or why none does. A test reads the ids out of
 * the data files and holds this table against them, so that no case can be forgotten.
 */
import { conformancePrograms } from "./catalogue.js";

/** Is one case of the reference data. @public */
export interface ReferenceCase {
  /** File and entry, such as `dataset_ops/Join.JoinWithHuge`. */
  readonly id: string;
  /** The names of the programs that run it. */
  readonly programs: readonly string[];
  /** Why no program runs it; undefined when one does. */
  readonly reason: string | undefined;
  /** The rules by which Millrace differs from what the case expects. */
  readonly rules: readonly string[];
}

/** The cases that no program runs. */
const REASONS: Readonly<Record<string, string>> = {
  "wordcount/test_streaming_counts_as_tuples":
    "These are the running counts of a stream; this kit is about batch programs",
  "csv_formats/sampling":
    "Statistics are advice for an optimizer and show in no result; the tests of the format packages hold sources to them",
};

/** Lists every case of the reference data that a program runs, and every one that none does with the reason. @public */
export function referenceCases(): readonly ReferenceCase[] {
  const cases = new Map<string, { programs: string[]; rules: Set<string> }>();
  for (const { name, referenceCase, rule } of conformancePrograms) {
    if (referenceCase === undefined) continue;
    const entry = cases.get(referenceCase) ?? { programs: [], rules: new Set() };
    entry.programs.push(name);
    if (rule !== undefined) entry.rules.add(rule);
    cases.set(referenceCase, entry);
  }
  const run = [...cases].map(([id, { programs, rules }]) => ({ id, programs, reason: undefined, rules: [...rules] }));
  const notRun = Object.entries(REASONS).map(([id, reason]) => ({ id, programs: [], reason, rules: [] }));
  return [...run, ...notRun];
}
