import { failureOf } from "@millrace/core";
import { logical } from "../operators/logical-operator.js";
import type { Plan } from "../plan/plan.js";

/** Takes the records that the program itself holds; later changes of them change no job ([O15]). Throws what reading them throws. @internal */
export function takeCollections(plan: Plan): void {
  for (const operator of plan.operators.map(logical)) {
    if (operator.kind !== "collectionSource") continue;
    try {
      operator.takeRecords();
    } catch (error) {
      throw failureOf(error, "fromCollection", [], { operator: operator.settings.name, ...operator.location });
    }
  }
}
