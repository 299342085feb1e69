export type { DrawGroup } from "./draws.js";
export {
  type CreateEnvironment,
  defaultVariants,
  failureText,
  type PlanFailure,
  type PlanVariant,
  type RandomPlansOptions,
  type RandomPlansReport,
  randomPlanText,
  runRandomPlans,
} from "./run/run-random-plans.js";
