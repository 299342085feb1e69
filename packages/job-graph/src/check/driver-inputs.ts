import type { DriverSpec } from "../drivers.js";

/** Returns how many inputs a driver reads. @public */
export function numInputsOf(driver: DriverSpec): number {
  switch (driver.kind) {
    case "source":
    case "collection":
      return 0;
    case "join":
      return driver.strategy === "solution-first" || driver.strategy === "solution-second" ? 1 : 2;
    case "coGroup":
      return driver.solution === undefined ? 2 : 1;
    case "coGroupRaw":
    case "cross":
    case "deltaHead":
      return 2;
    default:
      return 1;
  }
}

/** Returns how many outputs a driver has: heads of iterations have a second one, for the result; what ends a plan has none. @public */
export function numOutputsOf(driver: DriverSpec): number {
  switch (driver.kind) {
    case "bulkHead":
    case "deltaHead":
      return 2;
    case "sink":
    case "collect":
    case "bulkTail":
    case "terminationTail":
    case "worksetTail":
    case "solutionTail":
      return 0;
    default:
      return 1;
  }
}

/** Tells whether a driver looks into the solution set of its iteration. @public */
export function readsSolutionSet(driver: DriverSpec): boolean {
  if (driver.kind === "coGroup") return driver.solution !== undefined;
  return driver.kind === "join" && (driver.strategy === "solution-first" || driver.strategy === "solution-second");
}
