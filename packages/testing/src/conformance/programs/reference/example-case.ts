import type { ExecutionEnvironment } from "@millrace/dataset";
import type { Expectation } from "../../expectation.js";
import type { KeyKind } from "../../key-kind.js";
import { type ConformanceProgram, type ProgramOutput, program } from "../../program.js";

interface ExampleDefinition {
  readonly covers: readonly string[];
  readonly operators: readonly string[];
  readonly keyKinds?: readonly KeyKind[];
  readonly build: (env: ExecutionEnvironment) => ProgramOutput;
  readonly expected: Expectation | readonly Expectation[];
}

/** Makes the program of an entry of an example's data, such as `wordcount/test_counts`. */
export function exampleCase(id: string, definition: ExampleDefinition, variant = ""): ConformanceProgram {
  return program(`${id}${variant}`, { ...definition, covers: [...definition.covers, "T029"], referenceCase: id });
}
