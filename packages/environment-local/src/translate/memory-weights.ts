/** Which drivers and local strategies hold pages of their own. All that do share alike: there are no estimates to go by. */
import type { DriverSpec, LocalStrategy } from "@millrace/job-graph";

/** Returns the share of a driver. */
export function driverWeight(driver: DriverSpec): number {
  switch (driver.kind) {
    case "reduce":
    case "reduceCombine":
    case "aggregate":
    case "selectBy":
    case "distinct":
      return driver.strategy === "hash" ? 1 : 0;
    case "summarize": {
      const countsDistinct = driver.aggregates.some(({ aggregate }) => aggregate === "countDistinct");
      return driver.strategy === "hash" || countsDistinct ? 1 : 0;
    }
    case "join":
    case "coGroup":
    case "cross":
    case "groupCombine":
    case "bulkHead":
    case "bulkTail":
    case "deltaHead":
    case "worksetTail":
    case "solutionTail":
      return 1;
    default:
      return 0;
  }
}

/** Returns the share of what is done to an input. */
export function inputWeight(local: LocalStrategy): number {
  return local.kind === "none" ? 0 : 1;
}
