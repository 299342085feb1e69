import { type EnvironmentOptions, isMillraceError } from "@millrace/core";
import { DrawCounts } from "../draws.js";
import { drawPlan } from "../generate/draw-plan.js";
import type { PlanSpec } from "../plan-spec.js";
import { planText } from "../plan-text.js";
import { type PlanOutcome, runPlan } from "./build-program.js";
import { outcomeDifference } from "./compare-results.js";
import {
  defaultVariants,
  type InEnvironment,
  onReference,
  type PlanVariant,
  type RandomPlansOptions,
  underTest,
} from "./random-plans-options.js";
import { type PlanFailure, planFailure, type RandomPlansReport, randomPlansReport } from "./random-plans-report.js";
import { shrinkPlan } from "./shrink-plan.js";

const DEFAULT_COUNT = 300;
const DEFAULT_SHRINK_RUNS = 300;

/**
 * Draws plans from a seed, runs each on a reference and in several ways on the engine under test, and compares the results:
 * bags of records, orders that are promised, and accumulators. A plan that differs is cut down before it is reported.
 * Rejects when the reference fails on a plan: then the generator or the reference is wrong.
 * @public
 */
export async function runRandomPlans(options: RandomPlansOptions): Promise<RandomPlansReport> {
  const { count = DEFAULT_COUNT, seed = 1, maxFailures = 1 } = options;
  const counts = new DrawCounts();
  const failures: PlanFailure[] = [];
  const comparison = new Comparison(underTest(options), onReference(options));
  let numPlans = 0;
  while (numPlans < count && failures.length < maxFailures) {
    const { plan, draws } = drawPlan((seed + numPlans) >>> 0);
    counts.add(draws);
    numPlans++;
    const failure = await failureOf(plan, comparison, options);
    if (failure !== undefined) failures.push(failure);
  }
  return randomPlansReport(seed, numPlans, failures, counts);
}

/** Returns the program of one seed as text, for reading it without running it. @public */
export function randomPlanText(seed: number): string {
  return planText(drawPlan(seed).plan);
}

async function failureOf(
  plan: PlanSpec,
  comparison: Comparison,
  options: RandomPlansOptions,
): Promise<PlanFailure | undefined> {
  const expected = await comparison.expected(plan);
  for (const variant of options.variants ?? defaultVariants) {
    const difference = await comparison.difference(plan, expected, variant);
    if (difference === undefined) continue;
    const stillFails = async (candidate: PlanSpec): Promise<boolean> => {
      const found = await comparison.differenceOfAnyPlan(candidate, variant);
      return found !== undefined && kindOf(found) === kindOf(difference);
    };
    const smallest = await shrinkPlan(plan, stillFails, options.maxShrinkRuns ?? DEFAULT_SHRINK_RUNS);
    const shown = (await comparison.differenceOfAnyPlan(smallest, variant)) ?? difference;
    return planFailure({ seed: plan.seed, variant, difference: shown, program: planText(smallest) });
  }
  return undefined;
}

const FAILED = "failed with ";

/** Says whether two differences are of one kind: results that differ, or the same error. */
function kindOf(difference: string): string {
  return difference.startsWith(FAILED) ? difference.slice(0, FAILED.length + 28) : "result";
}

/** Compares the engine under test with the reference. */
class Comparison {
  readonly #underTest: InEnvironment;
  readonly #reference: InEnvironment;

  constructor(test: InEnvironment, reference: InEnvironment) {
    this.#underTest = test;
    this.#reference = reference;
  }

  /** Returns what the reference makes of a plan; throws an error that shows the plan when it fails. */
  async expected(plan: PlanSpec): Promise<PlanOutcome> {
    try {
      return await this.#runOnReference(plan);
    } catch (cause) {
      throw new Error(`The reference fails on the plan of seed ${plan.seed}: ${textOf(cause)}\n${planText(plan)}`, {
        cause,
      });
    }
  }

  /** Returns how the engine under test differs from what is expected; an error of it is a difference. */
  async difference(plan: PlanSpec, expected: PlanOutcome, variant: PlanVariant): Promise<string | undefined> {
    const { environment, useHints } = variant;
    try {
      const actual = await this.#underTest(environment, (env) => runPlan(plan, env, useHints));
      return outcomeDifference(plan, expected, actual);
    } catch (error) {
      return `${FAILED}${textOf(error)}`;
    }
  }

  /** As `difference`, for a plan cut down from another one, which may be one that no engine could run: it says nothing. */
  async differenceOfAnyPlan(plan: PlanSpec, variant: PlanVariant): Promise<string | undefined> {
    try {
      return await this.difference(plan, await this.#runOnReference(plan), variant);
    } catch {
      return undefined;
    }
  }

  #runOnReference(plan: PlanSpec): Promise<PlanOutcome> {
    const environment: EnvironmentOptions = {};
    return this.#reference(environment, (env) => runPlan(plan, env, true));
  }
}

function textOf(error: unknown): string {
  if (isMillraceError(error)) return `${error.code}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
