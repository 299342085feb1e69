import { parallelismOf } from "./parallelism.js";
import type { Plan } from "./plan.js";

/** Returns a readable text of a plan. @public */
export function explainPlan(plan: Plan, defaultParallelism: number): string {
  const parallelism = parallelismOf(plan, defaultParallelism);
  const lines = plan.operators.map((operator) => {
    const inputs = operator.inputs.map((input) => `[${plan.idOf(input)}]`).join(", ");
    return `[${plan.idOf(operator)}] ${operator.settings.name} x${parallelism.get(operator)}${inputs === "" ? "" : ` <- ${inputs}`}`;
  });
  return [`Job ${JSON.stringify(plan.jobName)}`, ...lines].join("\n");
}
