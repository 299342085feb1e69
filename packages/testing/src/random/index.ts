export type { DrawGroup } from "./draws.js";
export {
  type CreateEnvironment,
  defaultVariants,
  type PlanVariant,
  type RandomPlansOptions,
  type RandomPlansSelection,
} from "./run/random-plans-options.js";
export type { PlanFailure, RandomPlansReport } from "./run/random-plans-report.js";
export { randomPlanText, runRandomPlans } from "./run/run-random-plans.js";
