import { type FunctionAnalyzer, refuseAssignedCaptures } from "@millrace/closures";
import { type Plan, userFunctionsOf } from "@millrace/common-api";
import { RICH_FUNCTION } from "@millrace/core";

/**
 * Throws CAPTURED_VARIABLE_ASSIGNED for the first function of a plan that assigns a variable of the program. Done when a plan
 * is made, so that every engine refuses the same programs.
 * @internal
 */
export function refuseAssignments(plan: Plan, analyzer: FunctionAnalyzer): void {
  for (const operator of plan.operators) {
    const where = { operator: operator.settings.name, ...operator.location };
    for (const { target } of userFunctionsOf(operator)) {
      refuseAssignedCaptures(target, where, { analyzer, isBase: isMillraces });
    }
  }
}

/** Tells whether a prototype or class is one of ours; the user's own begin below it. */
function isMillraces(candidate: object): boolean {
  return Object.hasOwn(candidate, RICH_FUNCTION);
}
