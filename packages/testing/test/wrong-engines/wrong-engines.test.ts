import { bareHost } from "@millrace/core";
import { describe, expect, test } from "vitest";
import { runRandomPlans } from "../../src/index.js";
import { copyingEngine, type WrongEngine, wrongEngines } from "./wrong-engines.js";

/** Fixed: who is caught by which plan is only worth something when it stays. */
const SEED = 1;
const MAX_PLANS = 400;

function runOn({ create }: WrongEngine) {
  return runRandomPlans({
    engine: create(bareHost()),
    seed: SEED,
    count: MAX_PLANS,
    variants: [{ environment: { parallelism: 3 }, useHints: true }],
    maxShrinkRuns: 0,
  });
}

describe("engines with one mistake each", () => {
  test("[RP6] no random plan finds a mistake in an engine that only copies its plan", async () => {
    const report = await runOn(copyingEngine);
    expect(report.failures, String(report)).toEqual([]);
  });

  test.each(wrongEngines)("[RP6] random plans catch an engine that $name", async (engine) => {
    const report = await runOn(engine);
    const [failure] = report.failures;
    expect(failure?.difference ?? "not caught").toMatch(/^result|^accumulator|a function object is/);
  });
});
