import type { ExecutionEnvironment } from "@millrace/dataset";
import type { Expectation } from "../../expectation.js";
import type { KeyKind } from "../../key-kind.js";
import { type ConformanceProgram, type ProgramOutput, type ProgramRun, program } from "../../program.js";
import { iterations } from "../../reference-data.js";

interface IterationDefinition {
  readonly covers: readonly string[];
  readonly operators: readonly string[];
  readonly keyKinds?: readonly KeyKind[];
  readonly rule?: string;
  readonly needs?: readonly "files"[];
  readonly build: (env: ExecutionEnvironment, run: ProgramRun) => ProgramOutput;
  readonly expected: Expectation | readonly Expectation[];
}

/** Makes the program of an iteration case; `variant` tells apart several programs of one case. */
export function iterationCase(id: string, definition: IterationDefinition, variant = ""): ConformanceProgram {
  const name = `iterations/${id}`;
  return program(`${name}${variant}`, { ...definition, referenceCase: name });
}

/** Returns the entry of an iteration case, as what the caller knows it to be. */
export function iterationData<T>(id: string): T {
  const found = iterations.cases.find((entry) => entry.id === id);
  if (found === undefined) throw new RangeError(`There is no reference case ${id}`);
  return found as T;
}
