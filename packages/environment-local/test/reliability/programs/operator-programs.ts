import { groupPrograms } from "./group-programs.js";
import { iterationPrograms } from "./iteration-programs.js";
import type { OperatorProgram } from "./operator-program.js";
import { pairPrograms } from "./pair-programs.js";
import { partitionPrograms } from "./partition-programs.js";
import { recordPrograms } from "./record-programs.js";

/**
 * Has one program per operator and strategy: `every-operator.test.ts` holds that none is missing. Results are the same bag however they are run.
 */
export const operatorPrograms: readonly OperatorProgram[] = [
  ...recordPrograms,
  ...partitionPrograms,
  ...groupPrograms,
  ...pairPrograms,
  ...iterationPrograms,
];

/** Returns one of them. */
export function programNamed(name: string): OperatorProgram {
  const program = operatorPrograms.find((each) => each.name === name);
  if (program === undefined) throw new Error(`there is no program ${name}`);
  return program;
}
