import type { Difference } from "./compare.js";
import type { ScheduledProgram } from "./conformance-options.js";

/** Tells how the runs of the kit ended. @public */
export interface ConformanceReport {
  /** Runs that gave what was expected. */
  readonly numPassed: number;
  /** Runs that did not; as many as there are `failures`. */
  readonly numFailed: number;
  /** Programs that were not run, since the host lacks what they need. */
  readonly numLeftOut: number;
  /** In the order of the programs. */
  readonly failures: readonly ConformanceFailure[];
  /** Returns the counts, and every failure with what was missing and what was wrong. */
  toString(): string;
}

/** Is one program that did not give what was expected. @public */
export interface ConformanceFailure {
  /** The name of the program. */
  readonly program: string;
  /** The parallelism of the run. */
  readonly parallelism: number;
  /** The rows and rules that the program holds an engine to. */
  readonly covers: readonly string[];
  /** What is missing and what is wrong, in full. */
  readonly difference: Difference;
  /** Returns the failure as lines for a person; long lists and values are shortened. */
  toString(): string;
}

/** Differences beyond these are counted, not shown. */
const MAX_SHOWN_RECORDS = 8;
const MAX_RECORD_LENGTH = 160;

/** @internal */
export function conformanceFailure(
  { program, parallelism }: ScheduledProgram,
  difference: Difference,
): ConformanceFailure {
  const { name, covers } = program;
  return {
    program: name,
    parallelism,
    covers,
    difference,
    toString: () => failureText(program, parallelism, difference),
  };
}

/** @internal */
export function conformanceReport(
  numPassed: number,
  numLeftOut: number,
  failures: readonly ConformanceFailure[],
): ConformanceReport {
  const leftOut = numLeftOut === 0 ? "" : `, ${numLeftOut} left out (the host has no files)`;
  const summary = `${numPassed} passed, ${failures.length} failed${leftOut}`;
  return {
    numPassed,
    numFailed: failures.length,
    numLeftOut,
    failures,
    toString: () => [...failures.map(String), summary].join("\n\n"),
  };
}

function failureText(program: ScheduledProgram["program"], parallelism: number, difference: Difference): string {
  const lines = [
    `${program.name} (parallelism ${parallelism})`,
    `  ${difference.what}.`,
    ...listed("missing", difference.missing),
    ...listed("wrong", difference.unexpected),
    `  It holds an engine to ${program.covers.join(", ")}.`,
  ];
  if (program.rule !== undefined) lines.push(`  ${program.rule}.`);
  return lines.join("\n");
}

function listed(label: string, texts: readonly string[]): string[] {
  const shown = texts.slice(0, MAX_SHOWN_RECORDS).map((text) => `    ${label}: ${shortened(text)}`);
  const rest = texts.length - shown.length;
  return rest > 0 ? [...shown, `    … and ${rest} more`] : shown;
}

function shortened(text: string): string {
  return text.length <= MAX_RECORD_LENGTH ? text : `${text.slice(0, MAX_RECORD_LENGTH)}… (${text.length} characters)`;
}
