// Random plans
export {
  type CreateEnvironment,
  type DrawGroup,
  defaultVariants,
  failureText,
  type PlanFailure,
  type PlanVariant,
  type RandomPlansOptions,
  type RandomPlansReport,
  randomPlanText,
  runRandomPlans,
} from "./random/index.js";
