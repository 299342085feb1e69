import { type EnvironmentOptions, isMillraceError } from "@millrace/core";
import type { ExecutionEnvironment } from "@millrace/dataset";
import { DrawCounts, type DrawGroup, EXPECTED_DRAWS } from "../draws.js";
import { drawPlan } from "../generate/draw-plan.js";
import type { PlanSpec } from "../plan-spec.js";
import { planText } from "../plan-text.js";
import { type PlanOutcome, runPlan } from "./build-program.js";
import { outcomeDifference } from "./compare-results.js";
import { shrinkPlan } from "./shrink-plan.js";

/** Makes an environment on an engine. The caller closes it. @public */
export type CreateEnvironment = (options: EnvironmentOptions) => ExecutionEnvironment | Promise<ExecutionEnvironment>;

/** Says which random plans to run, and on what. @public */
export interface RandomPlansOptions {
  /** Makes an environment of the engine under test. */
  readonly createEnvironment: CreateEnvironment;
  /** Makes an environment of the engine that is right: the collection environment. */
  readonly createReference: CreateEnvironment;
  /** How many plans to run; 300 by default. */
  readonly count?: number;
  /** The seed of the first plan; plan number `i` has the seed `seed + i`. 1 by default. */
  readonly seed?: number;
  /** The ways in which each plan is run on the engine under test; {@link defaultVariants} by default. */
  readonly variants?: readonly PlanVariant[];
  /** After how many differing plans to stop; 1 by default. */
  readonly maxFailures?: number;
  /** How many smaller plans are tried to cut down a differing one; 300 by default. */
  readonly maxShrinkRuns?: number;
}

/** Is one way to run a plan, which must not change its result. @public */
export interface PlanVariant {
  readonly environment: EnvironmentOptions;
  /** Whether the hints of the plan are given to the engine. */
  readonly useHints: boolean;
}

/** Lists the ways in which plans are run by default. @public */
export const defaultVariants: readonly PlanVariant[] = [
  { environment: { parallelism: 1 }, useHints: true },
  { environment: { parallelism: 2, checkRecords: true }, useHints: false },
  { environment: { parallelism: 7 }, useHints: true },
];

/** Is a plan whose results differ from the reference's. @public */
export interface PlanFailure {
  /** Replays the plan. */
  readonly seed: number;
  /** The way in which it was run. */
  readonly variant: PlanVariant;
  /** What differs. */
  readonly difference: string;
  /** The smallest plan found that still fails, as a program. */
  readonly program: string;
}

/** Tells what random plans were run, and which of them differ. @public */
export interface RandomPlansReport {
  readonly seed: number;
  readonly numPlans: number;
  readonly failures: readonly PlanFailure[];
  /** How often everything was drawn that there is to draw: by group, then by name. What was never drawn is 0. */
  readonly drawn: Readonly<Record<DrawGroup, ReadonlyMap<string, number>>>;
  /** What was never drawn, as `group: name`; of a long run it must be empty. */
  readonly neverDrawn: readonly string[];
  /** Returns the report in words. */
  toString(): string;
}

const DEFAULT_COUNT = 300;
const DEFAULT_SHRINK_RUNS = 300;

/**
 * Draws plans from a seed, runs each on a reference and in several ways on the engine under test, and compares the results:
 * bags of records, orders that are promised, and accumulators. A plan that differs is cut down before it is reported.
 * Rejects with the error of the reference when it fails on a plan: then the generator or the reference is wrong.
 * @public
 */
export async function runRandomPlans(options: RandomPlansOptions): Promise<RandomPlansReport> {
  const { count = DEFAULT_COUNT, seed = 1, maxFailures = 1 } = options;
  const counts = new DrawCounts();
  const failures: PlanFailure[] = [];
  let numPlans = 0;
  while (numPlans < count && failures.length < maxFailures) {
    const drawn = drawPlan((seed + numPlans) >>> 0);
    counts.add(drawn.draws);
    numPlans++;
    const failure = await failureOf(drawn.plan, options);
    if (failure !== undefined) failures.push(failure);
  }
  return reportOf(seed, numPlans, failures, counts);
}

/** Returns the program of one seed as text, for reading it without running it. @public */
export function randomPlanText(seed: number): string {
  return planText(drawPlan(seed).plan);
}

async function failureOf(plan: PlanSpec, options: RandomPlansOptions): Promise<PlanFailure | undefined> {
  const expected = await runOnReference(plan, options);
  for (const variant of options.variants ?? defaultVariants) {
    const difference = await differenceOf(plan, expected, variant, options);
    if (difference === undefined) continue;
    const stillFails = async (candidate: PlanSpec): Promise<boolean> => {
      const found = await differenceOfCandidate(candidate, variant, options);
      return found !== undefined && kindOfDifference(found) === kindOfDifference(difference);
    };
    const smallest = await shrinkPlan(plan, stillFails, options.maxShrinkRuns ?? DEFAULT_SHRINK_RUNS);
    const shown = (await differenceOfCandidate(smallest, variant, options)) ?? difference;
    return { seed: plan.seed, variant, difference: shown, program: planText(smallest) };
  }
  return undefined;
}

async function runOnReference(plan: PlanSpec, options: RandomPlansOptions): Promise<PlanOutcome> {
  try {
    return await runIn(plan, options.createReference, {}, true);
  } catch (cause) {
    throw new Error(`the reference fails on the plan of seed ${plan.seed}: ${textOf(cause)}\n${planText(plan)}`, {
      cause,
    });
  }
}

/** A candidate for shrinking may be a plan that no engine could run: then it says nothing. */
async function differenceOfCandidate(
  plan: PlanSpec,
  variant: PlanVariant,
  options: RandomPlansOptions,
): Promise<string | undefined> {
  try {
    const expected = await runIn(plan, options.createReference, {}, true);
    return await differenceOf(plan, expected, variant, options);
  } catch {
    return undefined;
  }
}

async function differenceOf(
  plan: PlanSpec,
  expected: PlanOutcome,
  variant: PlanVariant,
  options: RandomPlansOptions,
): Promise<string | undefined> {
  try {
    const actual = await runIn(plan, options.createEnvironment, variant.environment, variant.useHints);
    return outcomeDifference(plan, expected, actual);
  } catch (error) {
    return `failed with ${textOf(error)}`;
  }
}

async function runIn(
  plan: PlanSpec,
  create: CreateEnvironment,
  environment: EnvironmentOptions,
  useHints: boolean,
): Promise<PlanOutcome> {
  const env = await create(environment);
  try {
    return await runPlan(plan, env, useHints);
  } finally {
    await env.close();
  }
}

function kindOfDifference(difference: string): string {
  return difference.startsWith("failed with ") ? difference.slice(0, 40) : "result";
}

function textOf(error: unknown): string {
  if (isMillraceError(error)) return `${error.code}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function reportOf(
  seed: number,
  numPlans: number,
  failures: readonly PlanFailure[],
  counts: DrawCounts,
): RandomPlansReport {
  const groups = Object.keys(EXPECTED_DRAWS) as DrawGroup[];
  const drawn = Object.fromEntries(
    groups.map((group) => {
      const names = [...new Set([...EXPECTED_DRAWS[group], ...counts.group(group).keys()])];
      return [group, new Map(names.map((name) => [name, counts.count(group, name)]))];
    }),
  ) as unknown as RandomPlansReport["drawn"];
  const neverDrawn = groups.flatMap((group) =>
    EXPECTED_DRAWS[group].filter((name) => counts.count(group, name) === 0).map((name) => `${group}: ${name}`),
  );
  return {
    seed,
    numPlans,
    failures,
    drawn,
    neverDrawn,
    toString: () => reportText({ seed, numPlans, failures, drawn, neverDrawn }),
  };
}

function reportText(report: Omit<RandomPlansReport, "toString">): string {
  const { seed, numPlans, failures, drawn, neverDrawn } = report;
  const lines = [
    `${numPlans} random plans from seed ${seed}: ${failures.length === 0 ? "all agree" : `${failures.length} differ`}`,
  ];
  for (const failure of failures) lines.push(failureText(failure));
  for (const [group, names] of Object.entries(drawn)) {
    lines.push(`${group}: ${[...names].map(([name, count]) => `${name} ${count}`).join(", ")}`);
  }
  if (neverDrawn.length > 0) lines.push(`never drawn: ${neverDrawn.join(", ")}`);
  return lines.join("\n");
}

/** Returns a failure in words, with the program that shows it. @public */
export function failureText({ seed, variant, difference, program }: PlanFailure): string {
  const hints = variant.useHints ? "with hints" : "without hints";
  return `seed ${seed}, ${JSON.stringify(variant.environment)}, ${hints}: ${difference}\n${program}`;
}
