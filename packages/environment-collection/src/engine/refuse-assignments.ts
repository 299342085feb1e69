import { type FunctionAnalyzer, refuseAssignedCaptures } from "@millrace/closures";
import { type Plan, userFunctionsOf } from "@millrace/common-api";
import { RICH_FUNCTION } from "@millrace/core";

/**
 * Throws CAPTURED_VARIABLE_ASSIGNED when a function of the plan assigns a variable that it captured. It would work here, on
 * one thread, and nowhere else.
 */
export function refuseAssignments(plan: Plan, analyzer: FunctionAnalyzer): void {
  for (const operator of plan.operators) {
    const where = { operator: operator.settings.name, ...operator.location };
    for (const { target } of userFunctionsOf(operator)) {
      refuseAssignedCaptures(target, where, { analyzer, isBase: isOurs });
    }
  }
}

/** Tells whether a prototype or class is one of ours; the user's own begin below it. */
function isOurs(candidate: object): boolean {
  return Object.hasOwn(candidate, RICH_FUNCTION);
}
