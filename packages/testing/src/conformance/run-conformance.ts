import { conformancePrograms } from "./catalogue.js";
import { type ConformanceOptions, type ScheduledProgram, scheduled } from "./conformance-options.js";
import {
  type ConformanceFailure,
  type ConformanceReport,
  conformanceFailure,
  conformanceReport,
} from "./conformance-report.js";
import type { ConformanceProgram } from "./program.js";
import { runProgram } from "./run-program.js";

/**
 * Runs the conformance kit on an engine and tells how every program ended. Programs run one after the other; a failing one
 * does not stop the rest.
 * @public
 */
export async function runConformance(options: ConformanceOptions): Promise<ConformanceReport> {
  let numPassed = 0;
  let numLeftOut = 0;
  const failures: ConformanceFailure[] = [];
  for (const run of scheduled(options, conformancePrograms)) {
    const verdict = await runProgram(options, run);
    if (verdict === "passed") numPassed++;
    else if (verdict === "left out") numLeftOut++;
    else failures.push(conformanceFailure(run, verdict));
  }
  return conformanceReport(numPassed, numLeftOut, failures);
}

/** Is one program at one parallelism, for a test runner. @public */
export interface ConformanceTest {
  /** The program's name and the parallelism. */
  readonly name: string;
  /** What is run. */
  readonly program: ConformanceProgram;
  /** The parallelism of its environment. */
  readonly parallelism: number;
  /** Runs the program; rejects with an Error that shows the difference. A program that the host cannot run is no failure. */
  readonly run: () => Promise<void>;
}

/**
 * Returns the runs of the kit one by one, for a test runner: give each `name` and `run` to the `test` of vitest, node:test or
 * any other.
 * @public
 */
export function conformanceTests(options: ConformanceOptions): readonly ConformanceTest[] {
  return scheduled(options, conformancePrograms).map((run) => ({
    name: `${run.program.name} (parallelism ${run.parallelism})`,
    program: run.program,
    parallelism: run.parallelism,
    run: () => runTest(options, run),
  }));
}

async function runTest(options: ConformanceOptions, run: ScheduledProgram): Promise<void> {
  const verdict = await runProgram(options, run);
  if (typeof verdict === "object") throw new Error(String(conformanceFailure(run, verdict)));
}
