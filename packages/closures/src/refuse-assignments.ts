import { type Host, RICH_FUNCTION } from "@millrace/core";
import type { UserFunction } from "./capture/capture-functions.js";
import type { FunctionAnalyzer } from "./function-analyzer.js";
import { isPackageFunction } from "./package-functions.js";
import { refuseAssignedCaptures } from "./refuse-assigned-captures.js";

/**
 * Throws CAPTURED_VARIABLE_ASSIGNED when one of a job's functions assigns a variable that it captured. It would work on one
 * thread, and nowhere else. Functions of packages go by reference and may.
 * @internal
 */
export function refuseAssignments(functions: readonly UserFunction[], analyzer: FunctionAnalyzer, host: Host): void {
  const isReference = (code: object): boolean => isPackageFunction(code, host);
  for (const { value, where } of functions) {
    refuseAssignedCaptures(value, where, { analyzer, isBase: isOurs, isReference });
  }
}

/** Tells whether a prototype or class is one of ours; the user's own begin below it. */
function isOurs(candidate: object): boolean {
  return Object.hasOwn(candidate, RICH_FUNCTION);
}
