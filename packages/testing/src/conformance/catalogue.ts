import { withCommonRules } from "./common-rules.js";
import type { ConformanceProgram } from "./program.js";
import { keyPrograms } from "./programs/keys/index.js";
import { operatorPrograms } from "./programs/operators/index.js";
import { referencePrograms } from "./programs/reference/index.js";

/** Lists all programs of the conformance kit. @public */
export const conformancePrograms: readonly ConformanceProgram[] = [
  ...operatorPrograms,
  ...keyPrograms,
  ...referencePrograms,
].map(withCommonRules);
