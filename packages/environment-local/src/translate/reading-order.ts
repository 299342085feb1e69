/** What drivers do with their inputs, as far as it decides who waits for whom. */
import type { DriverSpec } from "@millrace/job-graph";

/** Returns the inputs that a driver reads to their end before it begins with input `index`. */
export function inputsReadBefore(driver: DriverSpec, index: number): readonly number[] {
  const isSecondFirst =
    (driver.kind === "join" && driver.strategy === "hash-build-second") ||
    (driver.kind === "cross" && driver.inner === "second");
  if (isSecondFirst) return index === 0 ? [1] : [];
  return Array.from({ length: index }, (_, earlier) => earlier);
}

/** Tells whether a driver gives results while it still reads an input; the others take all of it in first. */
export function isPipelined(driver: DriverSpec): boolean {
  switch (driver.kind) {
    case "forward":
    case "mapAsync":
    case "reduceCombine":
    case "groupCombine":
    case "distinct":
    case "first":
    case "join":
    case "cross":
    case "groupReduce":
    case "coGroup":
    case "deltaHead":
      return true;
    default:
      return false;
  }
}
