import { type DrawCounts, type DrawGroup, EXPECTED_DRAWS } from "../draws.js";
import type { PlanVariant } from "./random-plans-options.js";

/** Is a plan whose results differ from the reference's. @public */
export interface PlanFailure {
  /** Replays the plan. */
  readonly seed: number;
  /** The way in which it was run. */
  readonly variant: PlanVariant;
  /** What differs, in the smallest plan. */
  readonly difference: string;
  /** The smallest plan found that still fails, as a program. */
  readonly program: string;
  /** Returns the failure in words, with the program. */
  toString(): string;
}

/** Tells what random plans were run, and which of them differ. @public */
export interface RandomPlansReport {
  /** The seed of the first plan. */
  readonly seed: number;
  /** How many plans were run. */
  readonly numPlans: number;
  /** The plans that differ, in the order of their seeds. */
  readonly failures: readonly PlanFailure[];
  /** How often everything was drawn that there is to draw: by group, then by name. What was never drawn is 0. */
  readonly drawn: Readonly<Record<DrawGroup, ReadonlyMap<string, number>>>;
  /** What was never drawn, as `group: name`; in a run of 300 plans there is nothing. */
  readonly neverDrawn: readonly string[];
  /** Returns the report in words. */
  toString(): string;
}

/** Makes the report of a plan that differs. @internal */
export function planFailure(failure: Omit<PlanFailure, "toString">): PlanFailure {
  const { seed, variant, difference, program } = failure;
  const hints = variant.useHints ? "with hints" : "without hints";
  const text = `seed ${seed}, ${JSON.stringify(variant.environment)}, ${hints}: ${difference}\n${program}`;
  return { ...failure, toString: () => text };
}

/** Makes the report of a run. @internal */
export function randomPlansReport(
  seed: number,
  numPlans: number,
  failures: readonly PlanFailure[],
  counts: DrawCounts,
): RandomPlansReport {
  const groups = Object.keys(EXPECTED_DRAWS) as DrawGroup[];
  const counted = groups.map((group) => {
    const names = [...new Set([...EXPECTED_DRAWS[group], ...counts.group(group).keys()])];
    return [group, new Map(names.map((name) => [name, counts.count(group, name)]))] as const;
  });
  const neverDrawn = counted.flatMap(([group, names]) =>
    [...names].filter(([, count]) => count === 0).map(([name]) => `${group}: ${name}`),
  );
  const lines = [
    `${numPlans} random plans from seed ${seed}: ${failures.length === 0 ? "all agree" : `${failures.length} differ`}`,
    ...failures.map(String),
    ...counted.map(([group, names]) => `${group}: ${[...names].map(([name, count]) => `${name} ${count}`).join(", ")}`),
    ...(neverDrawn.length === 0 ? [] : [`never drawn: ${neverDrawn.join(", ")}`]),
  ];
  const drawn = Object.fromEntries(counted) as unknown as RandomPlansReport["drawn"];
  return { seed, numPlans, failures, drawn, neverDrawn, toString: () => lines.join("\n") };
}
